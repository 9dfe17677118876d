"""The way that takes any answer: row by row, and what no column takes goes to `_extra`."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from midakit.errors import DecodeError
from midakit.export.plan.spec import Spec
from midakit.export.rows.casting import take
from midakit.export.rows.chunks import Chunk
from midakit.export.rows.fast_rows import IGNORED, RESULT_ONLY
from midakit.export.schemas import EXTRA, KEYS, REPORTED, TABLES, TOTALS, VARIANT

OF_SEGMENT = (
    "total_visitors", "total_conversions", "has_revenue", "total_revenue", "total_orders",
)  # fmt: skip
"""Totals that each segment of a breakdown has of its own."""
IN_SEGMENT = frozenset(
    {"criteria", "variants", "conversion_rate", "rpv", "aov", "currency", *OF_SEGMENT}
)
IN_DEFINITION = frozenset({"metric_key", "metric_text", "name", "type", "goal"})

Row = tuple[dict[str, Any], dict[str, Any]]
"""Values by column, and the fields that no column takes."""


def read_rows(spec: Spec, pages: Sequence[bytes], shared: Mapping[str, Any]) -> Chunk:
    """Return the rows of an answer; nothing that the server sent is lost.

    Args:
        spec: The call of the plan.
        pages: Bodies of the responses, one for each page.
        shared: Column -> the value of all rows.

    Raises:
        DecodeError: A page is not a JSON object.
    """
    found: list[Row] = []
    drift: Counter[str] = Counter()
    for page in pages:
        body = _object(spec, page)
        shared = {**shared, **reported_goal(spec.kind, body, shared)}
        rows = list(READERS[spec.kind](body))
        beside = {name: body[name] for name in body if name not in KNOWN[spec.kind]}
        if beside and rows:  # sent once, about all rows: kept with the first
            rows[0] = (rows[0][0], {**rows[0][1], **beside})
        else:
            drift.update(beside.keys())
        found += rows
    return to_chunk(spec.kind, _without_repeats(spec, found), shared, drift)


def to_chunk(
    table: str, rows: Sequence[Row], shared: Mapping[str, Any], drift: Mapping[str, int]
) -> Chunk:
    """Return rows as columns.

    Args:
        table: The table of the rows.
        rows: Column -> value, for each row.
        shared: Column -> the value of all rows that have none of their own.
        drift: Fields that have no column, and that no row holds, with their counts.
    """
    own: dict[str, list[Any]] = {name: [row.get(name) for row, _ in rows] for name in TABLES[table]}
    own[EXTRA] = [json.dumps(extra) if extra else None for _, extra in rows]
    columns = {
        name: values
        for name, values in own.items()
        if name not in shared or any(value is not None for value in values)
    }
    counts = Counter(name for _, extra in rows for name in extra)
    return Chunk(table, len(rows), shared, columns, counts + Counter(drift))


def _without_repeats(spec: Spec, rows: list[Row]) -> list[Row]:
    """Return rows once: pages overlap so that changes are noticed, and a row on two pages is one row."""
    key = KEYS[spec.kind][-1]
    if not spec.paged:
        return rows
    seen: set[Any] = set()
    kept = []
    for row in rows:
        one = row[0].get(key)
        if one is None or one not in seen:
            seen.add(one)
            kept.append(row)
    return kept


def _object(spec: Spec, page: bytes) -> dict[str, Any]:
    try:
        body = json.loads(page)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise DecodeError(
            f"{spec.call.operation} answered with something that is not a JSON object",
            status=200,
            first_bytes=page[:200],
            call=spec.call,
        )
    return body


def _items(body: Mapping[str, Any], name: str) -> Iterator[Mapping[str, Any]]:
    found = body.get(name)
    for item in found if isinstance(found, list) else ():
        if isinstance(item, Mapping):
            yield item


def _experiments(body: Mapping[str, Any]) -> Iterable[Row]:
    labels = {"9": "draft", "1": "live", "0": "inactive"}
    for position, item in enumerate(_items(body, "experiments")):
        found, extra = take(item, TABLES["experiments"])
        found["status_label"] = labels.get(str(item.get("status")))
        found["list_position"] = position
        if "projects" in item:  # the column says who listed it
            extra["projects"] = item["projects"]
        found["projects"] = _listed_by(body, item.get("test_id"))
        if "company_id" not in found and body.get("company_id") is not None:
            found.update(take({"company_id": body["company_id"]}, TABLES["experiments"])[0])
        yield found, extra


def _listed_by(body: Mapping[str, Any], test_id: object) -> list[str] | None:
    """Return the projects that listed an experiment, as the planner says it beside the items."""
    projects, listed = body.get("projects"), body.get("listed")
    if projects is None or listed is None:
        return projects
    return [project for project in projects if test_id in listed[project]]


def _results(body: Mapping[str, Any]) -> Iterable[Row]:
    totals, _ = take({name: body.get(name) for name in TOTALS}, TOTALS)
    if "status_code" not in totals:
        code = {"draft": 9, "live": 1, "inactive": 0}.get(
            str(body.get("status")), body.get("status")
        )
        totals.update(take({"status_code": code}, TOTALS)[0])
    about = {"test_name": body.get("test_name"), "breakdown_by": None, "breakdown_value": None}
    if body.get("breakdowns") is None:  # the plan asks for the totals on their own
        yield from _variants(body, {**totals, **about})
    whole = {name: value for name, value in totals.items() if name not in OF_SEGMENT}
    for segment in _items(body, "breakdowns"):
        named = {
            "breakdown_by": body.get("breakdown_by"),
            "breakdown_value": segment.get("criteria"),
        }
        named |= {name: segment.get(name) for name in OF_SEGMENT}
        labels, _ = take(named, TABLES["results"])
        beside = {name: value for name, value in segment.items() if name not in IN_SEGMENT}
        for found, extra in _variants(segment, {**whole, **about, **labels}):
            yield found, {**extra, **beside}
            beside = {}  # sent once, about all rows of the segment: kept with the first


def reported_goal(
    kind: str, body: Mapping[str, Any], asked: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the columns that say which goal a report is about.

    Args:
        kind: The table that the rows go to.
        body: The answer, or the fields of it that name goals.
        asked: The columns that are known of the call. The primary goal says nothing about a report of
            another goal.
    """
    if kind not in ("results", "timeseries"):
        return {}
    other = asked.get("goal_key") or asked.get("goal_profile_id")
    for name in ("selected_goal", "goal") if other else ("selected_goal", "goal", "primary_goal"):
        goal = body.get(name)
        if isinstance(goal, Mapping):
            named = {f"reported_{one}": goal.get(one) for one in ("goal_key", "goal_profile_id")}
            return take(named, REPORTED)[0]
    return {}


def _variants(body: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterable[Row]:
    for item in _items(body, "variants"):
        found, extra = take(item, VARIANT)
        yield {**shared, **found}, extra


def _metrics(body: Mapping[str, Any]) -> Iterable[Row]:
    definitions = list(_items(body, "metric_definitions"))
    warnings = json.dumps(body["warnings"]) if body.get("warnings") else None
    unknown = {
        f"{one.get('metric_key')}.{name}": value
        for one in definitions
        for name, value in one.items()
        if name not in IN_DEFINITION
    }
    for item in _items(body, "metrics"):
        values = {key: value for key, value in item.items() if key.startswith("result_")}
        plain = {key: value for key, value in item.items() if key not in values}
        about, extra = take(plain, TABLES["metrics"])
        for key, value in values.items():
            found, misfit = take({"result": value}, TABLES["metrics"])
            unread = {**extra, **unknown, **({key: value} if misfit else {})}
            yield {**about, **found, **_definition(key, definitions), "warning": warnings}, unread
            unknown = {}  # sent once, about all rows: kept with the first


def _definition(key: str, definitions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    place = key[len("result_") :]
    if not place.isdigit() or not 1 <= int(place) <= len(definitions):
        return {"metric_index": int(place) if place.isdigit() and int(place) < 2**15 else None}
    definition = definitions[int(place) - 1]
    goal = definition.get("goal")
    named = {
        "metric_index": int(place),
        "metric_key": definition.get("metric_key"),
        "metric_name": definition.get("name"),
        "metric_type": definition.get("type"),
        "metric_goal_type": goal.get("goal_type") if isinstance(goal, Mapping) else None,
    }
    return take(named, TABLES["metrics"])[0]


def _timeseries(body: Mapping[str, Any]) -> Iterable[Row]:
    for item in _items(body, "timeseries"):
        found, extra = take(item, TABLES["timeseries"])
        if body.get("test_name") is not None:
            found["test_name"] = str(body["test_name"])
        yield found, extra


def _plain(name: str, table: str) -> Callable[[Mapping[str, Any]], Iterable[Row]]:
    def read(body: Mapping[str, Any]) -> Iterable[Row]:
        for item in _items(body, name):
            if isinstance(item.get("event_property"), (dict, list)):
                item = {**item, "event_property": json.dumps(item["event_property"])}
            yield take(item, TABLES[table])

    return read


READERS: dict[str, Callable[[Mapping[str, Any]], Iterable[Row]]] = {
    "experiments": _experiments,
    "results": _results,
    "metrics": _metrics,
    "timeseries": _timeseries,
    "goals": _plain("goals", "goals"),
    "events": _plain("events", "events"),
}

KNOWN: dict[str, frozenset[str]] = {
    "experiments": frozenset(
        {"experiments", "success", "count", "company_id", "projects", "listed"}
    ),
    "results": frozenset(
        {"variants", "breakdowns", "breakdown_by", "test_name", *TOTALS}
        | IGNORED | RESULT_ONLY
    ),
    "metrics": frozenset({"metrics", "metric_definitions", "metric_count", "test_name"} | IGNORED),
    "timeseries": frozenset({"timeseries", "test_name", *IGNORED}),
    "goals": frozenset({"goals", "success", "count", "company_id", "project_key"}),
    "events": frozenset({"events", "success", "count", "company_id", "project_key"}),
}  # fmt: skip
"""What may stand beside the rows; the rest is drift."""
