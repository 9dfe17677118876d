"""One experiment on the page, from the verdict down to the method."""

from collections.abc import Callable, Sequence
from typing import Any

from midakit.report import figures, method, words
from midakit.report.charts import catalogue
from midakit.report.charts.chart import Chart
from midakit.report.dossier import Dossier
from midakit.report.facts import facts
from midakit.report.html import Markup, join, name, tag
from midakit.report.secondary import tests
from midakit.stats import Analysis, Comparison


def section(one: Dossier, *, alone: bool) -> Markup:
    """Everything about one experiment; where it is alone the page's title has named it already."""
    heading = f"test-{one.test_id}"
    return tag(
        "section",
        tag("h2", name(one.name), id=heading, class_="unseen" if alone else None),
        facts(one),
        _judged(one, one.analysis) if one.analysis else _nothing(),
        _missing(one),
        _discussion(one),
        method.record(one.analysis) if one.analysis else None,
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
    key = f"t{one.test_id}"
    return join(
        _verdict(analysis),
        _notes(analysis),
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
    """Not with fewer days than make a line."""
    rates = catalogue.rates(analysis)
    if rates is None:
        return None
    found = catalogue.differences(analysis)
    alone = [drawn(chart, f"{key}-{chart.name}") for chart in found if chart.wide]
    several = _side_by_side([chart for chart in found if not chart.wide], key)
    return _part("Day by day", drawn(rates, f"{key}-rate"), *alone, several)


def _money(analysis: Analysis, key: str) -> Markup | None:
    listing, chart = figures.revenue(analysis), catalogue.revenue(analysis)
    if listing is None:
        return None
    return _part("Revenue", listing, drawn(chart, f"{key}-revenue") if chart else None)


def _secondary(one: Dossier, analysis: Analysis) -> Markup | None:
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
        figures.secondary(one.secondary, catalogue.colours(analysis)),
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
    ends = catalogue.lift_of(one, analysis)
    tiles = [
        (
            f"Lift of {words.short(one.name, 24)}",
            words.signed(one.conversion.lift),
            words.ends(ends, " %") if ends else "",
        )
    ]
    if analysis.method.engine == "bayesian":
        needed = f"needed: {words.level(analysis.method.threshold)}"
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
    notices = words.untold(analysis)
    if not notices:
        return None
    items = [
        tag("li", tag("strong", HEADINGS.get(notice.code, "Note."), " "), _sentence(notice.text))
        for notice in notices
    ]
    return tag("ul", items, class_="notes", aria_label="Warnings")


def _sentence(text: str) -> str:
    whole = f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
    return words.typeset(whole)


def _segments(one: Dossier, analysis: Analysis, key: str) -> Markup | None:
    if not one.segments:
        return None
    rows = [("Everyone", analysis), *((s.name, s.analysis) for s in one.segments)]
    chart = catalogue.compared(
        rows, "Lift in conversion rate over Control, by segment",
        name="segments", axis="better than Control →", decided=_decided(analysis.method.alpha),
    )  # fmt: skip
    told = (
        "The more segments are looked at, the likelier one of them stands out by chance, so p is "
        "corrected over all of them (Benjamini-Hochberg). A segment is a place to look next, no "
        "verdict."
    )
    return _part(
        "Segments",
        tag("p", told, class_="muted"),
        drawn(chart, f"{key}-segments") if chart else None,
        figures.segments(one.segments, analysis.method.alpha),
    )


def _decided(alpha: float) -> Callable[[str, Comparison, Analysis], bool]:
    """A segment stands out only where it does so among all of them."""

    def decided(label: str, one: Comparison, analysis: Analysis) -> bool:
        if label == "Everyone":
            return catalogue.stands_out(one, analysis)
        return figures.among_all(one, analysis, alpha)

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
