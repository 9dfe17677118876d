"""How many bytes may be under way at once (pure).

An answer's size is known when it is there, which is too late: so a call reserves what the largest
recent answer of its kind took, and while none is known, a good part of the budget. A call that alone
exceeds the budget goes alone.
"""

FIRST = 8
"""So many calls of a kind set off before the first answer of that kind is there."""


class Budget:
    """Bytes reserved by calls that are being fetched."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.reserved = 0
        self._expected: dict[str, int] = {}

    def expected(self, kind: str) -> int:
        """What an answer of this kind takes."""
        return self._expected.get(kind, self.most // FIRST)

    def fits(self, kind: str, waiting: int) -> bool:
        """Whether one more may set off, with so many bytes waiting to be written."""
        if self.reserved == 0 and waiting == 0:
            return True
        return self.reserved + waiting + self.expected(kind) <= self.most

    def learn(self, kind: str, size: int) -> None:
        """The largest of late: it shrinks slowly when answers do."""
        self._expected[kind] = max(size, int(0.95 * self._expected.get(kind, 0)))
