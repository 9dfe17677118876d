"""`midakit watch`: a running test as it comes in, asked for at intervals."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import sleep
from typing import Annotated, Any, NamedTuple

from cyclopts import Parameter
from cyclopts.validators import Number

from midakit import Mida
from midakit.cli.input.arguments import YEAR, GoalKey, TestId
from midakit.cli.input.report_options import DecisionFlags
from midakit.cli.options import current
from midakit.cli.output.draw_table import console, drawn, terminal_width
from midakit.cli.output.figures import RESULT, filled, heading, result_rows
from midakit.cli.output.formats import dump
from midakit.cli.output.print_answer import note
from midakit.cli.output.text import shown
from midakit.cli.run import INTERRUPTED
from midakit.cli.support.interrupt import TOLD
from midakit.cli.support.session import client
from midakit.core.outcome import Outcome
from midakit.core.printable import one_line
from midakit.errors import InvalidRequest, MidakitError, RateLimited, ServerError, TransportError
from midakit.export.text import counted
from midakit.mida import calls
from midakit.mida.verdicts import (
    CONFIGURATION,
    VerdictRequest,
    analyzed,
    sorted_outcomes,
    verdict_request,
)
from midakit.report.terminal import verdict_lines
from midakit.stats import Analysis
from midakit.stats.decision.findings.verdict import NAMES

LEAST, USUAL, MOST = 2.0, 30.0, 300.0
"""Seconds between two refreshes: never fewer, unless told otherwise, and while the server fails."""
PASSING = (TransportError, ServerError, RateLimited)
"""Errors that may be over at the next refresh."""


class WatchedResult(NamedTuple):
    """The latest answer, and the error that came after it."""

    result: Any = None
    analysis: Analysis | None = None
    error: MidakitError | None = None


Show = Callable[[WatchedResult, float | None], object]
"""Shows a result, and the seconds until the next refresh."""


def watch(
    test_id: TestId,
    /,
    *,
    every: Annotated[float, Parameter(validator=Number(gte=LEAST, lte=YEAR))] = USUAL,
    times: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    goal: GoalKey = None,
    decide: DecisionFlags | None = None,
) -> int:
    """Watch a running test until it stops, or until Ctrl-C.

    On a terminal the table is redrawn in place; otherwise prints one line per update, as JSON with
    --json. It asks less often while the server is busy.

    $ midakit watch 1001
    $ midakit watch 1001 --every 5 --times 2 --json
    $ midakit watch 1001 --horizon 2026-03-31 --guardrail rpv=0.02

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        every: Seconds between refreshes (default 30).
        times: How many refreshes to show; when left out, until the test stops.
        goal: Key of the goal to count; when left out, the experiment's primary goal.
    """
    if current().place:
        raise InvalidRequest("--output", "watch prints continuously: use > FILE")
    if current().format == "csv":
        raise InvalidRequest("--csv", "is for tables; use --json")
    try:
        with client() as mida, _display() as show:
            asked = verdict_request({"goal_key": goal, **(decide or DecisionFlags()).arguments()})
            return _watch(mida, test_id, asked, show, every=every, times=times)
    except KeyboardInterrupt:
        TOLD.set()
        note("stopped watching")
        return INTERRUPTED


def _watch(
    mida: Mida, test_id: int, asked: VerdictRequest, show: Show, *, every: float, times: int | None
) -> int:
    """Refresh until the test stops or `times` is reached; return the exit code."""
    config: dict[str, Outcome[Any]] = {}
    seen, last, wait = 0, WatchedResult(), every
    while True:
        try:
            found = config | _ask(mida, asked, test_id, configured=bool(config))
            config = {CONFIGURATION: one} if (one := found[CONFIGURATION]).ok else {}
            result = found["result"].unwrap()
            last = WatchedResult(result, analyzed(asked, *sorted_outcomes(found)).analysis)
            wait = every
        except PASSING as error:
            wait = min(MOST, max(2 * wait, getattr(error, "retry_after", None) or 0))
            last = last._replace(error=error)
        seen += 1
        over = not last.error and last.result.status != "live"
        ending = over or (times is not None and seen >= times)
        show(last, None if ending else wait)
        if over:
            note(f"experiment {test_id} is {last.result.status}: no more data will arrive")
        if ending:
            return 0 if last.error is None else 1
        sleep(wait)


def _ask(
    mida: Mida, asked: VerdictRequest, test_id: int, *, configured: bool
) -> dict[str, Outcome[Any]]:
    """Ask for what a verdict is judged by, side by side; for the configuration until it comes."""
    parts = asked.calls(test_id)
    if not configured:
        parts[CONFIGURATION] = calls.projects.configuration()
    outcomes = mida.gather(parts.values(), on_error="collect")
    return dict(zip(parts, outcomes, strict=True))


@contextmanager
def _display() -> Iterator[Show]:
    """Yield what redraws the table in place on a terminal, and prints lines otherwise."""
    if current().format != "text" or not sys.stdout.isatty():
        yield _print_line
        return
    from rich.live import Live

    screen = console(sys.stdout)
    with Live(console=screen, auto_refresh=False, vertical_overflow="ellipsis") as live:
        yield lambda last, wait: live.update(_picture(last, wait), refresh=True)


def _picture(last: WatchedResult, wait: float | None) -> Any:
    """Draw the heading, the table, the verdict, the error and the time."""
    from rich.console import Group
    from rich.text import Text

    now = datetime.now(UTC).strftime("%H:%M:%S")
    ending = "" if wait is None else f"; next refresh in {wait:g} s; Ctrl-C ends"
    foot = Text(f"at {now} UTC{ending}", "dim")
    error = Text(one_line(last.error), "yellow") if last.error else Text("")
    if last.result is None:
        return Group(error, foot)
    title = "\n".join(map(one_line, heading(last.result).split("\n")))
    rows = result_rows(last.result.variants, last.analysis)
    table, _ = drawn(filled(rows, RESULT), terminal_width(sys.stdout))
    verdict = "\n".join(verdict_lines(last.analysis))
    return Group(Text(title, "bold"), Text(""), table, Text(""), Text(verdict), error, foot)


def _print_line(last: WatchedResult, wait: float | None) -> None:  # noqa: ARG001  # a line stays
    """Print an answer as one line; an error goes to stderr."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if last.error is not None:
        note(f"{now} {one_line(last.error)}")
        return
    if current().format == "json":
        told = last.analysis.verdict.to_dict() if last.analysis else None
        line = dump({"at": now, **last.result.to_dict(), "verdict": told})
    else:
        rates = [
            f"{row['name']}: {shown(row['conversion_rate'], 'percent')}"
            + ("" if row["lift"] is None else f" ({shown(row['lift'], 'lift')})")
            for row in result_rows(last.result.variants, last.analysis)
        ]
        verdict = NAMES[last.analysis.verdict.kind].title if last.analysis else "no statistics"
        visitors = counted(last.result.total_visitors or 0, "visitor")
        line = one_line("; ".join([f"{now} {last.result.status}", visitors, *rates, verdict]))
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
