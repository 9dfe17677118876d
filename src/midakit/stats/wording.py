"""Numbers in sentences. Figures themselves are never rounded; words are."""

from midakit.stats.checks import Interval
from midakit.stats.findings import Risk


def percent(share: float) -> str:
    """A share in percent, with the digits that matter near 0 and 100."""
    value = 100.0 * share
    if 0.0 < value < 0.1:
        return "under 0.1 %"
    if 99.9 < value < 100.0:
        return "over 99.9 %"
    return f"{value:.1f} %".replace(".0 %", " %")


def signed(share: float) -> str:
    """A lift."""
    return f"{100.0 * share:+.1f} %"


def span(ends: Interval) -> str:
    """An interval of lifts."""
    return f"{signed(ends[0])} to {signed(ends[1])}"


def probability(p: float) -> str:
    """A p-value after its name, as in "p = 0.03"."""
    return "p < 0.0001" if p < 0.0001 else f"p = {p:.2g}"


def label(risk: float) -> Risk:
    """Mida's words for a risk."""
    if risk < 0.01:
        return "very safe"
    return "safe" if risk < 0.05 else "risky"
