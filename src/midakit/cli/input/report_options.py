"""Options of every command that reads reports; those of the API are told in `midakit.mida.options`."""

from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Group, Parameter

from midakit.cli.input.arguments import GoalKey, given
from midakit.cli.input.option_fields import with_options
from midakit.cli.input.segments import Segment
from midakit.mida.filters import parse_segment
from midakit.mida.options import (
    Calendar,
    Conversions,
    DecisionOptions,
    Dimension,
    OneGoal,
    Period,
    Phase,
    Visitors,
)

WHAT = Group("Filters", sort_key=1)


@Parameter(name="*", group=WHAT)
@dataclass(frozen=True)
@with_options(Period, Visitors, Calendar, leave_out=("where",))
class VisitorOptions:
    """Which visitors and days a report counts.

    Args:
        segment: A segment to report on, as NAME='device == desktop & country in (US, CA)'; NAME='*' is
            everyone. Repeat the option for more.
        start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or `-7d`.
        end_date: The last day, inclusive.
        filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
        tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
            `Europe/Berlin`; when left out, UTC.
        report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
    """

    segment: Segment = None
    report_phase: Annotated[Phase | None, Parameter(alias="--phase")] = None

    def arguments(self) -> dict[str, Any]:
        """Return what was given, as the builders take it; without the segments."""
        return given(**{**vars(self), "segment": None})


@Parameter(name="*", group=WHAT)
@dataclass(frozen=True)
@with_options(OneGoal, Conversions, leave_out=("goal_profile_id", "event_where"))
class GoalOptions(VisitorOptions):
    """Which goal and which of its events a report counts.

    Args:
        event_text: Count only events with these attributes, for example 'event.revenue > 100'.
        goal_key: Key of the goal to count; when left out, the experiment's primary goal.
        min_count: How many events a visitor needs to count as converted; 1 or more.
        timeframe_days: Counts only events within so many days after the visitor entered the experiment.
    """

    goal_key: GoalKey = None
    event_text: Annotated[str | None, Parameter(name="--event-where")] = None

    def arguments(self) -> dict[str, Any]:
        """Return what was given, as the builders take it; without the segments."""
        found = super().arguments()
        if text := found.pop("event_text", None):
            found["event_where"] = parse_segment(text)
        return found


@Parameter(name="*", group=WHAT)
@dataclass(frozen=True)
class BreakdownOptions(GoalOptions):  # options of ReportOptions
    """Which parts of the visitors a report shows too.

    Args:
        breakdown_by: Adds rows for each value of this dimension.
    """

    breakdown_by: Dimension | None = None


@Parameter(name="*", group=Group("Verdict", sort_key=2))
@dataclass(frozen=True)
@with_options(DecisionOptions, leave_out=(
    "level", "prior", "min_visitors", "min_conversions", "assumed_spend_cv", "srm_alpha",
))  # fmt: skip
class DecisionFlags:
    """What a verdict is about, and what it takes.

    Args:
        metric: Decides by the conversion rate (`conversion`), revenue per visitor (`rpv`) or order value
            (`aov`); when left out, by the conversion rate.
        horizon: The planned end, as visitors of all arms or as the last day: verdicts are then safe at every
            look.
        spending: How a planned end spends the error rate: nearly all at the end (`obrien-fleming`, when left
            out), or evenly (`pocock`).
        min_effect: Relative lifts smaller than this count as no difference; when left out, 0.05 for 5 %.
        guardrails: Metrics that must not get worse, such as `rpv`, or with the loss that is tolerated, as
            `rpv=0.02`.
        engine: Which rule decides; when left out, the project's.
        threshold: The chance to beat Control that is needed, or 1 minus the p-value, such as 0.95; when left
            out, the project's.
        alternative: Tails of the frequentist test; when left out, the project's.
        correction: How evidence is corrected; when left out, `holm` over variants, and `bh` over segments and
            variants.
        tuning: Visitors in two arms at which always-valid figures are tightest; when left out, four weeks of
            the traffic.
    """

    guardrails: Annotated[list[str] | None, Parameter(name=("--guardrail", "--guardrails"))] = None

    def arguments(self) -> dict[str, Any]:
        """Return what was given, as `analyze` takes it.

        Raises:
            InvalidRequest: An option is out of its range.
        """
        from midakit.mida.verdicts import check_decision

        found = given(**vars(self))
        check_decision(found)
        return found
