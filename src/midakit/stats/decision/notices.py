"""What a reader should know before trusting a figure; codes are stable, sentences are for people."""

from collections.abc import Iterator, Sequence

from midakit.stats.data.arms import ObservedResult
from midakit.stats.decision.findings import Comparison, Notice, Verdict
from midakit.stats.decision.method import Method
from midakit.stats.decision.outcomes import shortage
from midakit.stats.wording import level, p_equals

_FEW_SPENDERS = 1000.0  # under this many visitors intervals of heavy-tailed revenue undercover


def notices(
    seen: ObservedResult, comparisons: Sequence[Comparison], verdict: Verdict, method: Method
) -> tuple[Notice, ...]:
    """Every warning that applies."""
    found: list[Notice] = [*_about_data(seen, method)]
    if not seen.obstacle:
        found += [*_about_peeking(comparisons, verdict, method), *_about_revenue(seen, comparisons)]
    return (*found, *_about_choices(method))


def unusable_timeseries(why: str) -> Notice:
    """A timeseries that does not fit the result."""
    return Notice("timeseries", f"the timeseries was not used: {why}")


def _about_data(seen: ObservedResult, method: Method) -> Iterator[Notice]:
    if seen.bandit:
        yield Notice(
            "bandit",
            "a bandit moves traffic while it runs: only posteriors are given, no p-values, no "
            "always-valid figures and no test of the split",
        )
    for arm in seen.arms:
        short = shortage(arm, method)
        if short:
            yield Notice("small-sample", f"{arm.name} has {short}", arm.variant_id)
        if arm.paused and not seen.bandit:
            yield Notice(
                "paused",
                f"{arm.name} is paused: its visitors and Control's may be of different days",
                arm.variant_id,
            )
    if seen.days_running is not None and seen.days_running < 7.0:
        yield Notice("short", "less than a week of data: weekdays and weekends may differ")


def _about_peeking(
    comparisons: Sequence[Comparison], verdict: Verdict, method: Method
) -> Iterator[Notice]:
    if verdict.kind in ("winner", "loser") and not verdict.peek_safe:
        yield Notice(
            "peeking",
            "the verdict holds for one look planned beforehand; if you looked every day and stopped "
            f"now, a rule of {level(method.threshold)} is wrong far more often than "
            f"{level(method.alpha)} of the time",
            verdict.variant_id,
        )
    for one in comparisons:
        if "contradict" in one.conversion.reasons.get("confidence_sequence", ""):
            yield Notice(
                "drift",
                f"{one.name}: the days contradict each other, so the effect changes over time",
                one.variant_id,
            )


def _about_revenue(seen: ObservedResult, comparisons: Sequence[Comparison]) -> Iterator[Notice]:
    spending = [one for one in comparisons if one.rpv is not None]
    if spending and min(arm.visitors for arm in seen.arms) < _FEW_SPENDERS:
        yield Notice(
            "few-spenders",
            f"under {_FEW_SPENDERS:g} visitors per arm a few large orders decide revenue figures",
        )
    for one in spending:
        bound = one.rpv.p_value_at_least if one.rpv else None
        if one.rpv and one.rpv.variance_source == "assumed" and bound is not None:
            yield Notice(
                "revenue-bound",
                f"{one.name}: without sums of squares revenue per visitor has no test; its p-value "
                f"is at least that of equal spenders, {p_equals(bound)}",
                one.variant_id,
            )


def _about_choices(method: Method) -> Iterator[Notice]:
    if method.engine == "frequentist" and method.sources.get("alternative") == "default":
        yield Notice(
            "tails",
            "two-tailed by default: the result does not say; pass the project's configuration",
        )
    for name in ("engine", "threshold"):
        if method.sources.get(name) == "default":
            value = getattr(method, name)
            yield Notice("default", f"the result names no usable {name}: {value} was taken")
