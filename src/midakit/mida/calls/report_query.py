"""The arguments that the reports share -> query pairs (pure)."""

import json
from collections.abc import Sequence
from typing import Any

from midakit.core.call import Pairs
from midakit.core.checks import between, day, in_order, not_both, one_of
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest


def query(
    *,
    start_date: Any = UNSET,
    end_date: Any = UNSET,
    goal_key: Any = UNSET,
    goal_profile_id: Any = UNSET,
    filter_by: Any = UNSET,
    where: Any = UNSET,
    event_where: Any = UNSET,
    breakdown_by: Any = UNSET,
    min_count: Any = UNSET,
    timeframe_days: Any = UNSET,
    tz: Any = UNSET,
    report_phase: Any = UNSET,
    metric_keys: Any = UNSET,
    goal_keys: Any = UNSET,
    metric_batch: Any = UNSET,
) -> Pairs:
    """Checked, encoded, in a fixed order; what was not given is not sent."""
    from midakit.mida.models import BreakdownBy, ReportPhase

    not_both(goal_key=goal_key, goal_profile_id=goal_profile_id)
    not_both(metric_keys=metric_keys, goal_keys=goal_keys)
    first = UNSET if start_date is UNSET else day("start_date", start_date)
    last = UNSET if end_date is UNSET else day("end_date", end_date)
    in_order(first, last)
    found = {
        "metric_keys": _keys("metric_keys", metric_keys),
        "goal_keys": _keys("goal_keys", goal_keys),
        "start_date": first,
        "end_date": last,
        "goal_key": goal_key,
        "goal_profile_id": goal_profile_id,
        "filter_by": _tokens(filter_by),
        "custom_filter": _where(where),
        "breakdown_by": breakdown_by
        if breakdown_by is UNSET
        else one_of("breakdown_by", breakdown_by, BreakdownBy),
        "event_attribute": _event_where(event_where),
        "min_count": _at_least("min_count", min_count, 1),
        "timeframe_days": _at_least("timeframe_days", timeframe_days, 0),
        "metric_batch": _batch(metric_batch),
        "tz": _hours(tz),
        "report_phase": report_phase
        if report_phase is UNSET
        else one_of("report_phase", report_phase, ReportPhase),
    }
    return tuple((name, str(value)) for name, value in found.items() if value is not UNSET)


def _where(where: Any) -> Any:
    if where is UNSET:
        return UNSET
    from midakit.mida.filters.as_lists import custom_filter

    return custom_filter(where)


def _event_where(event_where: Any) -> Any:
    if event_where is UNSET:
        return UNSET
    from midakit.mida.filters.as_lists import event_attribute

    return event_attribute(event_where)


def _tokens(filter_by: Any) -> Any:
    """Text, or a list of tokens; unknown ones pass, for the list is not complete."""
    if filter_by is UNSET or isinstance(filter_by, str):
        return filter_by
    tokens = [getattr(token, "value", token) for token in filter_by]
    if not tokens or not all(
        isinstance(token, str) and token and "," not in token for token in tokens
    ):
        raise InvalidRequest("filter_by", "must be text, or a list of tokens without commas")
    return ",".join(tokens)


def _keys(field: str, keys: Any) -> Any:
    """Commas between keys; JSON text when a key holds a comma."""
    if keys is UNSET or isinstance(keys, str):
        return keys
    found = [*keys]
    if not found or not all(isinstance(key, str) and key for key in found):
        raise InvalidRequest(field, "must be text, or a list of keys")
    return json.dumps(found) if any("," in key for key in found) else ",".join(found)


def _batch(metric_batch: str | Sequence[int] | Any) -> Any:
    if metric_batch is UNSET or isinstance(metric_batch, str):
        return metric_batch
    indexes = [metric_batch] if isinstance(metric_batch, int) else [*metric_batch]
    for index in indexes:
        between("metric_batch", index, 0, float("inf"), whole=True)
    if not indexes:
        raise InvalidRequest("metric_batch", "names no metric")
    return ",".join(map(str, indexes))


def _at_least(field: str, value: Any, low: float) -> Any:
    return UNSET if value is UNSET else f"{between(field, value, low, float('inf')):g}"


def _hours(tz: Any) -> Any:
    """Hours as text; the sign convention is the server's."""
    if tz is UNSET:
        return UNSET
    try:
        hours = float(tz)
    except (TypeError, ValueError):
        hours = 99.0
    if not -14 <= hours <= 14:
        raise InvalidRequest("tz", f"{tz!r} is not an hour offset from -14 to 14")
    return f"{hours:g}"
