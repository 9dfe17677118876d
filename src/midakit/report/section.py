"""One experiment on the page, from the verdict down to the method."""

from collections.abc import Sequence
from typing import Any

from midakit.report import deciding, figures, method, phrasing
from midakit.report import verdict_html as judgement
from midakit.report.charts import catalogue, daily, palette
from midakit.report.charts.chart import Chart
from midakit.report.experiment_data import ExperimentData
from midakit.report.facts import facts
from midakit.report.html import Markup, join, name, tag
from midakit.report.secondary import tests
from midakit.stats import Analysis


def section(one: ExperimentData, *, alone: bool) -> Markup:
    """Return everything about one experiment.

    Args:
        one: The experiment with its answers and statistics.
        alone: True when the page's title has named it already.
    """
    heading = f"test-{one.test_id}"
    return tag(
        "section",
        tag("h2", name(one.name), id=heading, class_="unseen" if alone else None),
        facts(one),
        _judged(one, one.analysis) if one.analysis else judgement.nothing(),
        _missing(one),
        _discussion(one),
        method.record(one.analysis) if one.analysis else None,
        aria_labelledby=heading,
    )


def drawn(chart: Chart, key: str, class_: str = "full") -> Markup:
    """Return a chart under its title, with what it says beneath.

    Args:
        chart: SVG, title and text alternative.
        key: Text that begins every id, unique on the page.
        class_: The CSS class of the figure.
    """
    return tag(
        "figure",
        tag("figcaption", chart.title),
        chart.svg(key),
        tag("p", chart.note) if chart.note else None,
        class_=class_,
    )


def _judged(one: ExperimentData, analysis: Analysis) -> Markup:
    key = f"t{one.test_id}"
    return join(
        judgement.verdict(analysis),
        judgement.notices(analysis),
        _part("Conversion rate", figures.rates(analysis)),
        _side_by_side([catalogue.lift(analysis), catalogue.traffic(analysis)], key),
        _daily(analysis, key),
        _money(analysis, key),
        _segments(one, analysis, key),
        _secondary(one, analysis),
    )


def _part(title: str, *children: Markup | None) -> Markup:
    return join(tag("h3", title), *children)


def _side_by_side(charts: Sequence[Chart | None], key: str) -> Markup | None:
    pictures = [drawn(chart, f"{key}-{chart.name}", "") for chart in charts if chart is not None]
    return tag("div", pictures, class_="charts") if pictures else None


def _daily(analysis: Analysis, key: str) -> Markup | None:
    """Return the charts by day; None with fewer days than make a line."""
    rates = daily.rates(analysis)
    if rates is None:
        return None
    found = daily.differences(analysis)
    alone = [drawn(chart, f"{key}-{chart.name}") for chart in found if chart.wide]
    several = _side_by_side([chart for chart in found if not chart.wide], key)
    return _part("Day by day", drawn(rates, f"{key}-rate"), *alone, several)


def _money(analysis: Analysis, key: str) -> Markup | None:
    listing, chart = figures.revenue(analysis), catalogue.revenue(analysis)
    if listing is None:
        return None
    return _part("Revenue", listing, drawn(chart, f"{key}-revenue") if chart else None)


def _secondary(one: ExperimentData, analysis: Analysis) -> Markup | None:
    if not one.secondary:
        return None
    count = tests(one.secondary)
    told = (
        f"{count} comparisons: the more are made, the likelier one of them stands out by chance, so "
        "p is corrected (Benjamini-Hochberg). None of them decides the experiment."
    )
    return _part(
        "Secondary metrics",
        tag("p", told, class_="muted") if count > 1 else None,
        figures.secondary(one.secondary, palette.colours(analysis)),
    )


def _segments(one: ExperimentData, analysis: Analysis, key: str) -> Markup | None:
    if not one.segments:
        return None
    rows = [("Everyone", analysis), *((s.name, s.analysis) for s in one.segments)]
    chart = catalogue.compared(
        rows, f"Lift in {deciding.metric_name(analysis)} over Control, by segment",
        name="segments", axis="better than Control →",
    )  # fmt: skip
    told = (
        "The more segments are looked at, the likelier one of them stands out by chance, so the evidence "
        "is corrected over all of them, and outcomes follow what is left of it."
    )
    return _part(
        "Segments",
        tag("p", told, class_="muted"),
        drawn(chart, f"{key}-segments") if chart else None,
        figures.segments(one.segments),
    )


def _missing(one: ExperimentData) -> Markup | None:
    if not one.gaps:
        return None
    items = [
        tag("li", tag("strong", f"Missing: {phrasing.listed(parts)}. "), judgement.sentence(why))
        for why, parts in one.missing.items()
    ]
    return tag("ul", items, class_="notes", aria_label="What could not be read")


def _discussion(one: ExperimentData) -> Markup | None:
    if not one.comments:
        return None
    items = [
        tag(
            "li",
            tag("p", name(comment.author_name or "Somebody"), " ", _when(comment), class_="muted"),
            tag("p", name(comment.comment or "")),
        )
        for comment in one.comments
    ]
    return join(tag("h3", "Discussion"), tag("ul", items, class_="comments"))


def _when(comment: Any) -> str:
    moment = comment.created_at
    return f"{moment:%Y-%m-%d}" if hasattr(moment, "strftime") else ""
