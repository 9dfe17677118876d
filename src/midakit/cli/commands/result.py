"""`midakit result`, `metrics`, `timeseries` and `compare`."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from cyclopts import Group, Parameter

from midakit.cli.input.arguments import FirstDay, LastDay, TestId, given
from midakit.cli.input.segment_reports import Fetched
from midakit.cli.input.segments import Segment, segments
from midakit.cli.output.draw_table import fits
from midakit.cli.output.figures import (
    METRICS,
    RESULT,
    TIMESERIES,
    breakdown_rows,
    filled,
    heading,
    metric_rows,
    result_rows,
    timeseries_rows,
    verdict_lines,
)
from midakit.cli.output.print_answer import note
from midakit.cli.output.side_by_side import side_by_side
from midakit.cli.output.tables import Table, lines
from midakit.mida.filters import parse_segment

WHAT = Group("What to look at", sort_key=1)
DIMENSIONS = (
    "device", "browser", "os", "country", "region", "city", "user_type", "ref_page",
    "landing_page", "utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term",
)  # fmt: skip
Dimension = Annotated[str | None, Parameter(help=f"Break it down by {', '.join(DIMENSIONS)}.")]


@Parameter(name="*", group=WHAT)
@dataclass(frozen=True)
class Span:
    """What every report takes."""

    segment: Segment = None
    start_date: FirstDay = None
    end_date: LastDay = None
    filter_by: Annotated[
        list[str] | None, Parameter(help="Presets: desktop, country-US, europe, ...")
    ] = None
    tz: Annotated[float | None, Parameter(help="Hours from UTC that days are cut by.")] = None
    phase: Annotated[
        Literal["pre_deploy", "post_deploy", "all_time"] | None,
        Parameter(help="Before a winner was served, after, or both."),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """As the builders take them."""
        return given(
            start_date=self.start_date, end_date=self.end_date, filter_by=self.filter_by,
            tz=self.tz, report_phase=self.phase,
        )  # fmt: skip


@Parameter(name="*", group=WHAT)
@dataclass(frozen=True)
class Count(Span):
    """What reports of one goal take besides."""

    goal: Annotated[str | None, Parameter(help="The goal's key; the primary one if left out.")] = (
        None
    )
    event_where: Annotated[
        str | None, Parameter(help="Only such events, for example 'event.revenue > 100'.")
    ] = None
    min_count: Annotated[float | None, Parameter(help="Conversions a visitor needs.")] = None
    timeframe_days: Annotated[float | None, Parameter(help="Days after entering that count.")] = (
        None
    )

    def arguments(self) -> dict[str, Any]:
        """As the builders take them."""
        where = parse_segment(self.event_where) if self.event_where else None
        return super().arguments() | given(
            goal_key=self.goal, event_where=where, min_count=self.min_count,
            timeframe_days=self.timeframe_days,
        )  # fmt: skip


def result(test_id: TestId, /, *, breakdown_by: Dimension = None, what: Count | None = None) -> int:
    """Visitors, conversions and statistics per variant.

    With --segment there is a table a segment; one that fails does not stop the rest (exit 3).

    $ midakit result 1001
    $ midakit result 1001 -s mobile='device == mobile' -s us='country == US'
    $ midakit result 1001 --breakdown-by country --csv -o countries.csv
    $ midakit result 1001 --event-where 'event.revenue > 100'
    """
    what = what or Count()
    asked = segments(what.segment or ["*"])
    options = what.arguments()
    found = Fetched(
        test_id,
        asked,
        {"result": options | given(breakdown_by=breakdown_by)}
        | ({} if breakdown_by else {"timeseries": options}),
        config=True,
    )
    answers, tables, rows = {}, [], []
    for name, answer in found.good("result"):
        analysis = found.analysis(name)
        more = {"segment": name} if what.segment else {}
        part = result_rows(answer.variants or [], analysis, **more)
        rows += part + breakdown_rows(answer.breakdowns or [], **more)
        tables += _pages(name if what.segment else None, answer, part, analysis)
        answers[name] = {**answer.to_dict(), "analysis": analysis.to_dict() if analysis else None}
    return found.show(answers, tables, filled(rows, RESULT), named=bool(what.segment))


def _pages(name: str | None, answer: Any, part: list[Any], analysis: Any) -> list[Table]:
    title = f"Segment {name}: {heading(answer)}" if name else heading(answer)
    shown = [{**row, "segment": None} for row in part]
    tables = [filled(shown, RESULT, title)]
    if answer.breakdowns:
        by = f"By {answer.breakdown_by or 'breakdown'}"
        tables.append(filled(breakdown_rows(answer.breakdowns), RESULT, by))
    return [*tables, lines(*verdict_lines(analysis))]


def timeseries(test_id: TestId, /, *, what: Count | None = None) -> int:
    """Days and variants, with running figures that hold however often one looks.

    $ midakit timeseries 1001
    $ midakit timeseries 1001 --segment us='country in (US, CA)' --csv
    """
    what = what or Count()
    asked, options = segments(what.segment or ["*"]), what.arguments()
    found = Fetched(test_id, asked, {"timeseries": options, "result": options}, config=True)
    rows: list[Any] = []
    answers = {}
    for name, answer in found.good("timeseries"):
        more = {"segment": name} if what.segment else {}
        rows += timeseries_rows(answer, found.analysis(name), found.variants(name), **more)
        answers[name] = answer
    table = filled(rows, TIMESERIES)
    return found.show(answers, [table], table, named=bool(what.segment))


def metrics(
    test_id: TestId,
    /,
    *,
    metric: Annotated[
        list[str] | None, Parameter(help="Only these, by key, as often as you like.")
    ] = None,
    what: Span | None = None,
) -> int:
    """Secondary metrics per variant.

    $ midakit metrics 1001
    $ midakit metrics 1001 --metric BounceRate --metric cta_click
    $ midakit metrics 1001 --filter-by mobile --json
    """
    what = what or Span()
    options = what.arguments() | given(metric_keys=metric)
    found = Fetched(test_id, segments(what.segment or ["*"]), {"metrics": options})
    rows: list[Any] = []
    answers = {}
    for name, answer in found.good("metrics"):
        for warning in answer.warnings or []:
            note(f"warning: {warning}")
        rows += metric_rows(answer, **({"segment": name} if what.segment else {}))
        answers[name] = answer
    table = filled(rows, METRICS)
    return found.show(answers, [table], table, named=bool(what.segment))


def compare(test_id: TestId, /, *, what: Count | None = None) -> int:
    """Segments side by side, everyone first.

    Each shows its rate, its lift, and ▲ (better), ▼ (worse) or = where that is decided.

    $ midakit compare 1001 -s mobile='device == mobile' -s us='country == US'
    """
    what = what or Count()
    asked = {"everyone": None, **segments(what.segment or [])}
    found = Fetched(test_id, asked, {"result": what.arguments()}, config=True)
    results = dict(found.good("result"))
    analyses = {name: found.analysis(name) for name in results}
    rows = [
        row
        for name, answer in results.items()
        for row in result_rows(answer.variants or [], analyses[name], segment=name)
    ]
    table, long = side_by_side(results, analyses), filled(rows, RESULT)
    if results and fits(table):
        table = table._replace(title=heading(next(iter(results.values()))), whole=long.whole)
    else:
        table = long
    return found.show(results, [table], long, named=True)
