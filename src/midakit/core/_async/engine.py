"""What the views of one client share: transport, limiter, retry quota and hooks."""

import logging
from typing import TYPE_CHECKING, Any

from midakit.core.birthplace import birthplace
from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import Hooks
from midakit.core.limits import Gate, Quota
from midakit.core.service import Service

if TYPE_CHECKING:
    from midakit.core.wire.choice import TransportChoice
    from midakit.core.wire.messages import AsyncTransport, Origin

logger = logging.getLogger("midakit")


class Engine:
    """It belongs to one process and one event loop at a time; elsewhere it starts afresh."""

    __slots__ = (
        "__weakref__",
        "_lock",
        "_mocked",
        "_transports",
        "_world",
        "apart",
        "born",
        "ceiling",
        "closed",
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
        self.apart: Any = None
        """The room where a blocking client runs its bulk verbs: `core/apart.py`."""
        self.closed = False
        self.born = birthplace()
        self._lock = concurrency.Lock()
        self._world: object = None
        self._mocked = False
        self._transports: dict[bool, AsyncTransport] = {}

    def at_home(self) -> bool:
        """Whether `transport` still serves here: same process, same loop, and no mocker came or went."""
        return concurrency.is_world(self._world) and self._mocked is concurrency.is_mocked()

    async def open(self, service: Service) -> "AsyncTransport":
        """The transport for here and now, found again or opened."""
        async with self._lock:
            self._move_to(concurrency.world())
            mocked = concurrency.is_mocked()
            transport = self._transports.get(mocked)
            if transport is None:
                transport = self._transports[mocked] = self._open(self.choose(service.origin))
            self.transport, self._mocked = transport, mocked
        return transport

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
            return self.transport_choice  # type: ignore[no-any-return]
        if choice.kind == "own":
            return concurrency.own_transport()
        from midakit.core.wire.httpx._async.transport import AsyncHttpxTransport

        return AsyncHttpxTransport(self.http_client)

    def _move_to(self, world: object) -> None:
        """Connections and waiting calls stay in their own world; what the server taught comes along."""
        if self._world == world:
            return
        if self._world is not None:
            self._transports = {}
            self.limiter = concurrency.Limiter(self.limiter.gate.sibling())
        self._world = world

    async def aclose(self) -> None:
        """Close every connection that is ours; an injected client stays open."""
        self.closed = True
        apart, self.apart = self.apart, None
        if apart is not None:
            apart.stop()
        opened = {id(transport): transport for transport in self._transports.values()}
        self._transports, self.transport = {}, None
        if opened and self._world == concurrency.world():
            for transport in opened.values():
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
