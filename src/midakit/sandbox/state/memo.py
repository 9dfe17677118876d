"""A small memory of what was worked out before: the latest answers, by key and version."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

_T = TypeVar("_T")


class Memo(Generic[_T]):
    """The latest values, by key; one that has an old version counts as unknown. Threads may share it.

    Args:
        size: How many values are kept.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._known: OrderedDict[Hashable, tuple[Any, _T]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, version: Any = None) -> _T | None:
        """Return a value that is known.

        Args:
            key: What it is about.
            version: What the value must have been worked out from.

        Returns:
            The value, or None.
        """
        with self._lock:
            found = self._known.get(key)
            if found is None or found[0] != version:
                return None
            self._known.move_to_end(key)
            return found[1]

    def latest(self, key: Hashable) -> tuple[Any, _T] | None:
        """Return the latest value of a key with its version, whatever that is.

        Args:
            key: What it is about.

        Returns:
            The version and the value, or None.
        """
        with self._lock:
            return self._known.get(key)

    def put(self, key: Hashable, value: _T, version: Any = None) -> None:
        """Keep a value in place of an older one.

        Args:
            key: What it is about.
            value: The value.
            version: What it was worked out from.
        """
        with self._lock:
            self._known[key] = version, value
            self._known.move_to_end(key)
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def get_or_build(self, key: Hashable, version: Any, build: Callable[[], _T]) -> _T:
        """Return a value, worked out now if it is not known.

        Args:
            key: What it is about.
            version: What it is worked out from.
            build: Works it out.

        Returns:
            The value.
        """
        found = self.get(key, version)
        if found is None:
            found = build()
            self.put(key, found, version)
        return found

    def copy(self, change: Callable[[_T], _T] = lambda value: value) -> "Memo[_T]":
        """Return a memory of its own that knows the same.

        Args:
            change: Returns what takes the place of a value.

        Returns:
            The copy.
        """
        fresh: Memo[_T] = Memo(self._size)
        with self._lock:
            known = list(self._known.items())
        fresh._known.update((key, (version, change(value))) for key, (version, value) in known)
        return fresh

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._known.clear()
