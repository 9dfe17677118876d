"""Text of pages and charts: names that fit, figures that are set well."""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate
from math import isfinite
from typing import TYPE_CHECKING
from unicodedata import category, east_asian_width

from midakit.core.printable import one_line
from midakit.stats import wording
from midakit.stats.types import Interval

if TYPE_CHECKING:  # the command line writes figures too, most of it without any analysis
    from midakit.stats import Segment

_PERCENT = re.compile(r"(?<=\d) %")
_NEGATIVE = re.compile(r"(?<![^ (])-(?=\d)")


def width(text: str) -> int:
    """Count the columns that a text takes on a terminal, and about what it takes in a chart.

    Args:
        text: The text; wide signs count twice.

    Returns:
        The number of columns.
    """
    return sum(
        0 if category(sign) in ("Mn", "Me", "Cf") else 2 if east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def short(value: object, columns: int) -> str:
    """Cut a name in the middle where it is too long for a terminal.

    Args:
        value: The name as the server sent it; line breaks become spaces.
        columns: How many columns of a terminal it may take.

    Returns:
        The name on one line.
    """
    return cut(one_line(value), columns, width)


def cut(text: str, most: float, measure: Callable[[str], float]) -> str:
    """Cut a text in the middle where it is too wide: names of a kind differ at their ends.

    Args:
        text: A text on one line.
        most: How wide it may be.
        measure: Tells how wide a text is.

    Returns:
        The text, or its start and its end with an ellipsis between.
    """
    if measure(text) <= most:
        return text
    left = most - measure("…")
    tail = left * 2 // 5
    head, end = _start(text, left - tail, measure), _start(text[::-1], tail, measure)[::-1]
    return f"{head.rstrip()}…{end.lstrip()}"


def _start(text: str, most: float, measure: Callable[[str], float]) -> str:
    """Return as much of the start as there is space for."""
    taken = accumulate(measure(sign) for sign in text)
    return "".join(sign for sign, end in zip(text, taken, strict=True) if end <= most)


def amount(value: float) -> str:
    """Write a number of an unknown kind: whole, or with two decimals.

    Args:
        value: A figure whose unit is not known.

    Returns:
        "12" or "12.50".
    """
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


def money(value: float | None, currency: str | None, decimals: int = 2) -> str:
    """Write an amount with the code of its currency: "12.50 EUR".

    Args:
        value: The amount.
        currency: The code; None leaves it out.
        decimals: Digits after the point.

    Returns:
        The text; a dash where there is no amount.
    """
    if value is None or not isfinite(value):
        return wording.MISSING
    return f"{value:,.{decimals}f} {one_line(currency or '')}".rstrip()


def lift_with_range(lift: float | None, ends: Interval | None) -> str:
    """Write a lift with its interval: "+3.1 % (-1.2 to +7.4)".

    Args:
        lift: The relative change.
        ends: The lower and the upper end of its interval.

    Returns:
        The text; a dash without a lift.
    """
    return wording.lift(lift) + (
        f" ({wording.lift_range(ends, '')})" if ends and lift is not None else ""
    )


def scale_decimals(ticks: Sequence[float]) -> int:
    """Return how many decimals of percent tell the steps of a scale apart.

    Args:
        ticks: Where the marks of the scale stand, as shares.

    Returns:
        From 0 to 3.
    """
    if len(ticks) < 2:
        return 1
    step = 100.0 * abs(ticks[1] - ticks[0])
    return next((n for n in range(3) if abs(step * 10**n - round(step * 10**n)) < 1e-6), 3)


def p_heading(found: "Sequence[Segment]") -> str:
    """Return the heading of corrected p-values; it says when they are one-tailed.

    Beside a two-sided interval a one-tailed p-value may be small although the interval holds 0.

    Args:
        found: The segments of one table.

    Returns:
        The heading.
    """
    methods = [one.analysis.method for one in found]
    beside = any(one.engine == "bayesian" and one.alternative != "two-sided" for one in methods)
    return "p (one-tailed, corrected)" if beside else "p (corrected)"


def with_minus(text: str) -> str:
    """Give negative numbers a minus, which is as wide as a plus, for a hyphen.

    Args:
        text: Any text; hyphens inside words stay.

    Returns:
        The text for a page or a chart.
    """
    return _NEGATIVE.sub("\u2212", text)


def typeset(text: str) -> str:
    """Keep the sign of percent on the line of its figure, and give negative numbers a minus.

    Args:
        text: A sentence.

    Returns:
        The sentence for a page.
    """
    return _PERCENT.sub("\u00a0%", with_minus(text))


def listed(items: Sequence[str]) -> str:
    """Join items as in a sentence: "a, b and c".

    Args:
        items: One or more items.

    Returns:
        The text.
    """
    *front, last = items
    return f"{', '.join(front)} and {last}" if front else last
