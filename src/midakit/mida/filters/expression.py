"""Expressions: conditions, and how they combine. Frozen and hashable; printing one gives its code."""

from collections.abc import Iterator
from typing import Any, ClassVar, Self

import attrs

from midakit.errors import InvalidRequest
from midakit.mida.filters.rules import OPPOSITE


class Expression:
    """What `&`, `|` and `~` work on."""

    __slots__ = ()

    and_: ClassVar[type["Expression"]]
    or_: ClassVar[type["Expression"]]

    def __and__(self, other: Self) -> Any:
        return self._join(self.and_, other)

    def __or__(self, other: Self) -> Any:
        return self._join(self.or_, other)

    def _join(self, kind: Any, other: Any) -> Any:
        if not isinstance(other, Expression) or other.and_ is not self.and_:
            return NotImplemented
        return kind((*_parts(self, kind), *_parts(other, kind)))

    def __invert__(self) -> Any:
        raise NotImplementedError

    def __bool__(self) -> bool:
        raise TypeError(
            "an expression is no truth value: combine with & | ~, not with and, or, not"
        )


def _parts(expression: Any, kind: Any) -> tuple[Any, ...]:
    """What it joins in the same way, or itself."""
    return expression.parts if isinstance(expression, kind) else (expression,)


@attrs.frozen(repr=False)
class Condition(Expression):
    """One criterion, one operator, one value."""

    criteria: str
    operator: str
    value: Any = None
    key: str | None = None

    def __invert__(self) -> Any:
        if self.criteria == "attribute" and self.operator not in (
            "==",
            "!=",
            "**",
            "!*",
            "ex",
            "nx",
        ):
            raise InvalidRequest(
                "attribute",
                f"{self.operator!r} has no opposite in the API, so it cannot be negated",
            )
        return attrs.evolve(self, operator=self._opposite())

    def _opposite(self) -> str:
        return OPPOSITE[self.operator]

    def __repr__(self) -> str:
        from midakit.mida.filters.as_code import code

        return code(self)


@attrs.frozen(repr=False)
class Many(Expression):
    """Several expressions, all or any."""

    parts: tuple[Any, ...]

    def __iter__(self) -> Iterator[Any]:
        return iter(self.parts)

    def __repr__(self) -> str:
        sign = " & " if isinstance(self, self.and_) else " | "
        return sign.join(f"({part!r})" for part in self.parts)


class Filter(Expression):
    """An expression over visitors: what `where=` takes."""

    __slots__ = ()


class EventFilter(Expression):
    """An expression over a goal's events: what `event_where=` takes."""

    __slots__ = ()


@attrs.frozen(repr=False)
class FilterCondition(Condition, Filter):
    """A condition on visitors."""


@attrs.frozen(repr=False)
class FilterAnd(Many, Filter):
    """All of them."""

    def __invert__(self) -> Any:
        return FilterOr(tuple(~part for part in self.parts))


@attrs.frozen(repr=False)
class FilterOr(Many, Filter):
    """Any of them."""

    def __invert__(self) -> Any:
        return FilterAnd(tuple(~part for part in self.parts))


@attrs.frozen(repr=False)
class EventCondition(Condition, EventFilter):
    """A condition on an event's metadata; equality is one `=` here."""

    def __invert__(self) -> Any:
        return attrs.evolve(
            self, operator="=" if self.operator == "!=" else OPPOSITE[self.operator]
        )


@attrs.frozen(repr=False)
class EventAnd(Many, EventFilter):
    """All of them."""

    def __invert__(self) -> Any:
        return EventOr(tuple(~part for part in self.parts))


@attrs.frozen(repr=False)
class EventOr(Many, EventFilter):
    """Any of them."""

    def __invert__(self) -> Any:
        return EventAnd(tuple(~part for part in self.parts))


Filter.and_, Filter.or_ = FilterAnd, FilterOr
EventFilter.and_, EventFilter.or_ = EventAnd, EventOr
