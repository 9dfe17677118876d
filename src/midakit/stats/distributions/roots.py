"""One root of a continuous function between two points of opposite sign.

Chandrupatla's method (1997): inverse quadratic interpolation where the last three points allow it,
bisection where they do not; it never leaves the bracket.
"""

from collections.abc import Callable


def find_root(
    function: Callable[[float], float], low: float, high: float, *, tolerance: float = 1e-13
) -> float:
    """Return where a function changes sign.

    Args:
        function: A continuous function of one number.
        low: One end of the bracket.
        high: The other end, where the function has the other sign or is 0.
        tolerance: The relative precision of the answer.

    Returns:
        The root; an end where the function is 0 already.

    Raises:
        ValueError: The function has the same sign at both ends.
    """
    b, fb = low, function(low)
    a, fa = high, function(high)
    if fa == 0.0:
        return a
    if fb == 0.0:
        return b
    if (fa > 0.0) == (fb > 0.0):
        raise ValueError("the function has the same sign at both ends")
    c, fc = a, fa
    t = 0.5
    for _ in range(120):
        x = a + t * (b - a)
        fx = function(x)
        if (fx > 0.0) == (fa > 0.0):
            c, fc = a, fa
        else:
            c, fc, b, fb = b, fb, a, fa
        a, fa = x, fx
        best = a if abs(fa) < abs(fb) else b
        smallest = tolerance * max(abs(best), 1e-300) / abs(b - c) if b != c else 1.0
        if smallest > 0.5 or fa == 0.0 or fb == 0.0:
            return a if fa == 0.0 else best
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        if phi * phi < xi and (1.0 - phi) ** 2 < 1.0 - xi:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (
                fc - fb
            )
        else:
            t = 0.5
        t = min(1.0 - smallest, max(smallest, t))
    return a if abs(fa) < abs(fb) else b
