"""Regular expressions that a user writes for browsers: what is wrong with one in every dialect (pure).

Python's `re` is no judge here. It refuses patterns of JavaScript such as `(?<name>a)`, and on `(a+)+$` it may
look for ever.
"""

import re

from midakit.errors import InvalidRequest

_PART = re.compile(r"\\?.|\\", re.DOTALL)
"""What is read as one: a character, or an escaped one, or a last backslash."""


def fault_of(pattern: str) -> str | None:
    """Find what no engine accepts.

    Args:
        pattern: The regular expression.

    Returns:
        What is wrong, for a message; None for what may be valid.
    """
    depth, before, in_class = 0, "", False
    for part in _PART.findall(pattern):
        if part == "\\":
            return "nothing follows its last backslash"
        if in_class:
            in_class = part != "]"
        elif part == "[":
            in_class = True
        elif part in "*+?" and (before in ("", "|") or (before == "(" and part != "?")):
            return f"there is nothing before {part} that it could repeat"
        else:
            depth += (part == "(") - (part == ")")
        if depth < 0:
            return "a parenthesis ) is closed but not opened"
        before = part
    if in_class:
        return "a bracket [ is not closed"
    return "a parenthesis ( is not closed" if depth else None


def refuse_bad_pattern(name: str, pattern: str) -> None:
    """Refuse what no engine accepts.

    Args:
        name: The field, for the message.
        pattern: The regular expression.

    Raises:
        InvalidRequest: The message says what is wrong.
    """
    if fault := fault_of(pattern):
        raise InvalidRequest(name, f"{pattern!r} is not a valid pattern: {fault}")
