"""`F` and `E`: the fields that conditions are made from."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

from midakit.errors import InvalidRequest
from midakit.mida.filters.expression import (
    EventCondition,
    EventFilter,
    Filter,
    FilterCondition,
)
from midakit.mida.filters.rules import RawRules, Value, check, check_event

T = TypeVar("T", Filter, EventFilter)


class Comparable(Generic[T]):
    """The base of fields: comparing a field returns a condition."""

    __slots__ = ()
    _equal: ClassVar[str]
    _name: ClassVar[str]

    def _condition(self, operator: str, value: object = None) -> T:
        raise NotImplementedError

    def _order(self, sign: str) -> str:
        return sign

    def __eq__(self, value: object) -> T:  # type: ignore[override]
        return self._condition(self._equal, value)

    def __ne__(self, value: object) -> T:  # type: ignore[override]
        return self._condition("!=", value)

    __hash__ = None  # type: ignore[assignment]

    def __gt__(self, value: float | str) -> T:
        return self._condition(self._order(">"), value)

    def __ge__(self, value: float | str) -> T:
        return self._condition(self._order(">="), value)

    def __lt__(self, value: float | str) -> T:
        return self._condition(self._order("<"), value)

    def __le__(self, value: float | str) -> T:
        return self._condition(self._order("<="), value)

    def _needs_brackets(self, other: object) -> NoReturn:
        raise TypeError(
            "& and | bind more tightly than comparisons: write "
            "(F.device == 'mobile') & (F.country == 'US'), each comparison in brackets"
        )

    __and__ = __rand__ = __or__ = __ror__ = _needs_brackets

    def in_(self, *values: Value) -> T:
        """Match any of several values.

        Args:
            *values: One or more values, each checked as with `==`.

        Raises:
            InvalidRequest: There is no value, or one breaks the field's rule.
        """
        conditions: list[T] = [self == value for value in values]
        if not conditions:
            raise InvalidRequest(self._name, "in_() needs at least one value")
        return reduce(or_, conditions)

    def not_in(self, *values: Value) -> T:
        """Match none of several values.

        Args:
            *values: One or more values, each checked as with `==`.
        """
        found: T = ~self.in_(*values)
        return found

    def contains(self, value: str) -> T:
        """Match where the value contains a text.

        Args:
            value: The text to look for.
        """
        return self._condition("**", value)

    def not_contains(self, value: str) -> T:
        """Match where the value does not contain a text.

        Args:
            value: The text to look for.
        """
        return self._condition("!*", value)

    def exists(self) -> T:
        """Match where there is a value."""
        return self._condition("ex")

    def missing(self) -> T:
        """Match where there is no value."""
        return self._condition("nx")


class Field(Comparable[Filter]):
    """One criterion of visitors."""

    __slots__ = ("_key", "_name")
    _equal = "=="

    def __init__(self, criteria: str, key: str | None = None) -> None:
        self._name = criteria  # type: ignore[misc]
        self._key = key

    def _condition(self, operator: str, value: object = None) -> Filter:
        value = getattr(value, "value", value)  # a member of a vocabulary
        checked = check(self._name, operator, value, self._key)
        return FilterCondition(self._name, operator, checked, self._key)


class Attribute(Field):
    """An attribute of visitors, which can also be compared as a number, as true or false, and as a date."""

    __slots__ = ()

    def _order(self, sign: str) -> str:
        return {">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}[sign]

    def is_true(self) -> Filter:
        """Match where the attribute is true."""
        return self._condition("bt")

    def is_false(self) -> Filter:
        """Match where the attribute is false."""
        return self._condition("bf")

    def days_gt(self, days: float) -> Filter:
        """Match a date that is more than some days ago.

        Args:
            days: How long ago, in days; fractions are allowed.
        """
        return self._condition("days_gt", days)

    def days_gte(self, days: float) -> Filter:
        """Match a date that is some days ago or longer.

        Args:
            days: How long ago, in days; fractions are allowed.
        """
        return self._condition("days_gte", days)

    def days_lt(self, days: float) -> Filter:
        """Match a date that is less than some days ago.

        Args:
            days: How long ago, in days; fractions are allowed.
        """
        return self._condition("days_lt", days)

    def days_lte(self, days: float) -> Filter:
        """Match a date that is some days ago or less.

        Args:
            days: How long ago, in days; fractions are allowed.
        """
        return self._condition("days_lte", days)


class EventField(Comparable[EventFilter]):
    """One key of the metadata of events."""

    __slots__ = ("_key",)
    _equal = "="
    _name = "event_attribute"

    def __init__(self, key: str) -> None:
        self._key = key

    def _condition(self, operator: str, value: object = None) -> EventFilter:
        return EventCondition("event", operator, check_event(operator, value, self._key), self._key)


class Fields:
    """The fields of visitors, as attributes and methods of `F`."""

    landing_page = Field("landing_page")
    """Address of the visitor's first page."""
    ref_page = Field("ref_page")
    """Address of the page that the visitor came from."""
    user_agent = Field("user_agent")
    """User agent of the browser."""
    source = Field("source")
    """Kind of traffic source: direct, referral, social, search, nonpaid, paid or email."""
    device = Field("device")
    """Device: mobile, desktop or tablet."""
    browser = Field("browser")
    """Browser, such as chrome or safari."""
    os = Field("os")
    """Operating system: windows, macos, ios or linux."""
    dayofweek = Field("dayofweek")
    """Day of the week: 0 is Monday, 6 is Sunday."""
    hourofday = Field("hourofday")
    """Hour of the day, 0 to 23."""
    visitor_type = Field("visitor_type")
    """Whether the visitor is new or returning."""
    country = Field("country")
    """Country, as two capital letters."""
    visitor_id = Field("v.visitor_id")
    """Number that Mida gave the visitor."""
    uuid = Field("v.uuid")
    """UUID that Mida gave the visitor."""

    def queryparam(self, name: str) -> Field:
        """Return the field of a query parameter of the landing page.

        Args:
            name: The parameter's name, such as `ref`.
        """
        return Field("queryparam", name)

    def utm(self, name: str) -> Field:
        """Return the field of a UTM parameter.

        Args:
            name: The parameter's name, with or without `utm_`, such as `campaign`.
        """
        return Field("utm", name)

    def attribute(self, name: str) -> Attribute:
        """Return the field of an attribute that the site gave its visitors.

        Args:
            name: The attribute's name, such as `plan`.
        """
        return Attribute("attribute", name)

    def raw(self, rule: Mapping[str, Any]) -> Filter:
        """Return a rule that is sent as it is, for what is newer than this version of the SDK.

        Args:
            rule: One rule as the API takes it. Nothing in it is checked, and no key is dropped.

        Raises:
            InvalidRequest: It is not a mapping that JSON can hold.

        Example:
            `F.raw({"criteria": "city", "operator": "==", "value": "Paris"}) & (F.device == "mobile")`
        """
        if not isinstance(rule, Mapping):
            raise InvalidRequest("where", "a raw rule is one mapping, such as {'criteria': ...}")
        from midakit.mida.filters.as_lists import raw_condition

        return raw_condition(rule)

    def parse(self, raw: RawRules) -> Filter:
        """Read an expression back from what the API takes.

        Args:
            raw: An AND of ORs as nested lists, or its JSON text.

        Raises:
            InvalidRequest: A rule is not one that the API takes.
        """
        from midakit.mida.filters.as_lists import parse_filter

        return parse_filter(raw)


class EventFields:
    """The fields of events, as methods of `E`."""

    def attr(self, key: str) -> EventField:
        """Return the field of a key of the metadata.

        Args:
            key: The key; dots lead into objects, as in `cart.total`.
        """
        return EventField(key)

    def parse(self, raw: RawRules) -> EventFilter:
        """Read an expression back from what the API takes.

        Args:
            raw: An OR of ANDs as nested lists, or its JSON text.

        Raises:
            InvalidRequest: A condition is not one that the API takes.
        """
        from midakit.mida.filters.as_lists import parse_event_filter

        return parse_event_filter(raw)


F = Fields()
E = EventFields()
