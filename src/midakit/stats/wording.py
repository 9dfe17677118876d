"""Figures in words: one form for sentences, pages and terminals.

Shares become percent. Only what is shown is rounded. Where there is no figure there is a dash
(`MISSING`), and a minus is a hyphen, which every terminal can show.
"""

from math import isinf

from midakit.stats.types import Interval, Risk

MISSING = "\u2013"


def percent(share: float | None, decimals: int = 2) -> str:
    """Write a share that was seen, such as a conversion rate: "5.30 %".

    Args:
        share: A fraction: 0.053 becomes "5.30 %".
        decimals: Digits after the point.

    Returns:
        The text; a dash for None.
    """
    return MISSING if share is None else f"{100.0 * share:.{decimals}f} %"


def percent_range(ends: Interval | None, decimals: int = 2) -> str:
    """Write an interval of shares: "5.02 to 5.61 %".

    Args:
        ends: The lower and the upper end.
        decimals: Digits after the point.

    Returns:
        The text; a dash for None.
    """
    if ends is None:
        return MISSING
    return f"{percent(ends[0], decimals)[:-2]} to {percent(ends[1], decimals)}"


def level(share: float) -> str:
    """Write a level that somebody has set, with all its digits: "95 %", "99.5 %".

    Args:
        share: A fraction: 0.95 becomes "95 %".

    Returns:
        The text.
    """
    return f"{100.0 * share:.10g} %"


def share(part: float) -> str:
    """Write how much of a plan is over: "54 %".

    Args:
        part: The share, 0.54 for "54 %".

    Returns:
        The text.
    """
    return f"{100.0 * part:.0f} %"


def chance(probability: float | None) -> str:
    """Write a chance or a risk, never as 0 % or 100 %, which no data can show.

    Args:
        probability: A fraction from 0 to 1; None where there is no figure.

    Returns:
        "97.2 %", "< 0.1 %" or "> 99.9 %"; a dash for None.
    """
    if probability is None:
        return MISSING
    if probability < 0.001:
        return "< 0.1 %"
    if probability > 0.999:
        return "> 99.9 %"
    return f"{100.0 * probability:.1f} %"


def lift(share: float | None, unit: str = " %", decimals: int = 1) -> str:
    """Write a relative change with its sign: "+3.1 %"; what rounds to 0 has no sign.

    Args:
        share: The change, 0.031 for "+3.1 %".
        unit: What follows the number.
        decimals: Digits after the point.

    Returns:
        The text; a dash for None.
    """
    if share is None:
        return MISSING
    value, zero = f"{100.0 * share:+.{decimals}f}", f"{0:.{decimals}f}"
    return f"{zero if value[1:] == zero else value}{unit}"


def lift_range(ends: Interval | None, unit: str = " %", decimals: int = 1) -> str:
    """Write an interval of relative changes: "-1.2 to +3.4 %", one-sided "+0.4 % or more".

    Args:
        ends: The lower and the upper end; one may be infinite.
        unit: What follows the last number.
        decimals: Digits after the point.

    Returns:
        The text; a dash for None.
    """
    if ends is None:
        return MISSING
    low, high = ends
    if isinf(high):
        return f"{lift(low, unit, decimals)} or more"
    if isinf(low):
        return f"{lift(high, unit, decimals)} or less"
    return f"{lift(low, '', decimals)} to {lift(high, unit, decimals)}"


def p_value(p: float | None) -> str:
    """Write a p-value for a table: "0.0312", "0.41" or "< 0.0001".

    Args:
        p: A fraction from 0 to 1; None where there was no test.

    Returns:
        The text; a dash for None.
    """
    if p is None:
        return MISSING
    return "< 0.0001" if p < 0.0001 else f"{p:.4f}" if p < 0.1 else f"{p:.2f}"


def p_equals(p: float) -> str:
    """Write a p-value for a sentence: "p = 0.0312", "p < 0.0001".

    Args:
        p: A fraction from 0 to 1.

    Returns:
        The text.
    """
    text = p_value(p)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def count(value: float | None) -> str:
    """Write a count with commas between the thousands: "12,345".

    Args:
        value: The count, which may come as a float.

    Returns:
        The text; a dash for None.
    """
    return MISSING if value is None else f"{value:,.0f}"


def risk_label(risk: float) -> Risk:
    """Return Mida's words for a risk.

    Args:
        risk: The expected loss as a share of Control's rate.

    Returns:
        "very safe" under 1 %, "safe" under 5 %, else "risky".
    """
    if risk < 0.01:
        return "very safe"
    return "safe" if risk < 0.05 else "risky"
