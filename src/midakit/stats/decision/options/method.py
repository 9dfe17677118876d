"""What an analysis assumes, by name, and where each choice comes from.

Mida documents the engine and its threshold; much else (the prior, the tails, the level of the
intervals) it leaves open. Every such choice is an option of `analyze`, and the answer's `method`
carries all of them, so that no figure stands on a default that nobody can see.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from midakit.stats import validate
from midakit.stats.comparison.group_sequential import Spending
from midakit.stats.comparison.multiplicity import Correction
from midakit.stats.data import fields
from midakit.stats.decision.options.horizon import Horizon, HorizonInput, read_horizon
from midakit.stats.types import Alternative, Metric, Prior, StatsDataError

Engine: TypeAlias = Literal["bayesian", "frequentist"]

_TAILS: dict[str, Alternative] = {"0": "greater", "2": "two-sided"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """Every choice behind the figures of an analysis.

    Example:
        method = stats.analyze(mida.experiments.result(1001), engine="frequentist").method
        print(method.engine, method.threshold, method.correction)
    """

    engine: Engine = "bayesian"
    """Which rule decides; the figures of both are always computed."""
    threshold: float = 0.95
    """Bayesian: the chance to beat Control that is needed; frequentist: p below 1 - threshold."""
    alternative: Alternative = "two-sided"
    """Tails of the frequentist test; a one-tailed test finds losers by its mirror image."""
    metric: Metric = "conversion"
    """What the verdict is about."""
    prior: tuple[float, float] = (0.5, 0.5)
    """Beta prior of every rate; Jeffreys unless asked otherwise."""
    level: float = 0.95
    """Level of the credible and confidence intervals."""
    correction: Correction = "holm"
    """Correction over the variants, of p-values and of chances to beat Control."""
    min_visitors: float = 100.0
    """Fewer visitors in an arm make no winner and no loser."""
    min_conversions: float = 25.0
    """Fewer conversions in an arm make no winner and no loser; also the burn-in of always-valid p."""
    min_effect: float = 0.05
    """Relative lifts smaller than this count as no difference."""
    tuning: float = 5000.0
    """Visitors in two arms at which the always-valid interval is tightest: four weeks of traffic at
    the pace of the first week, unless asked otherwise."""
    horizon: Horizon | None = None
    """The planned end; the verdict is then by alpha spending, not by the engine's rule."""
    srm_alpha: float = 0.001
    """Threshold of the chi-square test of the split."""
    srm_sequential_alpha: float = 0.01
    """Threshold of the always-valid test of the split."""
    srm_concentration: float = 10_000.0
    """Concentration of the Dirichlet alternative of the always-valid test of the split."""
    assumed_spend_cv: float = 1.0
    """Coefficient of variation of spending among buyers, assumed where sums of squares are missing."""
    variance: str = "pooled"
    """Variance of the z test of two rates."""
    interval: str = "score"
    """Intervals of differences (Mee) and lifts (Koopman) of rates."""
    mean_model: str = "normal"
    """Posterior of a mean; its test is Welch's."""
    lift_interval: str = "fieller"
    """Interval of the lift of a mean."""
    risk: str = "relative"
    """`risk` is the expected loss as a share of Control's posterior mean."""
    moments: str = "visitor"
    """Sums of squares and products are over visitors."""
    rows: str | None = None
    """What timeseries rows turned out to be: "daily" or "cumulative"; None without rows."""
    sources: dict[str, str] = field(default_factory=dict)
    """Where engine, threshold, alternative and tuning come from: argument, result, configuration,
    timeseries, default."""

    @property
    def alpha(self) -> float:
        """The error rate that goes with the threshold."""
        return 1.0 - self.threshold

    @property
    def decision_level(self) -> float:
        """The level whose interval lies above 0 exactly when the threshold is reached."""
        return 2.0 * self.threshold - 1.0


def resolve(
    result: Any,
    config: Any,
    *,
    engine: Engine | None,
    threshold: float | None,
    alternative: Alternative | None,
    prior: Prior,
    horizon: HorizonInput | None = None,
    spending: Spending | None = None,
    **others: Any,
) -> Method:
    """Make the choices for one result: arguments come first, then the result, the configuration.

    Args:
        result: The answer of `experiments.result`, or None.
        config: The answer of `projects.configuration`, or None.
        engine: Bayesian or frequentist; None takes what the project is configured for.
        threshold: The chance that decides, such as 0.95; None takes what the project is configured for.
        alternative: The tails asked for.
        prior: Beta prior of every rate.
        horizon: The planned end asked for.
        spending: How the error rate is spent up to it.
        **others: The other fields of `Method`.

    Returns:
        The choices.

    Raises:
        ValueError: An option is out of its range.
    """
    config = fields.field(config, "configuration") or config
    found_engine, engine_source = _engine(engine, result, config)
    found_threshold, threshold_source = _threshold(threshold, result, config)
    found_tails, tails_source = _alternative(alternative, config)
    method = Method(
        engine=found_engine,
        threshold=found_threshold,
        alternative=found_tails,
        prior=validate.prior(prior),
        horizon=read_horizon(horizon, config, spending),
        sources={
            "engine": engine_source,
            "threshold": threshold_source,
            "alternative": tails_source,
        },
        **others,
    )
    return _checked(method)


def _engine(asked: Engine | None, result: Any, config: Any) -> tuple[Engine, str]:
    """Return the engine and where it comes from."""
    if asked is not None:
        if asked not in ("bayesian", "frequentist"):
            raise ValueError(f"engine is 'bayesian' or 'frequentist': {asked!r}")
        return asked, "argument"
    for source, name in ((result, "result"), (config, "configuration")):
        found = (fields.text(source, "stats_engine") or "").lower()
        if found == "bayesian":
            return "bayesian", name
        if found == "frequentist":
            return "frequentist", name
    return "bayesian", "default"


def _threshold(asked: float | None, result: Any, config: Any) -> tuple[float, str]:
    """Return the threshold and where it comes from."""
    if asked is not None:
        return validate.threshold(asked), "argument"
    for source, name, field_name in (
        (result, "result", "confidence_threshold_percent"),
        (config, "configuration", "confidence_threshold_percent"),
        (config, "configuration", "confidence_level"),
    ):
        try:
            percent = fields.number(source, field_name)
        except StatsDataError:  # not a number: as good as missing, and the default is announced
            percent = None
        if percent is not None and 50.0 < percent <= 100.0 * validate.MOST_CREDIBLE:
            return percent / 100.0, name
    return 0.95, "default"


def _alternative(asked: Alternative | None, config: Any) -> tuple[Alternative, str]:
    """Return the tails and where they come from."""
    if asked is not None:
        validate.alternative(asked)
        return asked, "argument"
    tails = _TAILS.get(fields.text(config, "frequentist_type") or "")
    return (tails, "configuration") if tails else ("two-sided", "default")


def _checked(method: Method) -> Method:
    """Return the choices with their numbers as floats; refuse those that are out of their range."""
    if method.metric not in ("conversion", "rpv", "aov"):
        raise ValueError(f"metric is 'conversion', 'rpv' or 'aov': {method.metric!r}")
    if method.correction not in ("holm", "bh", "bonferroni", "none"):
        raise ValueError(
            f"correction is 'holm', 'bh', 'bonferroni' or 'none': {method.correction!r}"
        )
    return replace(
        method,
        level=validate.credible(method.level),
        srm_alpha=validate.level(method.srm_alpha, "srm_alpha"),
        tuning=validate.amount(validate.at_least(method.tuning, 1.0, "tuning"), "tuning"),
        min_effect=validate.level(method.min_effect, "min_effect"),
        min_visitors=validate.at_least(method.min_visitors, 0.0, "min_visitors"),
        min_conversions=validate.at_least(method.min_conversions, 0.0, "min_conversions"),
        assumed_spend_cv=validate.at_least(method.assumed_spend_cv, 0.0, "assumed_spend_cv"),
    )
