"""Bytes of an answer -> columns of a table (pure)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from midakit.export.plan.spec import Spec
from midakit.export.rows.chunks import Chunk, read_contexts
from midakit.export.rows.fast_rows import SHORT_PAGE, read_page, rows_of, take_columns
from midakit.export.rows.tolerant_rows import read_rows


def chunk(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Chunk:
    """Return the rows of an answer, read in the fast way where it fits.

    Args:
        spec: The call of the plan.
        pages: Bodies of the responses, one for each page.
        fetched_at: When the answer came.

    Raises:
        DecodeError: A page is not a JSON object.
    """
    since = spec.label().get("window_start") if _has_lead(spec) else None
    page = read_page(spec.kind, pages[0]) if len(pages) == 1 else None
    if page is None:
        return read_rows(spec, pages, _shared(spec, fetched_at))._replace(since=since)
    rows, columns = rows_of(spec.kind, page), {}
    if len(pages[0]) >= SHORT_PAGE:
        columns = take_columns(spec.kind, page)
    known = _known(spec, fetched_at)
    return Chunk(spec.kind, len(rows), known, columns, {}, page, spec.context, since)


def raw(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Chunk:
    """Return the answer as it came, as rows of the table `raw`.

    Args:
        spec: The call of the plan.
        pages: Bodies of the responses, one for each page.
        fetched_at: When the answer came.
    """
    shared = {**_shared(spec, fetched_at), "kind": spec.kind}
    bodies = [page.decode("utf-8", "replace") for page in pages]
    return Chunk("raw", len(pages), shared, {"page": range(len(pages)), "body": bodies}, {})


def _has_lead(spec: Spec) -> bool:
    """Return whether a call asks for days whose rows are not wanted."""
    if spec.kind != "timeseries":
        return False
    asked = next((value for name, value in spec.call.query if name == "start_date"), None)
    return ("window_start", asked) not in spec.context


def _known(spec: Spec, fetched_at: datetime) -> dict[str, Any]:
    return {"project": spec.project, "spec_id": spec.id, "fetched_at": fetched_at}


def _shared(spec: Spec, fetched_at: datetime) -> dict[str, Any]:
    """Return the columns that say what all rows are about."""
    context = read_contexts([spec.context])
    told = {name: value for name, [value] in context.items() if value is not None}
    return {**_known(spec, fetched_at), **told}
