"""Options of every command that reads reports."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from cyclopts import Group, Parameter

from midakit.cli.input.arguments import FirstDay, LastDay, given
from midakit.cli.input.segments import Segment
from midakit.mida.filters import parse_segment

WHAT = Group("What to look at", sort_key=1)
DIMENSIONS = (
    "device", "browser", "os", "country", "region", "city", "user_type", "ref_page",
    "landing_page", "utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term",
)  # fmt: skip
Dimension = Annotated[str | None, Parameter(help=f"Break it down by {', '.join(DIMENSIONS)}.")]


@Parameter(name="*", group=WHAT)
@dataclass(frozen=True)
class Span:
    """What every report takes."""

    segment: Segment = None
    start_date: FirstDay = None
    end_date: LastDay = None
    filter_by: Annotated[
        list[str] | None, Parameter(help="Presets: desktop, country-US, europe, ...")
    ] = None
    tz: Annotated[float | None, Parameter(help="Hours from UTC that days are cut by.")] = None
    phase: Annotated[
        Literal["pre_deploy", "post_deploy", "all_time"] | None,
        Parameter(help="Before a winner was served, after, or both."),
    ] = None

    def arguments(self) -> dict[str, Any]:
        """As the builders take them."""
        return given(
            start_date=self.start_date, end_date=self.end_date, filter_by=self.filter_by,
            tz=self.tz, report_phase=self.phase,
        )  # fmt: skip


@Parameter(name="*", group=WHAT)
@dataclass(frozen=True)
class Count(Span):
    """What reports of one goal take besides."""

    goal: Annotated[str | None, Parameter(help="The goal's key; the primary one if left out.")] = (
        None
    )
    event_where: Annotated[
        str | None, Parameter(help="Only such events, for example 'event.revenue > 100'.")
    ] = None
    min_count: Annotated[float | None, Parameter(help="Conversions a visitor needs.")] = None
    timeframe_days: Annotated[float | None, Parameter(help="Days after entering that count.")] = (
        None
    )

    def arguments(self) -> dict[str, Any]:
        """As the builders take them."""
        where = parse_segment(self.event_where) if self.event_where else None
        return super().arguments() | given(
            goal_key=self.goal, event_where=where, min_count=self.min_count,
            timeframe_days=self.timeframe_days,
        )  # fmt: skip
