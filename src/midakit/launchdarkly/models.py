"""LaunchDarkly's metric, typed.

Attributes are the JSON names in snake_case, a leading underscore dropped: `_versionId` is
`version_id`, `_links` is `links`, `isNumeric` is `is_numeric`. Every field is optional, collections
are empty when missing, and fields with a fixed set of words are plain text, because the server may
add words at any time.

These are msgspec structs, not attrs classes as the models of Mida: they need that renaming, and
msgspec does it in C for structs only.
"""

from typing import Any

from midakit.launchdarkly.answer import Answer
from midakit.launchdarkly.millis import Millis
from midakit.launchdarkly.parts import (
    Access,
    DataSource,
    EventDefault,
    ExperimentUse,
    FlagUse,
    GuardedRolloutUse,
    LastModified,
    Link,
    Links,
    Maintainer,
    MetricFilter,
    MetricGroupUse,
    UrlMatcher,
)


class Metric(Answer, frozen=True, kw_only=True):
    """What an experiment measures.

    Example:
        [metric] = await ld.metrics.list("small", max_items=1).collect()
        print(metric.key, metric.name, metric.kind, metric.tags)
    """

    id: str | None = None
    """Id of the metric."""
    version_id: str | None = None
    """Id of this version of the metric."""
    key: str | None = None
    """Key of the metric, unique in the project."""
    name: str | None = None
    """Display name."""
    kind: str | None = None
    """`pageview`, `click`, `custom`, `trace`, or something newer."""
    links: Links = {}
    """Related addresses, by name."""
    tags: list[str] = []
    """Tags of the metric."""
    creation_date: Millis | None = None
    """When it was created, in milliseconds; `.datetime` is the aware time."""
    data_source: DataSource | None = None
    """Where the events come from."""
    experiment_count: int | None = None
    """How many experiments use the metric."""
    metric_group_count: int | None = None
    """How many metric groups hold it."""
    active_experiment_count: int | None = None
    """How many running experiments use it."""
    active_guarded_rollout_count: int | None = None
    """How many running guarded rollouts watch it."""
    version: int | None = None
    """Number of this version."""
    attached_flag_count: int | None = None
    """How many flags it is attached to."""
    site: Link | None = None
    """Page of the metric in the web interface."""
    access: Access | None = None
    """What the token may do with it."""
    last_modified: LastModified | None = None
    """When it was last changed."""
    maintainer_id: str | None = None
    """Id of the member in charge."""
    maintainer: Maintainer | None = None
    """The member in charge."""
    description: str | None = None
    """Free text about the metric."""
    category: str | None = None
    """Category of the metric."""
    is_numeric: bool | None = None
    """True when a value is measured, False when conversions are counted; custom and trace metrics only."""
    success_criteria: str | None = None
    """Which direction is good: `HigherThanBaseline` or `LowerThanBaseline`; custom and trace only."""
    unit: str | None = None
    """Unit of the value, such as `USD`, for numeric custom and trace metrics."""
    event_key: str | None = None
    """Key of the event that is counted or measured, for custom metrics."""
    randomization_units: list[str] = []
    """Kinds of contexts that are assigned to variants."""
    analysis_units: list[str] = []
    """Kinds of contexts that the results are about; newer than `randomization_units`, and it wins."""
    filters: MetricFilter | None = None
    """Conditions on the context (the visitor) or on properties of the event."""
    unit_aggregation_type: str | None = None
    """How the events of one unit become one value: `average` or `sum`."""
    unit_aggregation_field: str | None = None
    """Field of the event that is aggregated."""
    analysis_type: str | None = None
    """What the variants are compared by: `mean` or `percentile`."""
    percentile_value: int | float | None = None
    """Which percentile, 0 to 100, when `analysis_type` is `percentile`."""
    event_default: EventDefault | None = None
    """What units without an event count as."""
    denominator: Any = None
    """What a ratio metric divides by; None for every other metric."""
    winsor_lower_percentile: int | float | None = None
    """Percentile below which values are raised to it."""
    winsor_upper_percentile: int | float | None = None
    """Percentile above which values are lowered to it."""
    winsor_include_imputed: bool | None = None
    """True when units without an event count for these percentiles."""
    last_seen: Millis | None = None
    """When an event last came, to the hour."""
    archived: bool | None = None
    """True when the metric is archived."""
    archived_at: Millis | None = None
    """When it was archived; None while it is not."""
    selector: str | None = None
    """CSS selectors of the element, for click metrics."""
    urls: list[UrlMatcher] = []
    """Pages that count, for pageview and click metrics."""
    window_start_offset: int | None = None
    """Milliseconds after the first exposure at which counting begins; not in use yet."""
    window_end_offset: int | None = None
    """Milliseconds after the first exposure at which counting ends; not in use yet."""
    trace_query: str | None = None
    """Query that selects traces, for trace metrics."""
    trace_value_location: str | None = None
    """Where in a trace the numeric value is found, for trace metrics."""
    experiments: list[ExperimentUse] = []
    """Experiments that use it; empty unless expanded."""
    metric_groups: list[MetricGroupUse] = []
    """Metric groups that hold it; empty unless expanded."""
    last_used_in_experiment: ExperimentUse | None = None
    """The experiment that used it last; None unless expanded."""
    last_used_in_guarded_rollout: GuardedRolloutUse | None = None
    """The guarded rollout that watched it last; None unless expanded."""
    is_active: bool | None = None
    """True when events have come lately."""
    attached_features: list[FlagUse] = []
    """Flags that it is attached to; empty unless expanded."""


class MetricList(Answer, frozen=True, kw_only=True):
    """A page of metrics, in their summary form.

    Example:
        async for page in ld.metrics.list("small", page_size=5).pages():
            print(page.total_count, len(page.items))
    """

    items: list[Metric] = []
    """The metrics of this page."""
    total_count: int | None = None
    """How many metrics there are in all."""
    links: Links = {}
    """Related addresses, by name."""
