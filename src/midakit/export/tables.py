"""Bytes of an answer -> columns of a table (pure).

The quick way hands the typed values of a listing straight over; an answer that does not fit it (a
new field, a number sent as an object) goes the slow way, row by row, where everything that no
column is for is kept in `_extra` and counted as drift. Both ways give the same table.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from midakit.errors import DecodeError
from midakit.export.coercing import take
from midakit.export.plan import Spec
from midakit.export.schemas import EXTRA, TABLES, TOTALS, VARIANT, arrow

ENVELOPE = frozenset({"success", "count", "company_id"})


class Piece(NamedTuple):
    """The rows of one spec, as an Arrow record batch, and the fields that no column is for."""

    table: str
    batch: Any
    drift: Mapping[str, int]


Row = tuple[dict[str, Any], dict[str, Any]]


def piece(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Piece:
    """All pages of a spec as one batch."""
    if spec.kind == "timeseries" and len(pages) == 1:
        from midakit.export.quick import timeseries

        batch = timeseries(spec, pages[0], fetched_at)
        if batch is not None:
            return Piece(spec.kind, batch, {})
    return slowly(spec, pages, fetched_at)


def slowly(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Piece:
    """Row by row: takes anything, loses nothing."""
    reader = READERS[spec.kind]
    rows: list[dict[str, Any]] = []
    drift: dict[str, int] = {}
    shared = {**context(spec), "spec_id": spec.id, "fetched_at": fetched_at}
    for page in pages:
        for found, extra in reader(_object(spec, page)):
            for name in extra:
                drift[name] = drift.get(name, 0) + 1
            kept = json.dumps(extra, ensure_ascii=False) if extra else None
            rows.append({**shared, **found, EXTRA: kept})
    return Piece(spec.kind, _batch(spec.kind, rows), drift)


def raw(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Piece:
    """The answers as they came."""
    shared = {**context(spec), "spec_id": spec.id, "fetched_at": fetched_at, "kind": spec.kind}
    rows = [
        {**shared, "page": number, "body": page.decode("utf-8", "replace")}
        for number, page in enumerate(pages)
    ]
    return Piece("raw", _batch("raw", rows), {})


def context(spec: Spec) -> dict[str, Any]:
    """The columns that say what a row is about."""
    found, _ = take({"project": spec.project, **spec.label()}, TABLES["raw"])
    return found


def _batch(table: str, rows: list[dict[str, Any]]) -> Any:
    import pyarrow as pa

    schema = arrow(table)
    arrays = [pa.array([row.get(field.name) for row in rows], field.type) for field in schema]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _object(spec: Spec, page: bytes) -> dict[str, Any]:
    try:
        body = json.loads(page)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise DecodeError(
            f"{spec.call.operation} answered with something that is no JSON object",
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
        if "company_id" not in found and body.get("company_id") is not None:
            found.update(take({"company_id": body["company_id"]}, TABLES["experiments"])[0])
        yield found, extra


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
    for segment in _items(body, "breakdowns"):
        named = {
            "breakdown_by": body.get("breakdown_by"),
            "breakdown_value": segment.get("criteria"),
        }
        labels, _ = take(named, TABLES["results"])
        yield from _variants(segment, {**totals, **about, **labels})


def _variants(body: Mapping[str, Any], shared: Mapping[str, Any]) -> Iterable[Row]:
    for item in _items(body, "variants"):
        found, extra = take(item, VARIANT)
        yield {**shared, **found}, extra


def _metrics(body: Mapping[str, Any]) -> Iterable[Row]:
    definitions = list(_items(body, "metric_definitions"))
    warnings = json.dumps(body["warnings"]) if body.get("warnings") else None
    for item in _items(body, "metrics"):
        values = {key: value for key, value in item.items() if key.startswith("result_")}
        plain = {key: value for key, value in item.items() if key not in values}
        about, extra = take(plain, TABLES["metrics"])
        for key, value in values.items():
            found, misfit = take({"result": value}, TABLES["metrics"])
            unread = {**extra, **({key: value} if misfit else {})}
            yield {**about, **found, **_definition(key, definitions), "warning": warnings}, unread


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
        created = found.get("created_at")
        found["date"] = created.astimezone(UTC).date() if created is not None else None
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
