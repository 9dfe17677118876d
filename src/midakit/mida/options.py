"""The options of reports and exports: their names, types, meaning, and how they are sent.

This is the only place where they are written by hand. To add a query parameter, add a field here; its
position among the fields is its position in the query string.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, tzinfo
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypedDict

from midakit.core.checks import day, number_id, text
from midakit.core.extra import ExtraOptions
from midakit.core.options import Option
from midakit.core.settings import ViewOptions
from midakit.core.unset import Unset
from midakit.mida.calls.report_query import (
    at_least,
    event_attribute,
    hours,
    indexes,
    keys,
    tokens,
    visitors,
    word,
)

if TYPE_CHECKING:
    from pathlib import Path

    from midakit.export.files.buffer import Limits
    from midakit.export.run.runner import Listener
    from midakit.mida._async.client import AsyncMida
    from midakit.mida.filters import EventFilter, Filter
    from midakit.mida.models import BreakdownBy, ReportPhase
    from midakit.stats import Horizon

Dimension = Literal[
    "device", "browser", "os", "country", "region", "city", "user_type", "ref_page", "landing_page",
    "utm_campaign", "utm_source", "utm_medium", "utm_content", "utm_term",
]  # fmt: skip
Phase = Literal["pre_deploy", "post_deploy", "all_time"]
DecisionMetric = Literal["conversion", "rpv", "aov"]
ReportName = Literal["result", "metrics", "timeseries"]
Table = Literal["experiments", "results", "metrics", "timeseries", "goals", "events"]
FileFormat = Literal[
    "parquet", "csv", "csv-verbatim", "jsonl", "arrow", "duckdb", "delta", "iceberg"
]
PartitionColumn = Literal["project", "segment", "test_id"]
Processes = int | Literal["auto"]

TABLES: tuple[Table, ...] = ("experiments", "results", "timeseries")
"""Which tables are exported by default."""
LOOKBACK = 7
"""Days that an incremental export reads again, because the figures of the last days still change."""
OUTAGE = 60.0
"""Seconds for which every call of an export may fail before the export stops."""

if TYPE_CHECKING:
    Json = Mapping[str, Any]
    Where = Filter | Sequence[Sequence[Json]] | str
    EventWhere = EventFilter | Sequence[Sequence[Json]] | str


class Period(TypedDict, total=False):
    """Which days."""

    start_date: Annotated[date | str | Unset, Option(rule=day)]
    """The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or `-7d`."""
    end_date: Annotated[date | str | Unset, Option(rule=day)]
    """The last day, inclusive."""


class OneGoal(TypedDict, total=False):
    """A goal other than the experiment's primary goal."""

    goal_key: Annotated[str | Unset, Option(rule=text)]
    """Key of the goal to count; when left out, the experiment's primary goal."""
    goal_profile_id: Annotated[int | str | Unset, Option(rule=number_id)]
    """Id of the goal to count, instead of `goal_key`."""


class Visitors(TypedDict, total=False):
    """Which visitors."""

    filter_by: Annotated[str | Sequence[str] | Unset, Option(rule=tokens)]
    """Preset filters such as `desktop` or `country-US`: text with commas, or a list."""
    where: Annotated["Where | Unset", Option(rule=visitors, sent_as="custom_filter")]
    """Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or the API's
    nested list."""


class BreakdownOption(TypedDict, total=False):
    """Rows for parts of the visitors."""

    breakdown_by: Annotated["BreakdownBy | Dimension | Unset", Option(rule=word(Dimension))]
    """Adds rows for each value of this dimension."""


class Conversions(TypedDict, total=False):
    """Which events are conversions."""

    event_where: Annotated[
        "EventWhere | Unset",
        Option(rule=event_attribute, sent_as="event_attribute"),
    ]
    """Counts only events with these attributes: an expression of `E`, text such as `event.revenue > 100`, or
    the API's nested list."""
    min_count: Annotated[float | Unset, Option(rule=at_least(1))]
    """How many events a visitor needs to count as converted; 1 or more."""
    timeframe_days: Annotated[float | Unset, Option(rule=at_least(0))]
    """Counts only events within so many days after the visitor entered the experiment."""


class Batch(TypedDict, total=False):
    """Which part of the metrics."""

    metric_batch: Annotated[Sequence[int] | int | str | Unset, Option(rule=indexes)]
    """Computes only the metrics at these positions in the experiment's list, counted from 0."""


class Calendar(TypedDict, total=False):
    """Time zone and phase."""

    tz: Annotated[float | str | tzinfo | Unset, Option(rule=hours)]
    """Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as `Europe/Berlin`;
    when left out, UTC."""
    report_phase: Annotated["ReportPhase | Phase | Unset", Option(rule=word(Phase))]
    """Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or `all_time`."""


class MetricChoice(TypedDict, total=False):
    """Which metrics."""

    metric_keys: Annotated[str | Sequence[str] | Unset, Option(rule=keys)]
    """Computes only the metrics with these keys: text with commas, or a list."""
    goal_keys: Annotated[str | Sequence[str] | Unset, Option(rule=keys)]
    """Computes only the metrics of goals with these keys, instead of `metric_keys`."""


class TimeseriesOptions(
    Period, OneGoal, Visitors, Conversions, Calendar, ExtraOptions, total=False
):
    """Options of `experiments.timeseries`."""


class ReportOptions(
    Period, OneGoal, Visitors, BreakdownOption, Conversions, Calendar, ExtraOptions, total=False
):
    """Options of `experiments.result`."""


class MetricsOptions(MetricChoice, Period, Visitors, Batch, Calendar, ExtraOptions, total=False):
    """Options of `experiments.metrics`."""


class AnyReportOptions(ReportOptions, MetricsOptions, total=False):
    """Options of `experiments.segments`: those of the report that it asks for."""


class DecisionOptions(TypedDict, total=False):
    """What a verdict is about, and what it takes."""

    metric: Annotated[DecisionMetric | None, Option(None)]
    """Decides by the conversion rate (`conversion`), revenue per visitor (`rpv`) or order value (`aov`); when
    left out, by the conversion rate."""
    horizon: Annotated["float | str | date | Horizon | None", Option(None)]
    """The planned end, as visitors of all arms or as the last day: verdicts are then safe at every look."""
    spending: Annotated[Literal["obrien-fleming", "pocock"] | None, Option(None)]
    """How a planned end spends the error rate: nearly all at the end (`obrien-fleming`, when left out), or
    evenly (`pocock`)."""
    min_effect: Annotated[float | None, Option(None)]
    """Relative lifts smaller than this count as no difference; when left out, 0.05 for 5 %."""
    guardrails: Annotated[Mapping[str, float] | Sequence[str] | None, Option(None)]
    """Metrics that must not get worse, such as `rpv`, or with the loss that is tolerated, as `rpv=0.02`."""
    engine: Annotated[Literal["bayesian", "frequentist"] | None, Option(None)]
    """Which rule decides; when left out, the project's."""
    threshold: Annotated[float | None, Option(None)]
    """The chance to beat Control that is needed, or 1 minus the p-value, such as 0.95; when left out, the
    project's."""
    alternative: Annotated[Literal["two-sided", "greater", "less"] | None, Option(None)]
    """Tails of the frequentist test; when left out, the project's."""
    correction: Annotated[Literal["holm", "bh", "bonferroni", "none"] | None, Option(None)]
    """How evidence is corrected; when left out, `holm` over variants, and `bh` over segments and variants."""
    tuning: Annotated[float | None, Option(None)]
    """Visitors in two arms at which always-valid figures are tightest; when left out, four weeks of the
    traffic."""
    level: Annotated[float | None, Option(None)]
    """Level of the intervals; when left out, 0.95."""
    prior: Annotated[Literal["jeffreys", "uniform"] | Sequence[float] | None, Option(None)]
    """Beta prior of every rate, by name or as its two parameters; when left out, `jeffreys`."""
    min_visitors: Annotated[float | None, Option(None)]
    """An arm with fewer visitors makes no winner and no loser; when left out, 100."""
    min_conversions: Annotated[float | None, Option(None)]
    """An arm with fewer conversions makes no winner and no loser; when left out, 25."""
    assumed_spend_cv: Annotated[float | None, Option(None)]
    """The coefficient of variation of spending that is assumed without sums of squares; when left out, 1."""
    srm_alpha: Annotated[float | None, Option(None)]
    """The p-value below which the traffic split is off at one look; when left out, 0.001."""


class VerdictOptions(
    Period, OneGoal, Visitors, Conversions, Calendar, DecisionOptions, total=False
):
    """Options of `mida.verdict`."""

    segments: Annotated["Mapping[str, Where | None] | None", Option(None)]
    """Also judges each of these segments, by name, with evidence that is corrected over all of them."""


class PageOptions(Period, OneGoal, Visitors, Conversions, Calendar, DecisionOptions, total=False):
    """Options of `mida.report`."""

    path: Annotated["str | Path | None", Option(None)]
    """Also saves the page as this HTML file."""
    segments: Annotated["Mapping[str, Where | None] | None", Option(None)]
    """Adds the result of each of these segments, by name."""
    breakdown_by: Annotated["BreakdownBy | Dimension | None", Option(None)]
    """Adds the result for each value of this dimension."""
    comments: Annotated[bool, Option(default=False)]
    """Adds the discussion of each experiment."""
    title: Annotated[str | None, Option(None)]
    """The title of the page; when left out, it names the experiments."""


class MidaViewOptions(ViewOptions, total=False):
    """Options of `mida.with_options`."""

    project_key: str | None
    """The project that the calls of the view go to."""


class ExportScope(TypedDict, total=False):
    """What to export."""

    kinds: Annotated[Sequence[Table], Option(TABLES)]
    """Which tables to export; when left out, experiments, results and timeseries."""
    segments: Annotated["Mapping[str, Where | None] | None", Option(None)]
    """Asks for every report once more for each of these segments, by name."""
    goals: Annotated[Sequence[str | int], Option(())]
    """Goals to report on, by key or id; when left out, each experiment's primary goal."""
    breakdowns: Annotated["Sequence[BreakdownBy | Dimension]", Option(())]
    """Asks for every result once more for each of these dimensions."""
    start_date: Annotated[date | str | None, Option(None)]
    """The first day of every report, inclusive; when left out, each experiment's start."""
    end_date: Annotated[date | str | None, Option(None)]
    """The last day of every report, inclusive; when left out, today (UTC)."""
    filter_by: Annotated[str | Sequence[str] | None, Option(None)]
    """Preset filters for every report: text with commas, or a list."""
    report_phase: Annotated["ReportPhase | Phase | None", Option(None)]
    """Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or `all_time`."""
    tz: Annotated[float | str | None, Option(None)]
    """Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as `Europe/Berlin`;
    when left out, UTC."""
    test_ids: Annotated[Iterable[int] | None, Option(None)]
    """Only these experiments; when left out, all of the project."""


class ExportOptions(ExportScope, total=False):
    """Options of `mida.export`."""

    format: Annotated[FileFormat | None, Option(None)]
    """The format of the files; `parquet` for a new export, else that of the place. In `csv`, text that a
    spreadsheet would run as a formula gets an apostrophe; `csv-verbatim` leaves it as it is. `duckdb` is one
    database file, `delta` and `iceberg` are tables that engines read and write (extras of these names)."""
    projects: Annotated["Mapping[str, AsyncMida] | Sequence[str] | None", Option(None)]
    """Project keys, or project key -> client; when left out, the client's own project."""
    resume: Annotated[bool, Option(default=False)]
    """Continues an interrupted export in this place, with the options it was started with."""
    retry_failed: Annotated[bool, Option(default=False)]
    """Repeats the requests that failed in the earlier export into this place."""
    since_last: Annotated[bool, Option(default=False)]
    """Requests only what may have changed since the last export into this place."""
    lookback: Annotated[int, Option(LOOKBACK)]
    """With `since_last`: how many of the days already exported are read again, since late events change
    them; when left out, 7."""
    partition_by: Annotated[PartitionColumn | None, Option(None)]
    """Writes rows into one folder `column=value` for each value of this column."""
    keep_raw: Annotated[bool | None, Option(None)]
    """Also keeps the answers exactly as the server sent them, in a table `raw`."""
    concurrency: Annotated[int | None, Option(None)]
    """How many calls run at once; when left out, the client's `max_concurrency`."""
    rps: Annotated[float | None, Option(None)]
    """The most calls to send per second."""
    processes: Annotated[Processes, Option(1)]
    """How many processes fetch and decode, which exports of many thousand calls gain from; `auto` chooses by
    calls and processors. The command line's default is `auto`."""
    limits: Annotated["Limits | None", Option(None)]
    """How large a file may get before the next one starts: rows, bytes, calls, seconds."""
    outage: Annotated[float, Option(OUTAGE)]
    """For how many seconds every call may fail before the export stops."""
    on_progress: Annotated["Listener | Sequence[Listener]", Option(())]
    """A function, or several, called with each progress event."""
