"""Answers that are kept: fresh for a time, usable while a new one is fetched, and never too many (pure).

    put ---- fresh ----|---- stale ----|  gone
        (used as it is) (used, renewed)

The least recently used answer goes first. Every step is one operation of a dictionary, so threads need
no lock, and a process that forks can leave none behind.
"""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class AnswerCache(Generic[Value]):
    """A bounded number of answers by key.

    Args:
        size: The most answers.
        fresh_for: Seconds that an answer is used as it is.
        stale_for: Seconds after those in which it may still be used, while a new one is fetched.
    """

    __slots__ = ("_entries", "_fresh_for", "_size", "_stale_for")

    def __init__(self, size: int, fresh_for: float, stale_for: float) -> None:
        self._size = size
        self._fresh_for = fresh_for
        self._stale_for = stale_for
        self._entries: OrderedDict[Hashable, tuple[float, Value]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def fresh(self, key: Hashable, now: float) -> Value | None:
        """Return an answer that is fresh.

        Args:
            key: What it is kept under.
            now: Seconds of a clock that never goes back.

        Returns:
            The answer, or None.
        """
        entry = self._entries.get(key)
        if entry is None or now >= entry[0]:
            return None
        try:  # noqa: SIM105 -- `suppress` costs as much as the rest of this
            self._entries.move_to_end(key)
        except KeyError:  # another thread has just dropped it; it was good when we looked
            pass
        return entry[1]

    def usable(self, key: Hashable, now: float) -> Value | None:
        """Return an answer that is fresh or stale.

        Args:
            key: What it is kept under.
            now: Seconds of a clock that never goes back.

        Returns:
            The answer, or None.
        """
        entry = self._entries.get(key)
        return None if entry is None or now >= entry[0] + self._stale_for else entry[1]

    def put(self, key: Hashable, value: Value, now: float, age: float = 0.0) -> None:
        """Keep an answer; the least recently used one makes place for it.

        Args:
            key: What it is kept under.
            value: The answer.
            now: Seconds of a clock that never goes back.
            age: Seconds since it was true.
        """
        self._entries[key] = now + self._fresh_for - age, value
        self._entries.move_to_end(key)
        while len(self._entries) > self._size:
            self._entries.popitem(last=False)

    def drop(self, key: Hashable) -> None:
        """Forget an answer.

        Args:
            key: What it was kept under.
        """
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Forget every answer."""
        self._entries.clear()
