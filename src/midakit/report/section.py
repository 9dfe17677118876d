"""One experiment on the page, from the verdict down to the method."""

from collections.abc import Callable
from typing import Any

from midakit.report import figures, method, words
from midakit.report.charts.catalogue import (
    charts,
    compared,
    lift_of,
)
from midakit.report.charts.chart import Chart
from midakit.report.dossier import Dossier
from midakit.report.html import Markup, join, link, name, tag
from midakit.stats import Analysis, Comparison


def section(one: Dossier, *, alone: bool) -> Markup:
    """Everything about one experiment; where it is alone the page's title has named it already."""
    heading = f"test-{one.test_id}"
    return tag(
        "section",
        tag("h2", name(one.name), id=heading, class_="unseen" if alone else None),
        _facts(one),
        _judged(one, one.analysis) if one.analysis else _nothing(),
        _missing(one),
        _discussion(one),
        tag("div", method.record(one.analysis), class_="record") if one.analysis else None,
        aria_labelledby=heading,
    )


def badge(kind: str, label: str) -> Markup:
    """The verdict as a pill; its sign and its words say what its colour says."""
    sign = words.SIGNS[kind][1]
    return tag("span", tag("span", sign, aria_hidden="true"), label, class_=f"badge {kind}")


def drawn(chart: Chart, key: str, class_: str = "full") -> Markup:
    """A chart under its title, with what it says beneath."""
    return tag(
        "figure",
        tag("figcaption", chart.title),
        chart.svg(key),
        tag("p", chart.note) if chart.note else None,
        class_=class_,
    )


def _judged(one: Dossier, analysis: Analysis) -> Markup:
    found = charts(analysis)
    small = [chart for chart in found if not chart.wide]
    large = [chart for chart in found if chart.wide]
    key = f"t{one.test_id}"
    return join(
        _verdict(analysis),
        _notes(analysis),
        figures.rates(analysis),
        tag("div", [drawn(c, f"{key}-{c.name}", "") for c in small], class_="charts"),
        [drawn(chart, f"{key}-{chart.name}") for chart in large],
        figures.revenue(analysis),
        _segments(one, key),
        figures.secondary(one.secondary) if one.secondary else None,
    )


def _nothing() -> Markup:
    return tag(
        "div",
        tag(
            "div",
            badge("invalid", "No result"),
            tag("p", "There is nothing to judge.", class_="say"),
        ),
        class_="verdict invalid",
    )


def _verdict(analysis: Analysis) -> Markup:
    kind = analysis.verdict.kind
    head = words.headline(analysis)
    told = tag(
        "div",
        badge(kind, head.badge),
        tag("p", head.sentence, class_="say"),
        tag("p", head.stopping, class_="stop"),
        tag("ul", [tag("li", _sentence(why)) for why in analysis.verdict.why]),
    )
    return tag("div", told, _tiles(analysis), class_=f"verdict {kind}")


def _tiles(analysis: Analysis) -> Markup | None:
    """Three figures of the variant that the verdict is about, else of the leading one."""
    one = _subject(analysis)
    if one is None or analysis.verdict.kind == "invalid":
        return None
    ends = lift_of(one, analysis)
    tiles = [
        (
            f"Lift of {words.short(one.name, 24)}",
            words.signed(one.conversion.lift),
            f"{words.ends(ends)} %" if ends else "",
        )
    ]
    if analysis.method.engine == "bayesian":
        needed = f"needed: {words.percent(analysis.method.threshold, 0)}"
        tiles.append(
            ("Chance to beat Control", words.chance(one.conversion.chance_to_beat_control), needed)
        )
    else:
        needed = f"needed: under {analysis.method.alpha:.2g}"
        tiles.append(("p-value", words.p_value(one.conversion.adjusted_p_value), needed))
    return tag(
        "dl",
        [
            tag("div", tag("dt", label), tag("dd", value, tag("small", note) if note else None))
            for label, value, note in tiles
        ],
        class_="tiles",
    )


def _subject(analysis: Analysis) -> Comparison | None:
    for one in analysis.comparisons:
        if one.variant_id == analysis.verdict.variant_id:
            return one
    ranked = [one for one in analysis.comparisons if one.conversion.lift is not None]
    return max(ranked, key=lambda one: one.conversion.lift or 0.0, default=None)


HEADINGS = {
    "peeking": "Looked at before its time?",
    "small-sample": "Small sample.",
    "short": "Short run.",
    "paused": "Paused variant.",
    "bandit": "Bandit.",
    "drift": "Changes over time.",
    "timeseries": "Days.",
    "few-spenders": "Few buyers.",
    "revenue-bound": "Revenue without spread.",
    "tails": "Assumed.",
    "default": "Assumed.",
}


def _notes(analysis: Analysis) -> Markup | None:
    if not analysis.warnings:
        return None
    items = [
        tag("li", tag("strong", HEADINGS.get(notice.code, "Note."), " "), _sentence(notice.text))
        for notice in analysis.warnings
    ]
    return tag("ul", items, class_="notes", aria_label="Warnings")


def _sentence(text: str) -> str:
    whole = f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
    return words.tied(whole)


def _facts(one: Dossier) -> Markup:
    result, details = one.result, one.details
    analysis = one.analysis
    status = getattr(result, "status", None)
    if status is None:
        status = getattr(details, "status", None)
    allocation = getattr(result, "traffic_allocation", None)
    facts: list[tuple[str, Any]] = [
        ("Experiment", one.test_id),
        ("Status", getattr(status, "label", status)),
        ("Goal", name(analysis.goal) if analysis and analysis.goal else None),
        ("Days", _days(result)),
        ("Variants", _variants(one)),
        (
            "Visitors",
            words.count(result.total_visitors) if result and result.total_visitors else None,
        ),
        ("Traffic", f"{allocation:g} %" if allocation is not None else None),
        ("Phase", _phase(result)),
        ("Audience", _audience(details)),
        ("Page", link(details.url) if details is not None and details.url else None),
    ]
    return tag(
        "dl",
        [tag("div", tag("dt", label), tag("dd", value)) for label, value in facts if value],
        class_="facts",
    )


PHASES = {
    "pre_deploy": "the test, before a variant was served",
    "post_deploy": "since a variant is served",
    "all_time": "test and serving together",
}


def _phase(result: Any) -> str | None:
    """Worth a word only where something is served."""
    if result is None or not (result.is_serving or result.serving_variant_id):
        return None
    phase = str(result.report_phase or "")
    return PHASES.get(phase, phase)


def _days(result: Any) -> str | None:
    if result is None or result.days_running is None:
        return None
    begin, end = result.effective_start_date, result.effective_end_date
    span = f" ({words.clean(begin)} to {words.clean(end)})" if begin and end else ""
    return f"{words.count(result.days_running)}{span}"


def _variants(one: Dossier) -> Markup | None:
    arms = one.analysis.arms if one.analysis else ()
    names: list[Markup] = [name(arm.name) for arm in arms]
    if not names:
        return None
    return join([[", " if n else "", each] for n, each in enumerate(names)])


def _audience(details: Any) -> str | None:
    targeting = getattr(details, "targeting", None)
    if targeting is None:
        return None
    parts = [
        words.listed([words.clean(item) for item in found])
        for found in (targeting.devices, targeting.browsers, targeting.countries)
        if found
    ]
    return "; ".join(parts) or None


def _segments(one: Dossier, key: str) -> Markup | None:
    if not one.segments or one.analysis is None:
        return None
    rows = [("Everyone", one.analysis), *((s.name, s.analysis) for s in one.segments)]
    chart = compared(
        rows, "Lift in conversion rate over Control, by segment",
        name="segments", axis="better than Control →", decided=_decided(one),
    )  # fmt: skip
    return join(
        tag("h3", "Segments"),
        tag(
            "p",
            "The more segments are looked at, the surer it is that one of them stands out by chance: "
            "the p-values are corrected for that (Holm). A segment is a place to look next, no verdict.",
            class_="muted",
        ),
        drawn(chart, f"{key}-segments") if chart else None,
        figures.segments(one.segments, one.analysis.method.alpha),
    )


def _decided(one: Dossier) -> Callable[[str, Comparison], bool]:
    """A segment stands out only where it does so among all of them."""
    corrected = {segment.name: segment.corrected for segment in one.segments}
    alpha = one.analysis.method.alpha if one.analysis else 0.05

    def decided(label: str, compared: Comparison) -> bool:
        if label not in corrected:
            return compared.conversion.outcome in ("better", "worse")
        p = corrected[label].get(compared.variant_id)
        return p is not None and p < alpha

    return decided


def _missing(one: Dossier) -> Markup | None:
    if not one.gaps:
        return None
    items = [
        tag("li", tag("strong", f"Missing: {words.listed(parts)}. "), _sentence(why))
        for why, parts in one.missing.items()
    ]
    return tag("ul", items, class_="notes", aria_label="What could not be read")


def _discussion(one: Dossier) -> Markup | None:
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
