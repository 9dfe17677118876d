"""Thousands of pairs at once, with numpy (the extra `stats`).

The same bounds, nodes, sums and steps as for one pair, with a row per pair, so the figures agree with
those of `rates` to rounding. The few pairs that need panels go to the scalar code. Where that says
None (an arm without visitors), arrays hold NaN.
"""

from dataclasses import dataclass
from typing import Any

from midakit.stats import validate
from midakit.stats.comparison import conversion
from midakit.stats.distributions.beta import Beta
from midakit.stats.distributions.log_ratio import MIN_NON_CONVERTERS, MIN_SPREAD, spread
from midakit.stats.distributions.log_ratio_arrays import Array, LogRatios, Nodes, rows_of
from midakit.stats.types import Prior

_FIGURES = ("chance_to_beat_control", "expected_loss", "expected_loss_keep_control")


@dataclass(frozen=True, slots=True)
class Pairs:
    """One array per figure of `rates`, in the order of the pairs.

    Example:
        found = stats.batch.pairs([120, 50], [1500, 900], [148, 41], [1480, 905])
        winners = found.chance_to_beat_control > 0.95
    """

    chance_to_beat_control: Array
    expected_loss: Array
    """In rate units: what shipping the treatment costs on average."""
    expected_loss_keep_control: Array
    lift: Array
    lift_interval: Array
    """Two columns: the lower and the upper end of the credible interval."""


def pairs(
    control_conversions: Any,
    control_visitors: Any,
    treatment_conversions: Any,
    treatment_visitors: Any,
    *,
    prior: Prior = "jeffreys",
    level: float = 0.95,
) -> Pairs:
    """Compare treatments with Controls, row by row.

    Args:
        control_conversions: Control's conversions, a sequence or an array.
        control_visitors: Control's visitors, of equal length, as are the others.
        treatment_conversions: Visitors of each treatment who converted.
        treatment_visitors: Visitors of each treatment, converted or not.
        prior: Beta prior of every rate: "jeffreys", "uniform" or its two parameters.
        level: Level of the interval of the lift.

    Returns:
        Arrays of the length given.

    Raises:
        ValueError: A row cannot be true, the lengths differ, or an option is out of its range.
        MissingExtra: numpy is not installed.

    Example:
        found = stats.batch.pairs([120, 50], [1500, 900], [148, 41], [1480, 905])
        assert found.chance_to_beat_control.round(3).tolist() == [0.972, 0.16]
    """
    np = _numpy()
    weights = validate.prior(prior)
    tail = 0.5 * (1.0 - validate.credible(level))
    counts = (control_conversions, control_visitors, treatment_conversions, treatment_visitors)
    x_c, n_c, x_t, n_t = _checked(np, counts)
    found = _empty(np, len(x_c))
    with np.errstate(divide="ignore", invalid="ignore"):
        found.lift[:] = np.where(
            (x_c > 0) & (n_t > 0), (x_t * n_c - x_c * n_t) / (x_c * n_t), np.nan
        )
    alive = (n_c > 0) & (n_t > 0)
    control = Beta(x_c + weights[0], n_c - x_c + weights[1])
    treatment = Beta(x_t + weights[0], n_t - x_t + weights[1])
    fast = (control.b + treatment.b >= MIN_NON_CONVERTERS) & (
        spread(control, treatment) >= MIN_SPREAD
    )
    rows, slow = np.flatnonzero(alive & fast), np.flatnonzero(alive & ~fast)
    if len(rows):
        unsettled = _fill(np, found, rows, rows_of(control, rows), rows_of(treatment, rows), tail)
        slow = np.concatenate([slow, unsettled])
    for row in slow.tolist():
        arms = (float(x_c[row]), float(n_c[row])), (float(x_t[row]), float(n_t[row]))
        one = conversion.compare(*arms, prior=weights, level=level)
        for name in _FIGURES:
            getattr(found, name)[row] = getattr(one, name)
        found.lift_interval[row] = one.lift_interval
    return found


def _numpy() -> Any:
    """Import numpy, or say which extra brings it."""
    try:
        import numpy as np
    except ImportError as error:
        from midakit.errors import MissingExtra

        raise MissingExtra(
            "numpy is not installed; run: pip install 'midakit[stats]'", name="numpy"
        ) from error
    return np


def _checked(np: Any, columns: tuple[Any, ...]) -> list[Array]:
    """Return float arrays of one length that can be counts, else raise `ValueError`."""
    arrays = [np.atleast_1d(np.asarray(column, dtype=float)) for column in columns]
    if len({array.shape for array in arrays}) != 1 or arrays[0].ndim != 1:
        raise ValueError("conversions and visitors are four columns of equal length")
    x_c, n_c, x_t, n_t = arrays
    impossible = ~((x_c >= 0) & (x_c <= n_c) & (x_t >= 0) & (x_t <= n_t))
    for array in arrays:
        impossible |= ~(array <= validate.MOST) | (array != np.floor(array))
    if impossible.any():
        row = int(np.flatnonzero(impossible)[0])
        values = ", ".join(f"{array[row]:g}" for array in arrays)
        raise ValueError(f"row {row} cannot be conversions and visitors: {values}")
    return arrays


def _empty(np: Any, rows: int) -> Pairs:
    """Return figures that are all NaN."""
    chance, loss, kept, lift = (np.full(rows, np.nan) for _ in range(4))
    return Pairs(chance, loss, kept, lift, np.full((rows, 2), np.nan))


def _fill(np: Any, found: Pairs, rows: Array, control: Beta, treatment: Beta, tail: float) -> Array:
    """Fill in the rows that converge and return the others."""
    nodes = Nodes(np, control, treatment, tail)
    good = rows[nodes.order]
    distribution = LogRatios(np, nodes)
    loss = distribution.expected_loss()
    gap = distribution.treatment.mean - distribution.control.mean
    found.chance_to_beat_control[good] = 1.0 - distribution.cdf(0.0)
    found.expected_loss[good] = loss
    found.expected_loss_keep_control[good] = np.maximum(0.0, loss + gap)
    for column, p in enumerate((tail, 1.0 - tail)):
        found.lift_interval[good, column] = np.expm1(distribution.quantile(p))
    return rows[nodes.unsettled]
