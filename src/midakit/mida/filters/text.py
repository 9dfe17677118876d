"""The algebra as text, for command lines: `device == desktop & country in (US, CA)`.

or     := and ( ("|" | "or") and )*
and    := not ( ("&" | "and") not )*
not    := ("~" | "not") not | "(" or ")" | test
test   := field ( sign value | "in" list | "not" "in" list | "contains" value | "exists" | ... )
field  := name | queryparam.NAME | utm.NAME | attribute.NAME | event.NAME
"""

import re
from typing import Any, NamedTuple, NoReturn
from unicodedata import combining, east_asian_width

from midakit.errors import InvalidRequest
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
    """Text that is no segment; `column` (from 1) is where."""

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
        """The same, where a segment has a name: one of several is told from the others."""
        return SegmentSyntaxError(self.text, self.at, self.problem, name)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.text, self.at, self.problem, self.name)


def _blank(letter: str) -> str:
    """As many spaces as the letter takes cells."""
    if combining(letter):
        return ""
    return "  " if east_asian_width(letter) in "WF" else " "


class Token(NamedTuple):
    """A word, a sign or a quoted text, and where it stands."""

    kind: str
    text: str
    at: int


def parse_segment(text: str) -> Any:
    """The expression that the text stands for."""
    parser = _Parser(text)
    found = parser.either()
    parser.expect_end()
    return found


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = TOKEN.match(text, at)
        if match is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise SegmentSyntaxError(text, start, f"{text[start]!r} does not belong here")
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
    def now(self) -> Token:
        return self.tokens[self.at]

    def take(self, *texts: str) -> bool:
        if self.now.kind != "quoted" and self.now.text.lower() in texts:
            self.at += 1
            return True
        return False

    def fail(self, problem: str, token: Token | None = None) -> NoReturn:
        raise SegmentSyntaxError(self.text, (token or self.now).at, problem)

    def expect_end(self) -> None:
        if self.now.kind != "end":
            self.fail(f"{self.now.text!r} is left over; combine with & or |")

    def either(self) -> Any:
        found = self.both()
        while self.take("|", "or"):
            found = self.joined(found, self.both, "|")
        return found

    def both(self) -> Any:
        found = self.negated()
        while self.take("&", "and"):
            found = self.joined(found, self.negated, "&")
        return found

    def joined(self, left: Any, part: Any, sign: str) -> Any:
        token = self.now
        right = part()
        if left.and_ is not right.and_:
            self.fail("conditions on visitors and on events do not mix", token)
        return left & right if sign == "&" else left | right

    def negated(self) -> Any:
        token = self.now
        if self.take("~", "not"):
            inner = self.negated()
            return self.checked(token, lambda: ~inner)
        if self.take("("):
            found = self.either()
            if not self.take(")"):
                self.fail("a ) is missing")
            return found
        return self.test()

    def test(self) -> Any:
        token = self.now
        field = self.field()
        negative = self.take("not")
        if self.take("in"):
            values = self.values(token.text)
            return self.checked(
                token, lambda: field.not_in(*values) if negative else field.in_(*values)
            )
        if self.take("contains"):
            value = self.value(token.text)
            name = "not_contains" if negative else "contains"
            return self.checked(token, lambda: getattr(field, name)(value))
        if negative:
            self.fail("after `not` comes `in` or `contains`")
        return self.compared(field, token)

    def compared(self, field: Any, token: Token) -> Any:
        for word in ("exists", "missing", "is_true", "is_false"):
            if self.take(word):
                return self.checked(token, lambda word=word: getattr(field, word)())
        for word in ("days_gte", "days_gt", "days_lte", "days_lt"):
            if self.take(word):
                days = self.value(token.text)
                return self.checked(token, lambda word=word, days=days: getattr(field, word)(days))
        methods = {
            "==": "__eq__", "=": "__eq__", "!=": "__ne__", ">": "__gt__", ">=": "__ge__",
            "<": "__lt__", "<=": "__le__",
        }  # fmt: skip
        sign = self.now.text
        if self.now.kind != "sign" or sign not in methods:
            self.fail("an operator is missing: == != > >= < <= in, contains, exists, missing")
        self.at += 1
        value = self.value(token.text)
        return self.checked(token, lambda: getattr(field, methods[sign])(value))

    def checked(self, token: Token, make: Any) -> Any:
        try:
            return make()
        except AttributeError:
            self.fail(f"{token.text} has no such operator", token)
        except SegmentSyntaxError:
            raise
        except InvalidRequest as error:
            self.fail(str(error), self.blamed(token, str(error)))

    def blamed(self, token: Token, said: str) -> Token:
        """The value or the operator that the error names, else where the test began."""
        for one in self.tokens[self.tokens.index(token) + 1 : self.at]:
            bare = one.text.strip("\"'")
            if repr(bare) in said or (bare.isdecimal() and f" {bare} " in said):
                return one
        return token

    def field(self) -> Any:
        token = self.now
        if token.kind != "word":
            self.fail("a field is missing here")
        self.at += 1
        name, _, key = token.text.partition(".")
        if name in KEYED and key:
            return E.attr(key) if name == "event" else getattr(F, name)(key)
        if token.text in PLAIN:
            return getattr(F, token.text)
        keyed = ", ".join(f"{name}.NAME" for name in KEYED)
        return self.fail(
            f"{token.text!r} is no field; known are {', '.join(PLAIN)}, {keyed}", token
        )

    def values(self, field: str) -> list[Any]:
        if not self.take("("):
            self.fail("a list in brackets comes after `in`")
        found = [self.value(field)]
        while self.take(","):
            found.append(self.value(field))
        if not self.take(")"):
            self.fail("a ) is missing")
        return found

    def value(self, field: str) -> Any:
        token = self.now
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
