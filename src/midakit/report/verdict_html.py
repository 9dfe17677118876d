"""The verdict on the page, in words, with its figures and its warnings."""

from midakit.report import phrasing
from midakit.report.charts import catalogue
from midakit.report.charts.catalogue import deciding_lift
from midakit.report.html import Markup, tag
from midakit.stats import Analysis, Comparison, RateFigures, wording
from midakit.stats.decision.findings.verdict import NAMES
from midakit.stats.decision.verdict.verdicts import figures_of
from midakit.stats.decision.words.headline import guarded, headline, other_warnings, projected
from midakit.stats.types import Kind


def badge(kind: Kind, label: str) -> Markup:
    """Return the verdict as a badge; its sign and its words say what its colour says.

    Args:
        kind: The kind of the verdict.
        label: Its words; the usual ones when left out.
    """
    sign = NAMES[kind].sign
    return tag("span", tag("span", sign, aria_hidden="true"), label, class_=f"badge {kind}")


def nothing() -> Markup:
    """Return what stands in the verdict's place where there is no result."""
    return tag(
        "div",
        tag(
            "div",
            badge("invalid", "No result"),
            tag("p", "There is nothing to judge.", class_="say"),
        ),
        class_="verdict invalid",
    )


def verdict(analysis: Analysis) -> Markup:
    """Return what to do, whether to stop, and why.

    Args:
        analysis: What the statistics say about the experiment.
    """
    kind = analysis.verdict.kind
    head = headline(analysis)
    reasons = [
        why for why in (*analysis.verdict.why, *guarded(analysis), projected(analysis)) if why
    ]
    told = tag(
        "div",
        badge(kind, head.title),
        tag("p", head.sentence, class_="say"),
        tag("p", head.stopping, class_="stop"),
        tag("ul", [tag("li", _told(why, analysis)) for why in reasons]),
    )
    return tag("div", told, _tiles(analysis), class_=f"verdict {kind}")


def _tiles(analysis: Analysis) -> Markup | None:
    """Two figures of the variant that the verdict is about, else of the leading one."""
    one = _subject(analysis)
    if one is None or analysis.verdict.kind == "invalid":
        return None
    figures = figures_of(one, analysis.method)
    if figures is None:
        return None
    ends = (
        catalogue.lift_of(one, analysis)
        if isinstance(figures, RateFigures)
        else figures.lift_ci or figures.decision_interval
    )
    tiles = [
        (
            f"Lift of {phrasing.short(one.name, 24)}",
            wording.lift(figures.lift),
            wording.lift_range(ends, " %") if ends else "",
        )
    ]
    if analysis.method.engine == "bayesian":
        needed = f"needed: {wording.level(analysis.method.threshold)}"
        tiles.append(
            (
                "Chance to beat Control",
                wording.chance(figures.chance_to_beat_control),
                needed,
            )
        )
    else:
        needed = f"needed: under {analysis.method.alpha:.2g}"
        tiles.append(("p-value", wording.p_value(figures.adjusted_p_value), needed))
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
    lifts = {one.variant_id: deciding_lift(one, analysis)[0] for one in analysis.comparisons}
    ranked = [one for one in analysis.comparisons if lifts[one.variant_id] is not None]
    return max(ranked, key=lambda one: lifts[one.variant_id] or 0.0, default=None)


HEADINGS = {
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


def notices(analysis: Analysis) -> Markup | None:
    """Return what a reader should know before trusting the figures, or None.

    Args:
        analysis: What the statistics say about the experiment.
    """
    untold = other_warnings(analysis)
    if not untold:
        return None
    items = [
        tag(
            "li",
            tag("strong", HEADINGS.get(notice.code, "Note."), " "),
            _told(notice.text, analysis),
        )
        for notice in untold
    ]
    return tag("ul", items, class_="notes", aria_label="Warnings")


def sentence(text: str) -> str:
    """Return a text with a capital and a full stop.

    Args:
        text: A phrase without capital and full stop.
    """
    return phrasing.typeset(f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}")


def _told(text: str, analysis: Analysis) -> str:
    """Return a sentence; a variant's name at its start stays as it is written."""
    named = next((arm.name for arm in analysis.arms if text.startswith(arm.name)), "")
    return named + sentence(text)[len(named) :]
