"""The page: one file, no script, no address to fetch; a policy in its head forbids both."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files

from midakit._version import __version__
from midakit.report import deciding, phrasing, section
from midakit.report.charts import palette
from midakit.report.charts.catalogue import compared, deciding_lift
from midakit.report.experiment_data import ExperimentData
from midakit.report.html import Markup, join, name, table, tag
from midakit.report.verdict_html import badge
from midakit.stats import Analysis, wording
from midakit.stats.decision.words.headline import headline, tally
from midakit.stats.types import Kind

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'"
)


def page(experiments: Sequence[ExperimentData], title: str, made_at: datetime, asked: str) -> str:
    """Return the whole document.

    Args:
        experiments: The experiments, in order.
        title: Shown as the heading and in the browser's tab.
        made_at: When the report was made.
        asked: In words, what the report is limited to.
    """
    body = [
        tag("a", "Skip to the report", href="#report", class_="skip"),
        tag("header", _opening(experiments, title, made_at, asked)),
        tag(
            "main",
            _overview(experiments) if len(experiments) > 1 else None,
            [section.section(one, alone=len(experiments) == 1) for one in experiments],
            id="report",
        ),
        tag("footer", tag("p", _closing(made_at))),
    ]
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY),
        tag("meta", name="color-scheme", content="light dark"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("link", rel="icon", href="data:,"),  # else a browser asks a server for one
        tag("title", title),
        tag("style", Markup(style())),
    ]
    document = tag("html", tag("head", head), tag("body", body), lang="en")
    return f"<!doctype html>\n{document}\n"


@cache
def style() -> str:
    """Return the style sheet, with the palette in front: by day, by night and on paper."""
    light, dark = palette.variables(dark=False), palette.variables(dark=True)
    rules = files("midakit.report").joinpath("style.css").read_text(encoding="utf-8")
    return (
        f":root{{{light}}}\n"
        f"@media (prefers-color-scheme: dark){{:root{{{dark}}}}}\n"
        f"@media print{{:root{{{light}}}}}\n{rules}"
    )


def _opening(
    experiments: Sequence[ExperimentData], title: str, made_at: datetime, asked: str
) -> Markup:
    day = f"{made_at.day} {made_at:%B %Y}"
    kinds: list[Kind | None] = [
        one.analysis.verdict.kind if one.analysis else None for one in experiments
    ]
    many = len(experiments) > 1
    what = f"{len(experiments)} experiments" if many else "Experiment report"
    told = [f"As of {day}", asked, tally(kinds) if many else ""]
    return join(
        tag("p", what, class_="eyebrow"),
        tag("h1", name(title)),
        tag("p", " · ".join(filter(None, told)), class_="muted"),
    )


def _overview(experiments: Sequence[ExperimentData]) -> Markup:
    rows = [
        (one.name, one.analysis) for one in experiments if one.analysis and one.analysis.comparisons
    ]
    metric = deciding.metric_name(rows[0][1]) if rows else "conversion rate"
    chart = compared(
        rows, f"Lift in {metric} over Control, all experiments",
        name="overview", axis="better than Control →",
    )  # fmt: skip
    listing = table(
        f"Every experiment, its verdict and its lift in {metric}",
        ["Experiment", "Verdict", "Lift", "Visitors", "Days"],
        [_line(one) for one in experiments],
        class_="figures overview",
    )
    return tag(
        "section",
        tag("h2", "At a glance", id="glance"),
        listing,
        section.drawn(chart, "overview") if chart else None,
        aria_labelledby="glance",
    )


def _line(one: ExperimentData) -> list[Markup | str]:
    heading = tag("a", name(one.name), href=f"#test-{one.test_id}")
    analysis = one.analysis
    if analysis is None:
        return [heading, badge("invalid", "No result"), *[wording.MISSING] * 3]
    days = getattr(one.result, "days_running", None)
    return [
        heading,
        badge(analysis.verdict.kind, headline(analysis).title),
        _lifts(analysis),
        wording.count(sum(arm.visitors for arm in analysis.arms)),
        wording.count(days),
    ]


def _lifts(analysis: Analysis) -> Markup:
    """Return the lift of each variant, with its name where there are several."""
    several = len(analysis.comparisons) > 1
    lines = []
    for one in analysis.comparisons:
        lift = phrasing.lift_with_range(*deciding_lift(one, analysis))
        named = tag("span", name(one.name), class_="of") if several else None
        lines.append(tag("span", named, tag("span", lift, class_="whole"), class_="line"))
    return join(lines or wording.MISSING)


def _closing(made_at: datetime) -> str:
    return (
        f"Made with midakit {__version__} on {made_at:%Y-%m-%d %H:%M %Z}. Every rate, lift and "
        "interval is recomputed from counts. This page holds no script and fetches nothing."
    )
