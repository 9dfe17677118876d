"""Guardrails: metrics that must not get worse, tested for non-inferiority.

A guardrail holds when its lift lies above -margin with one-sided confidence 1 - alpha; it is broken when the
lift lies below 0 with the same confidence, and does not hold; else it is open. All of them have to hold
before a winner has no "but", which needs no correction (an intersection-union test, Berger 1982).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import TypeAlias

from midakit.stats import validate
from midakit.stats.comparison.always_valid import rate_moments
from midakit.stats.comparison.means import Moments, fieller_interval, guarded, lift
from midakit.stats.data.estimates import MOMENTS, estimates
from midakit.stats.data.strata import Pair
from midakit.stats.decision.figures.secondary_metrics import Secondary
from midakit.stats.decision.findings.verdict import Guardrail
from midakit.stats.decision.options.method import Method
from midakit.stats.distributions import normal
from midakit.stats.types import StatsDataError

GuardrailInput: TypeAlias = Mapping[str, float] | Sequence[str]
"""Names of metrics, or name -> the largest loss that is tolerated, 0.02 for 2 %."""
NAMES = {"conversion": "conversion rate", "rpv": "revenue per visitor", "aov": "order value"}


def read_guardrails(asked: GuardrailInput | None, method: Method) -> dict[str, float]:
    """Return the margin of every guardrail.

    Args:
        asked: What was asked for; without margins they tolerate the smallest effect that matters.
        method: The smallest effect that matters.

    Returns:
        name -> margin.

    Raises:
        ValueError: A margin is not between 0 and 1, or they are no names.
    """
    if not asked:
        return {}
    try:
        margins = asked if isinstance(asked, Mapping) else _named(asked)
    except (TypeError, AttributeError):
        raise ValueError(f"guardrails are names, such as rpv or rpv=0.02: {asked!r:.40}") from None
    return {
        name: validate.level(
            method.min_effect if margin == "" else margin,  # type: ignore[arg-type]  # read as a number
            f"guardrails: the margin of {name}",
        )
        for name, margin in margins.items()
    }


def _named(asked: Sequence[str]) -> dict[str, str]:
    """Return name -> margin as it was written, empty where there is none."""
    texts = [asked] if isinstance(asked, str) else asked
    pairs = [part.partition("=") for one in texts for part in one.split(",") if part.strip()]
    return {name.strip(): margin.strip() for name, _, margin in pairs}


def guardrails(
    asked: Mapping[str, float],
    pairs: Sequence[Pair],
    secondary: Sequence[Secondary],
    method: Method,
) -> tuple[Guardrail, ...]:
    """Test every guardrail of every treatment.

    Args:
        asked: name -> margin; "conversion", "rpv" and "aov" or the key of a secondary metric.
        pairs: Control and a treatment, over the days that compare.
        secondary: The secondary metrics, where they were given.
        method: The threshold.

    Returns:
        The guardrails of the first treatment, then those of the next.
    """
    known = {one.metric_key: one for one in secondary}
    return tuple(
        _tested(name, margin, pair, known.get(name), method)
        for pair in pairs
        for name, margin in asked.items()
    )


def _tested(
    key: str, margin: float, pair: Pair, metric: Secondary | None, method: Method
) -> Guardrail:
    """Test one guardrail of one treatment."""
    variant = pair.treatment.variant_id
    name = NAMES.get(key) or (metric.name if metric else key)
    moments, reason = _moments(key, pair, metric, method)
    if moments is None:
        return Guardrail(key, name, variant, margin, "open", reason=reason)
    control, treatment = guarded(*moments)
    q = normal.upper_quantile(method.alpha)
    lower = fieller_interval(control, treatment, q, inf)
    upper = fieller_interval(control, treatment, inf, q)
    if lower is None or upper is None:
        return Guardrail(key, name, variant, margin, "open", reason="Control is not above 0")
    found = Guardrail(
        key, name, variant, margin, "open", lift(control.estimate, treatment.estimate), lower[0]
    )
    if lower[0] > -margin:
        return replace(found, state="holds")
    return replace(found, state="broken") if upper[1] < 0.0 else found


def _moments(
    key: str, pair: Pair, metric: Secondary | None, method: Method
) -> tuple[tuple[Moments, Moments] | None, str]:
    """Return both estimates, or why there are none."""
    if key in NAMES:
        try:
            found = estimates(pair, next(one for one in MOMENTS if one == key))
        except StatsDataError as wrong:
            return None, str(wrong)
        arms = [pair.control, pair.treatment]
    else:
        rows = {arm.variant_id: arm for arm in metric.arms} if metric else {}
        arms = [rows[v] for v in pair.ids if v in rows]
        if metric is None or len(arms) < 2:
            return None, (metric.reason if metric else None) or "the metric was not given"
        control, treatment = (rate_moments((arm.conversions, arm.visitors)) for arm in arms)
        found = control, treatment
    if min(arm.conversions for arm in arms) < method.min_conversions:
        return None, f"fewer than {method.min_conversions:g} conversions in an arm"
    if found[0] is None or found[1] is None:
        revenue = any(arm.revenue for arm in arms)
        return (
            None,
            "its sums are missing; pass the timeseries" if revenue else "there is no revenue",
        )
    return (found[0], found[1]), ""
