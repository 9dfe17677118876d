"""Random columns of the made-up data.

Every column has a stream of its own (a PCG64 named by the column), so that a new column shifts no
other; only `random()` is used, with our own inverses, because numpy does not promise its
distributions to stay the same.
"""

import zlib
from dataclasses import dataclass

import numpy as np

from midakit.sandbox.state.columns import Array


@dataclass(frozen=True, slots=True)
class Draws:
    """Random columns; the same seed and name give the same numbers."""

    seed: int

    def uniform(self, name: str, size: int) -> Array:
        """Draw numbers that are uniform in [0, 1).

        Args:
            name: The column.
            size: How many numbers to draw.

        Returns:
            The numbers.
        """
        source = np.random.PCG64(np.random.SeedSequence([self.seed, zlib.crc32(name.encode())]))
        return np.random.Generator(source).random(size)

    def exponential(self, name: str, size: int, mean: float, most: float) -> Array:
        """Draw exponential numbers.

        Args:
            name: The column.
            size: How many numbers to draw.
            mean: Their mean.
            most: No number is above it.

        Returns:
            The numbers.
        """
        return np.minimum(-mean * np.log1p(-self.uniform(name, size)), most)

    def normal(self, name: str, size: int) -> Array:
        """Draw standard normal numbers.

        Args:
            name: The column.
            size: How many numbers to draw.

        Returns:
            The numbers.
        """
        radius = np.sqrt(-2 * np.log1p(-self.uniform(f"{name} radius", size)))
        found: Array = radius * np.cos(2 * np.pi * self.uniform(f"{name} angle", size))
        return found


def pick(chance: Array, weights: dict[str, int]) -> Array:
    """Return which word each chance falls on.

    Args:
        chance: Numbers in [0, 1).
        weights: The weight of each word.

    Returns:
        Places of words, from 0.
    """
    total, edge, edges = sum(weights.values()), 0.0, []
    for weight in weights.values():
        edge += weight / total
        edges.append(round(edge, 6))  # the seeded data were first drawn by edges of six digits
    edges[-1] = 1.0
    return np.searchsorted(np.array(edges), chance, side="right").astype("int32")
