"""The tokens of a segment's text, and the error that says at which column a text is wrong."""

import re
from typing import Any, NamedTuple
from unicodedata import combining, east_asian_width

from midakit.core.printable import hidden
from midakit.errors import InvalidRequest

TOKEN = re.compile(
    r"""\s*(?:(?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      |(?P<sign>==|!=|>=|<=|>|<|[&|~(),=])
      |(?P<word>[^\s"'&|~(),=<>!]+))""",
    re.VERBOSE,
)


class SegmentSyntaxError(InvalidRequest):
    """Raised for text that is not a segment; `column`, counted from 1, says where.

    Args:
        text: The whole text.
        at: Where in the text the problem is, counted from 0.
        problem: What is wrong there.
        name: What the user called it, as in `NAME=EXPRESSION`; empty without one.
    """

    def __init__(self, text: str, at: int, problem: str, name: str = "") -> None:
        shown = hidden().sub(" ", text)
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

        Example:
            try:
                parse_segment("device = mobile")
            except SegmentSyntaxError as error:
                print(error.named("phones"))
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
    """A `word`, a `sign` or a `quoted` text, and where it begins; the last one is an `end`."""

    kind: str
    text: str
    at: int


def tokens_of(text: str) -> list[Token]:
    """Split the text of a segment into its tokens.

    Args:
        text: An expression such as `device == desktop & country in (US, CA)`.

    Raises:
        SegmentSyntaxError: A character belongs to no token, such as a quote that is not closed.
    """
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
