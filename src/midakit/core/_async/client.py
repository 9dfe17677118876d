"""The client of any provider: it sends calls, one or many, and opens and closes its connections.

A view (`with_options`) shares the engine (transport, limiter, quota, hooks) with the client it came
from; closing either closes the engine. Nothing heavy is imported before the first call or the
`async with`.
"""

import copy
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, Unpack, overload

from midakit.core._async.engine import Engine
from midakit.core.checks import a_kind, between
from midakit.core.concurrency import aio as concurrency
from midakit.core.concurrency import aio_bulk as bulk
from midakit.core.hooks import Hooks, log_as_asked
from midakit.core.limits import Gate
from midakit.core.options import expand_options, option_table
from midakit.core.outcome import Failure, Outcome, Success
from midakit.core.retry import Retry
from midakit.core.service import Service
from midakit.core.settings import OnUnknown, ViewOptions, positive, whole
from midakit.core.wire.headers import encoded
from midakit.core.wire.messages import MAX_BODY, Request, Response
from midakit.errors import ConfigurationError, InvalidRequest, MidakitError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from typing import Self

    from midakit.core.call import Call, Pairs
    from midakit.core.wire.messages import AsyncTransport

T = TypeVar("T")


class PreparedRoute(NamedTuple):
    """What a call needs on its way, put together once for a view, a transport and a loop."""

    transport: "AsyncTransport"
    service: Service
    placeholders: "Pairs"
    send: concurrency.Send
    parse: Callable[[Response], Any]


class AsyncClient:
    """Sends calls over one provider's service; providers subclass it and add resources."""

    _service: Service | None = None  # a client that could not be made has a repr too

    def __init__(
        self,
        service: Service | None,
        *,
        timeout: float = 30.0,
        deadline: float | None = None,
        retry: Retry | int | None = None,
        max_concurrency: int = 64,
        transport: Any = None,
        http_client: Any = None,
        max_body: int | None = None,
        on_unknown: OnUnknown = "keep",
    ) -> None:
        self._service = service
        self._timeout = positive("timeout", timeout)
        self._deadline = _deadline(deadline)
        self._retry = _policy(retry)
        self._max_body = _bytes(max_body)
        self._on_unknown: OnUnknown = _strictness(on_unknown)
        self._engine = Engine(
            ceiling=whole("max_concurrency", max_concurrency),
            transport=transport,
            http_client=http_client,
        )
        self._route: PreparedRoute | None = None
        log_as_asked()

    # Life

    async def __aenter__(self) -> "Self":
        await self.preload()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def preload(self) -> None:
        """Import and build what the first call needs, before the loop serves anyone.

        Raises:
            ConfigurationError: The client is closed.

        Example:
            await mida.preload()  # at the start of a service, before it takes requests
        """
        await self._prepare()

    async def aclose(self) -> None:
        """Close the connections; views made with `with_options` close with it.

        Example:
            client = AsyncMida()
            try:
                print(await client.account.my_access())
            finally:
                await client.aclose()
        """
        await self._engine.aclose()

    @expand_options
    def with_options(self, **options: Unpack[ViewOptions]) -> "Self":
        """Return a cheap view with other options; it shares pool, limiter and retry quota.

        Args:
            timeout: Seconds for one attempt: connecting, sending and reading the answer.
            deadline: Seconds for a whole call with its repeats and pauses; None means no deadline.
            retry: A `Retry`, or the number of attempts; None means the default of 3.
            max_body: The longest answer in bytes, unpacked; None means the default of 64 MiB.
            on_unknown: `keep` accepts fields and values that the contract does not name, `error` refuses
                them.

        Raises:
            ConfigurationError: An option has no such value, or cannot differ on a view.
        """
        return self._view(options, ViewOptions)

    def _view(self, options: ViewOptions, fields: type) -> "Self":
        for name in options:
            if name not in option_table(fields):
                raise ConfigurationError(f"with_options: {name!r} cannot be changed on a view")
        view = copy.copy(self)
        view._route = None
        for name in [*view.__dict__]:
            if isinstance(getattr(type(self), name, None), cached_property):
                del view.__dict__[name]  # a resource is bound to the client that made it
        if "timeout" in options:
            view._timeout = positive("timeout", options["timeout"])
        if "deadline" in options:
            view._deadline = _deadline(options["deadline"])
        if "retry" in options:
            view._retry = _policy(options["retry"])
        if "max_body" in options:
            view._max_body = _bytes(options["max_body"])
        if "on_unknown" in options:
            view._on_unknown = _strictness(options["on_unknown"])
        return view

    @property
    def hooks(self) -> Hooks:
        """`on_attempt`, `on_retry`, `on_answer`."""
        return self._engine.hooks

    @property
    def limits(self) -> Gate:
        """The limiter's state: how many in flight, how wide the window."""
        return self._engine.limiter.gate

    def __repr__(self) -> str:
        where = self._service.origin if self._service is not None else "region not chosen yet"
        return f"<{type(self).__name__} {where}>"

    # Sending

    async def send(self, call: "Call[T]") -> T:
        """Send one call and return its typed answer.

        Args:
            call: What a builder made.

        Raises:
            InvalidRequest: The call cannot be sent by this client.
            TransportError: No whole answer came.
            APIError: The server refused.
            DecodeError: The answer is not what the contract promises.

        Example:
            call = calls.experiments.result(1001, start_date="2026-04-01")
            result = await mida.send(call)
            print(result.variants[0].conversion_rate)
        """
        response = await self.send_raw(call)
        found: T = response.parser(response)
        return found

    async def send_raw(self, call: "Call[Any]") -> Response:
        """Send one call and return its response: status, headers, bytes and attempts.

        Args:
            call: What a builder made.

        Returns:
            The response; of a refusal too, which `.parse()` raises.

        Raises:
            InvalidRequest: The call cannot be sent by this client.
            TransportError: No whole answer came.

        Example:
            response = await mida.send_raw(calls.experiments.get(1001))
            print(response.status, dict(response.headers), len(response.attempts))
            experiment = response.parse()
        """
        route = self._route
        if (
            route is None
            or route.transport is not self._engine.transport
            or not self._engine.is_usable_here()
        ):
            route = await self._prepare()
        request = self._request(call, route)
        try:
            response = await route.send(request)
        except MidakitError as error:
            error.call = call
            raise
        response.call = call
        response.attempts = tuple(request.attempts)
        response.parser = route.parse
        return response

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, Any] | None = None,
        answer: None = None,
        safe: bool | None = None,
    ) -> Any: ...

    @overload
    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, Any] | None = None,
        answer: type[T],
        safe: bool | None = None,
    ) -> T: ...

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
        headers: Mapping[str, Any] | None = None,
        answer: type[Any] | None = None,
        safe: bool | None = None,
    ) -> Any:
        """Send a call to any path of the API, for operations that are newer than this package.

        It goes the way of every call: key, limits, deadline, retries where they are safe.

        Args:
            method: `GET`, `POST`, `PUT`, `PATCH` or `DELETE`.
            path: The path behind the base URL, such as `/project/{project_key}/funnels`; `{project_key}`
                is filled in. It leads to no other host.
            query: Query parameters; a list gives its name several times.
            body: What is sent as JSON; no body when left out.
            headers: Further headers; values of secret ones are never shown.
            answer: A class of `midakit.models` that reads the answer; when left out, its plain JSON.
            safe: Whether it may be sent twice; when left out, only a GET may.

        Returns:
            The answer's JSON, or the model; None for an empty answer.

        Raises:
            InvalidRequest: The method is unknown, or the path leads elsewhere.
            APIError: The server refused.

        Example:
            found = await mida.request("GET", "/project/{project_key}/goals", query={"limit": 5})
            print(found["goals"])
        """
        from midakit.core.own_call import own_call

        call = own_call(
            method, path, query=query, body=body, headers=headers, answer=answer, safe=safe
        )
        headers = None  # tracebacks show local variables
        return await self.send(call)

    async def _prepare(self) -> PreparedRoute:
        """Put the way of a call together; every stop of it is `async (Request) -> Response`.

        tracing -> retrying -> limiting -> transport, below from the wire up.
        """
        from midakit.core._async.limiting import Limiting
        from midakit.core._async.retrying import Retrying
        from midakit.core._async.tracing import Tracing
        from midakit.core.call import placeholders
        from midakit.core.models import answer

        engine = self._engine
        if engine.closed:
            raise ConfigurationError("this client is closed; make a new one")
        service = await self._locate()
        transport, limiter = await engine.open(service)
        send: concurrency.Send = transport.send
        closed = engine.is_closed
        send = Limiting(limiter, service, self._retry.longest_wait, send, closed)
        send = Retrying(self._retry, engine.quota, service, engine.hooks, send, is_closed=closed)
        send = Tracing(service, engine.hooks, send)
        parse = answer.response_parser(service, self._on_unknown)
        route = self._route = PreparedRoute(
            transport, service, placeholders(service.scope), send, parse
        )
        return route

    async def _locate(self) -> Service:
        """Return the service; a provider that has to look for its region overrides this."""
        assert self._service is not None
        return self._service

    def _request(self, call: "Call[Any]", route: PreparedRoute) -> Request:
        service = route.service
        _check_is_call(call)
        service.check(call)
        if call.doubts and self._on_unknown == "error":
            raise InvalidRequest(call.operation, call.doubts[0])
        headers = service.headers if call.body is None else service.content_headers
        if call.headers:
            headers = headers.extended(encoded(call.headers))
        deadline = None if self._deadline is None else concurrency.now() + self._deadline
        target = (service.prefix + call.fill(route.placeholders)).encode("ascii")
        return Request(
            call.method,
            service.origin,
            target,
            headers,
            call.body,
            timeout=self._timeout,
            deadline=deadline,
            max_body=self._max_body,
            call=call,
        )

    # Sending many

    @overload
    async def gather(
        self,
        calls: Iterable["Call[T]"],
        limit: int | None = None,
        on_error: Literal["raise"] = "raise",
    ) -> list[T]: ...

    @overload
    async def gather(
        self, calls: Iterable["Call[T]"], limit: int | None, on_error: Literal["collect"]
    ) -> list[Outcome[T]]: ...

    @overload
    async def gather(
        self,
        calls: Iterable["Call[T]"],
        limit: int | None = None,
        *,
        on_error: Literal["collect"],
    ) -> list[Outcome[T]]: ...

    async def gather(
        self,
        calls: Iterable["Call[T]"],
        limit: int | None = None,
        on_error: Literal["raise", "collect"] = "raise",
    ) -> list[Any]:
        """Send many calls and return their answers in the calls' order.

        Args:
            calls: What builders made.
            limit: How many are in flight at once; when left out, the client's `max_concurrency`.
            on_error: `raise` the first error and stop the rest, or `collect` an `Outcome` for each call.

        Raises:
            InvalidRequest: What was given is no list of calls, or the limit is below 1.
            MidakitError: The first error, unless outcomes are collected.

        Example:
            wanted = [calls.experiments.result(test_id) for test_id in (1001, 1002, 999_999)]
            for outcome in await mida.gather(wanted, on_error="collect"):
                print(outcome.answer if outcome.ok else outcome.error)
        """
        if on_error not in ("raise", "collect"):
            raise ConfigurationError(f"on_error: {on_error!r} is neither 'raise' nor 'collect'")
        return await bulk.gather(self, _several(calls), self._most(limit), on_error)

    def stream(
        self, calls: Iterable["Call[T]"], limit: int | None = None
    ) -> "AbstractAsyncContextManager[AsyncIterator[Outcome[T]]]":
        """Send many calls: `async with client.stream(calls) as outcomes` gives each as it finishes.

        Args:
            calls: What builders made; they are pulled as places come free.
            limit: How many are in flight at once; when left out, the client's `max_concurrency`.

        Returns:
            A context manager of an iterator of `Outcome`s; leaving it stops what is under way.

        Raises:
            InvalidRequest: What was given is no list of calls, or the limit is below 1; what hinders one
                call is in its outcome.

        Example:
            wanted = [calls.experiments.result(test_id) for test_id in (1001, 1002, 1003)]
            async with mida.stream(wanted, limit=2) as outcomes:
                async for outcome in outcomes:
                    print(outcome.unwrap().test_id, f"{outcome.seconds:.2f} s")
        """
        return bulk.stream(self, _several(calls), self._most(limit))

    def _most(self, limit: int | None) -> int:
        if limit is None:
            return self._engine.ceiling
        return int(between("limit", limit, 1, float("inf"), whole=True))

    async def try_send(self, call: "Call[T]") -> Outcome[T]:
        """Send one call and return its outcome: the answer, or the error that came instead.

        Args:
            call: A call from a builder, such as `calls.goals.list()`.

        Raises:
            InvalidRequest: It is no call.

        Example:
            outcome = await mida.try_send(calls.experiments.get(999_999))
            if not outcome.ok:
                print(outcome.error, len(outcome.attempts))
        """
        _check_is_call(call)  # what is no call has no outcome
        started = concurrency.now()
        attempts: Any = ()
        try:
            response = await self.send_raw(call)
            attempts = response.attempts
            found = response.parse()
        except MidakitError as error:
            seconds = concurrency.now() - started
            return Failure(call, error, attempts=error.attempts or attempts, seconds=seconds)
        return Success(call, found, attempts=attempts, seconds=concurrency.now() - started)


def _is_call(thing: object) -> bool:
    """Tell whether something is a call; asking for its class would load attrs before the first call."""
    return hasattr(thing, "operation")


def _check_is_call(call: object) -> None:
    if not _is_call(call):
        rule = f"must be a call that is not sent yet, as `calls` builds it, not {a_kind(call)}"
        raise InvalidRequest("call", rule)


def _several(calls: "Iterable[Call[T]]") -> "Iterable[Call[T]]":
    if _is_call(calls):
        raise InvalidRequest("calls", "must be a list of calls; `send` takes one call")
    return calls


def _deadline(seconds: float | None) -> float | None:
    return None if seconds is None else positive("deadline", seconds)


def _bytes(max_body: int | None) -> int:
    return MAX_BODY if max_body is None else whole("max_body", max_body)


def _strictness(on_unknown: OnUnknown) -> OnUnknown:
    if on_unknown not in ("keep", "error"):
        raise ConfigurationError(f"on_unknown: {on_unknown!r} is neither 'keep' nor 'error'")
    return on_unknown


def _policy(retry: Retry | int | None) -> Retry:
    if retry is None or isinstance(retry, Retry):
        return retry or Retry()
    if isinstance(retry, bool) or not isinstance(retry, int) or retry < 1:
        raise ConfigurationError(
            f"retry: {retry!r} is neither a Retry nor a number of attempts from 1 up"
        )
    return Retry(attempts=retry)
