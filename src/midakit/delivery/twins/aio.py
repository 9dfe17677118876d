"""What `AsyncMidaDelivery` does in tasks; `threads` is its twin."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from midakit.core.concurrency.event_loop import is_trio, loop_token

if TYPE_CHECKING:
    import anyio

    from midakit.core._async.client import AsyncClient
    from midakit.delivery.background import Background

Value = TypeVar("Value")


class Flight(Generic[Value]):
    """A question on its way, for those who ask the same meanwhile in this event loop."""

    __slots__ = ("_event", "error", "over", "value")

    def __init__(self) -> None:
        self.over = False
        self.value: Value | None = None
        """The answer, once it is over; None where none came."""
        self.error: Exception | None = None
        self._event: anyio.Event | None = None

    async def wait(self, seconds: float) -> bool:
        """Wait until it is over.

        Args:
            seconds: The longest wait.

        Returns:
            Whether it is over.
        """
        import anyio

        if not self.over:
            self._event = self._event or anyio.Event()
            with anyio.move_on_after(seconds):
                await self._event.wait()
        return self.over

    def end(self) -> None:
        """Wake who waits."""
        self.over = True
        if self._event is not None:
            self._event.set()


def background_client(background: "Background", client: "AsyncClient") -> "AsyncClient":  # noqa: ARG001  # its twin's
    """Return the client for what is asked in the background: that of its event loop.

    Args:
        background: The thread with its event loop.
        client: The client of whoever asks.
    """
    return background.client


def close_at_end(background: "Background", store: Any) -> None:
    """Let a background close the connections that our store opens in its event loop.

    Args:
        background: The thread with its event loop.
        store: The store of assignments, or None.
    """
    connections = getattr(store, "_connections", None)
    if isinstance(connections, RedisConnections):
        background.at_end.append(connections.close)


class RedisConnections:
    """A client of redis-py for each event loop: its connections belong to one.

    Args:
        url: Address of the server, such as `redis://localhost:6379/0`.
        seconds: The longest wait for the server.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._clients: dict[Any, Any] = {}

    def client(self) -> Any:
        """Return the client of the running loop.

        Raises:
            MissingExtra: redis-py is not installed.
            RuntimeError: The loop is trio's, which redis-py does not know.
        """
        if is_trio():
            raise RuntimeError("redis-py needs asyncio; on trio use a store of your own")
        token = loop_token()
        found = self._clients.get(token)
        if found is None:
            from midakit.core.extras import need

            redis = need("redis.asyncio", extra="redis")
            found = self._clients[token] = redis.Redis.from_url(
                self._url,
                socket_timeout=self._seconds,
                socket_connect_timeout=self._seconds,
                decode_responses=True,
            )
        return found

    async def close(self) -> None:
        """Close the connections of this loop; those of others end with theirs."""
        client = self._clients.pop(loop_token(), None)
        if client is not None:
            await client.aclose()
