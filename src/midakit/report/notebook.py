"""Results in notebooks: a table as they show themselves, and `plot()`."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from midakit.core.outcome import Outcome
from midakit.core.printable import one_line
from midakit.errors import InvalidRequest
from midakit.mida.models import Metrics, Result, Timeseries
from midakit.report import figures
from midakit.report.charts import catalogue, lines, palette
from midakit.report.charts.chart import Chart
from midakit.report.html import Markup, join, name, table, tag
from midakit.report.secondary import secondary
from midakit.report.verdict_html import badge
from midakit.stats import Analysis, StatsDataError, analyze, rollup, segments, sequence, wording
from midakit.stats.decision.words.headline import headline
from midakit.stats.decision.words.notices import NO_TIMESERIES


def plot(report: Any, chart: str | None = None) -> Chart:
    """Return a chart of a report.

    It shows itself in a notebook; `.figure()` is a matplotlib Figure, `.save("lift.svg")` a file.

    Args:
        report: A result or a timeseries.
        chart: "lift", "traffic" or "revenue" of a result, "rate" of a timeseries; the first when left out.

    Raises:
        InvalidRequest: There is no such chart, or no figures for it.
    """
    found = {one.name: one for one in _charts(report)}
    if not found:
        raise InvalidRequest("plot", f"this {type(report).__name__} has nothing to draw")
    if chart is None:
        return next(iter(found.values()))
    if chart not in found:
        raise InvalidRequest("chart", f"{chart!r} is not one of: {', '.join(found)}")
    return found[chart]


def _charts(report: Any) -> list[Chart]:
    if isinstance(report, Result):
        return catalogue.charts(analyze(report))
    if isinstance(report, Timeseries):
        return _days(report)
    return []


def _days(report: Timeseries) -> list[Chart]:
    """Return the running rate of each variant; a timeseries knows them by their ids only."""
    try:
        cumulative = rollup(report).cumulative
        timeline = sequence(report, cumulative=cumulative)
        days = tuple(date.fromisoformat(day.day) for day in timeline)
    except (StatsDataError, ValueError):
        return []
    if len(days) < 2:
        return []
    drawn = [
        lines.DailySeries(
            "Control" if arm.variant_id == "0" else f"Variant {arm.variant_id}",
            days,
            tuple(day.arms[at].rate for day in timeline),
            (None,) * len(days),
            tuple(day.arms[at].visitors for day in timeline),
            palette.arm(at),
        )
        for at, arm in enumerate(timeline[-1].arms)
    ]
    told = "; ".join(f"{line.label} {wording.percent(line.values[-1])}" for line in drawn)
    return [
        Chart(
            "rate", "Conversion rate, all visitors up to each day",
            f"From {days[0]} to {days[-1]}. At the end: {told}.", partial(lines.draw, drawn), wide=True,
        )
    ]  # fmt: skip


def to_html(report: Any) -> str | None:
    """Return what a notebook shows; None lets it fall back to plain text.

    Args:
        report: A result or a timeseries.
    """
    try:
        shown = _shown(report)
    except StatsDataError:
        return None
    if shown is None:
        return None
    return _framed(shown)


def _shown(report: Any) -> Markup | None:
    if isinstance(report, Result):
        return _analysis(analyze(report))
    if isinstance(report, Metrics):
        found = secondary(report, None)
        return figures.secondary(found, {}) if found else None
    return _timeseries(report) if isinstance(report, Timeseries) else None


def _analysis(analysis: Analysis) -> Markup:
    head = headline(analysis)
    drawn = catalogue.charts(analysis)
    return join(
        tag("p", badge(analysis.verdict.kind, head.title), " ", head.sentence, " ", head.stopping),
        tag("small", NO_TIMESERIES.text[:1].upper() + NO_TIMESERIES.text[1:] + "."),
        figures.rates(analysis),
        Markup(drawn[0]._repr_html_()) if drawn else None,
    )


def analysis_html(analysis: Analysis) -> str:
    """Return what a notebook shows of an analysis: the verdict, every variant, the lifts.

    Args:
        analysis: What `analyze` returned.
    """
    return _framed(_analysis(analysis))


def segments_html(outcomes: Mapping[str, Outcome[Any]]) -> str:
    """Return what a notebook shows of reports by segment: one table, and what failed.

    Args:
        outcomes: The outcome of each segment, by name.
    """
    # `name` is a function here, and Python 3.12.1 takes it for the variable of a comprehension beside it
    answers = {each: one.answer for each, one in outcomes.items() if one.ok}
    failed = [
        tag("li", name(each), f": {one.error}") for each, one in outcomes.items() if not one.ok
    ]
    shown: Markup | None = None
    if answers and all(isinstance(one, Result) for one in answers.values()):
        found = segments(answers)
        chart = catalogue.compared(
            [(one.name, one.analysis) for one in found], "Lift in conversion rate over Control",
            name="segments", axis="better than Control →",
        )  # fmt: skip
        listing = figures.segments(found)
        shown = join(listing, Markup(chart._repr_html_()) if chart else None)
    elif answers:
        rows = [[each, type(one).__name__] for each, one in answers.items()]
        shown = table("Reports by segment", ["Segment", "Answer"], rows)
    return _framed(join(shown, tag("ul", failed) if failed else None))


def _framed(shown: Markup) -> str:
    return tag(
        "div", tag("style", Markup(STYLE)), shown, class_="midakit", style=palette.borrowed()
    )


def _timeseries(report: Timeseries) -> Markup | None:
    drawn = _drawn(report)
    if drawn is not None:
        return drawn
    rows = [
        [one_line(row.created_at or "")[:10], one_line(row.variant_id or ""),
         wording.count(row.visitors), wording.count(row.converted)]
        for row in report.timeseries[:20]
    ]  # fmt: skip
    caption = f"{len(report.timeseries)} rows, the first {len(rows)} shown"
    return table(caption, ["Day", "Variant", "Visitors", "Converted"], rows) if rows else None


def _drawn(report: Any) -> Markup | None:
    """Return the first chart, or None where there is nothing to draw."""
    found = _charts(report)
    return Markup(found[0]._repr_html_()) if found else None


STYLE = """
.midakit{font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums}
.midakit table{border-collapse:collapse;margin:.5em 0}
.midakit caption{text-align:start;font-weight:600;caption-side:top}
.midakit th,.midakit td{text-align:end;vertical-align:top;padding:.35em .7em;border-top:1px solid var(--line)}
.midakit tr>:first-child{text-align:start}
.midakit td{white-space:nowrap}
.midakit .reason{display:block;max-width:17em;white-space:normal;margin-inline-start:auto}
.midakit small{display:block;opacity:.8}
.midakit .dot{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-inline-end:.5em}
.midakit .badge span{margin-inline-end:.4em}
.midakit .badge{border:1.5px solid currentColor;border-radius:99px;padding:.1em .7em;font-weight:600}
.midakit .better,.midakit .worse{font-weight:600}
"""
