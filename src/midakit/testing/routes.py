"""Answers calls without a server: a transport for blocking and asynchronous clients.

    routes = Routes()
    routes.on(calls.experiments.result(1001)).respond({"test_id": 1001, ...})
    routes.on("create_goal", body={"goal_name": "Signup"}).respond(429, {"success": True, ...})

    with Mida("key", project_key="project", region="us", transport=routes) as mida:
        ...

A call matches whole; an operation's name matches all its calls, narrowed by what is given. The
route that was added last wins. Several answers are given in turn, and the last one stays.
"""

import json
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from threading import RLock
from typing import Any, TypeGuard

from midakit.core.call import Call, percent_encoded
from midakit.core.models.encode import plain
from midakit.core.models.model import Model
from midakit.core.wire.messages import Request, Response
from midakit.testing import asked
from midakit.testing.ready_response import ReadyResponse

_PHRASES = {status.value: status.phrase for status in HTTPStatus}
Answer = Model | Mapping[str, Any] | list[Any] | int | BaseException | Response | Callable[..., Any]


class Route:
    """Calls that are expected, and what they are answered with; `Routes.on` makes it.

    Args:
        wanted: A call, which must match whole, or the name of an operation.
        narrowed: What calls of the operation must have besides.

    Example:
        routes = Routes()
        result = routes.on(calls.experiments.result(1001)).respond({"total_visitors": 12})
        with Mida("key", project_key="shop", region="us", transport=routes) as tested:
            assert tested.experiments.result(1001).total_visitors == 12
        assert len(result.calls) == 1
    """

    def __init__(self, wanted: "Call[Any] | str", **narrowed: Any) -> None:
        self._wanted = wanted
        self._narrowed = narrowed
        self._answers: tuple[Answer, ...] = ()
        self._options: tuple[int, Mapping[str, str]] = (200, {})
        self.calls: list[Call[Any]] = []
        """The calls that this route has answered, oldest first."""

    @property
    def called(self) -> bool:
        """Whether any call came."""
        return bool(self.calls)

    def respond(
        self, *answers: Answer, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> "Route":
        """Answer with these in turn, and with the last one from then on.

        Args:
            answers: A model, a mapping or a list is a body; a number is a refusal with that status;
                an exception is raised; a function gets the call and returns any of these.
            status: The status that goes with bodies.
            headers: The headers that go with bodies and refusals.

        Returns:
            The route itself.

        Raises:
            TypeError: An answer is neither a status (from 100 to 999), nor JSON, nor an error.

        Example:
            routes = Routes()
            routes.on(calls.experiments.get(1001)).respond(503, {"test_id": 1001})  # works when repeated
        """
        if not answers:
            raise TypeError("respond: give at least one answer")
        for answer in answers:
            _check(answer)
        if not _is_status(status):
            raise TypeError(f"respond: {status!r} is no status from 100 to 999")
        texts = {name: str(value) for name, value in dict(headers or {}).items()}
        self._answers, self._options = answers, (status, texts)
        return self

    def differences(self, call: "Call[Any]") -> list[str]:
        """List how a call differs from what this route expects; nothing when it matches.

        Args:
            call: What the code under test sends.

        Example:
            route = Routes().on(calls.experiments.result(1001))
            print(route.differences(calls.experiments.result(1001, tz=2)))
        """
        came = asked.of_call(call)
        if isinstance(self._wanted, Call):
            return asked.differences(came, asked.of_call(self._wanted))
        found = []
        if call.operation != self._wanted:
            found = [f"operation {call.operation}, expected {self._wanted}"]
        path = self._narrowed["path"]
        if path is not None and not _like(path, came.path):
            found.append(f"path {came.path}, expected {path}")
        for part, value in (("query", dict(came.query)), ("body", came.body)):
            expected = self._narrowed[part] or {}
            got = value if isinstance(value, dict) else {}
            found += asked.fields(part, got, plain(expected), others=True)
        return found

    def answer(self, call: "Call[Any]") -> ReadyResponse:
        """Return the next answer and count the call.

        Args:
            call: What the code under test sends.

        Raises:
            Unexpected: The route has no answer.

        Example:
            route = Routes().on("get_experiment").respond({"test_id": 1001})
            print(route.answer(calls.experiments.get(1001)).status, len(route.calls))
        """
        if not self._answers:
            raise asked.Unexpected(f"{self} has no answer: say .respond(...)")
        answer = self._answers[min(len(self.calls), len(self._answers) - 1)]
        self.calls.append(call)
        return self._response(answer, call)

    def _response(self, answer: Answer, call: "Call[Any]") -> ReadyResponse:
        status, headers = self._options
        if isinstance(answer, BaseException) or _is_error_class(answer):
            raise answer
        if isinstance(answer, Response):
            return ReadyResponse(answer.status, answer.headers, answer.body)
        if callable(answer):
            made = answer(call)
            _check(made)
            return self._response(made, call)
        if isinstance(answer, int):
            return _ready(answer, headers, {"error": _PHRASES.get(answer, "refused")})
        if isinstance(answer, Model):
            return _ready(status, headers, _whole(answer, call))
        return _ready(status, headers, plain(answer))

    def __str__(self) -> str:
        if isinstance(self._wanted, Call):
            return str(asked.of_call(self._wanted))
        narrowed = [f"{name}={value!r}" for name, value in self._narrowed.items() if value]
        return ", ".join([self._wanted, *narrowed])

    def __repr__(self) -> str:
        return f"<Route {self}, called {len(self.calls)} times>"


class Routes:
    """A transport that answers from routes: `Mida(transport=routes)`, `AsyncMida(transport=routes)`.

    Example:
        routes = Routes()
        routes.on("get_experiment", path="/experiment/*").respond(404)
        with Mida("key", project_key="shop", region="us", transport=routes) as tested:
            outcome = tested.try_send(calls.experiments.get(7))
        print(outcome.error)
    """

    def __init__(self) -> None:
        self._routes: list[Route] = []
        self._lock = RLock()  # an answering function may send calls of its own
        self.calls: list[Call[Any]] = []
        """Every call that was answered, oldest first."""

    def on(
        self,
        wanted: "Call[Any] | str",
        *,
        path: str | None = None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Route:
        """Add a route; the one that was added last wins.

        Args:
            wanted: A call, which must match whole, or the name of an operation.
            path: The path of the operation's calls, or its end; `*` stands for one part of it.
            query: What their query must have, among other things.
            body: What their body must have, among other things.

        Returns:
            The route, which still needs its answers: `.respond(...)`.

        Raises:
            TypeError: A call is narrowed further, what is wanted is neither a call nor text, or what
                narrows it has the wrong type.

        Example:
            routes = Routes()
            routes.on(calls.goals.get(205)).respond({"goal": {"goal_profile_id": 205}})
            routes.on("create_goal", body={"goal_type": "event"}).respond({"goal_profile_id": 206})
        """
        if not isinstance(wanted, Call | str):
            raise TypeError(f"on: {wanted!r} is neither a call nor the name of an operation")
        if not isinstance(path, str | None):
            raise TypeError(f"on: path is text, not {path!r}")
        for part, fields in (("query", query), ("body", body)):
            if not isinstance(fields, Mapping | None):
                raise TypeError(f"on: {part} is a mapping, not {fields!r}")
        if isinstance(wanted, Call) and (path or query or body):
            raise TypeError("on: a call says its path, query and body itself")
        route = Route(wanted, path=path, query=query, body=body)
        self._routes.append(route)
        return route

    @property
    def called(self) -> bool:
        """Whether any call was answered."""
        return bool(self.calls)

    def assert_all_called(self) -> None:
        """Raise AssertionError with the routes that were never called.

        Example:
            routes = Routes()
            routes.on("list_goals").respond({"goals": []})
            with Mida("key", project_key="shop", region="us", transport=routes) as tested:
                assert tested.goals.list().collect() == []
            routes.assert_all_called()
        """
        idle = [str(route) for route in self._routes if not route.called]
        if idle:
            raise AssertionError("never called:\n" + "\n".join(f"  {one}" for one in idle))

    def send(self, request: Request) -> ReadyResponse:
        """Return the answer of the route that matches a request.

        Args:
            request: A request that was made from a call.

        Returns:
            The response; an asynchronous client awaits it.

        Raises:
            Unexpected: No route matches; the message names the nearest one.

        Example:
            routes = Routes()
            routes.on("get_goal").respond({"goal": {"goal_name": "Purchase"}})
            with Mida("key", project_key="shop", region="us", transport=routes) as tested:
                print(tested.goals.get(1).goal_name)  # the client calls `routes.send`
        """
        call = request.call
        assert call is not None, "only calls of midakit's clients can be routed"
        with self._lock:
            compared = [(route, route.differences(call)) for route in reversed(self._routes)]
            for route, found in compared:
                if not found:
                    self.calls.append(call)
                    return route.answer(call)
        near = asked.nearest([(str(route), found) for route, found in compared])
        raise asked.Unexpected(
            f"no route for {asked.of_call(call)} ({call.operation})\n"
            + (near or "  there are no routes at all")
        )

    def close(self) -> None:
        """Close nothing: no connection is open.

        Example:
            routes = Routes()
            routes.close()
        """

    async def aclose(self) -> None:
        """Close nothing: no connection is open.

        Example:
            routes = Routes()
            await routes.aclose()
        """


def respx_route(router: Any, call: "Call[Any]") -> Any:
    """Make the respx route of a call, on any host and for any project key.

    Args:
        router: A router of respx, such as its fixture `respx_mock`.
        call: The call; its whole query and body must match.

    Returns:
        The route of respx.

    Example:
        import respx

        with respx.mock as router:
            respx_route(router, calls.goals.get(205)).respond(json={"goal": {"goal_name": "Order"}})
            with Mida("key", project_key="shop", region="us", transport="httpx") as tested:
                assert tested.goals.get(205).goal_name == "Order"
    """
    parts = re.split(r"\{\w+\}", call.path)
    path = "[^/]+".join(re.escape(part) for part in parts)
    query = "&".join(
        f"{percent_encoded(name)}={percent_encoded(value)}" for name, value in call.query
    )
    pattern: dict[str, Any] = {"method": call.method, "path__regex": f"^(/[^/]+)?{path}$"}
    pattern["params__eq"] = query
    if call.body is not None:
        pattern["json"] = asked.readable(call.body)
    return router.route(**pattern)


def _like(pattern: str, path: str) -> bool:
    """Say whether a path, or its end, is like a pattern."""
    parts = "[^/]+".join(re.escape(part) for part in pattern.split("*"))
    return re.search(f"(^|/){parts.removeprefix('/')}$", path) is not None


def _is_status(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 999


def _is_error_class(value: object) -> TypeGuard[type[BaseException]]:
    return isinstance(value, type) and issubclass(value, BaseException)


def _check(answer: object) -> None:
    """Refuse what no test can mean, when the route is told and not when it is called."""
    if isinstance(answer, BaseException | Response | Model) or callable(answer):
        return
    if isinstance(answer, int):
        if _is_status(answer):
            return
    else:
        with suppress(TypeError, ValueError):
            json.dumps(plain(answer))
            return
    raise TypeError(
        f"respond: {answer!r} is neither a status from 100 to 999, nor JSON, nor an error"
    )


def _whole(model: Model, call: "Call[Any]") -> Any:
    """Return the body that a model comes in, as the contract wraps it."""
    if isinstance(model, call.answer):
        return plain(model)
    if call.pick is not None:
        return {"success": True, call.pick: plain(model)}
    raise TypeError(
        f"{call.operation} answers with {call.answer.__name__}, not {type(model).__name__}"
    )


def _ready(status: int, headers: Mapping[str, str], body: Any) -> ReadyResponse:
    sent = {"content-type": "application/json", **headers}
    pairs = tuple((name.lower().encode(), value.encode()) for name, value in sent.items())
    return ReadyResponse(status, pairs, json.dumps(body, ensure_ascii=False).encode())
