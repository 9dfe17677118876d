"""The pieces of a body on their way to become one, in memory of about their length."""

MANY = 1024
"""How many pieces may lie about before they become one: an object of two bytes takes 43 with its place."""


class Pieces:
    """Collects pieces of bytes, however small they are."""

    __slots__ = ("_few", "_merged", "length")

    def __init__(self) -> None:
        self.length = 0
        self._merged: list[bytes] = []
        self._few: list[bytes] = []

    def add(self, piece: bytes) -> None:
        """Take the next piece.

        Args:
            piece: What came.
        """
        self.length += len(piece)
        self._few.append(piece)
        if len(self._few) >= MANY:
            self._merged.append(b"".join(self._few))
            self._few.clear()

    def joined(self) -> bytes:
        """Return all that came as one piece."""
        return b"".join((*self._merged, *self._few))
