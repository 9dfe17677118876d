"""The requests that the sandbox has seen: a bounded list, numbered, without secrets.

Of a header only the name is kept, unless its value can hold no secret. Of a body and of an answer
the beginning is kept: of an answer 16 KiB, of a body, which checks look at, 256 KiB. Where the bodies
of all requests have more than 32 MiB together, 16 KiB of the oldest long ones stay.
"""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from midakit.sandbox.state.timestamps import iso_text

_HEADERS = (
    b"accept accept-encoding allow cache-control connection content-encoding content-length "
    b"content-type host idempotency-key ld-api-version location origin retry-after "
    b"retry-after-ms traceparent transfer-encoding user-agent x-idempotency-key x-ratelimit-reset "
    b"x-ratelimit-route-limit x-ratelimit-route-remaining x-sandbox-fault x-sandbox-namespace "
    b"x-sandbox-user "
)
KEPT_HEADERS = frozenset(_HEADERS.split())
KEPT_BODY, KEPT_ANSWER = 262_144, 16_384
KEPT_BODIES = 32 * 1_048_576
"""How many bytes of bodies are kept of all requests together, and 16 KiB of each one besides."""
_MASK = b"***"
RawHeaders = Sequence[tuple[bytes, bytes]]


@dataclass(slots=True)
class SeenRequest:
    """One request; `status` is None until it is answered, `fault` and `stub` say who interfered.

    It is kept as it came, and becomes text when somebody looks: that is seldom.
    """

    number: int
    at: datetime
    method: str
    path: str
    query: str
    headers: RawHeaders
    received: bytes = b""
    cut: bool = False
    """Whether `received` is the beginning of a longer body."""
    status: int | None = None
    milliseconds: float | None = None
    fault: str | None = None
    stub: int | None = None
    answer_headers: RawHeaders = ()
    sent: bytes = b""

    def as_json(self, *, whole: bool = True) -> dict[str, Any]:
        """Return the request as JSON.

        Args:
            whole: With headers and bodies.

        Returns:
            The JSON object.
        """
        names = ("number", "method", "path", "query", "status", "milliseconds", "fault", "stub")
        shown = {name: getattr(self, name) for name in names} | {"at": iso_text(self.at)}
        if not whole:
            return shown
        return shown | {
            "headers": _texts(self.headers),
            "body": self.received.decode(errors="replace"),
            "body_cut": self.cut,
            "answer_headers": _texts(self.answer_headers),
            "answer": self.sent.decode(errors="replace"),
        }


def kept_part(kept: bytes, piece: bytes, most: int) -> bytes:
    """Return what is kept of a body after one more piece.

    Args:
        kept: What was kept before.
        piece: The piece.
        most: How many bytes are kept.

    Returns:
        The beginning of the body.
    """
    return kept if len(kept) >= most else kept + piece[: most - len(kept)]


def masked(headers: RawHeaders) -> RawHeaders:
    """Return headers without values that may be secret.

    Args:
        headers: The headers, names in lower case.

    Returns:
        All names; a value is `***` unless its header is on the list.
    """
    return [(name, text if name in KEPT_HEADERS else _MASK) for name, text in headers]


def _texts(headers: RawHeaders) -> dict[str, str]:
    """Return headers as texts."""
    return {name.decode("latin-1"): text.decode("latin-1") for name, text in headers}


class RequestLog:
    """The latest requests; their numbers only grow, so that a reader can continue after one.

    Args:
        size: How many requests are kept.
    """

    def __init__(self, size: int = 1000) -> None:
        self._entries: deque[SeenRequest] = deque(maxlen=size)
        self._lock = threading.Lock()
        self._count = 0
        self._cleared = 0

    def add(self, method: str, path: str, query: str, headers: RawHeaders) -> SeenRequest:
        """Note a request that has just arrived, with the time of the machine's clock.

        Args:
            method: The HTTP method.
            path: The path, without the query.
            query: The query as it was sent.
            headers: All headers; they are masked.

        Returns:
            The entry; the caller fills in the rest of it later.
        """
        at, kept = datetime.now(UTC), masked(headers)  # a frozen clock would tell nothing here
        with self._lock:
            self._count += 1
            entry = SeenRequest(self._count, at, method, path, query, kept)
            self._entries.append(entry)
        return entry

    def add_body(self, entry: SeenRequest, piece: bytes) -> None:
        """Keep the beginning of a body, and less of the oldest ones where all have too much together.

        Args:
            entry: The request.
            piece: The next piece of its body.
        """
        if entry.cut:
            return
        entry.cut = len(entry.received) + len(piece) > KEPT_BODY
        entry.received = kept_part(entry.received, piece, KEPT_BODY)
        if len(entry.received) > KEPT_ANSWER:
            self._shorten_oldest()

    def _shorten_oldest(self) -> None:
        """Keep as much as there is room for, of the latest requests first."""
        with self._lock:
            left = KEPT_BODIES
            for entry in reversed(self._entries):
                left -= len(entry.received)
                if left < 0 and len(entry.received) > KEPT_ANSWER:
                    entry.received, entry.cut = entry.received[:KEPT_ANSWER], True

    def entries(self, after: int = 0) -> list[SeenRequest]:
        """Return the entries after a number, oldest first.

        Args:
            after: The last number that is already known.

        Returns:
            The entries themselves.
        """
        with self._lock:
            if not self._entries or self._entries[-1].number <= after:
                return []
            return [entry for entry in self._entries if entry.number > after]

    def find(self, number: int) -> SeenRequest | None:
        """Return one entry.

        Args:
            number: Its number.

        Returns:
            The entry, or None when it is unknown or forgotten.
        """
        found = self.entries(number - 1)
        return found[0] if found and found[0].number == number else None

    def since(
        self, number: int = 0, limit: int = 1000, *, whole: bool = True
    ) -> list[dict[str, Any]]:
        """Return the entries after a number, oldest first.

        Args:
            number: The last number that is already known.
            limit: The most entries to return.
            whole: With headers and bodies.

        Returns:
            The entries as JSON objects.
        """
        return [entry.as_json(whole=whole) for entry in self.entries(number)[:limit]]

    @property
    def count(self) -> int:
        """The number of the latest request."""
        return self._count

    @property
    def forgotten(self) -> int:
        """How many requests since the last `clear` are no longer kept."""
        return self._count - self._cleared - len(self._entries)

    def clear(self) -> None:
        """Forget the entries; the numbers go on."""
        with self._lock:
            self._entries.clear()
            self._cleared = self._count
