"""Bytes of an answer -> columns of a table (pure).

The quick way hands the typed values of a listing straight over; an answer that does not fit it (a
new field, a number sent as an object) goes the slow way, row by row, where everything that no
column is for is kept in `_extra` and counted as drift. Both ways give the same table.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, NamedTuple

from midakit.errors import DecodeError
from midakit.export.plan.spec import Spec
from midakit.export.rows import fast_rows as quick
from midakit.export.rows.casting import take
from midakit.export.rows.chunks import Chunk, batches
from midakit.export.schemas import EXTRA, KEYS, TABLES, TOTALS, VARIANT

Row = tuple[dict[str, Any], dict[str, Any]]


class Piece(NamedTuple):
    """The rows of one spec, as an Arrow record batch, and the fields that no column is for."""

    table: str
    batch: Any
    drift: Mapping[str, int]


def piece(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Piece:
    """All pages of a spec as one batch."""
    [(batch, drift)] = batches([chunk(spec, pages, fetched_at)])
    return Piece(spec.kind, batch, drift)


def chunk(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Chunk:
    """All pages of a spec as columns, the quick way where it goes."""
    found = quick.read(spec.kind, pages[0]) if len(pages) == 1 else None
    if found is None:
        return slowly(spec, pages, fetched_at)
    shared = _shared(spec, fetched_at)
    shared.update((name, value) for name, value in found.beside.items() if value is not None)
    again = partial(slowly, spec, pages, fetched_at)
    return Chunk(spec.kind, found.rows, shared, found.columns, {}, texts=True, again=again)


def slowly(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Chunk:
    """Row by row: takes anything, loses nothing."""
    reader = READERS[spec.kind]
    found: list[Row] = []
    drift: dict[str, int] = {}
    for page in pages:
        body = _object(spec, page)
        rows = list(reader(body))
        beside = {name: body[name] for name in body if name not in KNOWN[spec.kind]}
        if beside and rows:  # said once, about all rows: kept with the first
            rows[0] = (rows[0][0], {**rows[0][1], **beside})
        elif beside:
            _count(drift, beside)
        found += rows
    found = _without_repeats(spec, found)
    for _, extra in found:
        _count(drift, extra)
    own = {name: [row.get(name) for row, _ in found] for name in TABLES[spec.kind]}
    own[EXTRA] = [json.dumps(extra) if extra else None for _, extra in found]
    shared = _shared(spec, fetched_at)
    held = {name: values for name, values in own.items() if _is_told(values) or name not in shared}
    return Chunk(spec.kind, len(found), shared, held, drift)


def _is_told(values: Sequence[Any]) -> bool:
    return any(value is not None for value in values)


def _count(drift: dict[str, int], names: Iterable[str]) -> None:
    for name in names:
        drift[name] = drift.get(name, 0) + 1


def _without_repeats(spec: Spec, rows: list[Row]) -> list[Row]:
    """Pages overlap so that drift is noticed: a row on two of them is one row."""
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


def raw(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Chunk:
    """The answers as they came."""
    shared = {**_shared(spec, fetched_at), "kind": spec.kind}
    bodies = [page.decode("utf-8", "replace") for page in pages]
    return Chunk("raw", len(pages), shared, {"page": range(len(pages)), "body": bodies}, {})


def _shared(spec: Spec, fetched_at: datetime) -> dict[str, Any]:
    return {**context(spec), "spec_id": spec.id, "fetched_at": fetched_at}


def context(spec: Spec) -> dict[str, Any]:
    """The columns that say what a row is about."""
    found, _ = take({"project": spec.project, **spec.label()}, TABLES["raw"])
    return found


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

KNOWN: dict[str, frozenset[str]] = {
    "experiments": frozenset({"experiments", "success", "count", "company_id"}),
    "results": frozenset(
        {"variants", "breakdowns", "breakdown_by", "test_name", *TOTALS}
        | quick.IGNORED | quick.RESULT_ONLY
    ),
    "metrics": frozenset({"metrics", "metric_definitions", "metric_count", "test_name"} | quick.IGNORED),
    "timeseries": frozenset({"timeseries", "test_name", *quick.IGNORED}),
    "goals": frozenset({"goals", "success", "count", "company_id", "project_key"}),
    "events": frozenset({"events", "success", "count", "company_id", "project_key"}),
}  # fmt: skip
"""What may stand beside the rows; the rest is drift."""
