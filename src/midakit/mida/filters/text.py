"""The algebra as text, for command lines: `device == desktop & country in (US, CA)`.

or     := and ( ("|" | "or") and )*
and    := not ( ("&" | "and") not )*
not    := ("~" | "not") not | "(" or ")" | comparison
comparison := field ( sign value | "in" list | "not" "in" list | "contains" value | "exists" | ... )
field  := name | queryparam.NAME | utm.NAME | attribute.NAME | event.NAME
"""

import re
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn
from unicodedata import combining, east_asian_width

from midakit.errors import InvalidRequest
from midakit.mida.filters.expression import EventFilter, Filter
from midakit.mida.filters.fields import E, F, Fields

TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      |(?P<sign>==|!=|>=|<=|>|<|[&|~(),=])
      |(?P<word>[^\s"'&|~(),=<>!]+))""",
    re.VERBOSE,
)
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
KEYED = ("queryparam", "utm", "attribute", "event")
PLAIN = sorted(
    name for name in vars(Fields) if not name.startswith("_") and name not in (*KEYED, "parse")
)
WHOLE = ("dayofweek", "hourofday")


class SegmentSyntaxError(InvalidRequest):
    """Raised for text that is not a segment; `column`, counted from 1, says where."""

    def __init__(self, text: str, at: int, problem: str, name: str = "") -> None:
        shown = CONTROL.sub(" ", text)
        below = "".join(_blank(letter) for letter in shown[:at])
        field = f"segment {name!r}" if name else "segment"
        super().__init__(field, f"column {at + 1}: {problem}\n  {shown}\n  {below}^")
        self.text = text
        self.at = at
        self.problem = problem
        self.column = at + 1
        self.name = name

    def named(self, name: str) -> "SegmentSyntaxError":
        """Return the same error with the name of the segment, to tell it from others.

        Args:
            name: The segment's name.
        """
        return SegmentSyntaxError(self.text, self.at, self.problem, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.at, self.problem, self.name)


def _blank(letter: str) -> str:
    """Return as many spaces as a letter takes cells of a terminal."""
    if combining(letter):
        return ""
    return "  " if east_asian_width(letter) in "WF" else " "


class Token(NamedTuple):
    """A word, a sign or a quoted text, and where it stands."""

    kind: str
    text: str
    at: int


def parse_segment(text: str) -> Filter | EventFilter:
    """Read an expression from text.

    Args:
        text: Conditions on visitors, or on events (`event.NAME`); the two do not mix.

    Raises:
        SegmentSyntaxError: It says at which column the text is wrong, and why.

    Example:
        `parse_segment("device == mobile & country in (US, CA)")`
    """
    parser = _Parser(text)
    found: Filter | EventFilter = parser.or_expr()
    parser.expect_end()
    return found


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise SegmentSyntaxError(text, start, f"unexpected {text[start]!r}")
        kind = str(match.lastgroup)
        found.append(Token(kind, match[kind], match.start(kind)))
        at = match.end()
    return [*found, Token("end", "", len(text))]


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = _tokens(text)
        self.at = 0

    @property
    def current(self) -> Token:
        return self.tokens[self.at]

    def accept(self, *texts: str) -> bool:
        if self.current.kind != "quoted" and self.current.text.lower() in texts:
            self.at += 1
            return True
        return False

    def fail(self, problem: str, token: Token | None = None) -> NoReturn:
        raise SegmentSyntaxError(self.text, (token or self.current).at, problem)

    def expect_end(self) -> None:
        if self.current.kind != "end":
            self.fail(f"{self.current.text!r} is left over; combine with & or |")

    def or_expr(self) -> Any:
        found = self.and_expr()
        while self.accept("|", "or"):
            found = self.combine(found, self.and_expr, "|")
        return found

    def and_expr(self) -> Any:
        found = self.not_expr()
        while self.accept("&", "and"):
            found = self.combine(found, self.not_expr, "&")
        return found

    def combine(self, left: Any, part: Any, sign: str) -> Any:
        token = self.current
        right = part()
        if left.and_ is not right.and_:
            self.fail("conditions on visitors and on events do not mix", token)
        return left & right if sign == "&" else left | right

    def not_expr(self) -> Any:
        token = self.current
        if self.accept("~", "not"):
            inner = self.not_expr()
            return self.check_at(token, lambda: ~inner)
        if self.accept("("):
            found = self.or_expr()
            if not self.accept(")"):
                self.fail("a ) is missing")
            return found
        return self.comparison()

    def comparison(self) -> Any:
        token = self.current
        field = self.field()
        negative = self.accept("not")
        if self.accept("in"):
            values = self.values(token.text)
            return self.check_at(
                token, lambda: field.not_in(*values) if negative else field.in_(*values)
            )
        if self.accept("contains"):
            value = self.value(token.text)
            name = "not_contains" if negative else "contains"
            return self.check_at(token, lambda: getattr(field, name)(value))
        if negative:
            self.fail("after `not` comes `in` or `contains`")
        return self.operator_and_value(field, token)

    def operator_and_value(self, field: Any, token: Token) -> Any:
        for word in ("exists", "missing", "is_true", "is_false"):
            if self.accept(word):
                return self.check_at(token, lambda word=word: getattr(field, word)())
        for word in ("days_gte", "days_gt", "days_lte", "days_lt"):
            if self.accept(word):
                days = self.value(token.text)
                return self.check_at(token, lambda word=word, days=days: getattr(field, word)(days))
        methods = {
            "==": "__eq__", "=": "__eq__", "!=": "__ne__", ">": "__gt__", ">=": "__ge__",
            "<": "__lt__", "<=": "__le__",
        }  # fmt: skip
        sign = self.current.text
        if self.current.kind != "sign" or sign not in methods:
            self.fail("an operator is missing: == != > >= < <= in, contains, exists, missing")
        self.at += 1
        value = self.value(token.text)
        return self.check_at(token, lambda: getattr(field, methods[sign])(value))

    def check_at(self, token: Token, make: Any) -> Any:
        try:
            return make()
        except AttributeError:
            self.fail(f"{token.text} has no such operator", token)
        except SegmentSyntaxError:
            raise
        except InvalidRequest as error:
            self.fail(str(error), self.token_in_message(token, str(error)))

    def token_in_message(self, token: Token, said: str) -> Token:
        """Return the value or operator that an error names, else where the comparison began."""
        for one in self.tokens[self.tokens.index(token) + 1 : self.at]:
            bare = one.text.strip("\"'")
            if repr(bare) in said or (bare.isdecimal() and f" {bare} " in said):
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
        known = [*PLAIN, *(f"{name}.NAME" for name in KEYED)]
        near = get_close_matches(name, [*PLAIN, *KEYED], 1)
        hint = f"did you mean {near[0]}?" if near else f"fields: {', '.join(known)}"
        return self.fail(f"unknown field {token.text!r} ({hint})", token)

    def values(self, field: str) -> list[Any]:
        if not self.accept("("):
            self.fail("a list in brackets comes after `in`")
        found = [self.value(field)]
        while self.accept(","):
            found.append(self.value(field))
        if not self.accept(")"):
            self.fail("a ) is missing")
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


def _number(text: str) -> Any:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
