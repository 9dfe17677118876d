"""Listings: how many to show, and saying so when there are more."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter

from midakit.cli.showing import note, show_list
from midakit.cli.tables import Column

LIMIT = 100

Limit = Annotated[int, Parameter(alias="-L", help="Show at most this many.")]
Everything = Annotated[bool, Parameter(name="--all", alias="-a", help="Show all there are.")]


def show_pager(
    pager: Callable[..., Any],
    columns: Sequence[Column],
    *,
    what: str,
    limit: int,
    everything: bool,
    page: int = 100,
    **filters: Any,
) -> int:
    """Show a listing; one row more than wanted is asked for, to know whether that was all."""
    most = None if everything else limit + 1
    found = pager(page_size=min(page, most) if most else page, max_items=most, **filters)
    rows = _first(found, limit) if most else found
    show_list(rows, columns, empty=f"no {what}")
    if most and next(found, None) is not None:
        note(f"the first {limit} {what}; --all shows every one")
    return 0


def _first(items: Any, limit: int) -> Any:
    from itertools import islice

    return islice(items, limit)
