"""From models and a verdict to a short explanation (pure)."""

from typing import Any

from midakit.mcp.answers import ArmFigures, Decision, Explanation
from midakit.mcp.bounded import LONGEST_TEXT, cut, few, fitting, name, rounded
from midakit.mida import models
from midakit.stats import Analysis, Verdict

SPACE_FOR_VARIANTS = 3_000
"""What the variants of an answer may take."""
SETTINGS = ("traffic_allocation", "confidence_interval", "distribution", "is_mab", "end_test_date")


def explanation(details: models.ExperimentDetails, verdict: Verdict) -> Explanation:
    """Return what an experiment is, what it shows, and what to decide.

    Args:
        details: The experiment.
        verdict: Its verdict.
    """
    analysis = verdict.analysis
    goal = details.primary_goal
    raw = details.configuration.to_dict() if details.configuration else {}
    variants = arms(analysis) if analysis else []
    shown = fitting(variants, SPACE_FOR_VARIANTS)
    return Explanation(
        id=details.test_id or 0,
        name=name(details.test_name),
        status=str(details.status) if details.status is not None else "unknown",
        goal=name(goal.goal_name) if goal else None,
        url=cut(details.url) if details.url else None,
        days_running=float(len(analysis.timeline)) if analysis and analysis.timeline else None,
        variants=shown,
        more_variants=len(variants) - len(shown),
        decision=decision(verdict),
        settings={key: _short(raw[key]) for key in SETTINGS if raw.get(key) not in (None, "")},
        report=f"midakit://report/{details.test_id}",
        served=details.serving_variant_id,
    )


def _short(value: Any) -> Any:
    """Return a setting as it is, or as cut text where it is long, such as the split of many variants."""
    return value if len(str(value)) <= LONGEST_TEXT else cut(value)


def arms(analysis: Analysis) -> list[ArmFigures]:
    """Return the figures of each variant, Control first.

    Args:
        analysis: The figures of the experiment.
    """
    compared = {one.variant_id: one.conversion for one in analysis.comparisons}
    found = []
    for arm in analysis.arms:
        figures = compared.get(arm.variant_id)
        rate = arm.conversions / arm.visitors if arm.visitors else None
        interval = (figures.lift_interval or figures.lift_ci) if figures else None
        found.append(
            ArmFigures(
                variant_id=arm.variant_id,
                name=name(arm.name),
                visitors=arm.visitors,
                conversions=arm.conversions,
                rate=rounded(rate),
                lift=rounded(figures.lift) if figures else None,
                lift_low=rounded(interval[0]) if interval else None,
                lift_high=rounded(interval[1]) if interval else None,
                chance_to_beat_control=rounded(figures.chance_to_beat_control) if figures else None,
                p_value=rounded(figures.p_value) if figures else None,
                always_valid_p=rounded(figures.always_valid_p) if figures else None,
                outcome=figures.outcome if figures else None,
            )
        )
    return found


def decision(verdict: Verdict) -> Decision:
    """Return a verdict with its reasons and what would change it.

    Args:
        verdict: The verdict.
    """
    analysis = verdict.analysis
    warnings = [one.text for one in analysis.warnings] if analysis else []
    return Decision(
        kind=verdict.kind,
        headline=cut(verdict.headline),
        why=few(verdict.why),
        safe_to_stop_now=verdict.peek_safe,
        but=few(_told(one) for one in verdict.but),
        warnings=few(warnings, 5),
        would_change_it=few(_changes(verdict), 4),
    )


def _told(guardrail: Any) -> str:
    return f"{guardrail.name}: {guardrail.state}" if hasattr(guardrail, "state") else str(guardrail)


def _changes(verdict: Verdict) -> list[str]:
    """Say what is missing for another verdict."""
    analysis = verdict.analysis
    if verdict.kind == "invalid":
        return ["correct the cause named under `why`; until then no figure of it can be trusted"]
    outlook = analysis.outlook if analysis else None
    if outlook is None:
        return []
    needed, seen = f"{outlook.visitors_per_arm:,.0f}", f"{outlook.seen_per_arm:,.0f}"
    said = [f"{needed} visitors per variant show a lift of {outlook.lift:.0%}; {seen} are there"]
    if outlook.days_left:
        said.append(f"about {outlook.days_left} days at this pace")
    elif outlook.reason:
        said.append(outlook.reason)
    return said
