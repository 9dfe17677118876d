"""Counts of two answers about the same visitors, of whom a few came between the two requests."""

FEW = 3.0
"""Visitors, or conversions, that may come between two requests, however few there were."""
_SHARE = 0.01  # what comes within a minute to an experiment of two hours


def moments_apart(one: float, other: float) -> bool:
    """Tell whether two counts differ by no more than comes between two requests.

    Args:
        one: The count of one answer.
        other: That of the other; it does not matter which was asked for first.
    """
    return abs(one - other) <= max(FEW, _SHARE * max(one, other))
