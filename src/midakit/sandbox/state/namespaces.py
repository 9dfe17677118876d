"""Names for things that are made when they are first asked for: the namespaces of a server."""

import re
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from midakit.sandbox.errors import HttpError

_T = TypeVar("_T")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MOST = 512


def checked_name(name: str) -> str:
    """Return the name of a namespace or a snapshot, which is good for a file name too.

    Args:
        name: The name.

    Returns:
        The same name.

    Raises:
        HttpError: 400, it has other characters than letters, digits, `.`, `_` and `-`.
    """
    if not _NAME.fullmatch(name):
        raise HttpError(
            400, "A name has up to 100 letters, digits, '.', '_' or '-', a letter or digit first"
        )
    return name


class Namespaces(Generic[_T]):
    """What each namespace holds.

    Args:
        make: Makes what a new one holds.
        close: Closes it.
    """

    def __init__(self, make: Callable[[str], _T], close: Callable[[_T], None]) -> None:
        self._make, self._close = make, close
        self._held: dict[str, _T] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> _T:
        """Return what a namespace holds, made now if it is new.

        Args:
            name: Its name.

        Returns:
            What it holds.

        Raises:
            HttpError: 400, it cannot be called so, or there are too many.
        """
        found = self._held.get(name)
        if found is not None:
            return found
        with self._lock:
            if name not in self._held:
                if len(self._held) >= _MOST:
                    raise HttpError(400, f"There are {_MOST} namespaces; delete some first")
                checked = checked_name(name)  # before anything is opened
                self._held[checked] = self._make(checked)
            return self._held[name]

    def names(self) -> list[str]:
        """Return the names, the oldest first."""
        with self._lock:
            return list(self._held)

    def drop(self, name: str) -> None:
        """Close a namespace and forget it; asked for again, it is a new one.

        Args:
            name: Its name.

        Raises:
            HttpError: 404, there is no such namespace.
        """
        with self._lock:
            if name not in self._held:
                raise HttpError(404, f"There is no namespace {name[:100]!r}")
            held = self._held.pop(name)
        self._close(held)

    def clear(self) -> None:
        """Close and forget them all."""
        for name in self.names():
            self.drop(name)
