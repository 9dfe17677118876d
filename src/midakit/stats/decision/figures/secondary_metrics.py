"""Secondary metrics of an experiment: many questions to the same data.

Each question alone is wrong in alpha of the cases, so their p-values are corrected together
(Benjamini-Hochberg unless asked otherwise), over all metrics and all variants.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from midakit.stats import validate
from midakit.stats.comparison import conversion
from midakit.stats.comparison.always_valid import Sequential
from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.data import fields
from midakit.stats.data.arms import Arm
from midakit.stats.decision.figures import proportions
from midakit.stats.decision.figures.outcomes import Direction, PairedTest, call_directions
from midakit.stats.decision.findings.figures import Comparison
from midakit.stats.decision.options.method import Method, resolve
from midakit.stats.types import Outcome, Prior

_NOT_CONVERTERS = {
    "BounceRate": "a percentage, whose visitors are not known",
    "_pageview": "a count of page views, not of visitors",
}
_UNLOOKED = Sequential(reason="not computed for secondary metrics")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secondary:
    """One secondary metric.

    Example:
        [first, *_] = stats.secondary(mida.experiments.metrics(1001))
        print(first.name, [one.conversion.adjusted_p_value for one in first.comparisons])
    """

    metric_key: str
    name: str
    arms: tuple[Arm, ...]
    """Control first."""
    comparisons: tuple[Comparison, ...] = ()
    """Each treatment against Control; empty where the metric is not a rate."""
    reason: str | None = None
    """Why it has no comparisons."""


def secondary(
    metrics: Any,
    *,
    result: Any = None,
    control: str = "0",
    prior: Prior = "jeffreys",
    level: float = 0.95,
    threshold: float | None = None,
    correction: Correction = "bh",
) -> tuple[Secondary, ...]:
    """Compare the variants on every metric that counts converters.

    The tests are two-tailed, an outcome is called on the corrected p-value, and there is no minimum
    of data: read the intervals.

    Args:
        metrics: The answer of `experiments.metrics`, as a model or a dict.
        result: The answer of `experiments.result`; it gives the threshold and the variants' names.
        control: The variant_id of Control.
        prior: Beta prior of every rate: "jeffreys", "uniform" or its two parameters.
        level: Level of the intervals.
        threshold: A corrected p-value is called under 1 - threshold. By default the result's, else
            0.95.
        correction: How p-values are corrected over all metrics and variants.

    Returns:
        Every metric in its order; one that is not a rate has no comparisons but a reason.

    Raises:
        ValueError: An option is out of its range.
        StatsDataError: A list of the answer is not a list.

    Example:
        for one in stats.secondary(mida.experiments.metrics(1001)):
            print(one.name, one.reason or one.comparisons[0].conversion.lift)
    """
    method = resolve(
        result,
        None,
        engine="frequentist",
        threshold=threshold,
        alternative="two-sided",
        prior=prior,
        level=level,
        correction=correction,
        min_visitors=0.0,
        min_conversions=0.0,
    )
    names = {
        fields.text(row, "variant_id"): fields.text(row, "name")
        for row in fields.rows(result, "variants")
    }
    rows = fields.rows(metrics, "metrics")
    found = [
        _read(definition, at, rows, names, control, method)
        for at, definition in enumerate(fields.rows(metrics, "metric_definitions"), 1)
    ]
    tests = [c.conversion for one in found for c in one.comparisons]
    called = iter(
        call_directions([PairedTest(t.p_value, t.p_value, t.difference) for t in tests], method)
    )
    return tuple(
        replace(one, comparisons=tuple(_corrected(c, next(called)) for c in one.comparisons))
        for one in found
    )


def _read(
    definition: Any,
    number: int,
    rows: Sequence[Any],
    names: Mapping[str | None, str | None],
    control: str,
    method: Method,
) -> Secondary:
    """Read one metric; what cannot be a rate has no comparisons but a reason."""
    key = fields.text(definition, "metric_key") or fields.text(definition, "metric_text")
    key = key or f"result_{number}"
    blank = Secondary(metric_key=key, name=fields.text(definition, "name") or key, arms=())
    try:
        return _metric(blank, number, rows, names, control, method)
    except ValueError as wrong:
        return replace(blank, reason=f"its values are not counts of visitors: {wrong}")


def _metric(
    blank: Secondary,
    number: int,
    rows: Sequence[Any],
    names: Mapping[str | None, str | None],
    control: str,
    method: Method,
) -> Secondary:
    """Compare the variants on one metric."""
    if blank.metric_key in _NOT_CONVERTERS:
        return replace(blank, reason=_NOT_CONVERTERS[blank.metric_key])
    arms: list[Arm] = []
    for row in rows:
        variant_id = fields.text(row, "variant_id") or ""
        visitors = fields.number(row, "total")
        converters = fields.number(row, f"result_{number}")
        if visitors is None or converters is None:
            return replace(blank, reason=f"variant {variant_id} has no value")
        arms.append(_arm(variant_id, names, control, converters, visitors, method))
    arms.sort(key=lambda arm: not arm.is_control)
    if len(arms) < 2 or not arms[0].is_control:
        return replace(blank, arms=tuple(arms), reason="there is no Control and treatment")
    pairs = [(arms[0], arm) for arm in arms[1:]]
    looks = [_UNLOOKED] * len(pairs)
    figures = proportions.rate_figures(pairs, method, bandit=False, looks=looks)
    return replace(
        blank,
        arms=tuple(arms),
        comparisons=tuple(
            Comparison(variant_id=arm.variant_id, name=arm.name, conversion=one)
            for arm, one in zip(arms[1:], figures, strict=True)
        ),
    )


def _corrected(one: Comparison, called: Direction) -> Comparison:
    """Call a comparison by its p-value corrected over everything."""
    decided: Outcome = one.conversion.outcome
    if decided in ("better", "worse") or called.better or called.worse:
        decided = "better" if called.better else "worse" if called.worse else "undecided"
    figures = replace(one.conversion, adjusted_p_value=called.adjusted_p, outcome=decided)
    return replace(one, conversion=figures)


def _arm(
    variant_id: str,
    names: Mapping[str | None, str | None],
    control: str,
    converters: float,
    visitors: float,
    method: Method,
) -> Arm:
    """Describe one variant on one metric."""
    validate.count((converters, visitors), f"variant {variant_id}")
    is_control = variant_id == control
    name = names.get(variant_id) or ("Control" if is_control else f"Variant {variant_id}")
    return Arm(
        variant_id=variant_id,
        name=name,
        is_control=is_control,
        visitors=visitors,
        conversions=converters,
        rate=converters / visitors if visitors else None,
        interval=conversion.rate_interval(
            converters, visitors, prior=method.prior, level=method.level
        ),
    )
