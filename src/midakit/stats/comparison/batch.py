"""Thousands of pairs at once, with numpy (the extra `stats`).

The law of `logratio` with one row per pair: the same bounds, nodes, sums and steps, so it agrees with
the scalar code to rounding. The few pairs that need panels go to the scalar code. Where that says
None (an arm without visitors), arrays hold NaN.
"""

from dataclasses import dataclass
from typing import Any

from midakit.stats import validate
from midakit.stats.comparison import conversion
from midakit.stats.distributions.log_ratio import FEWEST_MISSES, NARROWEST
from midakit.stats.distributions.log_ratio_arrays import Array, Betas, LogRatios, Nodes, spread
from midakit.stats.types import Prior

_FIELDS = ("chance_to_beat_control", "expected_loss", "expected_loss_keep_control", "lift")


@dataclass(frozen=True, slots=True)
class Pairs:
    """One array per figure of `rates`, in the order of the pairs; `lift_interval` has two columns."""

    chance_to_beat_control: Array
    expected_loss: Array
    expected_loss_keep_control: Array
    lift: Array
    lift_interval: Array


def pairs(
    control_conversions: Any,
    control_visitors: Any,
    treatment_conversions: Any,
    treatment_visitors: Any,
    *,
    prior: Prior = "jeffreys",
    level: float = 0.95,
) -> Pairs:
    """Compare treatments with Controls, row by row; sequences or arrays of equal length."""
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
    control = Betas(x_c + weights[0], n_c - x_c + weights[1])
    treatment = Betas(x_t + weights[0], n_t - x_t + weights[1])
    easy = (control.b + treatment.b >= FEWEST_MISSES) & (
        spread(np, control, treatment) >= NARROWEST
    )
    rows, late = np.flatnonzero(alive & easy), np.flatnonzero(alive & ~easy)
    if len(rows):
        unsettled = _fill(np, found, rows, control.of(rows), treatment.of(rows), tail)
        late = np.concatenate([late, unsettled])
    for row in late.tolist():
        arms = (float(x_c[row]), float(n_c[row])), (float(x_t[row]), float(n_t[row]))
        one = conversion.compare(*arms, prior=weights, level=level)
        for name in _FIELDS[:3]:
            getattr(found, name)[row] = getattr(one, name)
        found.lift_interval[row] = one.lift_interval
    return found


def _numpy() -> Any:
    try:
        import numpy as np
    except ImportError as error:
        from midakit.errors import MissingExtra

        raise MissingExtra(
            "numpy is not installed; run: pip install 'midakit[stats]'", name="numpy"
        ) from error
    return np


def _checked(np: Any, columns: tuple[Any, ...]) -> list[Array]:
    """Float arrays of one length that can be counts, else `ValueError`."""
    arrays = [np.atleast_1d(np.asarray(column, dtype=float)) for column in columns]
    if len({array.shape for array in arrays}) != 1 or arrays[0].ndim != 1:
        raise ValueError("conversions and visitors are four columns of equal length")
    x_c, n_c, x_t, n_t = arrays
    odd = ~((x_c >= 0) & (x_c <= n_c) & (x_t >= 0) & (x_t <= n_t))
    for array in arrays:
        odd |= ~(array <= validate.MOST) | (array != np.floor(array))
    if odd.any():
        row = int(np.flatnonzero(odd)[0])
        values = ", ".join(f"{array[row]:g}" for array in arrays)
        raise ValueError(f"row {row} cannot be conversions and visitors: {values}")
    return arrays


def _empty(np: Any, rows: int) -> Pairs:
    chance, loss, kept, lift = (np.full(rows, np.nan) for _ in _FIELDS)
    return Pairs(chance, loss, kept, lift, np.full((rows, 2), np.nan))


def _fill(
    np: Any, found: Pairs, rows: Array, control: Betas, treatment: Betas, tail: float
) -> Array:
    """Fill in the rows that converge and answer the others."""
    nodes = Nodes(np, control, treatment, tail)
    good = rows[nodes.order]
    law = LogRatios(np, nodes)
    loss = law.loss()
    gap = law.treatment.mean - law.control.mean
    found.chance_to_beat_control[good] = 1.0 - law.below(0.0)
    found.expected_loss[good] = loss
    found.expected_loss_keep_control[good] = np.maximum(0.0, loss + gap)
    for column, p in enumerate((tail, 1.0 - tail)):
        found.lift_interval[good, column] = np.expm1(law.quantile(p))
    return rows[nodes.unsettled]
