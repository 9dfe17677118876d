"""The headers of a request: one of them is the key, so they show no values.

Tools that print the local variables of a traceback (Sentry, `pytest -l`, rich) print tuples, mappings
and bytes with all that is in them, but of other objects only what `repr` says.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.core.secret import Secret

Headers = tuple[tuple[bytes, bytes], ...]
"""Names and values in the open; the names are in lower case."""


def pairs_of(head: bytes) -> Headers:
    """Return the headers in a whole head of a response that has been checked.

    Args:
        head: From the status line to the empty line.
    """
    lines = [line.partition(b":") for line in head.split(b"\r\n")[1:-2]]
    return tuple([(name.lower(), value.strip(b" \t")) for name, _, value in lines])


def encoded(headers: Iterable[tuple[str, "str | Secret"]]) -> Headers:
    """Return the headers of a call as bytes; whoever gets them may hold a key.

    Args:
        headers: Names and values, which have been checked.
    """
    return tuple(
        [
            (name.lower().encode(), (value if isinstance(value, str) else value.reveal()).encode())
            for name, value in headers
        ]
    )


class RequestHeaders:
    """The headers of a request; iterating gives names and values in the open.

    Whoever iterates holds the key, so only a function that cannot fail afterwards may do it.

    Args:
        pairs: Names in lower case, and values.
    """

    __slots__ = ("_pairs", "lines")

    def __init__(self, pairs: Headers) -> None:
        self._pairs = pairs
        self.lines: bytes | None = None
        """The lines as they go on the wire, once our own transport has made them."""

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        return iter(self._pairs)

    def extended(self, pairs: Headers) -> "RequestHeaders":
        """Return these headers with others added; they replace those of the same name.

        Args:
            pairs: Names in lower case, and values.
        """
        names = {name for name, _ in pairs}
        return RequestHeaders((*(one for one in self._pairs if one[0] not in names), *pairs))

    def __repr__(self) -> str:
        names = ", ".join(name.decode("latin-1") for name, _ in self._pairs)
        return f"<RequestHeaders {names}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RequestHeaders) and self._pairs == other._pairs

    def __hash__(self) -> int:
        return hash(self._pairs)

    def __copy__(self) -> "RequestHeaders":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "RequestHeaders":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return RequestHeaders, (tuple((name, b"***") for name, _ in self._pairs),)
