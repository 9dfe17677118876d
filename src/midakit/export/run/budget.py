"""How many bytes may be under way at once (pure).

An answer's size is known when it is there, which is too late: so a call reserves what the largest
recent answer of its kind took, and while none is known, a good part of the budget. A call that alone
exceeds the budget goes alone.
"""

FIRST = 8
"""How many calls of a kind may be under way before the first answer of that kind is there."""


class ByteBudget:
    """The bytes that calls under way have reserved.

    Args:
        most: Bytes that may be fetched, waiting and being written together.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.reserved = 0
        self._expected: dict[str, int] = {}

    def expected(self, kind: str) -> int:
        """Return the bytes that an answer of this kind is expected to take.

        Args:
            kind: The table that the call's rows go to.
        """
        return self._expected.get(kind, self.most // FIRST)

    def fits(self, kind: str, waiting: int) -> bool:
        """Return whether one more call may set off.

        Args:
            kind: The table that the call's rows go to.
            waiting: Bytes that wait to be written.
        """
        if self.reserved == 0 and waiting == 0:
            return True
        return self.reserved + waiting + self.expected(kind) <= self.most

    def learn(self, kind: str, size: int) -> None:
        """Remember the largest recent answer; what is remembered shrinks slowly when answers do.

        Args:
            kind: The table that the call's rows go to.
            size: Bytes of the answer that came.
        """
        self._expected[kind] = max(size, int(0.95 * self._expected.get(kind, 0)))
