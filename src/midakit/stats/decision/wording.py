"""Numbers in sentences. Figures themselves are never rounded; words are."""

from midakit.stats.decision.findings import Risk
from midakit.stats.types import Interval


def percent(share: float) -> str:
    """A chance or a risk; never 0 % or 100 %, which is only where a float ends."""
    if share < 0.001:
        return "< 0.1 %"
    if share > 0.999:
        return "> 99.9 %"
    return f"{100.0 * share:.1f} %".replace(".0 %", " %")


def level(share: float) -> str:
    """A level that somebody has set: "95 %", "99.5 %"."""
    return f"{100.0 * share:.10g} %"


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
