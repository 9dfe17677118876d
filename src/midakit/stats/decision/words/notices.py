"""What a reader should know before trusting a figure; codes are stable, sentences are for people."""

from collections.abc import Iterator, Sequence

from midakit.stats.comparison.always_valid import CONTRADICTION
from midakit.stats.data.arms import Arm, ExperimentArms
from midakit.stats.decision.checks.doubts import told
from midakit.stats.decision.checks.traffic import Traffic
from midakit.stats.decision.figures.outcomes import shortage
from midakit.stats.decision.findings.figures import Comparison
from midakit.stats.decision.findings.verdict import Notice, Verdict
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.verdict.verdicts import figures_of
from midakit.stats.wording import level, p_equals

_FEW_SPENDERS = 1000.0  # under this many visitors intervals of heavy-tailed revenue are too short
_WEEK = 7.0
NO_TIMESERIES = Notice(
    "timeseries",
    "judged without the timeseries: always-valid figures know the latest totals only, and days that "
    "contradict each other, pauses and changed splits cannot be seen",
)


def notices(
    seen: ExperimentArms,
    comparisons: Sequence[Comparison],
    verdict: Verdict,
    method: Method,
    traffic: Traffic | None = None,
) -> tuple[Notice, ...]:
    """Return every warning that applies.

    Args:
        seen: Visitors, conversions and dates, as far as the answers say them.
        comparisons: Each treatment against Control.
        verdict: What was decided.
        method: Every choice behind the figures.
        traffic: What happened to the traffic.

    Returns:
        The warnings: about the data, about looking often, about revenue, about defaults.
    """
    found: list[Notice] = [*_about_data(seen, method, traffic)]
    if not seen.obstacle:
        found += [*_about_peeking(comparisons, verdict, method), *_about_revenue(seen, comparisons)]
    return (*found, *_about_choices(method))


def unusable_timeseries(why: str) -> Notice:
    """Return the warning about a timeseries that does not fit the result.

    Args:
        why: What does not fit.

    Returns:
        The warning.
    """
    return Notice("timeseries", f"the timeseries was not used: {why}")


def _about_data(seen: ExperimentArms, method: Method, traffic: Traffic | None) -> Iterator[Notice]:
    """Warn of bandits, small samples, paused variants and short runs."""
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
            last = traffic.paused_after(arm.variant_id) if traffic else None
            yield Notice("paused", _paused(arm, last), arm.variant_id)
    for text in traffic.why if traffic else ():
        yield Notice("split-changed", text)
    if seen.days_running is not None and seen.days_running < _WEEK:
        yield Notice("short", "less than a week of data: weekdays and weekends may differ")


def _paused(arm: Arm, last: str | None) -> str:
    """Say over which days a paused arm is compared."""
    if last is None:
        return f"{arm.name} is paused: its visitors and Control's may be of different days"
    return f"{arm.name} has no visitors after {last}: it is compared over the days until then"


def _about_peeking(
    comparisons: Sequence[Comparison], verdict: Verdict, method: Method
) -> Iterator[Notice]:
    """Warn of a verdict for one look only, and of effects that change over time."""
    if verdict.kind in ("winner", "loser") and not verdict.peek_safe:
        yield Notice(
            "peeking",
            "the verdict holds for one look planned beforehand; if you looked every day and stopped "
            f"now, a rule of {level(method.threshold)} is wrong far more often than "
            f"{level(method.alpha)} of the time",
            verdict.variant_id,
        )
    for one in comparisons:
        for code, text in told(one.name, one.stability) if one.stability else ():
            yield Notice(code, text, one.variant_id)
        figures = figures_of(one, method)
        reason = figures.reasons.get("confidence_sequence", "") if figures else ""
        if CONTRADICTION in reason:
            yield Notice("drift", f"{one.name}: {reason}", one.variant_id)


def _about_revenue(seen: ExperimentArms, comparisons: Sequence[Comparison]) -> Iterator[Notice]:
    """Warn of few spenders, and say what can be said without sums of squares."""
    spending = [(one, one.rpv) for one in comparisons if one.rpv is not None]
    if spending and min(arm.visitors for arm in seen.arms) < _FEW_SPENDERS:
        yield Notice(
            "few-spenders",
            f"under {_FEW_SPENDERS:g} visitors per arm a few large orders decide revenue figures",
        )
    for one, rpv in spending:
        if rpv.variance_source == "assumed" and rpv.p_value_at_least is not None:
            yield Notice(
                "revenue-bound",
                f"{one.name}: without sums of squares revenue per visitor has no test; its p-value "
                f"is at least that of equal spenders, {p_equals(rpv.p_value_at_least)}",
                one.variant_id,
            )


def _about_choices(method: Method) -> Iterator[Notice]:
    """Warn of an engine, a threshold or tails that are only a default."""
    if method.engine == "frequentist" and method.sources.get("alternative") == "default":
        yield Notice(
            "tails",
            "two-tailed by default: the result does not say; pass the project's configuration",
        )
    for name in ("engine", "threshold"):
        if method.sources.get(name) == "default":
            value = getattr(method, name)
            yield Notice("default", f"the result names no usable {name}: {value} was taken")
