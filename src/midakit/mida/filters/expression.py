"""Expressions: conditions and how they combine. They are immutable, and print as the code that makes them."""

from collections.abc import Iterator
from typing import Any, ClassVar

import attrs

from midakit.errors import InvalidRequest
from midakit.mida.filters.rules import ATTRIBUTE, OPPOSITE, Value


class Expression:
    """The base of conditions and of joined conditions; `&`, `|` and `~` work on it."""

    __slots__ = ()

    and_: ClassVar[type["Joined"]]
    or_: ClassVar[type["Joined"]]

    def __bool__(self) -> bool:
        raise TypeError(
            "a segment has no true/false value; use & | ~ instead of and, or, not, "
            "and brackets instead of a < b < c"
        )


def _join(kind: type["Joined"], left: Expression, right: object) -> Any:
    if not isinstance(right, Expression) or right.and_ is not left.and_:
        return NotImplemented
    return kind((*_parts(left, kind), *_parts(right, kind)))


def _parts(expression: Expression, kind: type["Joined"]) -> tuple[Expression, ...]:
    """Return the parts of an expression that is joined in the same way, or the expression alone."""
    return expression.parts if isinstance(expression, kind) else (expression,)


class Filter(Expression):
    """An expression over visitors: what `where=` takes.

    Example:
        buyers = (F.device == "mobile") & ~F.country.in_("US", "CA")
        result = mida.experiments.result(1001, where=buyers)
    """

    __slots__ = ()

    def __and__(self, other: "Filter") -> "Filter":
        found: Filter = _join(FilterAnd, self, other)
        return found

    def __or__(self, other: "Filter") -> "Filter":
        found: Filter = _join(FilterOr, self, other)
        return found

    def __invert__(self) -> "Filter":
        raise NotImplementedError


class EventFilter(Expression):
    """An expression over a goal's events: what `event_where=` takes.

    Example:
        large = (E.attr("revenue") > 100) | (E.attr("items") >= 3)
        result = mida.experiments.result(1001, event_where=large)
    """

    __slots__ = ()

    def __and__(self, other: "EventFilter") -> "EventFilter":
        found: EventFilter = _join(EventAnd, self, other)
        return found

    def __or__(self, other: "EventFilter") -> "EventFilter":
        found: EventFilter = _join(EventOr, self, other)
        return found

    def __invert__(self) -> "EventFilter":
        raise NotImplementedError


@attrs.frozen(repr=False)
class Condition(Expression):
    """One criterion, one operator, one value."""

    criteria: str
    operator: str
    value: Value | None = None
    key: str | None = None

    def __repr__(self) -> str:
        from midakit.mida.filters.as_code import code

        return code(self)


@attrs.frozen(repr=False)
class Joined(Expression):
    """Several expressions of which all must hold, or any."""

    parts: tuple[Any, ...]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.parts)

    def __invert__(self) -> Any:
        """Return the opposite by De Morgan's law: `~(a & b)` is `~a | ~b`."""
        opposite = self.or_ if isinstance(self, self.and_) else self.and_
        return opposite(tuple(~part for part in self.parts))

    def __repr__(self) -> str:
        sign = " & " if isinstance(self, self.and_) else " | "
        return sign.join(f"({part!r})" for part in self.parts)


@attrs.frozen(repr=False)
class FilterCondition(Condition, Filter):
    """A condition on visitors."""

    def __invert__(self) -> Filter:
        if self.operator in ATTRIBUTE:
            raise InvalidRequest(
                "attribute",
                f"{self.operator!r} has no opposite in the API, so it cannot be negated",
            )
        return attrs.evolve(self, operator=OPPOSITE[self.operator])


@attrs.frozen(repr=False)
class RawCondition(Condition, Filter):
    """A rule that is sent as it is; its `value` is the JSON text of the whole rule."""

    def __invert__(self) -> Filter:
        raise InvalidRequest(
            "where", "a raw rule cannot be negated, since its meaning is not known"
        )


@attrs.frozen(repr=False)
class FilterAnd(Joined, Filter):
    """Conditions on visitors that must all hold."""


@attrs.frozen(repr=False)
class FilterOr(Joined, Filter):
    """Conditions on visitors of which one is enough."""


@attrs.frozen(repr=False)
class EventCondition(Condition, EventFilter):
    """A condition on an event's metadata; equality is one `=` here."""

    def __invert__(self) -> EventFilter:
        opposite = "=" if self.operator == "!=" else OPPOSITE[self.operator]
        return attrs.evolve(self, operator=opposite)


@attrs.frozen(repr=False)
class EventAnd(Joined, EventFilter):
    """Conditions on an event that must all hold."""


@attrs.frozen(repr=False)
class EventOr(Joined, EventFilter):
    """Conditions on an event of which one is enough."""


Filter.and_, Filter.or_ = FilterAnd, FilterOr
EventFilter.and_, EventFilter.or_ = EventAnd, EventOr
