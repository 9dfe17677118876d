"""A data set as JSON lines, one object per line; `dataset_import` has the format."""

import json
from collections.abc import Callable, Iterator

import numpy as np

from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.tables import NO_TYPE, UTM, ColumnTable
from midakit.sandbox.state.visits import Visits

_STEP = 10_000
_VISITOR = (
    "visitor_id", "project_key", "uuid", "created_at", "device", "browser", "os", "country",
    "region", "city", "user_agent", "landing_page", "ref_page", "source", "utm", "query",
    "attributes", "email", "id",
)  # fmt: skip
_ASSIGNMENT = ("test_id", "visitor_id", "variant_id", "entered_at", "is_serving")
_EVENT = ("event_id", "visitor_id", "event_type", "event_text", "event_property", "url",
          "event_path", "session", "status", "created_at")  # fmt: skip
_JSON = frozenset({"query", "attributes", "event_property"})
Shown = Callable[[Array], list[str]]
"""Returns a column of some rows as JSON."""


def export_lines(definitions: Definitions, visits: Visits) -> Iterator[str]:
    """Yield the lines that load back to the same state, deleted events included.

    Args:
        definitions: Everything but the visits.
        visits: The visitors, assignments and events.

    Yields:
        One JSON object per line, without a line end.
    """
    for kind in ("account", "project", "goal", "experiment"):
        for item in getattr(definitions, f"{kind}s"):
            yield json.dumps({"type": kind, **item})
    for kind, line in definitions.objects:
        yield json.dumps({"type": kind, **line})
    with visits.lock:  # what is told belongs together
        visitors, assignments, events = visits.visitors, visits.assignments, visits.events.table
        yield from _table_lines("visitor", _VISITOR, visitors, np.arange(len(visitors)))
        order = np.lexsort([assignments.values(name) for name in
                            ("is_serving", "visitor_id", "test_id")])  # fmt: skip
        yield from _table_lines("assignment", _ASSIGNMENT, assignments, order)
        yield from _table_lines("event", _EVENT, events, visits.events.living())


def _table_lines(
    kind: str, names: tuple[str, ...], table: ColumnTable, rows: Array
) -> Iterator[str]:
    """Yield the lines of some rows; every distinct text becomes JSON once."""
    form = "{" + ",".join([f'"type":"{kind}"', *(f'"{name}":%s' for name in names)]) + "}"
    shown = [_shown(table, name) for name in names]
    for start in range(0, len(rows), _STEP):
        part = rows[start : start + _STEP]
        yield from map(form.__mod__, zip(*(show(part) for show in shown), strict=True))


def _shown(table: ColumnTable, name: str) -> Shown:
    """Return how a column becomes JSON."""
    match name:
        case "utm":
            return lambda rows: _utm(table, rows)
        case "created_at" | "entered_at":
            return lambda rows: _times(table.values(name)[rows])
        case "event_type":
            return lambda rows: [
                "null" if kind == NO_TYPE else str(kind) for kind in table.values(name)[rows]
            ]
        case "variant_id":
            return lambda rows: [f'"{variant}"' for variant in table.values("variant")[rows]]
        case "is_serving":
            return lambda rows: [str(int(serving)) for serving in table.values(name)[rows]]
        case "visitor_id" | "test_id" | "event_id" | "status":
            return lambda rows: list(map(str, table.values(name)[rows].tolist()))
    column = "ext_id" if name == "id" else name
    words = _words(table, column, as_json=name not in _JSON)
    return lambda rows: [words[number] for number in table.values(column)[rows].tolist()]


def _words(table: ColumnTable, name: str, *, as_json: bool) -> list[str]:
    """Return the distinct texts of a column as JSON; some of them are JSON already."""
    texts = table.texts(name).words.texts
    if not as_json:
        return [text or "null" for text in texts]
    return [json.dumps(text, ensure_ascii=False) for text in texts]


def _utm(table: ColumnTable, rows: Array) -> list[str]:
    """Return the utm parameters of visitors, without those that are missing."""
    columns = [
        [words[number] for number in table.values(name)[rows].tolist()]
        for name, words in ((name, table.texts(name).words.texts) for name in UTM)
    ]
    return [
        json.dumps(
            {name: text for name, text in zip(UTM, texts, strict=True) if text is not None},
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for texts in zip(*columns, strict=True)
    ]


def _times(times: Array) -> list[str]:
    """Return times as ISO 8601, with microseconds only where there are any."""
    whole = times % 1000 == 0
    short = np.datetime_as_string(times.astype("datetime64[us]").astype("datetime64[ms]"))
    if whole.all():
        return [f'"{at}Z"' for at in short.tolist()]
    long = np.datetime_as_string(times.astype("datetime64[us]"))
    return [f'"{at}Z"' for at in np.where(whole, short, long).tolist()]
