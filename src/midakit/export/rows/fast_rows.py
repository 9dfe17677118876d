"""The fast way for the usual answers: bytes -> typed rows -> columns, no dict and no model between.

It takes a tenth of the time that models and dicts take to Parquet, and about as much as `pyarrow.json`
with the same schema, which refuses what drifts; see `benchmarks/account/converting.py`. Three decoders
are tried, each for what the one before refuses:

1. values of the types that the API documents;
2. numbers and flags that came as text as well;
3. `tolerant_rows`, which keeps everything: a field that is new, a value that a column cannot take.

All give the same table.
"""

import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, NamedTuple

from midakit.export.schemas import FLAG, INT, NUM, ROW, SHORT, SMALL, TOTALS, VARIANT

MOST = sys.float_info.max


class PageShape(NamedTuple):
    """Where an answer keeps its rows, and which fields it may hold."""

    rows: str
    """The field with the list of rows."""
    row: dict[str, str]
    """The fields of a row, with the types of their columns."""
    beside: dict[str, str]
    """The fields beside the rows that become columns."""
    ignored: frozenset[str]
    """The other fields beside the rows."""


IGNORED = frozenset(
    {"success", "test_id", "count", "primary_goal", "goal", "selected_goal", "report_phase",
     "query_start_date", "query_end_date", "effective_start_date", "effective_end_date",
     "filter_by", "custom_filter", "warnings"}
)  # fmt: skip
"""Fields that the request has said already, or that are about the answer and not about its rows."""

GOALS = ("primary_goal", "goal", "selected_goal")

RESULT_ONLY = frozenset({"status", "serving_variant_id", "rpv", "aov", "currency"})

NAME = {"test_name": "string"}
SHAPES = {
    "timeseries": PageShape("timeseries", {"variant_id": "string", **ROW}, NAME, IGNORED),
    "results": PageShape("variants", VARIANT, {**NAME, **TOTALS}, IGNORED | RESULT_ONLY),
}


class FastPage(NamedTuple):
    """The rows of a page, each an object with the fields of its columns."""

    rows: Sequence[Any]
    beside: dict[str, Any]
    """Column -> the value of all rows."""
    goals: dict[str, Any]
    """Field -> the goal that it names, where it was sent."""


@cache
def _types() -> dict[str, Any]:
    import msgspec

    def within(bits: int) -> Any:
        return Annotated[int, msgspec.Meta(ge=-(2 ** (bits - 1)), le=2 ** (bits - 1) - 1)]

    finite: Any = Annotated[float, msgspec.Meta(ge=-MOST, le=MOST)]  # "nan" is not a number
    return {
        INT: within(64) | None,
        SMALL: within(32) | None,
        SHORT: within(16) | None,
        NUM: finite | None,
        FLAG: bool | None,
    }


@cache
def _decoder(kind: str, *, strict: bool) -> Any:
    """Return a decoder for pages of this kind; its types are made from the columns of the table."""
    import msgspec

    shape, types = SHAPES[kind], _types()

    def struct(name: str, fields: list[Any]) -> Any:
        return msgspec.defstruct(name, fields, forbid_unknown_fields=True, gc=False)

    def fields(columns: dict[str, str]) -> list[Any]:
        return [(name, types.get(kind, str | None), None) for name, kind in columns.items()]

    skipped = [(name, msgspec.Raw, msgspec.Raw(b"null")) for name in sorted(shape.ignored)]
    rows = (shape.rows, GenericAlias(list, (struct("Row", fields(shape.row)),)))
    body = struct("Body", [rows, *fields(shape.beside), *skipped])
    return msgspec.json.Decoder(body, strict=strict)


def _decoded(kind: str, page: bytes) -> Any:
    """Return a page as an object, or None when a value is not of its column's type."""
    import msgspec

    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return _decoder(kind, strict=True).decode(page)
    if (
        b'"null"' not in page.lower()
    ):  # a decoder that reads numbers out of text takes that for null
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            return _decoder(kind, strict=False).decode(page)
    return None


def read_page(kind: str, page: bytes) -> FastPage | None:
    """Return the rows of a page, or None when it has to be read row by row.

    Args:
        kind: The table that the rows go to.
        page: The bytes of the answer.
    """
    import msgspec
    from msgspec.structs import astuple

    shape = SHAPES.get(kind)
    body = None if shape is None else _decoded(kind, page)
    if shape is None or body is None:
        return None
    _, *values = astuple(body)
    beside = dict(zip(shape.beside, values, strict=False))
    if kind == "results" and beside["status_code"] is None:
        return None  # it is read from the label then
    sent = {name: getattr(body, name) for name in GOALS}
    goals = {name: msgspec.json.decode(raw) for name, raw in sent.items() if raw != b"null"}
    return FastPage(getattr(body, shape.rows), beside, goals)


def columns_of(kind: str, rows: Iterable[Any]) -> dict[str, Sequence[Any]]:
    """Return the columns of rows that `read_page` has read: thousands at a time cost least.

    Args:
        kind: The table of the rows.
        rows: The rows.
    """
    from msgspec.structs import astuple

    names = list(SHAPES[kind].row)
    flat: list[Any] = []
    for row in rows:  # slices of one list take 0.4 of the time that zip() takes
        flat += astuple(row)
    return {name: flat[place :: len(names)] for place, name in enumerate(names)}
