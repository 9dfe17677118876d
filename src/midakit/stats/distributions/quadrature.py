"""Gauss-Legendre panels with 14 nodes: integrals over a panel, and from its left end to each node."""

from functools import cache
from math import cos, pi
from operator import mul

NODES = 14


@cache
def rule() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Nodes in ascending order on (-1, 1) and their weights."""
    nodes: list[float] = []
    weights: list[float] = []
    for i in range(NODES, 0, -1):
        x, slope = cos(pi * (i - 0.25) / (NODES + 0.5)), 1.0
        for _ in range(8):
            values = _legendre(x, NODES)
            slope = NODES * (x * values[NODES] - values[NODES - 1]) / (x * x - 1.0)
            x -= values[NODES] / slope
        nodes.append(x)
        weights.append(2.0 / ((1.0 - x * x) * slope * slope))
    return tuple(nodes), tuple(weights)


@cache
def running() -> tuple[tuple[float, ...], ...]:
    """The matrix that takes values at the nodes to integrals from -1 to each node.

    It integrates the polynomial through the values: exact wherever the rule itself is.
    """
    nodes, weights = rule()
    at = [_legendre(x, NODES) for x in nodes]
    rows: list[tuple[float, ...]] = []
    for values in at:
        primitives = [values[1] + 1.0] + [
            (values[k + 1] - values[k - 1]) / (2 * k + 1) for k in range(1, NODES)
        ]
        rows.append(
            tuple(
                weight * sum((k + 0.5) * other[k] * primitives[k] for k in range(NODES))
                for weight, other in zip(weights, at, strict=True)
            )
        )
    return tuple(rows)


def whole(values: list[float]) -> float:
    """The integral over (-1, 1)."""
    return sum(map(mul, rule()[1], values), 0.0)


def partial(values: list[float]) -> list[float]:
    """The integrals from -1 to each node."""
    return [sum(map(mul, row, values)) for row in running()]


def _legendre(x: float, n: int) -> list[float]:
    values = [1.0, x]
    for k in range(1, n + 1):
        values.append(((2 * k + 1) * x * values[k] - k * values[k - 1]) / (k + 1))
    return values
