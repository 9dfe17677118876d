"""One root of a continuous function between two points of opposite sign.

Chandrupatla's rule: inverse quadratic interpolation where the last three points let it work,
bisection where they do not; never leaves the bracket.
"""

from collections.abc import Callable


def root(
    function: Callable[[float], float], low: float, high: float, *, tolerance: float = 1e-13
) -> float:
    """The x in [low, high] where `function` changes sign; an end where it is 0 already."""
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
        room = tolerance * max(abs(best), 1e-300) / abs(b - c) if b != c else 1.0
        if room > 0.5 or fa == 0.0 or fb == 0.0:
            return a if fa == 0.0 else best
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        if phi * phi < xi and (1.0 - phi) ** 2 < 1.0 - xi:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (
                fc - fb
            )
        else:
            t = 0.5
        t = min(1.0 - room, max(room, t))
    return a if abs(fa) < abs(fb) else b
