"""Segments as they are typed: `--segment NAME='device == desktop & country in (US, CA)'` (pure)."""

import re
from collections.abc import Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from midakit.errors import InvalidRequest
from midakit.mida.filters import parse_segment

NAMED = re.compile(r"\s*([^=!<>~&|()\"']+?)\s*=(?!=)(.*)", re.DOTALL)

Segment = Annotated[
    list[str] | None,
    Parameter(
        alias="-s",
        help="NAME='device == desktop & country in (US, CA)'; * is everyone; as often as you like.",
        show_default=False,
    ),
]


def segments(texts: Sequence[str]) -> dict[str, Any]:
    """Name -> expression; one without a name is named by its own text."""
    found: dict[str, Any] = {}
    for text in texts:
        named = NAMED.fullmatch(text)
        name, expression = (named[1], named[2]) if named else (text.strip(), text)
        if name in found:
            raise InvalidRequest("segment", f"{name!r} is there twice")
        found[name] = None if expression.strip() == "*" else parse_segment(expression)
    return found
