"""Who is counted in a report, and which of their events.

    rows     the experiment's assignments, of its variants, by visitor and time
    units    one per (visitor, variant) of the rows in a phase, with the first entry
    hits     events of a unit, each given to the row that it falls into

All three are worked out once and kept until a write touches them.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from midakit.sandbox.state.columns import MISSING, Array, Rule, Words
from midakit.sandbox.state.event_log import EventLog
from midakit.sandbox.state.visits import Visits

_HOUR = 3_600_000_000
_DAY = 24 * _HOUR
_NEVER = 2**63 - 1
_NEW_FOR = 24 * _HOUR  # [choice 12]
_COMPUTED = {
    "nothing": Words(),
    "visitor_type": Words(["new", "returning"]),
    "dayofweek": Words(map(str, range(7))),
    "hourofday": Words(map(str, range(24))),
}
_THURSDAY = 3  # the day of the week on which 1970 began
Period = tuple[int, int | None]
"""A time of serving: when it began and when it ended, if it did."""


def is_missing(text: str | None) -> bool:
    """Return whether there is no text.

    Args:
        text: A stored text.

    Returns:
        False for an empty one.
    """
    return text is None


@dataclass(frozen=True, slots=True)
class Criterion:
    """What a filter asks of a unit: a rule about one of its texts, or about a member of its JSON.

    Where the JSON has no such member, the column `instead` is asked, if there is one.
    """

    column: str
    rule: Rule
    key: str | None = None
    tz: int = 0
    instead: str | None = None


class Rows:
    """The assignments of one experiment to its variants, by visitor and time of entry.

    Args:
        visits: The store.
        test_id: The experiment.
        variants: The ids of its variants; a row's `arm` is a place among them.
    """

    def __init__(self, visits: Visits, test_id: int, variants: Sequence[int]) -> None:
        table = visits.assignments
        arms = np.full(2**16, -1, "int16")  # by variant id; a negative one counts from the end
        for place, variant in enumerate(variants):
            arms[variant if abs(variant) < 2**15 else 2**15] = place
        found = visits.assignments_of(test_id)
        arm, visitor = arms[table.values("variant")[found]], table.values("visitor")[found]
        entered = table.values("entered_at")[found]
        order = np.lexsort((entered, visitor))
        order = order[(arm[order] >= 0) & (visitor[order] >= 0)]
        self.visitor, self.arm, self.entered = visitor[order], arm[order], entered[order]
        found = found[order]
        self.serving = table.values("is_serving")[found]
        left = table.values("next_at")[found]
        self.left = np.where(left == MISSING, _NEVER, left)
        counts = np.bincount(self.visitor, minlength=len(visits.visitors))
        self._first = np.concatenate(([0], np.cumsum(counts))).astype("int32")
        self._most = int(counts.max(initial=0))

    def row_of(self, visitor: Array, at: Array) -> Array:
        """Return the rows that moments of visitors fall into.

        Args:
            visitor: Places of visitors; -1 for one that is unknown.
            at: A moment for each of them.

        Returns:
            Row numbers; -1 where the visitor was in no variant at this moment.
        """
        found = np.full(len(visitor), -1, "int32")
        known = np.where(visitor < len(self._first) - 1, visitor, -1)
        first, end = self._first[known], self._first[known + 1]
        end = np.where(known < 0, first, end)
        for step in range(self._most):
            row = np.minimum(first + step, len(self.visitor) - 1)
            inside = (first + step < end) & (self.entered[row] <= at) & (at < self.left[row])
            found[inside] = row[inside]
        return found


class Units:
    """Whom a report counts: one unit per visitor and variant.

    Args:
        visits: The store.
        rows: The assignments of the experiment.
        serving: Only rows of this side of the serving; None takes both.
        version: Changes when the assignments do.
    """

    def __init__(self, visits: Visits, rows: Rows, serving: bool | None, version: Any) -> None:
        self.version = version
        self.rows = rows
        self._visitors = visits.visitors
        kept = (
            np.arange(len(rows.visitor))
            if serving is None
            else np.flatnonzero(rows.serving == serving)
        )
        order = kept[
            np.lexsort((rows.arm[kept], rows.visitor[kept]))
        ]  # stable: entries in time order
        visitor, arm = rows.visitor[order], rows.arm[order]
        first = np.ones(len(order), bool)
        first[1:] = (visitor[1:] != visitor[:-1]) | (arm[1:] != arm[:-1])
        self.visitor, self.arm = visitor[first], arm[first]
        self.entered: Array = rows.entered[order[first]]
        self.of_row = np.full(len(rows.visitor), -1, "int32")
        self.of_row[order] = np.cumsum(first) - 1
        self._numbers: dict[tuple[str, int], Array] = {}
        self._ids: Words | None = None

    def __len__(self) -> int:
        return len(self.visitor)

    def over(self, visits: Visits) -> "Units":
        """Return the same units over other visits with the same baseline.

        Args:
            visits: The other visits.

        Returns:
            The units, with all that is known of them.
        """
        fresh = copy(self)
        fresh._visitors, fresh._numbers = visits.visitors, dict(self._numbers)
        return fresh

    def words(self, column: str) -> Words:
        """Return the distinct texts of a column.

        Args:
            column: A column of visitors, or one that is worked out from the entry.

        Returns:
            The words that `numbers` are about.
        """
        if column == "visitor_id":
            if self._ids is None:
                ids = self._visitors.values("visitor_id")[self.visitor]
                self._ids = Words(map(str, ids.tolist()))
            return self._ids
        return _COMPUTED[column] if column in _COMPUTED else self._visitors.texts(column).words

    def numbers(self, column: str, tz: int = 0) -> Array:
        """Return the number of each unit's word in a column.

        Args:
            column: A column of visitors, or one that is worked out from the entry.
            tz: What to add to a time for its local time.

        Returns:
            One number per unit.
        """
        key = (column, tz)
        if key not in self._numbers:
            self._numbers[key] = self._work_out(column, tz)
        return self._numbers[key]

    def _work_out(self, column: str, tz: int) -> Array:
        """Work the numbers of a column out."""
        match column:
            case "visitor_type":
                created = self._visitors.values("created_at")[self.visitor]
                return np.where(self.entered <= created + _NEW_FOR, 1, 2).astype("int8")
            case "dayofweek":
                return (((self.entered + tz) // _DAY + _THURSDAY) % 7 + 1).astype("int8")
            case "hourofday":
                return ((self.entered + tz) // _HOUR % 24 + 1).astype("int8")
            case "day":
                return (self.entered + tz) // _DAY
            case "nothing":
                return np.zeros(len(self), "int8")
            case "visitor_id":
                return np.arange(1, len(self) + 1)
        found = self._visitors.values(column)[self.visitor]
        words = len(self._visitors.texts(column).words)
        return found.astype("uint8" if words < 256 else "int32")  # a fourth of the memory to read

    def mask(self, criterion: Criterion) -> Array:
        """Return which units fit a criterion.

        Args:
            criterion: What is asked.

        Returns:
            One boolean per unit.
        """
        words, numbers = self.words(criterion.column), self.numbers(criterion.column, criterion.tz)
        found: Array
        if criterion.key is None:
            found = words.where(criterion.rule)[numbers]
            return found
        member = words.member(criterion.key)
        found = member.where(criterion.rule)[numbers]
        if criterion.instead is not None:
            other = self.mask(Criterion(criterion.instead, criterion.rule))
            found = np.where(member.where(is_missing)[numbers], other, found)
        return found


class Hits:
    """Events of units, by unit, time and event id.

    Args:
        log: The events.
        units: The units.
        event: The rows of the events that can hit.
        periods: When a variant was served; with them an event and its row must lie on the same side.
    """

    def __init__(
        self, log: EventLog, units: Units, event: Array, periods: tuple[Period, ...] | None
    ) -> None:
        self._table, rows = log.table, units.rows
        created = self._table.values("created_at")[event]
        row = rows.row_of(self._table.values("visitor")[event], created)
        inside = row >= 0
        event, created, row = event[inside], created[inside], row[inside]
        unit = units.of_row[row]
        kept = unit >= 0
        if periods is not None:
            kept &= _inside(created, periods) == rows.serving[row]
        event, unit, created = event[kept], unit[kept], created[kept]
        order = np.lexsort((self._table.values("event_id")[event], created, unit))
        self.event, self.unit = event[order].astype("int32"), unit[order]  # 16 bytes a hit
        self.created: Array = created[order]

    def with_later(self, later: "Hits") -> "Hits":
        """Return these hits and some of events that were written after them.

        Args:
            later: The other ones, few.

        Returns:
            All of them, in order.
        """
        found = copy(later)  # it reads the table that has the later events too
        places = [
            self._place(*hit) for hit in zip(later.unit, later.created, later.ids(), strict=True)
        ]
        for name in ("event", "unit", "created"):
            setattr(found, name, np.insert(getattr(self, name), places, getattr(later, name)))
        return found

    def _place(self, unit: int, at: int, event_id: int) -> int:
        """Return where a hit comes into the order."""
        first, end = np.searchsorted(self.unit, (unit, unit + 1))
        of_unit = self.created[first:end]
        same = slice(*(first + np.searchsorted(of_unit, (at, at + 1))))
        ids = self._table.values("event_id")[self.event[same]]
        return int(same.start + np.searchsorted(ids, event_id))

    def ids(self) -> Array:
        """Return the ids of the events that hit."""
        return self.column("event_id")

    def column(self, name: str) -> Array:
        """Return a column of the events that hit.

        Args:
            name: A column of events.

        Returns:
            One number per hit.
        """
        found: Array = self._table.values(name)[self.event]
        return found


def _inside(at: Array, periods: tuple[Period, ...]) -> Array:
    """Return which moments lie in one of the periods."""
    inside = np.zeros(len(at), bool)
    for start, end in periods:
        inside |= (at >= start) & (at < (_NEVER if end is None else end))
    return inside
