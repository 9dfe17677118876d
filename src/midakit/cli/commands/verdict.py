"""`midakit verdict`."""

from typing import Any

from midakit.cli.input.arguments import TestId
from midakit.cli.input.report_options import DecisionFlags, GoalOptions
from midakit.cli.input.segments import segments
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import note, show
from midakit.cli.output.tables import Column, Table, lines
from midakit.cli.run import DONE, PARTIAL
from midakit.cli.support.session import client
from midakit.report.terminal import verdict_lines
from midakit.stats import Verdict
from midakit.stats.types import Kind

CODES: dict[Kind, int] = {
    "winner": 0,
    "loser": 10,
    "no_difference": 11,
    "inconclusive": 12,
    "keep_running": 13,
    "invalid": 14,
}
"""Exit codes with --exit-code."""
COLUMNS = (
    Column("segment", "Segment"),
    Column("kind", "Verdict"),
    Column("variant_id", "ID", "id"),
    Column("peek_safe", "Safe to stop"),
    Column("headline", ""),
    Column("stopping", ""),
)


def verdict(
    test_id: TestId,
    /,
    *,
    exit_code: bool = False,
    where: str | None = None,
    what: GoalOptions | None = None,
    decide: DecisionFlags | None = None,
) -> int:
    """Say what the data allow to decide, and why.

    It is judged by result, timeseries and configuration; what could not be loaded is said, and ends with
    exit 3.

    $ midakit verdict 1001
    $ midakit verdict 1001 --horizon 200000 --guardrail rpv=0.02
    $ midakit verdict 1001 -s mobile='device == mobile' --json
    $ midakit verdict 1001 --metric rpv --exit-code

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        exit_code: Ends with 0 for a winner that is safe to stop and has no guardrail against it, 10 loser,
            11 no difference, 12 inconclusive, 13 keep running or another winner, 14 invalid.
        where: Count only visitors of this segment, such as 'device == desktop & country == US'.
    """
    from midakit.mida.filters import parse_segment

    what = what or GoalOptions()
    asked: dict[str, Any] = (
        what.arguments()
        | (decide or DecisionFlags()).arguments()
        | ({"where": parse_segment(where)} if where else {})
    )
    with client() as mida, working("asking"):
        found = mida.verdict(test_id, segments=segments(what.segment) or None, **asked)
    named = {"": found, **found.segments}
    rows = [
        {"segment": name or None, **{c.key: getattr(one, c.key) for c in COLUMNS[1:]}}
        for name, one in named.items()
    ]
    said = [line for name, one in named.items() for line in _lines(name, one)]
    show(found.to_dict(), lines(*said)._replace(whole=Table(rows, COLUMNS)))
    if any(not part.endswith(": not given") for one in named.values() for part in one.missing):
        note("not everything could be used")
        return PARTIAL
    return _code(found) if exit_code else DONE


def _lines(name: str, one: Verdict) -> list[str]:
    """Return the lines of one verdict, those of a segment under its name."""
    told = verdict_lines(one.made_from)
    return ["", f"Segment {name}", *told] if name else told


def _code(found: Verdict) -> int:
    """Return the exit code of a kind; a winner that should not be shipped yet is to keep running."""
    if found.kind == "winner" and (found.but or not found.peek_safe):
        return CODES["keep_running"]
    return CODES[found.kind]
