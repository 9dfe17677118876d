"""What `where=` and `event_where=` accept: an expression, text, or the API's nested lists (pure)."""

import json
import warnings
from collections.abc import Mapping
from typing import Any, TypeVar

from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.mida.filters.as_lists import (
    doubts,
    parse_event_filter,
    parse_filter,
    render_event_filter,
    render_filter,
)
from midakit.mida.filters.expression import EventFilter, Filter
from midakit.mida.filters.rules import RawRules
from midakit.mida.filters.text import parse_segment
from midakit.mida.filters.tokens import SegmentSyntaxError

Kind = TypeVar("Kind", Filter, EventFilter)


def custom_filter(where: "Filter | RawRules") -> str:
    """Return the JSON text of a segment of visitors: an AND of ORs.

    Args:
        where: An expression, text, or the raw lists, which are checked too.

    Raises:
        InvalidRequest: It is none of these, or not one that the API takes.
    """
    return _json(render_filter(as_filter(where)))


def event_attribute(event_where: "EventFilter | RawRules") -> str:
    """Return the JSON text of a filter of events: an OR of ANDs.

    Args:
        event_where: An expression, text, or the raw lists, which are checked too.

    Raises:
        InvalidRequest: It is none of these, or not one that the API takes.
    """
    if isinstance(event_where, EventFilter):
        return _json(render_event_filter(event_where))
    if _is_text(event_where):
        return _json(render_event_filter(_parsed("event_where", EventFilter, event_where)))
    return _json(render_event_filter(parse_event_filter(event_where)))


def as_filter(where: "Filter | RawRules") -> Filter:
    """Return a segment of visitors as an expression.

    Args:
        where: An expression, which is returned itself, the API's nested lists, or text such as
            `device == mobile & country in (US, CA)`.

    Raises:
        InvalidRequest: It is none of these, or a rule in it is not one that the API takes. A criterion or
            a key that is not known gives a warning; strict clients refuse the call.
    """
    if isinstance(where, Filter):
        return where
    if _is_text(where):
        return _parsed("where", Filter, where)
    for doubt in doubts(where):
        warnings.warn(f"where: {doubt}; it is sent as it is", UserWarning, stacklevel=2)
    return parse_filter(where, keep_unknown=True)


def named_segments(segments: Any) -> dict[str, Any]:
    """Return segments by name as they were given; what is wrong with one names it.

    Args:
        segments: Expressions, texts or nested lists by name, None for everyone; `UNSET` for no segments.

    Raises:
        InvalidRequest: They are not given by name, or one is not a segment that the API takes.
    """
    if segments is UNSET:
        return {}
    if not isinstance(segments, Mapping):
        raise InvalidRequest(
            "segments", "must be segments by name, such as {'phones': F.device == 'mobile'}"
        )
    for name, where in segments.items():
        try:
            if where is not None:
                custom_filter(where)
        except SegmentSyntaxError as error:
            raise error.named(name) from None
        except InvalidRequest as error:
            raise InvalidRequest(f"segment {name!r}", error.rule) from None
    return dict(segments)


def _is_text(given: Any) -> bool:
    """Tell text in the language of segments from JSON text."""
    return isinstance(given, str) and not given.lstrip().startswith("[")


def _parsed(field: str, kind: type[Kind], given: Any) -> Kind:
    found = parse_segment(given)
    if not isinstance(found, kind):
        other = "events" if kind is Filter else "visitors"
        raise InvalidRequest(field, f"{given!r} is a condition on {other}")
    return found


def _json(raw: Any) -> str:
    return json.dumps(raw, ensure_ascii=False, separators=(",", ":"))
