"""The events that meet a condition, kept up as events are written.

A set looks only at rows that are new to it. Its version changes when its members do and at no other
time, so that a write makes stale only what it touched; after a reset it has its first version again.
"""

from collections.abc import Callable
from copy import copy
from itertools import count

import numpy as np

from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.event_log import EventLog

Matches = Callable[[EventLog, int, int], Array]
"""Returns which rows from a first to before a last one meet a condition."""
_VERSIONS = count(1)
_REMEMBERED = 1000


class EventSet:
    """The rows of the living events that meet a condition, ascending.

    Args:
        log: The events.
        matches: The condition.
    """

    def __init__(self, log: EventLog, matches: Matches) -> None:
        self._log, self._matches = log, matches
        self._first = matches(log, 0, log.table.kept)
        self._start()
        self._resets = log.resets

    def _start(self) -> None:
        """Start from the baseline."""
        self._rows, self._version = self._first, 0
        self._sizes = {0: len(self._first)}
        self._seen, self._dead = self._log.table.kept, 0

    def copy(self, log: EventLog) -> "EventSet":
        """Return the same set of a log with the same baseline; nothing is matched again.

        Args:
            log: The other log.

        Returns:
            The set.
        """
        fresh = copy(self)
        fresh._log, fresh._resets = log, log.resets
        fresh._start()
        return fresh

    def size_at(self, version: int) -> int | None:
        """Return how many rows there were, if only rows at the end have come since.

        Args:
            version: A version that `current` has returned.

        Returns:
            Their number; None when a row is gone since then, or it is too long ago to know.
        """
        return self._sizes.get(version)

    def current(self) -> tuple[Array, int]:
        """Return the rows as they are now, and the version of this answer."""
        log = self._log
        if self._resets != log.resets:
            self._start()
            self._resets = log.resets
        size, dead = len(log.table), log.dead[self._dead :]
        if size > self._seen or dead:
            added = self._matches(log, self._seen, size)
            gone = np.isin(self._rows, dead) if dead else np.zeros(1, bool)
            if gone.any():
                self._rows = self._rows[~gone]
            if len(added):
                added = added[~np.isin(added, dead)] if dead else added
                self._rows = np.concatenate((self._rows, added))
            if gone.any():
                self._sizes.clear()
            if gone.any() or len(added):
                self._version = next(_VERSIONS)
                if len(self._sizes) >= _REMEMBERED:
                    self._sizes.clear()
                self._sizes[self._version] = len(self._rows)
            self._seen, self._dead = size, len(log.dead)
        return self._rows, self._version
