"""Gauss-Legendre quadrature with 14 nodes: over a panel, and from its left end to each node."""

from functools import cache
from math import cos, pi
from operator import mul

NODES = 14


@cache
def nodes_and_weights() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the nodes on (-1, 1), ascending, and their weights."""
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
def integration_matrix() -> tuple[tuple[float, ...], ...]:
    """Return the matrix that takes values at the nodes to integrals from -1 to each node.

    It integrates the polynomial through the values: exact wherever the quadrature itself is.
    """
    nodes, weights = nodes_and_weights()
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


def integral(values: list[float]) -> float:
    """Return the integral over (-1, 1).

    Args:
        values: The function at each node.

    Returns:
        The integral.
    """
    return sum(map(mul, nodes_and_weights()[1], values), 0.0)


def partial_integrals(values: list[float]) -> list[float]:
    """Return the integrals from -1 to each node.

    Args:
        values: The function at each node.

    Returns:
        One integral per node.
    """
    return [sum(map(mul, row, values)) for row in integration_matrix()]


def _legendre(x: float, n: int) -> list[float]:
    """Return the Legendre polynomials of degree 0 to n + 1 at x."""
    values = [1.0, x]
    for k in range(1, n + 1):
        values.append(((2 * k + 1) * x * values[k] - k * values[k - 1]) / (k + 1))
    return values
