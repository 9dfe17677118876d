"""The client of any provider: it sends calls, one or many, and minds its own life.

A view (`with_options`) shares the engine (transport, limiter, quota, hooks) with the client it came
from; closing either closes the engine. Nothing heavy is imported before the first call or the
`async with`.
"""

import copy
from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from midakit.core import answer
from midakit.core.birthplace import birthplace
from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import Hooks, log_as_asked
from midakit.core.limits import Gate, Quota
from midakit.core.outcome import Outcome
from midakit.core.port import Headers, Request, Response
from midakit.core.retry import Retry
from midakit.core.service import Service
from midakit.core.settings import positive
from midakit.errors import ConfigurationError, MidakitError

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager
    from typing import Self

    from midakit.core._async.tracing import Tracing
    from midakit.core.call import Call
    from midakit.core.port import AsyncTransport

T = TypeVar("T")

CONTENT: Headers = ((b"content-type", b"application/json"),)


class Engine:
    """What the views of one client share."""

    __slots__ = (
        "__weakref__",
        "born",
        "ceiling",
        "closed",
        "hooks",
        "http_client",
        "limiter",
        "quota",
        "transport",
        "transport_choice",
        "world",
    )

    def __init__(self, *, ceiling: int, transport: Any, http_client: Any) -> None:
        self.ceiling = ceiling
        self.transport_choice = transport
        self.http_client = http_client
        self.hooks = Hooks()
        self.quota = Quota()
        self.limiter = concurrency.Limiter(Gate(ceiling))
        self.transport: AsyncTransport | None = None
        self.world: object = None
        self.closed = False
        self.born = birthplace()

    async def open(self, service: Service) -> "AsyncTransport":
        """The transport of this process and this event loop; a fresh one after a fork or in a new loop."""
        from midakit.core._async.choosing import open_transport

        self.world = concurrency.world()
        self.limiter = concurrency.Limiter(Gate(self.ceiling))
        self.transport = await open_transport(
            self.transport_choice, http_client=self.http_client, origin=service.origin
        )
        return self.transport

    async def aclose(self) -> None:
        """Close every connection that is ours; an injected client stays open."""
        self.closed = True
        transport, self.transport = self.transport, None
        if transport is not None and self.world == concurrency.world():
            await transport.aclose()

    def __del__(self) -> None:
        if getattr(self, "transport", None) is not None and not self.closed:
            import warnings

            warnings.warn(
                f"a midakit client made at {self.born} was not closed; "
                "use `async with` or call `aclose()`",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )


class AsyncClient:
    """Sends calls over one provider's service; providers subclass it and add resources."""

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
        on_unknown: answer.OnUnknown = "keep",
    ) -> None:
        if on_unknown not in ("keep", "error"):
            raise ConfigurationError(f"on_unknown: {on_unknown!r} is neither 'keep' nor 'error'")
        self._service = service
        self._timeout = positive("timeout", timeout)
        self._deadline = None if deadline is None else positive("deadline", deadline)
        self._retry = _policy(retry)
        self._on_unknown: answer.OnUnknown = on_unknown
        self._engine = Engine(
            ceiling=int(positive("max_concurrency", max_concurrency)),
            transport=transport,
            http_client=http_client,
        )
        self._chain: tuple[AsyncTransport, Service, Tracing] | None = None
        log_as_asked()

    # Life

    async def __aenter__(self) -> "Self":
        await self.preload()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.aclose()

    async def preload(self) -> None:
        """Import and build what the first call needs, before the loop serves anyone."""
        import midakit.core.decode  # noqa: F401

        await self._ready()

    async def aclose(self) -> None:
        """Close the connections; views made with `with_options` close with it."""
        await self._engine.aclose()

    def with_options(self, **options: Any) -> "Self":
        """A cheap view with other options; pool, limiter and retry quota stay shared."""
        view = copy.copy(self)
        view._chain = None
        for name, value in options.items():
            view._set_option(name, value)
        return view

    def _set_option(self, name: str, value: Any) -> None:
        if name == "timeout":
            self._timeout = positive("timeout", value)
        elif name == "deadline":
            self._deadline = None if value is None else positive("deadline", value)
        elif name == "retry":
            self._retry = _policy(value)
        elif name == "on_unknown":
            self._on_unknown = value
        else:
            raise ConfigurationError(f"with_options: {name!r} cannot be changed on a view")

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
        """Send one call and give its typed answer."""
        response = await self.send_raw(call)
        found: T = response.parse()
        return found

    async def send_raw(self, call: "Call[Any]") -> Response:
        """Status, headers, bytes and attempts; a refusal is a response here, `.parse()` raises it."""
        walk, service = await self._ready()
        request = self._request(call, service)
        try:
            response = await walk(request)
        except MidakitError as error:
            error.call = call
            raise
        response.call = call
        response.attempts = tuple(request.attempts)
        on_unknown = self._on_unknown
        response.parser = lambda received: answer.read(received, service, on_unknown)
        return response

    async def _ready(self) -> "tuple[Tracing, Service]":
        engine = self._engine
        if engine.closed:
            raise ConfigurationError("this client is closed; make a new one")
        known = self._chain
        if (
            known is not None
            and known[0] is engine.transport
            and engine.world == concurrency.world()
        ):
            return known[2], known[1]
        service = await self._locate()
        transport = engine.transport
        if transport is None or engine.world != concurrency.world():
            transport = await engine.open(service)
        from midakit.core._async.chain import chain

        walk = chain(
            transport,
            limiter=engine.limiter,
            quota=engine.quota,
            policy=self._retry,
            service=service,
            hooks=engine.hooks,
        )
        self._chain = (transport, service, walk)
        return walk, service

    async def _locate(self) -> Service:
        """The service; a provider that has to look for its region overrides this."""
        assert self._service is not None
        return self._service

    def _request(self, call: "Call[Any]", service: Service) -> Request:
        service.check(call)
        headers = service.headers
        if call.headers:
            own = tuple((k.lower().encode(), v.encode()) for k, v in call.headers)
            replaced = {name for name, _ in own}
            headers = tuple(pair for pair in headers if pair[0] not in replaced) + own
        if call.body is not None:
            headers += CONTENT
        deadline = None if self._deadline is None else concurrency.now() + self._deadline
        return Request(
            call.method,
            service.origin,
            (service.prefix + call.target(**service.scope)).encode("ascii"),
            headers,
            call.body,
            timeout=self._timeout,
            deadline=deadline,
            call=call,
        )

    # Sending many

    async def gather(
        self,
        calls: Iterable["Call[T]"],
        limit: int | None = None,
        on_error: Literal["raise", "collect"] = "raise",
    ) -> list[Any]:
        """Answers in the calls' order; `collect` gives an Outcome for each instead of raising."""
        if on_error not in ("raise", "collect"):
            raise ConfigurationError(f"on_error: {on_error!r} is neither 'raise' nor 'collect'")
        work = self.send if on_error == "raise" else self._outcome
        return await concurrency.fan_out(work, calls, limit=limit or self._engine.ceiling)

    def stream(
        self, calls: Iterable["Call[T]"], limit: int | None = None
    ) -> "AbstractAsyncContextManager[AsyncIterator[Outcome[T]]]":
        """`async with client.stream(calls) as outcomes`: each Outcome as it finishes."""
        return concurrency.stream(self._outcome, calls, limit=limit or self._engine.ceiling)

    async def _outcome(self, call: "Call[T]") -> Outcome[T]:
        started = concurrency.now()
        attempts: Any = ()
        try:
            response = await self.send_raw(call)
            attempts = response.attempts
            found = response.parse()
        except MidakitError as error:
            seconds = concurrency.now() - started
            return Outcome(call, error=error, attempts=error.attempts or attempts, seconds=seconds)
        return Outcome(call, answer=found, attempts=attempts, seconds=concurrency.now() - started)


def _policy(retry: Retry | int | None) -> Retry:
    if retry is None:
        return Retry()
    if isinstance(retry, int):
        if isinstance(retry, bool) or retry < 1:
            raise ConfigurationError(f"retry: {retry!r} is not a number of attempts from 1 up")
        return Retry(attempts=retry)
    return retry
