"""The requests that the sandbox has seen: a bounded list, numbered, without secrets."""

import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT_HEADERS = frozenset(
    {"accept", "content-type", "idempotency-key", "ld-api-version", "user-agent",
     "x-idempotency-key"}
)  # fmt: skip
KEPT_BODY = 2000


@dataclass(slots=True)
class SeenRequest:
    """One request; `status` is None until it is answered, `fault` names what was done to it."""

    number: int
    at: str
    method: str
    path: str
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    status: int | None = None
    milliseconds: float | None = None
    fault: str | None = None


class RequestLog:
    """The latest requests; their numbers only grow, so that a reader can continue after one.

    Args:
        size: How many requests are kept.
    """

    def __init__(self, size: int = 1000) -> None:
        self._entries: deque[SeenRequest] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._count = 0

    def add(
        self, at: str, method: str, path: str, query: str, headers: dict[str, str]
    ) -> SeenRequest:
        """Note a request that has just arrived.

        Args:
            at: The time by the machine's clock, as ISO 8601 text.
            method: The HTTP method.
            path: The path, without the query.
            query: The query as it was sent.
            headers: All headers; only those that can hold no secret are kept.

        Returns:
            The entry; the caller fills in the rest of it later.
        """
        kept = {name: text for name, text in headers.items() if name in KEPT_HEADERS}
        with self._lock:
            self._count += 1
            entry = SeenRequest(self._count, at, method, path, query, kept)
            self._entries.append(entry)
        return entry

    def since(self, number: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Return the entries after a number, oldest first.

        Args:
            number: The last number that is already known.
            limit: The most entries to return.

        Returns:
            The entries as JSON objects.
        """
        with self._lock:
            later = [entry for entry in self._entries if entry.number > number]
        return [asdict(entry) for entry in later[:limit]]

    @property
    def count(self) -> int:
        """The number of the latest request."""
        return self._count

    def clear(self) -> None:
        """Forget the entries; the numbers go on."""
        with self._lock:
            self._entries.clear()
