"""Which events meet a goal or a metric; each condition is a value that an event set is known by."""

from dataclasses import dataclass

import numpy as np

from midakit.sandbox.patterns import compile_pattern
from midakit.sandbox.reports.text_conditions import Matches, Wildcard, compare
from midakit.sandbox.reports.vocabulary import EVENT_BACKED
from midakit.sandbox.state.columns import Array, Rule
from midakit.sandbox.state.event_log import EventLog
from midakit.sandbox.state.stored_event import CUSTOM
from midakit.sandbox.state.text_rules import clean, member_text

_ELEMENT = {"clickOnElement": "!click", "formSubmit": "!submit", "elementAppears": "!appear"}
_INSIDE = {"clickOnText": ("!click", "text"), "externalLink": ("!click", "href")}
_AT_LEAST = {"scrolling": ("!scroll", "percent"), "duration": ("!duration", "seconds")}
_PAGEVIEW = "!pageview"


@dataclass(frozen=True, slots=True)
class Member:
    """A rule about one property of an event."""

    key: str
    rule: Rule

    def __call__(self, properties: str | None) -> bool:
        """Return whether the property fits."""
        return self.rule(member_text(properties, self.key))


@dataclass(frozen=True, slots=True)
class NamedEvents:
    """Living events [choice 26] with a name; `custom` ones only; with a column that passes a rule.

    `or_named` is a second name, for which nothing else is asked; `columns` are alternatives.
    """

    name: str | None
    custom: bool = False
    columns: tuple[str, ...] = ()
    rule: Rule | None = None
    or_named: str | None = None

    def __call__(self, log: EventLog, first: int, last: int) -> Array:
        """Return the rows that meet the condition.

        Args:
            log: The events.
            first: The first row to look at.
            last: The row to end before.

        Returns:
            Row numbers, ascending.
        """
        table, part = log.table, slice(first, last)
        living = table.values("status")[part] == 1
        names, words = table.values("event_text")[part], table.texts("event_text").words
        fits = living & (names == words.find(self.name)) if self.name else np.zeros_like(living)
        if self.custom:
            fits &= table.values("event_type")[part] == CUSTOM
        rows = np.flatnonzero(fits) + first
        if self.rule is not None:
            passed = np.zeros(len(rows), bool)
            for column in self.columns:
                passed |= self._passes(log, column, rows)
            rows = rows[passed]
        if self.or_named is not None:
            named = np.flatnonzero(living & (names == words.find(self.or_named))) + first
            rows = np.sort(np.concatenate((rows, named)))
        return rows

    def _passes(self, log: EventLog, column: str, rows: Array) -> Array:
        """Return which rows pass the rule; it is tried once on each distinct text."""
        numbers, words = log.table.values(column)[rows], log.table.texts(column).words
        table = np.zeros(len(words), bool)
        for number in np.flatnonzero(np.bincount(numbers)).tolist():
            table[number] = self.rule(words.texts[number])  # type: ignore[misc]
        return table[numbers]


@dataclass(frozen=True, slots=True)
class Engaged:
    """Living clicks, submits and custom events [choice 23]."""

    def __call__(self, log: EventLog, first: int, last: int) -> Array:
        """Return the rows that meet the condition.

        Args:
            log: The events.
            first: The first row to look at.
            last: The row to end before.

        Returns:
            Row numbers, ascending.
        """
        table, part = log.table, slice(first, last)
        names, find = table.values("event_text")[part], table.texts("event_text").words.find
        fits = (names == find("!click")) | (names == find("!submit"))
        fits |= table.values("event_type")[part] == CUSTOM
        return np.flatnonzero(fits & (table.values("status")[part] == 1)) + first


EventCondition = NamedEvents | Engaged
PAGE_VIEWS = NamedEvents(_PAGEVIEW)
NOTHING = NamedEvents(None)


def named(name: str) -> NamedEvents:
    """Return the condition for custom events of a name.

    Args:
        name: The event's name.

    Returns:
        The condition.
    """
    return NamedEvents(clean(name), custom=True)


def goal_events(goal: dict[str, object]) -> NamedEvents:
    """Return the condition for the events that meet a goal.

    Args:
        goal: The stored goal.

    Returns:
        The condition.

    Raises:
        ValueError: The goal's pattern cannot be read.
    """
    kind, value = str(goal["goal_type"]), clean(str(goal["goal_value"]))
    if kind in EVENT_BACKED:
        return named(value)
    # [choice 8]
    derived = f"goal_{goal['goal_profile_id']}"
    name, columns, rule = _interaction(kind, value)
    return NamedEvents(name, columns=columns, rule=rule, or_named=derived)


def _interaction(kind: str, value: str) -> tuple[str, tuple[str, ...], Rule]:
    """Return the name, the columns and the rule of the interaction that a goal is about [choice 9]."""
    properties, pages = ("event_property",), ("event_path", "url")
    match kind:
        case "pageview":
            return _PAGEVIEW, ("url",), compare("**", value, exact=True)
        case "pageviewExact":
            return _PAGEVIEW, ("url",), compare("==", value, exact=True)
        case "pageviewWildcard":
            return _PAGEVIEW, pages, Wildcard(value)
        case "pageviewRegex":
            compile_pattern(value)
            return _PAGEVIEW, pages, Matches(value)
    if kind in _ELEMENT:
        return _ELEMENT[kind], properties, Member("selector", compare("==", value, exact=True))
    if kind in _INSIDE:
        name, key = _INSIDE[kind]
        return name, properties, Member(key, compare("**", value))
    name, key = _AT_LEAST[kind]
    return name, properties, Member(key, compare(">=", value))
