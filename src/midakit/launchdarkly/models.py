"""LaunchDarkly's metric, typed.

Attributes are the JSON names in snake_case, a leading underscore dropped: `_versionId` is
`version_id`, `_links` is `links`, `isNumeric` is `is_numeric`. Every field is optional, collections
are empty when missing, and fields with a fixed set of words are plain text, because the server may
add words at any time.

These are msgspec structs, not attrs classes as the models of Mida: they need that renaming, and
msgspec does it in C for structs only.
"""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, Self

import msgspec
from msgspec import Struct, field

from midakit.core.models.places import Undecoded
from midakit.launchdarkly.decode import loads
from midakit.launchdarkly.millis import Millis

_UNDERSCORED = frozenset(
    {"id", "version_id", "links", "creation_date", "version", "attached_flag_count", "site"}
    | {"access", "maintainer", "attached_features"}
)


def camel(name: str, underscored: frozenset[str] = _UNDERSCORED) -> str:
    """Return the JSON name of a field.

    Args:
        name: The name of a field, in snake_case.
        underscored: The fields whose JSON name begins with an underscore.
    """
    first, *rest = name.split("_")
    word = first + "".join(part.capitalize() for part in rest)
    return f"_{word}" if name in underscored else word


def _plain(name: str) -> str:
    return camel(name, frozenset({"id", "links", "site"}))


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_plain):
    """The base of the objects inside a metric."""


class Link(Part, frozen=True, kw_only=True):
    """An address of the API or of the web interface."""

    href: str | None = None
    """The address."""
    type: str | None = None
    """Media type of what is there."""


Links = dict[str, Link | None]


class DataSource(Part, frozen=True, kw_only=True):
    """Where the events come from."""

    key: str | None = None
    """Key of the source."""
    environment_key: str | None = None
    """Key of the environment that the events belong to."""
    name: str | None = field(default=None, name="_name")
    """Display name of the source."""
    integration_key: str | None = field(default=None, name="_integrationKey")
    """Key of the integration that brings the events, such as a warehouse."""


class AccessReason(Part, frozen=True, kw_only=True):
    """The policy behind a permission."""

    effect: str | None = None
    """`allow` or `deny`."""
    resources: list[str] = []
    """Resources that the policy covers."""
    not_resources: list[str] = []
    """Resources that the policy leaves out."""
    actions: list[str] = []
    """Actions that the policy covers."""
    not_actions: list[str] = []
    """Actions that the policy leaves out."""
    role_name: str | None = field(default=None, name="role_name")
    """Name of the role that holds the policy."""


class AccessEntry(Part, frozen=True, kw_only=True):
    """One action and why it is allowed or denied."""

    action: str | None = None
    """Name of the action, such as `updateName`."""
    reason: AccessReason | None = None
    """The policy that decides."""


class Access(Part, frozen=True, kw_only=True):
    """What the token may and may not do with the metric."""

    denied: list[AccessEntry] = []
    """Actions that the token may not take."""
    allowed: list[AccessEntry] = []
    """Actions that the token may take."""


class LastModified(Part, frozen=True, kw_only=True):
    """The last change."""

    date: datetime | None = None
    """When the metric was last changed."""


class Maintainer(Part, frozen=True, kw_only=True):
    """The member in charge."""

    id: str | None = None
    """Id of the member."""
    links: Links = {}
    """Related addresses, by name."""
    first_name: str | None = None
    """Given name."""
    last_name: str | None = None
    """Family name."""
    role: str | None = None
    """Role of the member."""
    email: str | None = None
    """E-mail address of the member."""


class MetricFilter(Part, frozen=True, kw_only=True):
    """A condition, or a group of conditions: then `values` holds filters."""

    type: str | None = None
    """`group`, or what a condition is about, such as `contextAttribute`."""
    op: str | None = None
    """`and` or `or` for a group, else the comparison."""
    values: "list[MetricFilter | str | float | int | bool | None]" = []
    """Values to compare with, or the conditions of a group."""
    context_kind: str | None = None
    """Kind of context that holds the attribute, such as `user`."""
    attribute: str | None = None
    """Name of the attribute."""
    negate: bool | None = None
    """True when the condition must not hold."""


class UrlMatcher(Part, frozen=True, kw_only=True):
    """A page: `url` for exact and canonical, `substring` and `pattern` for those kinds."""

    kind: str | None = None
    """`exact`, `canonical`, `substring` or `regex`."""
    url: str | None = None
    """The address, for `exact` and `canonical`."""
    substring: str | None = None
    """Part of the address, for `substring`."""
    pattern: str | None = None
    """Regular expression, for `regex`."""


class EventDefault(Part, frozen=True, kw_only=True):
    """What units without an event count as."""

    disabled: bool | None = None
    """True when units without an event are left out."""
    value: int | float | None = None
    """What units without an event count as."""


class ExperimentUse(Part, frozen=True, kw_only=True):
    """An experiment that uses the metric."""

    key: str | None = None
    """Key of the experiment."""
    name: str | None = None
    """Display name of the experiment."""
    environment_id: str | None = None
    """Id of the environment."""
    environment_key: str | None = None
    """Key of the environment."""
    creation_date: Millis | None = None
    """When it was created, in milliseconds; `.datetime` is the aware time."""
    archived_date: Millis | None = None
    """When it was archived; None while it is not."""
    links: Links = {}
    """Related addresses, by name."""


class MetricGroupUse(Part, frozen=True, kw_only=True):
    """A metric group that holds the metric."""

    key: str | None = None
    """Key of the group."""
    name: str | None = None
    """Display name of the group."""
    kind: str | None = None
    """Kind of the group, such as `funnel`."""
    links: Links = {}
    """Related addresses, by name."""


class GuardedRolloutUse(Part, frozen=True, kw_only=True):
    """A guarded rollout that watches the metric."""

    id: str | None = None
    """Id of the rollout."""
    flag_key: str | None = None
    """Key of the flag that is rolled out."""
    flag_name: str | None = None
    """Display name of the flag."""
    flag_purpose: str | None = None
    """What the flag is for."""
    environment_key: str | None = None
    """Key of the environment."""
    environment_name: str | None = None
    """Display name of the environment."""
    status: str | None = None
    """State of the rollout."""
    creation_date: Millis | None = None
    """When it was created, in milliseconds; `.datetime` is the aware time."""
    links: Links = {}
    """Related addresses, by name."""


class FlagUse(Part, frozen=True, kw_only=True):
    """A flag that the metric is attached to."""

    name: str | None = None
    """Display name of the flag."""
    key: str | None = None
    """Key of the flag."""
    links: Links = {}
    """Related addresses, by name."""
    site: Link | None = None
    """Page of the flag in the web interface."""


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True, rename=camel):
    """The base of whole answers: the decoded fields, and the bytes that the server sent."""

    @classmethod
    def loads(cls, body: bytes, *, on_unknown: Literal["keep", "error"] = "keep") -> Self:
        """Read an answer from the bytes of a body.

        Args:
            body: The body as it came.
            on_unknown: `"error"` refuses undocumented fields and values that do not fit; `"keep"` keeps them.

        Raises:
            NotDecodable: The body is not a JSON object; or it is odd, and `on_unknown` is `"error"`.
        """
        return loads(cls, body, on_unknown=on_unknown)

    @property
    def raw(self) -> dict[str, Any]:
        """The JSON object as it was sent; `{}` for an answer made by hand."""
        found = vars(self).get("_parsed")
        if found is None:
            found = vars(self)["_parsed"] = json.loads(vars(self).get("_body", b"{}"))
        return found if isinstance(found, dict) else {}

    @property
    def extra(self) -> dict[str, Any]:
        """The fields that the server sent and nobody documented."""
        named = set(self.__struct_encode_fields__)
        return {key: value for key, value in self.raw.items() if key not in named}

    @property
    def undecoded(self) -> tuple[Undecoded, ...]:
        """The values that did not fit their fields, with place and reason."""
        found: tuple[Undecoded, ...] = vars(self).get("_undecoded", ())
        return found

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON object that was sent; for an answer made by hand, the one that its fields make."""
        if "_body" in vars(self):
            return dict(json.loads(vars(self)["_body"]))
        return dict(msgspec.to_builtins(self))

    def __reduce__(self) -> tuple[Any, ...]:
        kept = {key: vars(self)[key] for key in ("_body", "_undecoded") if key in vars(self)}
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return _revive, (type(self), values, kept)

    def __copy__(self) -> "Answer":
        make, arguments = self.__reduce__()
        copy: Answer = make(*arguments)
        return copy


def _revive(cls: Callable[..., Answer], values: dict[str, Any], kept: dict[str, Any]) -> Answer:
    revived = cls(**values)
    vars(revived).update(kept)
    return revived


class Metric(Answer, frozen=True, kw_only=True):
    """What an experiment measures."""

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
    """A page of metrics, in their summary form."""

    items: list[Metric] = []
    """The metrics of this page."""
    total_count: int | None = None
    """How many metrics there are in all."""
    links: Links = {}
    """Related addresses, by name."""
