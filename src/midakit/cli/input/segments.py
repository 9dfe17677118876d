"""Segments as they are typed: `--segment NAME='device == desktop & country in (US, CA)'`."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from midakit.errors import InvalidRequest
from midakit.mida.filters import SegmentSyntaxError, parse_segment

NAMED = re.compile(r"([^=!<>~&|()\"']+)=(?!=)(.*)", re.DOTALL)

Segment = Annotated[list[str] | None, Parameter(alias="-s")]


def segments(texts: Sequence[str] | None) -> dict[str, Any]:
    """Read segments.

    Args:
        texts: Each `NAME=EXPRESSION`, or an expression, which is then its own name.

    Returns:
        Name -> expression; None is everyone.

    Raises:
        InvalidRequest: A name stands twice, or an expression cannot be read.
    """
    found: dict[str, Any] = {}
    for text in texts or ():
        named = NAMED.fullmatch(text)
        name, expression = (named[1].strip(), named[2]) if named else (text.strip(), text)
        if name in found:
            raise InvalidRequest("segment", f"{name!r} is given twice")
        found[name] = None if expression.strip() == "*" else _read(text, name, expression)
    return found


def _read(text: str, name: str, expression: str) -> Any:
    """Read one segment; where its name was forgotten the error says so."""
    try:
        return parse_segment(expression)
    except SegmentSyntaxError as wrong:
        if expression != text and _is_condition(f"{name}=={expression}"):
            said = (
                f"compare with ==, and put a name before it: NAME='{name} == {expression.strip()}'"
            )
        elif expression == text and not re.search(r"[=<>~&|(]", text):
            said = f"{wrong.problem}; a segment is NAME=EXPRESSION: {text}='device == mobile'"
        else:
            raise
        raise InvalidRequest("segment", f"{text!r}: {said}") from None


def _is_condition(text: str) -> bool:
    try:
        parse_segment(text)
    except InvalidRequest:
        return False
    return True
