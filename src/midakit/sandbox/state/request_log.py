"""The requests the sandbox has seen: bounded, numbered, without secrets."""

import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import Any

KEPT_HEADERS = frozenset(
    {
        "accept",
        "content-type",
        "idempotency-key",
        "ld-api-version",
        "user-agent",
        "x-idempotency-key",
    }
)
KEPT_BODY = 2000


@dataclass(slots=True)
class SeenRequest:
    """One request; `status` is None until it was json_response, `fault` names what was done to it."""

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
    """The latest requests, by a number that only grows, so that a reader can go on from one."""

    def __init__(self, size: int = 1000) -> None:
        self._entries: deque[SeenRequest] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._count = 0

    def open(
        self, at: str, method: str, path: str, query: str, headers: dict[str, str]
    ) -> SeenRequest:
        """Note a request that has just arrived."""
        kept = {name: text for name, text in headers.items() if name in KEPT_HEADERS}
        with self._lock:
            self._count += 1
            entry = SeenRequest(self._count, at, method, path, query, kept)
            self._entries.append(entry)
        return entry

    def since(self, number: int = 0, limit: int = 1000) -> list[dict[str, Any]]:
        """Entries with a higher number, oldest first."""
        with self._lock:
            later = [entry for entry in self._entries if entry.number > number]
        return [asdict(entry) for entry in later[:limit]]

    @property
    def count(self) -> int:
        """How many requests were seen since the last clearing of the sandbox."""
        return self._count

    def clear(self) -> None:
        """Forget the entries; numbers go on."""
        with self._lock:
            self._entries.clear()
