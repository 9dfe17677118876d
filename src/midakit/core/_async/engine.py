"""What the views of one client share: transport, limiter, retry quota and hooks."""

import os
import sys
import warnings  # not in `__del__`: nothing can be imported any more when the interpreter ends
from typing import TYPE_CHECKING, Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import Hooks
from midakit.core.limits import Gate, Quota
from midakit.core.log import LazyLogger
from midakit.core.service import Service

if TYPE_CHECKING:
    from midakit.core.wire.choice import TransportChoice
    from midakit.core.wire.messages import AsyncTransport, Origin

logger = LazyLogger("midakit")

_OURS = os.path.dirname(os.path.dirname(os.path.dirname(__file__))) + os.sep  # noqa: PTH120  # pathlib costs more


def created_at() -> str:
    """Return `file:line` of the nearest caller outside midakit."""
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_OURS):
        frame = frame.f_back
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


class AsyncBorrowed:
    """A transport of the application that stays open here: it has nothing to close, or others still use it.

    Args:
        transport: It needs no other method than `send`.
    """

    def __init__(self, transport: "AsyncTransport") -> None:
        self.send = transport.send

    async def aclose(self) -> None:
        """Leave it open."""


class Engine:
    """Each event loop has connections and waiting calls of its own; a forked child starts afresh.

    Args:
        ceiling: The most calls in flight.
        transport: The client's option `transport`.
        http_client: The client's option `http_client`.
    """

    __slots__ = (
        "__weakref__",
        "_elsewhere",
        "_lock",
        "_loop_token",
        "_mocked",
        "_transports",
        "bulk_loop",
        "ceiling",
        "closed",
        "created_at",
        "hooks",
        "http_client",
        "limiter",
        "quota",
        "transport",
        "transport_choice",
    )

    def __init__(self, *, ceiling: int, transport: Any, http_client: Any) -> None:
        self.ceiling = ceiling
        self.transport_choice = transport
        self.http_client = http_client
        self.hooks = Hooks()
        self.quota = Quota()
        self.limiter = concurrency.Limiter(Gate(ceiling))
        self.transport: AsyncTransport | None = None
        self.bulk_loop: Any = None
        """Where a blocking client runs its bulk methods: see `concurrency.blocking_bulk`."""
        self.closed = False
        self.created_at = created_at()
        """Where the client was made, for the warning about one that was not closed; empty for none."""
        self._lock = concurrency.ThreadLock()
        self._loop_token: object = None
        self._mocked = False
        self._transports: dict[bool, AsyncTransport] = {}
        self._elsewhere: dict[Any, tuple[dict[bool, AsyncTransport], concurrency.Limiter]] = {}
        """What belongs to other event loops, by their tokens."""

    def is_closed(self) -> bool:
        """Return whether the client was closed, perhaps while calls were under way."""
        return self.closed

    def is_usable_here(self) -> bool:
        """Return whether `transport` still serves: same process, same loop, and no mock came or went."""
        return (
            concurrency.is_current_loop(self._loop_token)
            and self._mocked is concurrency.is_mocked()
        )

    async def open(self, service: Service) -> tuple["AsyncTransport", concurrency.Limiter]:
        """Return the transport for here and now, the open one or a new one, and its limiter.

        Args:
            service: Says where requests go.
        """
        with self._lock:  # nothing in here waits
            self._move_to(concurrency.loop_token())
            mocked = concurrency.is_mocked()
            transport = self._transports.get(mocked)
            if transport is None:
                transport = self._transports[mocked] = self._open(self.choose(service.origin))
            self.transport, self._mocked = transport, mocked
            return transport, self.limiter

    def choose(self, origin: "Origin") -> "TransportChoice":
        """Choose the transport for here and now.

        Args:
            origin: Where requests go.
        """
        from midakit.core.wire.choice import choose, has_parser, is_proxied

        return choose(
            self.transport_choice,
            http_client=self.http_client,
            trio=concurrency.is_trio(),
            proxied=self.http_client is None and is_proxied(origin),
            mocked=concurrency.is_mocked(),
            parser=has_parser(),
        )

    def _open(self, choice: "TransportChoice") -> "AsyncTransport":
        """Make the transport that was chosen."""
        logger.debug("transport: %s (%s)", choice.kind, choice.reason)
        if choice.kind == "custom":
            given: AsyncTransport = self.transport_choice
            return given if hasattr(given, concurrency.CLOSE) else AsyncBorrowed(given)
        if choice.kind == "own":
            return concurrency.own_transport()
        from midakit.core.wire.httpx._async.transport import AsyncHttpxTransport

        return AsyncHttpxTransport(self.http_client)

    def _move_to(self, loop_token: object) -> None:
        """Leave connections and waiting calls to their own loop; keep what the server taught."""
        if self._loop_token == loop_token:
            return
        if self._loop_token is not None:
            self._elsewhere[self._loop_token] = self._transports, self.limiter
            for token in [one for one in self._elsewhere if concurrency.is_over(one)]:
                concurrency.leave(self._elsewhere.pop(token)[0].values(), token)
            fresh: Any = {}, concurrency.Limiter(self.limiter.gate.sibling())
            self._transports, self.limiter = self._elsewhere.pop(loop_token, fresh)
        self._loop_token = loop_token

    async def aclose(self) -> None:
        """Close every connection that is ours; an injected client stays open."""
        self.closed = True
        bulk_loop, self.bulk_loop = self.bulk_loop, None
        if bulk_loop is not None:
            bulk_loop.stop()
        with self._lock:
            if self._transports or self._elsewhere:
                self._move_to(concurrency.loop_token())
            opened = {id(transport): transport for transport in self._transports.values()}
            elsewhere, self._elsewhere = self._elsewhere, {}
            self._transports, self.transport = {}, None
        for token, (transports, _) in elsewhere.items():
            concurrency.leave(transports.values(), token)
        for transport in opened.values():
            await transport.aclose()

    def _is_open(self) -> bool:
        opened = getattr(self, "transport", None), getattr(self, "bulk_loop", None)
        return any(one is not None for one in opened)

    def __del__(self) -> None:
        if self._is_open() and not self.closed and self.created_at:
            warnings.warn(
                f"a midakit client made at {self.created_at} was not closed; "
                f"use `{concurrency.WITH}` or call `{concurrency.CLOSE}()`",
                ResourceWarning,
                stacklevel=2,
                source=self,
            )
