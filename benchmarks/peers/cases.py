"""The cases: small and large, even and uneven, with a fixed seed."""

import random
from functools import cache
from typing import NamedTuple


class Rates(NamedTuple):
    """Conversions and visitors of Control and a treatment."""

    x_c: int
    n_c: int
    x_t: int
    n_t: int


class Values(NamedTuple):
    """What every visitor of Control and of a treatment spent."""

    control: tuple[float, ...]
    treatment: tuple[float, ...]


class Orders(NamedTuple):
    """Revenue and orders of every visitor, of Control and of a treatment."""

    control: tuple[tuple[float, int], ...]
    treatment: tuple[tuple[float, int], ...]


@cache
def rates(count: int = 40) -> tuple[Rates, ...]:
    """Rates of 1 to 40 %, 60 to 20,000 visitors an arm, splits from 50/50 to 90/10."""
    draw = random.Random(20260101)
    found = [Rates(120, 1500, 148, 1480), Rates(3, 20, 8, 20)]
    while len(found) < count:
        n_c = round(60 * 300 ** draw.random())
        n_t = max(30, round(n_c * draw.choice([1.0, 1.0, 0.5, 1 / 9])))
        rate = 0.01 * 40 ** draw.random()
        moved = min(0.9, rate * (1.0 + draw.gauss(0.1, 0.2)))
        x_c, x_t = (max(1, round(n * max(0.0, p))) for n, p in ((n_c, rate), (n_t, moved)))
        if x_c < n_c and x_t < n_t:
            found.append(Rates(x_c, n_c, x_t, n_t))
    return tuple(found)


@cache
def values(count: int = 25) -> tuple[Values, ...]:
    """Log-normal spending of 20 to 2,000 buyers an arm."""
    draw = random.Random(20260102)

    def arm(size: int, mean: float) -> tuple[float, ...]:
        return tuple(round(draw.lognormvariate(mean, 0.9), 2) for _ in range(size))

    sizes = [round(20 * 100 ** draw.random()) for _ in range(count)]
    return tuple(
        Values(arm(n, 3.0), arm(max(10, round(n * draw.choice([1.0, 0.3]))), 3.0 + draw.gauss(0, 0.1)))
        for n in sizes
    )  # fmt: skip


@cache
def orders(count: int = 20) -> tuple[Orders, ...]:
    """0 to 4 orders a visitor, each of a log-normal amount."""
    draw = random.Random(20260103)

    def arm(size: int, mean: float) -> tuple[tuple[float, int], ...]:
        bought = [draw.choice([0, 0, 1, 1, 2, 4]) for _ in range(size)]
        return tuple(
            (round(sum(draw.lognormvariate(mean, 0.6) for _ in range(many)), 2), many)
            for many in bought
        )

    sizes = [round(50 * 40 ** draw.random()) for _ in range(count)]
    return tuple(Orders(arm(n, 3.0), arm(n, 3.0 + draw.gauss(0, 0.05))) for n in sizes)


@cache
def splits(count: int = 30) -> tuple[tuple[tuple[int, ...], tuple[float, ...]], ...]:
    """Visitors and weights of two to four arms."""
    draw = random.Random(20260104)
    found = []
    for _ in range(count):
        weights = draw.choice([(50.0, 50.0), (90.0, 10.0), (40.0, 30.0, 30.0), (25.0,) * 4])
        size = 1000 * 100 ** draw.random()
        seen = tuple(round(size * w / 100.0 * (1.0 + draw.gauss(0.0, 0.02))) for w in weights)
        found.append((seen, weights))
    return tuple(found)


@cache
def p_values(count: int = 20) -> tuple[tuple[float, ...], ...]:
    """Two to fifteen p-values, most of them small."""
    draw = random.Random(20260105)
    return tuple(
        tuple(max(1e-6, round(draw.random() ** 3, 6)) for _ in range(draw.randint(2, 15)))
        for _ in range(count)
    )


@cache
def plans() -> tuple[tuple[float, float], ...]:
    """Baselines and lifts."""
    return tuple((rate, lift) for rate in (0.01, 0.05, 0.3) for lift in (0.03, 0.1, 0.4))
