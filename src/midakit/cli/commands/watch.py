"""`midakit watch`: a running test as it comes in, asked for politely."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import sleep
from typing import Annotated, Any, NamedTuple

from cyclopts import Parameter
from cyclopts.validators import Number

from midakit.cli.input.arguments import TestId
from midakit.cli.options import current
from midakit.cli.output.draw_table import console, drawn, is_terminal, room
from midakit.cli.output.figures import (
    RESULT,
    analysis_of,
    filled,
    heading,
    result_rows,
)
from midakit.cli.output.formats import dump
from midakit.cli.output.print_answer import note
from midakit.cli.output.text import shown
from midakit.cli.run import INTERRUPTED
from midakit.cli.support.interrupt import TOLD
from midakit.cli.support.session import client
from midakit.core.printable import one_line
from midakit.errors import InvalidRequest, MidakitError, RateLimited, ServerError, TransportError
from midakit.report.terminal import verdict_lines
from midakit.stats.decision.headline import NAMES

LEAST, USUAL, MOST = 2.0, 30.0, 300.0
"""Seconds between two questions: never fewer, unless told otherwise, and while the server fails."""
PASSING = (TransportError, ServerError, RateLimited)
"""What may be over at the next question."""


class Look(NamedTuple):
    """One answer, or the trouble that came instead."""

    result: Any = None
    analysis: Any = None
    trouble: MidakitError | None = None


def watch(
    test_id: TestId,
    /,
    *,
    every: Annotated[
        float, Parameter(help="Seconds between two questions (30).", validator=Number(gte=LEAST))
    ] = USUAL,
    times: Annotated[
        int | None, Parameter(help="Stop after so many.", validator=Number(gte=1))
    ] = None,
    goal: Annotated[
        str | None, Parameter(help="The goal's key; the primary one if left out.")
    ] = None,
) -> int:
    """Watch a running test until it stops, or until Ctrl-C.

    On a terminal the table is redrawn in place; elsewhere there is a line an answer, as JSON with
    --json. It asks less often while the server is busy.

    $ midakit watch 1001
    $ midakit watch 1001 --every 5 --times 2 --json
    """
    options = {"goal_key": goal} if goal else {}
    if current().place:
        raise InvalidRequest("--output", "watch writes as it goes: use > FILE")
    try:
        with client() as mida, _screen() as put:
            return _watch(mida, test_id, options, put, every=every, times=times)
    except KeyboardInterrupt:
        TOLD.set()
        note("stopped watching")
        return INTERRUPTED


def _watch(
    mida: Any, test_id: int, options: Any, put: Any, *, every: float, times: int | None
) -> int:
    config, seen, last, wait = None, 0, Look(), every
    while True:
        try:
            if config is None:
                config = mida.projects.configuration()
            result = mida.experiments.result(test_id, **options)
            last, wait = Look(result, analysis_of(result, config)), every
        except PASSING as error:
            wait = min(MOST, max(2 * wait, getattr(error, "retry_after", None) or 0))
            last = last._replace(trouble=error)
        seen += 1
        over = not last.trouble and last.result.status != "live"
        ending = over or (times is not None and seen >= times)
        put(last, None if ending else wait)
        if over:
            note(f"experiment {test_id} is {last.result.status}: nothing more will come in")
        if ending:
            return 0 if last.trouble is None else 1
        sleep(wait)


@contextmanager
def _screen() -> Iterator[Any]:
    """Redraws in place on a terminal, writes a line an answer elsewhere."""
    if current().format != "text" or not is_terminal(sys.stdout):
        yield _line
        return
    from rich.live import Live

    screen = console(sys.stdout)
    with Live(console=screen, auto_refresh=False, vertical_overflow="ellipsis") as live:
        yield lambda look, wait: live.update(_picture(look, wait), refresh=True)


def _picture(look: Look, wait: float | None) -> Any:
    from rich.console import Group
    from rich.text import Text

    now = datetime.now(UTC).strftime("%H:%M:%S")
    ending = "" if wait is None else f"; the next in {wait:g} s; Ctrl-C ends"
    foot = Text(f"at {now} UTC{ending}", "dim")
    trouble = Text(one_line(str(look.trouble)), "yellow") if look.trouble else Text("")
    if look.result is None:
        return Group(trouble, foot)
    table = filled(result_rows(look.result.variants or [], look.analysis), RESULT)
    grid, _ = drawn(table, room(sys.stdout))
    said = "\n".join(one_line(line) for line in verdict_lines(look.analysis))
    title = "\n".join(one_line(line) for line in heading(look.result).split("\n"))
    return Group(Text(title, "bold"), Text(""), grid, Text(""), Text(said), trouble, foot)


def _line(look: Look, wait: float | None) -> None:  # noqa: ARG001  # a line stands as it is
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if look.trouble is not None:
        note(f"{now} {one_line(str(look.trouble))}")
        return
    if current().format == "json":
        sys.stdout.write(dump({"at": now, **look.result.to_dict()}) + "\n")
    else:
        rates = [
            f"{row['name']}: {shown(row['conversion_rate'], 'percent')}"
            + ("" if row["lift"] is None else f" ({shown(row['lift'], 'lift')})")
            for row in result_rows(look.result.variants or [], look.analysis)
        ]
        kind = NAMES[look.analysis.verdict.kind].title if look.analysis else "no statistics"
        seen = f"{shown(look.result.total_visitors, 'count')} visitors"
        sys.stdout.write(
            one_line(f"{now} {look.result.status}; {seen}; {'; '.join(rates)}; {kind}") + "\n"
        )
    sys.stdout.flush()
