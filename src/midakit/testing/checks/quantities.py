"""The quantities of reference cases by name: each takes its inputs as JSON spells them."""

from collections.abc import Callable, Mapping
from typing import Any

from midakit.stats import plan
from midakit.stats.comparison import (
    always_valid,
    conversion,
    means,
    multiplicity,
    ratios,
    sample_ratio,
)
from midakit.stats.comparison.ztest import z_test
from midakit.stats.data import totals

Inputs = Mapping[str, Any]
_RATE = ("conversions", "visitors")
_MEAN = ("visitors", "sum", "sum_sq")


def compute(quantity: str, inputs: Inputs) -> Any:
    """Compute one quantity by its name.

    Args:
        quantity: Its name, such as "rate.chance_to_beat".
        inputs: The arguments by the names that reference cases use.

    Returns:
        A number, None, a tuple of numbers or a dict of these.

    Raises:
        KeyError: The name is unknown or an input is missing.

    Example:
        from midakit.testing.checks import quantities

        split = {"observed": [12_000, 12_400, 11_900], "weights": [1, 1, 1]}
        assert round(quantities.compute("srm.p_value", split), 4) == 0.0031
    """
    return _QUANTITIES[quantity](inputs)


def names() -> tuple[str, ...]:
    """List every name that `compute` takes.

    Example:
        from midakit.testing.checks import quantities

        print(quantities.names())
    """
    return tuple(_QUANTITIES)


def _pick(inputs: Inputs, *names: str) -> dict[str, Any]:
    return {name: inputs[name] for name in names if name in inputs}


def _arms(inputs: Inputs, names: tuple[str, ...]) -> dict[str, Any]:
    return {arm: tuple(inputs[arm][name] for name in names) for arm in ("control", "treatment")}


def _rate(name: str) -> Callable[[Inputs], Any]:
    def call(inputs: Inputs) -> Any:
        arms = _arms(inputs, _RATE)
        options = _pick(inputs, "prior", "level")
        return getattr(conversion.compare(arms["control"], arms["treatment"], **options), name)

    return call


def _rate_interval(inputs: Inputs) -> Any:
    return conversion.rate_interval(**_pick(inputs, *_RATE, "prior", "level"))


def _many(name: str) -> Callable[[Inputs], Any]:
    def call(inputs: Inputs) -> Any:
        arms = [tuple(arm[key] for key in _RATE) for arm in inputs["arms"]]
        answer = conversion.rates(control=arms[0], treatments=arms[1:], prior=inputs["prior"])
        return getattr(answer, name)

    return call


def _z(name: str, **fixed: Any) -> Callable[[Inputs], Any]:
    def call(inputs: Inputs) -> Any:
        options = _pick(inputs, "alternative", "variance", "level")
        return getattr(z_test(**_arms(inputs, _RATE), **options, **fixed), name)

    return call


def _mean(name: str, **fixed: Any) -> Callable[[Inputs], Any]:
    def call(inputs: Inputs) -> Any:
        options = _pick(inputs, "alternative", "level")
        return getattr(means.welch(**_arms(inputs, _MEAN), **options, **fixed), name)

    return call


def _ratio(name: str) -> Callable[[Inputs], Any]:
    def call(inputs: Inputs) -> Any:
        control, treatment = (ratios.Orders(**inputs[arm]) for arm in ("control", "treatment"))
        options = _pick(inputs, "alternative", "level")
        answer = ratios.ratio(control=control, treatment=treatment, **options, method="delta")
        return getattr(answer, name)

    return call


def _sequential(names: tuple[str, ...], name: str) -> Callable[[Inputs], Any]:
    def call(inputs: Inputs) -> Any:
        options = _pick(inputs, "alpha", "tuning")
        return getattr(always_valid.sequential(**_arms(inputs, names), **options), name)

    return call


def _adjust(method: multiplicity.Correction) -> Callable[[Inputs], Any]:
    return lambda inputs: multiplicity.adjust(inputs["p_values"], method=method)


def _size(inputs: Inputs) -> Any:
    options = _pick(inputs, "alpha", "power", "alternative", "ratio")
    return plan.sample_size(
        baseline=inputs.get("baseline", inputs.get("baseline_mean")),
        lift=inputs["relative_lift"],
        sd=inputs.get("baseline_sd"),
        **options,
    ).exact


def _totals(inputs: Inputs) -> Any:
    fields = ("visitors", "conversions", "revenue", "orders", "sum_sq_revenue", "rpv_variance")
    return {
        total.variant_id: {name: getattr(total, name) for name in fields}
        for total in totals.rollup(inputs["rows"]).totals
    }


_QUANTITIES: dict[str, Callable[[Inputs], Any]] = {
    "rate.chance_to_beat": _rate("chance_to_beat_control"),
    "rate.expected_loss": _rate("expected_loss"),
    "rate.expected_loss_keep_control": _rate("expected_loss_keep_control"),
    "rate.lift_interval": _rate("lift_interval"),
    "rate.interval": _rate_interval,
    "rate.chance_to_be_best": _many("chance_to_be_best"),
    "rate.loss_vs_best": _many("loss_vs_best"),
    "rate.z_test.p_value": _z("p_value"),
    "rate.z_test.statistic": _z("statistic"),
    "rate.diff_ci_score": _z("diff_ci"),
    "rate.lift_ci_score": _z("lift_ci"),
    "rate.diff_ci_wald": _z("diff_ci", ci="wald"),
    "mean.welch.p_value": _mean("p_value"),
    "mean.welch.statistic": _mean("statistic"),
    "mean.welch.df": _mean("df"),
    "mean.diff_ci": _mean("diff_ci"),
    "mean.chance_to_beat": _mean("chance_to_beat_control"),
    "mean.expected_loss": _mean("expected_loss"),
    "mean.lift_ci_delta": _mean("lift_ci", method="delta"),
    "mean.lift_ci_fieller": _mean("lift_ci"),
    "ratio.standard_error": lambda inputs: ratios.standard_error(ratios.Orders(**inputs)),
    "ratio.welch.p_value": _ratio("p_value"),
    "ratio.lift_ci_delta": _ratio("lift_ci"),
    "srm.p_value": lambda inputs: sample_ratio.srm(**inputs).p_value,
    "srm.sequential_p_value": lambda inputs: sample_ratio.srm_sequential(**inputs).p_value,
    "adjust.holm": _adjust("holm"),
    "adjust.benjamini_hochberg": _adjust("bh"),
    "adjust.bonferroni": _adjust("bonferroni"),
    "sequential.rate.p_value": _sequential(_RATE, "p_value"),
    "sequential.rate.diff_ci": _sequential(_RATE, "interval"),
    "sequential.mean.p_value": _sequential(_MEAN, "p_value"),
    "sequential.mean.diff_ci": _sequential(_MEAN, "interval"),
    "plan.sample_size_rate": _size,
    "plan.sample_size_mean": _size,
    "plan.mde_rate": lambda inputs: plan.mde(**inputs),
    "rollup.totals": _totals,
}
