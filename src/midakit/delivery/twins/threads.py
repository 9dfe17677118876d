"""What `MidaDelivery` does in threads; `aio` is its twin."""

import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from midakit.core.concurrency import fork

if TYPE_CHECKING:
    from midakit.core._sync.client import Client
    from midakit.delivery.background import Background

Value = TypeVar("Value")


class Flight(Generic[Value]):
    """A question on its way, for threads that ask the same meanwhile."""

    __slots__ = ("_event", "error", "over", "value")

    def __init__(self) -> None:
        self.over = False
        self.value: Value | None = None
        """The answer, once it is over; None where none came."""
        self.error: Exception | None = None
        self._event = threading.Event()

    def wait(self, seconds: float) -> bool:
        """Wait until it is over.

        Args:
            seconds: The longest wait.

        Returns:
            Whether it is over.
        """
        return self._event.wait(seconds)

    def end(self) -> None:
        """Wake who waits."""
        self.over = True
        self._event.set()


def background_client(background: "Background", client: "Client") -> "Client":  # noqa: ARG001  # its twin's
    """Return the client for what is asked in the background: any thread may use the same.

    Args:
        background: The thread with its event loop.
        client: The client of whoever asks.
    """
    return client


def close_at_end(background: "Background", store: Any) -> None:
    """Do nothing: the connections of a process are shared by its threads, and their owner closes them.

    Args:
        background: The thread with its event loop.
        store: The store of assignments, or None.
    """


class RedisConnections:
    """A client of redis-py for this process; a forked child gets its own.

    Args:
        url: Address of the server, such as `redis://localhost:6379/0`.
        seconds: The longest wait for the server.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self._url = url
        self._seconds = seconds
        self._clients: dict[Any, Any] = {}

    def client(self) -> Any:
        """Return the client of this process.

        Raises:
            MissingExtra: redis-py is not installed.
        """
        token = fork.process_token
        found = self._clients.get(token)
        if found is None:
            from midakit.core.extras import need

            redis = need("redis", extra="redis")
            found = self._clients[token] = redis.Redis.from_url(
                self._url,
                socket_timeout=self._seconds,
                socket_connect_timeout=self._seconds,
                decode_responses=True,
            )
        return found

    def close(self) -> None:
        """Close the connections of this process."""
        client = self._clients.pop(fork.process_token, None)
        if client is not None:
            client.close()
