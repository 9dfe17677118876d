"""`F` and `E`: the fields that conditions are made from."""

from collections.abc import Sequence
from typing import Any

from midakit.errors import InvalidRequest
from midakit.mida.filters.expression import EventCondition, EventOr, FilterCondition, FilterOr
from midakit.mida.filters.rules import check, check_event


class Field:
    """One criterion; comparing it makes a condition."""

    __slots__ = ("_criteria", "_key")

    def __init__(self, criteria: str, key: str | None = None) -> None:
        self._criteria = criteria
        self._key = key

    def _make(self, operator: str, value: Any = None) -> Any:
        value = getattr(value, "value", value)  # a member of a vocabulary
        checked = check(self._criteria, operator, value, self._key)
        return FilterCondition(self._criteria, operator, checked, self._key)

    def __eq__(self, value: object) -> Any:
        return self._make("==", value)

    def __ne__(self, value: object) -> Any:
        return self._make("!=", value)

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, value: Any) -> Any:
        return self._make(self._order(">"), value)

    def __ge__(self, value: Any) -> Any:
        return self._make(self._order(">="), value)

    def __lt__(self, value: Any) -> Any:
        return self._make(self._order("<"), value)

    def __le__(self, value: Any) -> Any:
        return self._make(self._order("<="), value)

    def _order(self, sign: str) -> str:
        return sign

    def in_(self, *values: Any) -> Any:
        """Any of these."""
        return _any(self._criteria, [self == value for value in values], FilterOr)

    def not_in(self, *values: Any) -> Any:
        """None of these."""
        return ~self.in_(*values)

    def contains(self, value: Any) -> Any:
        """This text somewhere in it."""
        return self._make("**", value)

    def not_contains(self, value: Any) -> Any:
        """This text nowhere in it."""
        return self._make("!*", value)

    def exists(self) -> Any:
        """It is there."""
        return self._make("ex")

    def missing(self) -> Any:
        """It is not there."""
        return self._make("nx")


class Attribute(Field):
    """A visitor's attribute, which also compares as number, truth value and day count."""

    __slots__ = ()

    def _order(self, sign: str) -> str:
        return {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}[sign]

    def is_true(self) -> Any:
        """It is true."""
        return self._make("bt")

    def is_false(self) -> Any:
        """It is false."""
        return self._make("bf")

    def days_gt(self, days: float) -> Any:
        """A date more than so many days ago."""
        return self._make("days_gt", days)

    def days_gte(self, days: float) -> Any:
        """A date so many days ago or more."""
        return self._make("days_gte", days)

    def days_lt(self, days: float) -> Any:
        """A date less than so many days ago."""
        return self._make("days_lt", days)

    def days_lte(self, days: float) -> Any:
        """A date so many days ago or less."""
        return self._make("days_lte", days)


class EventField:
    """A key of an event's metadata."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key

    def _make(self, operator: str, value: Any = None) -> Any:
        checked = check_event(operator, value, self._key)
        return EventCondition("event", operator, checked, self._key)

    def __eq__(self, value: object) -> Any:
        return self._make("=", value)

    def __ne__(self, value: object) -> Any:
        return self._make("!=", value)

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, value: Any) -> Any:
        return self._make(">", value)

    def __ge__(self, value: Any) -> Any:
        return self._make(">=", value)

    def __lt__(self, value: Any) -> Any:
        return self._make("<", value)

    def __le__(self, value: Any) -> Any:
        return self._make("<=", value)

    def in_(self, *values: Any) -> Any:
        """Any of these."""
        return _any("event_attribute", [self == value for value in values], EventOr)

    def not_in(self, *values: Any) -> Any:
        """None of these."""
        return ~self.in_(*values)

    def contains(self, value: Any) -> Any:
        """This text somewhere in it."""
        return self._make("**", value)

    def not_contains(self, value: Any) -> Any:
        """This text nowhere in it."""
        return self._make("!*", value)

    def exists(self) -> Any:
        """It is there."""
        return self._make("ex")

    def missing(self) -> Any:
        """It is not there."""
        return self._make("nx")


def _any(field: str, conditions: list[Any], kind: Any) -> Any:
    if not conditions:
        raise InvalidRequest(field, "in_() needs at least one value")
    return conditions[0] if len(conditions) == 1 else kind(tuple(conditions))


class Fields:
    """`F`: every criterion that `custom_filter` knows."""

    landing_page = Field("landing_page")
    ref_page = Field("ref_page")
    user_agent = Field("user_agent")
    source = Field("source")
    device = Field("device")
    browser = Field("browser")
    os = Field("os")
    dayofweek = Field("dayofweek")
    hourofday = Field("hourofday")
    visitor_type = Field("visitor_type")
    country = Field("country")
    visitor_id = Field("v.visitor_id")
    uuid = Field("v.uuid")

    def queryparam(self, name: str) -> Field:
        """A parameter of the landing page's query."""
        return Field("queryparam", name)

    def utm(self, name: str) -> Field:
        """A UTM parameter, with or without its prefix."""
        return Field("utm", name)

    def attribute(self, name: str) -> Attribute:
        """An attribute that the site gave the visitor."""
        return Attribute("attribute", name)

    def parse(self, raw: Sequence[Sequence[Any]] | str) -> Any:
        """The expression that an AND of ORs stands for."""
        from midakit.mida.filters.as_lists import parse_filter

        return parse_filter(raw)


class EventFields:
    """`E`: the metadata of a goal's events."""

    def attr(self, key: str) -> EventField:
        """A key of the metadata; dots go into objects."""
        return EventField(key)

    def parse(self, raw: Sequence[Sequence[Any]] | str) -> Any:
        """The expression that an OR of ANDs stands for."""
        from midakit.mida.filters.as_lists import parse_event_filter

        return parse_event_filter(raw)


F = Fields()
E = EventFields()
