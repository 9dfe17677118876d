"""The quick way: bytes -> typed rows -> columns, no dict and no model between.

`forbid_unknown_fields` makes anything new fall back to the slow way, which keeps it; so does a value
that a column cannot take.
"""

from functools import cache
from typing import Annotated, Any, NamedTuple

from midakit.export.schemas import FLAG, INT, NUM, ROW, SHORT, SMALL, TOTALS, VARIANT


class Shape(NamedTuple):
    """Where an answer keeps its rows, what a row may hold, and what stands beside them."""

    rows: str
    row: dict[str, str]
    beside: dict[str, str]
    ignored: frozenset[str]


IGNORED = frozenset(
    {"success", "test_id", "count", "primary_goal", "goal", "selected_goal", "report_phase",
     "query_start_date", "query_end_date", "effective_start_date", "effective_end_date",
     "filter_by", "custom_filter", "warnings"}
)  # fmt: skip
"""Said by the request already, or about the answer and not about its rows."""

RESULT_ONLY = frozenset({"status", "serving_variant_id", "rpv", "aov", "currency"})

NAME = {"test_name": "string"}
SHAPES = {
    "timeseries": Shape("timeseries", {"variant_id": "string", **ROW}, NAME, IGNORED),
    "results": Shape("variants", VARIANT, {**NAME, **TOTALS}, IGNORED | RESULT_ONLY),
}


class Read(NamedTuple):
    """A page, read."""

    rows: int
    beside: dict[str, Any]
    columns: dict[str, Any]


@cache
def _types() -> dict[str, Any]:
    import msgspec

    def within(bits: int) -> Any:
        return Annotated[int, msgspec.Meta(ge=-(2 ** (bits - 1)), le=2 ** (bits - 1) - 1)]

    return {
        INT: within(64) | None,
        SMALL: within(32) | None,
        SHORT: within(16) | None,
        NUM: float | None,
        FLAG: bool | None,
    }


@cache
def _decoder(kind: str) -> Any:
    import msgspec

    shape, types = SHAPES[kind], _types()

    def struct(name: str, fields: list[Any]) -> Any:
        return msgspec.defstruct(name, fields, forbid_unknown_fields=True, gc=False)

    text = str | None
    row = struct("Row", [(name, types.get(kind, text), None) for name, kind in shape.row.items()])
    beside = [(name, types.get(kind, text), None) for name, kind in shape.beside.items()]
    skipped = [(name, msgspec.Raw, msgspec.Raw(b"null")) for name in sorted(shape.ignored)]
    rows = (shape.rows, list.__class_getitem__(row))
    return msgspec.json.Decoder(struct("Body", [rows, *beside, *skipped]), strict=False)


def read(kind: str, page: bytes) -> Read | None:
    """The page's columns, or None when it needs the slow way."""
    import msgspec

    if kind not in SHAPES:
        return None
    shape = SHAPES[kind]
    try:
        body = _decoder(kind).decode(page)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
    beside = {name: getattr(body, name) for name in shape.beside}
    if kind == "results" and beside["status_code"] is None:
        return None  # the slow way reads it out of the label
    rows = getattr(body, shape.rows)
    values = zip(*map(msgspec.structs.astuple, rows), strict=True)
    return Read(len(rows), beside, dict(zip(shape.row, values, strict=False)))
