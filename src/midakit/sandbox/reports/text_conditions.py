"""Rules about one text [choice 2]; each is a value that can be compared and called.

Missing is None or "". Equality is numeric when both sides are numbers, else it ignores case, as
does "contains". The negations are exact: what is missing differs from everything. Order needs two
numbers. Identifiers are exact and mind case.
"""

import operator as operators
import re
from dataclasses import dataclass
from typing import Any

from midakit.sandbox.patterns import compile_pattern
from midakit.sandbox.state.columns import Rule
from midakit.sandbox.state.text_rules import as_number, as_text
from midakit.sandbox.state.timestamps import microseconds, naive_utc

ORDER = {
    "==": operators.eq,
    ">": operators.gt,
    ">=": operators.ge,
    "<": operators.lt,
    "<=": operators.le,
}
_NEGATIONS = {"!=": "==", "!*": "**", "nx": "ex"}
_DAY = 86_400_000_000
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?=$|[ T])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Negation:
    """The opposite of a rule; what is missing passes it when it fails the rule."""

    rule: Rule

    def __call__(self, text: str | None) -> bool:
        """Return whether the rule fails."""
        return not self.rule(text)


@dataclass(frozen=True, slots=True)
class TextRule:
    """`ex`, `==`, `**` or an order, and a value as text and as a number, if it is one.

    A value is in lower case unless the rule is exact.
    """

    operator: str
    value: str = ""
    number: float | None = None
    exact: bool = False

    def __call__(self, text: str | None) -> bool:
        """Return whether the text passes the rule."""
        if text is None:
            return False
        if self.operator == "ex":
            return text != ""
        if self.operator == "**":
            return self.value in (text if self.exact else text.lower())
        if self.operator == "==" and self.exact:
            return text == self.value
        number = None if self.number is None else as_number(text)
        if number is None or self.number is None:
            return self.operator == "==" and text != "" and text.lower() == self.value
        return bool(ORDER[self.operator](number, self.number))


@dataclass(frozen=True, slots=True)
class Among:
    """The text is one of some words, whatever its case; the words are in lower case."""

    words: frozenset[str]

    def __call__(self, text: str | None) -> bool:
        """Return whether the text is one of the words."""
        return text is not None and text.lower() in self.words


@dataclass(frozen=True, slots=True)
class NonPaid:
    """The text is a source, and not paid [choice 13]."""

    def __call__(self, text: str | None) -> bool:
        """Return whether the text is such a source."""
        return bool(text) and str(text).lower() != "paid"


@dataclass(frozen=True, slots=True)
class DaysSince:
    """The text is a date, and the whole days since it stand in an order to a number [choice 16]."""

    operator: str
    number: float
    now: int

    def __call__(self, text: str | None) -> bool:
        """Return whether the text is such a date."""
        at = _moment(text)
        return at is not None and bool(ORDER[self.operator]((self.now - at) // _DAY, self.number))


@dataclass(frozen=True, slots=True)
class Wildcard:
    """The whole text fits a pattern, in which a star is any text.

    The parts between the stars are looked for one after the other, so that no pattern takes long.
    """

    pattern: str

    def __call__(self, text: str | None) -> bool:
        """Return whether the text fits."""
        if text is None:
            return False
        first, *middle = self.pattern.split("*")
        if not middle:
            return text == first
        last = middle.pop()
        end = len(text) - len(last)
        if not text.startswith(first) or not text.endswith(last):
            return False
        place = len(first)
        for part in middle:
            found = text.find(part, place, max(end, 0))
            if found < 0:
                return False
            place = found + len(part)
        return place <= end


@dataclass(frozen=True, slots=True)
class Matches:
    """A part of the text matches a regular expression, in time linear in the text (RE2)."""

    pattern: str

    def __call__(self, text: str | None) -> bool:
        """Return whether the pattern is found."""
        return text is not None and compile_pattern(self.pattern).search(text) is not None


def compare(operator: str, value: Any = None, *, exact: bool = False) -> Rule:
    """Return the rule of any of the base operators and the four of order.

    Args:
        operator: The operator, as the API spells it.
        value: The value to compare with; `ex` and `nx` take none.
        exact: Mind case, and do not compare numbers.

    Returns:
        The rule.
    """
    if operator in _NEGATIONS:
        return Negation(compare(_NEGATIONS[operator], value, exact=exact))
    if operator == "ex":
        return TextRule("ex")
    sign = "==" if operator == "=" else operator
    text = as_text(value)
    if exact:
        return TextRule(sign, text, exact=True)
    return TextRule(sign, text.lower(), as_number(value))


def _moment(text: str | None) -> int | None:
    """Return a date or a time as microseconds since 1970."""
    found = _DATE.match((text or "").strip())
    if found is None:
        return None
    year, month, day = found.groups()
    rest = found.string[found.end() :]
    try:
        return microseconds(naive_utc(f"{year}-{month:0>2}-{day:0>2}{rest}"))
    except (ValueError, OverflowError):
        return None
