"""Bytes of an answer -> columns of a table (pure)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from midakit.export.plan.spec import Spec
from midakit.export.rows.casting import take
from midakit.export.rows.chunks import Chunk
from midakit.export.rows.fast_rows import read_page
from midakit.export.rows.tolerant_rows import read_rows, reported_goal
from midakit.export.schemas import TABLES


def chunk(spec: Spec, pages: Sequence[bytes], fetched_at: datetime) -> Chunk:
    """Return the rows of an answer, read in the fast way where it fits.

    Args:
        spec: The call of the plan.
        pages: Bodies of the responses, one for each page.
        fetched_at: When the answer came.

    Raises:
        DecodeError: A page is not a JSON object.
    """
    shared = _shared(spec, fetched_at)
    found = read_page(spec.kind, pages[0]) if len(pages) == 1 else None
    since = shared.get("window_start") if spec.kind == "timeseries" and _has_lead(spec) else None
    if found is None:
        return read_rows(spec, pages, shared)._replace(since=since)
    shared |= {name: value for name, value in found.beside.items() if value is not None}
    shared |= reported_goal(spec.kind, found.goals, shared)
    return Chunk(spec.kind, len(found.rows), shared, {}, {}, found.rows, since)


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
    asked = next((value for name, value in spec.call.query if name == "start_date"), None)
    return ("window_start", asked) not in spec.context


def _shared(spec: Spec, fetched_at: datetime) -> dict[str, Any]:
    """Return the columns that say what all rows are about."""
    found = {"spec_id": spec.id, "fetched_at": fetched_at}
    for name, value in (("project", spec.project), *spec.context):
        found |= _read(name, value)
    return found


@lru_cache(maxsize=4096)
def _read(name: str, value: str) -> Mapping[str, Any]:
    """Return what a plan says about a call as a column, once for thousands of calls that say the same."""
    return take({name: value}, TABLES["raw"])[0]
