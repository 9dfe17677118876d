"""Listings: how many to show, and saying so when there are more."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number

from midakit.cli.output.print_answer import note, show_list
from midakit.cli.output.tables import Column
from midakit.export.text import counted

LIMIT = 100
PAGE = 100

Limit = Annotated[int, Parameter(alias="-L", validator=Number(gte=1))]
Everything = Annotated[bool, Parameter(name="--all", alias="-a")]


def show_pager(
    pager: Callable[..., Any],
    columns: Sequence[Column],
    *,
    what: str,
    limit: int,
    everything: bool,
    keep: Callable[[Any], bool] | None = None,
    **filters: Any,
) -> int:
    """Show a listing; one row more than wanted is asked for, to know whether that was all.

    Args:
        pager: The listing, which takes a page size and a maximum.
        columns: Which fields are shown, and how.
        what: What is listed, in the plural.
        limit: How many to show at most.
        everything: Show all of them, without a limit.
        keep: Which items to show; None shows all.
        filters: Options of the listing.
    """
    most = None if everything or keep else limit + 1
    found: Iterator[Any] = iter(
        pager(page_size=min(PAGE, most) if most else PAGE, max_items=most, **filters)
    )
    if keep:
        found = filter(keep, found)
    show_list(found if everything else islice(found, limit), columns, empty=f"no {what}")
    if not everything and next(found, None) is not None:
        note(f"showing the first {counted(limit, what.removesuffix('s'))}; --all shows all of them")
    return 0
