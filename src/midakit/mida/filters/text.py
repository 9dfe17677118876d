"""The algebra as text, for command lines and files: `device == desktop & country in (US, CA)`.

or     := and ( ("|" | "or") and )*
and    := not ( ("&" | "and") not )*
not    := ("~" | "not") not | "(" or ")" | comparison
comparison := field ( sign value | "in" list | "not" "in" list | "contains" value | "exists" | ... )
field  := name | queryparam.NAME | utm.NAME | attribute.NAME | event.NAME
"""

import operator
import re
from collections.abc import Callable
from difflib import get_close_matches
from math import isfinite
from typing import Any, NoReturn

from midakit.errors import InvalidRequest
from midakit.mida.filters.expression import EventFilter, Filter
from midakit.mida.filters.fields import E, F, Fields
from midakit.mida.filters.tokens import SegmentSyntaxError, Token, tokens_of

KEYED = ("queryparam", "utm", "attribute", "event")
PLAIN = sorted(
    name
    for name in vars(Fields)
    if not name.startswith("_") and name not in (*KEYED, "parse", "raw")
)
WHOLE = ("dayofweek", "hourofday")
SIGNS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge,
    "<": operator.lt, "<=": operator.le,
}  # fmt: skip
ALONE = ("exists", "missing", "is_true", "is_false")
WITH_DAYS = ("days_gte", "days_gt", "days_lte", "days_lt")


def parse_segment(text: str) -> Filter | EventFilter:
    """Read an expression from text.

    Args:
        text: Conditions on visitors, or on events (`event.NAME`); the two do not mix.

    Raises:
        SegmentSyntaxError: It says at which column the text is wrong, and why.

    Example:
        where = parse_segment("device == mobile & country in (US, CA)")
        print(repr(where))
    """
    parser = _Parser(text)
    try:
        found: Filter | EventFilter = parser.or_expr()
    except RecursionError:
        raise SegmentSyntaxError(text, 0, "it is nested too deeply") from None
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.at = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.at]

    def accept(self, *texts: str) -> str:
        """Step over the current token when it is one of some words or signs, and return it."""
        found = self.current.text.lower()
        if self.current.kind == "quoted" or found not in texts:
            return ""
        self.at += 1
        return found

    def fail(self, problem: str, token: Token | None = None) -> NoReturn:
        raise SegmentSyntaxError(self.text, (token or self.current).at, problem)

    def expect_end(self) -> None:
        if self.current.kind != "end":
            self.fail(f"unexpected {self.current.text!r}; combine conditions with & or |")

    def close_bracket(self) -> None:
        if not self.accept(")"):
            self.fail("a ) is missing")

    def or_expr(self) -> Any:
        found = self.and_expr()
        while self.accept("|", "or"):
            found = self.combine(operator.or_, found, self.and_expr)
        return found

    def and_expr(self) -> Any:
        found = self.not_expr()
        while self.accept("&", "and"):
            found = self.combine(operator.and_, found, self.not_expr)
        return found

    def combine(self, join: Callable[[Any, Any], Any], left: Any, part: Callable[[], Any]) -> Any:
        token = self.current
        right = part()
        if left.and_ is not right.and_:
            self.fail("conditions on visitors and on events cannot be combined", token)
        return join(left, right)

    def not_expr(self) -> Any:
        token = self.current
        if self.accept("~", "not"):
            return self.build(token, operator.invert, self.not_expr())
        if self.accept("("):
            found = self.or_expr()
            self.close_bracket()
            return found
        return self.comparison()

    def comparison(self) -> Any:
        token = self.current
        field = self.field()
        negative = "not_" if self.accept("not") else ""
        if self.accept("in"):
            name = "not_in" if negative else "in_"
            return self.build(token, _method(name), field, *self.values(token.text))
        if self.accept("contains"):
            return self.build(token, _method(f"{negative}contains"), field, self.value(token.text))
        if negative:
            self.fail("`not` must be followed by `in` or `contains`")
        if word := self.accept(*ALONE):
            return self.build(token, _method(word), field)
        if word := self.accept(*WITH_DAYS):
            return self.build(token, _method(word), field, self.value(token.text))
        if sign := self.accept(*SIGNS):
            return self.build(token, SIGNS[sign], field, self.value(token.text))
        return self.fail("an operator is missing: == != > >= < <= in, contains, exists, missing")

    def build(self, token: Token, make: Callable[..., Any], *arguments: Any) -> Any:
        """Make an expression; an error points at the token that it is about."""
        try:
            return make(*arguments)
        except AttributeError:
            self.fail(f"{token.text} has no such operator", token)
        except InvalidRequest as error:
            self.fail(str(error), self.token_in_message(token, str(error)))

    def token_in_message(self, token: Token, message: str) -> Token:
        """Return the value or operator that an error names, else where the comparison began."""
        for one in self.tokens[self.tokens.index(token) + 1 : self.at]:
            bare = one.text.strip("\"'")
            if repr(bare) in message or f": {bare} " in message:
                return one
        return token

    def field(self) -> Any:
        token = self.current
        if token.kind != "word":
            self.fail("a field is missing here")
        self.at += 1
        name, _, key = token.text.partition(".")
        if name in KEYED and key:
            return E.attr(key) if name == "event" else getattr(F, name)(key)
        if token.text in PLAIN:
            return getattr(F, token.text)
        near = get_close_matches(name, [*PLAIN, *KEYED], 1)
        known = ", ".join([*PLAIN, *(f"{name}.NAME" for name in KEYED)])
        hint = f"did you mean {near[0]}?" if near else f"fields: {known}"
        return self.fail(f"unknown field {token.text!r} ({hint})", token)

    def values(self, field: str) -> list[Any]:
        if not self.accept("("):
            self.fail("`in` must be followed by a list in brackets")
        found = [self.value(field)]
        while self.accept(","):
            found.append(self.value(field))
        self.close_bracket()
        return found

    def value(self, field: str) -> Any:
        token = self.current
        if token.kind == "quoted":
            self.at += 1
            return re.sub(r"\\(.)", r"\1", token.text[1:-1])
        if token.kind != "word":
            self.fail("a value is missing here")
        self.at += 1
        numeric = field in WHOLE or field.startswith(("attribute.", "event."))
        return _number(token.text) if numeric else token.text


def _method(name: str) -> Callable[..., Any]:
    return lambda field, *arguments: getattr(field, name)(*arguments)


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            number = kind(text)
        except ValueError:
            continue
        if isfinite(number):  # else it is a word: JSON has no `nan` and no `inf`
            return number
    return text
