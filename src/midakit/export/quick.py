"""The quick way for timeseries: bytes -> typed rows -> columns, no dict and no model between.

`forbid_unknown_fields` makes anything new fall back to the slow way, which keeps it.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from midakit.export.plan import Spec
from midakit.export.schemas import EXTRA, INT, NUM, ROW, TEXT, arrow

ENVELOPE = (
    "success", "test_id", "count", "primary_goal", "goal", "selected_goal", "query_start_date",
    "query_end_date", "effective_start_date", "effective_end_date", "filter_by", "custom_filter",
    "report_phase", "warnings", "breakdown_by",
)  # fmt: skip


@cache
def _decoder() -> Any:
    import msgspec

    kinds: dict[str, Any] = {INT: int | None, NUM: float | None, TEXT: str | None}
    fields = [("variant_id", str)]
    defaulted = [(name, kinds.get(kind, str | None), None) for name, kind in ROW.items()]
    row: Any = msgspec.defstruct("Row", [*fields, *defaulted], forbid_unknown_fields=True, gc=False)
    shown: list[Any] = [
        ("timeseries", list.__class_getitem__(row)),
        ("test_name", str | None, None),
    ]
    body = msgspec.defstruct("Body", [*shown, *((name, Any, None) for name in ENVELOPE)])
    return msgspec.json.Decoder(body, strict=False)


def timeseries(spec: Spec, page: bytes, fetched_at: datetime) -> Any:
    """A record batch, or None when the answer needs the slow way."""
    import msgspec
    import pyarrow as pa

    try:
        body = _decoder().decode(page)
        rows = body.timeseries
        times = {
            name: _times([getattr(row, name) for row in rows])
            for name in ("created_at", "updated_at")
        }
    except (msgspec.MsgspecError, pa.ArrowInvalid):
        return None
    schema = arrow("timeseries")
    shared = _shared(spec, body.test_name, fetched_at)
    arrays = []
    for field in schema:
        if field.name == "date":
            arrays.append(times["created_at"].cast(pa.date32()))
        elif field.name in times:
            arrays.append(times[field.name])
        elif field.name == "variant_id" or field.name in ROW:
            arrays.append(pa.array([getattr(row, field.name) for row in rows], field.type))
        else:
            arrays.append(_repeat(shared.get(field.name), field.type, len(rows)))
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


def _shared(spec: Spec, test_name: str | None, fetched_at: datetime) -> dict[str, Any]:
    from midakit.export.tables import context

    shared = {**context(spec), "spec_id": spec.id, "fetched_at": fetched_at, EXTRA: None}
    if test_name is not None:
        shared["test_name"] = test_name
    return shared


def _times(values: Sequence[str | None]) -> Any:
    """Text with a zone -> UTC; text that is no such time raises ArrowInvalid: the slow way knows more."""
    import pyarrow as pa

    return pa.array(values, pa.string()).cast(pa.timestamp("ms", tz="UTC"))


def _repeat(value: Any, kind: Any, count: int) -> Any:
    import pyarrow as pa

    if value is None:
        return pa.nulls(count, kind)
    return pa.repeat(pa.scalar(value, kind), count)
