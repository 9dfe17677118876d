"""LaunchDarkly's metric, typed.

Attributes are the JSON names in snake_case, a leading underscore dropped: `_versionId` is
`version_id`, `_links` is `links`, `isNumeric` is `is_numeric`. Every field is optional, collections
are empty when missing, and vocabularies are plain text: the server may add to them at any time.

These are msgspec structs and not attrs classes as Mida's are, because they need that renaming, and
msgspec does it in C for structs alone.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from midakit.core.models.model import Undecoded

_UNDERSCORED = frozenset(
    {"id", "version_id", "links", "creation_date", "version", "attached_flag_count", "site"}
    | {"access", "maintainer", "attached_features"}
)


def camel(name: str, underscored: frozenset[str] = _UNDERSCORED) -> str:
    """A Python name as JSON has it."""
    first, *rest = name.split("_")
    word = first + "".join(part.capitalize() for part in rest)
    return f"_{word}" if name in underscored else word


def _plain(name: str) -> str:
    return camel(name, frozenset({"id", "links", "site"}))


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST, LATEST = -62_135_596_800_000, 253_402_300_799_999
"""The first and the last millisecond that a `datetime` can hold."""


class Millis(int):
    """Milliseconds since the epoch, as sent; `datetime` is the same moment, aware."""

    @classmethod
    def read(cls, value: Any) -> "Millis":
        """From a number or digits in a text; a moment that no calendar has is refused."""
        if value.__class__ not in (int, float, str):  # a bool is no number here
            raise ValueError("no number of milliseconds")
        try:
            found = cls(value)
        except (ValueError, OverflowError):
            raise ValueError("no number of milliseconds") from None
        if not EARLIEST <= found <= LATEST:
            raise ValueError("a moment outside the calendar")
        return found

    @property
    def datetime(self) -> datetime:
        """The moment, in UTC."""
        return EPOCH + timedelta(milliseconds=self)


class Part(Struct, frozen=True, kw_only=True, omit_defaults=True, rename=_plain):
    """Something inside a metric."""


class Link(Part, frozen=True, kw_only=True):
    """An address of the API or of the web interface."""

    href: str | None = None
    type: str | None = None


Links = dict[str, Link | None]


class DataSource(Part, frozen=True, kw_only=True):
    """Where the events come from."""

    key: str | None = None
    environment_key: str | None = None
    name: str | None = field(default=None, name="_name")
    integration_key: str | None = field(default=None, name="_integrationKey")


class AccessReason(Part, frozen=True, kw_only=True):
    """The policy behind a permission."""

    effect: str | None = None
    resources: list[str] = []
    not_resources: list[str] = []
    actions: list[str] = []
    not_actions: list[str] = []
    role_name: str | None = field(default=None, name="role_name")


class AccessEntry(Part, frozen=True, kw_only=True):
    """One action and why it is allowed or denied."""

    action: str | None = None
    reason: AccessReason | None = None


class Access(Part, frozen=True, kw_only=True):
    """What the token may and may not do with the metric."""

    denied: list[AccessEntry] = []
    allowed: list[AccessEntry] = []


class LastModified(Part, frozen=True, kw_only=True):
    """The last change."""

    date: datetime | None = None


class Maintainer(Part, frozen=True, kw_only=True):
    """The member in charge."""

    id: str | None = None
    links: Links = {}
    first_name: str | None = None
    last_name: str | None = None
    role: str | None = None
    email: str | None = None


class Filter(Part, frozen=True, kw_only=True):
    """A condition, or a group of them: then `values` holds filters."""

    type: str | None = None
    op: str | None = None
    values: "list[Filter | str | float | int | bool | None]" = []
    context_kind: str | None = None
    attribute: str | None = None
    negate: bool | None = None


class UrlMatcher(Part, frozen=True, kw_only=True):
    """A page: `url` for exact and canonical, `substring` and `pattern` for those kinds."""

    kind: str | None = None
    url: str | None = None
    substring: str | None = None
    pattern: str | None = None


class EventDefault(Part, frozen=True, kw_only=True):
    """What units without an event count as."""

    disabled: bool | None = None
    value: int | float | None = None


class ExperimentUse(Part, frozen=True, kw_only=True):
    """An experiment that uses the metric."""

    key: str | None = None
    name: str | None = None
    environment_id: str | None = None
    environment_key: str | None = None
    creation_date: Millis | None = None
    archived_date: Millis | None = None
    links: Links = {}


class MetricGroupUse(Part, frozen=True, kw_only=True):
    """A metric group that holds the metric."""

    key: str | None = None
    name: str | None = None
    kind: str | None = None
    links: Links = {}


class GuardedRolloutUse(Part, frozen=True, kw_only=True):
    """A guarded rollout that watches the metric."""

    id: str | None = None
    flag_key: str | None = None
    flag_name: str | None = None
    flag_purpose: str | None = None
    environment_key: str | None = None
    environment_name: str | None = None
    status: str | None = None
    creation_date: Millis | None = None
    links: Links = {}


class FlagUse(Part, frozen=True, kw_only=True):
    """A flag that the metric is attached to."""

    name: str | None = None
    key: str | None = None
    links: Links = {}
    site: Link | None = None


class Answer(Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True, rename=camel):
    """A whole answer, which keeps what the server sent beside what it means."""

    @classmethod
    def loads(cls, body: bytes, *, on_unknown: Literal["keep", "error"] = "keep") -> Any:
        """The answer in a body; NotDecodable when there is none."""
        from midakit.launchdarkly.decode import loads

        return loads(cls, body, on_unknown=on_unknown)

    @property
    def raw(self) -> dict[str, Any]:
        """The object as it was sent; `{}` if made by hand."""
        found = vars(self).get("_parsed")
        if found is None:
            found = vars(self)["_parsed"] = json.loads(vars(self).get("_body", b"{}"))
        return found if isinstance(found, dict) else {}

    @property
    def extra(self) -> dict[str, Any]:
        """What the server sent beside the documented fields."""
        named = set(self.__struct_encode_fields__)
        return {key: value for key, value in self.raw.items() if key not in named}

    @property
    def undecoded(self) -> tuple[Undecoded, ...]:
        """Values that did not fit their fields, with the place and the reason."""
        found: tuple[Undecoded, ...] = vars(self).get("_undecoded", ())
        return found

    def to_dict(self) -> dict[str, Any]:
        """The way back to JSON: what was sent, or what was made by hand."""
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
    version_id: str | None = None
    key: str | None = None
    name: str | None = None
    kind: str | None = None
    """pageview, click, custom, trace, or something newer."""
    links: Links = {}
    tags: list[str] = []
    creation_date: Millis | None = None
    data_source: DataSource | None = None
    experiment_count: int | None = None
    metric_group_count: int | None = None
    active_experiment_count: int | None = None
    active_guarded_rollout_count: int | None = None
    version: int | None = None
    attached_flag_count: int | None = None
    site: Link | None = None
    access: Access | None = None
    last_modified: LastModified | None = None
    maintainer_id: str | None = None
    maintainer: Maintainer | None = None
    description: str | None = None
    category: str | None = None
    is_numeric: bool | None = None
    """True measures a value, False counts conversions (custom and trace)."""
    success_criteria: str | None = None
    unit: str | None = None
    event_key: str | None = None
    randomization_units: list[str] = []
    analysis_units: list[str] = []
    """Replaces `randomization_units`."""
    filters: Filter | None = None
    unit_aggregation_type: str | None = None
    unit_aggregation_field: str | None = None
    analysis_type: str | None = None
    percentile_value: int | float | None = None
    event_default: EventDefault | None = None
    denominator: Any = None
    """Of a ratio metric."""
    winsor_lower_percentile: int | float | None = None
    winsor_upper_percentile: int | float | None = None
    winsor_include_imputed: bool | None = None
    last_seen: Millis | None = None
    archived: bool | None = None
    archived_at: Millis | None = None
    selector: str | None = None
    urls: list[UrlMatcher] = []
    window_start_offset: int | None = None
    window_end_offset: int | None = None
    trace_query: str | None = None
    trace_value_location: str | None = None
    experiments: list[ExperimentUse] = []
    metric_groups: list[MetricGroupUse] = []
    last_used_in_experiment: ExperimentUse | None = None
    last_used_in_guarded_rollout: GuardedRolloutUse | None = None
    is_active: bool | None = None
    attached_features: list[FlagUse] = []


class MetricList(Answer, frozen=True, kw_only=True):
    """A page of metrics, in their summary form."""

    items: list[Metric] = []
    total_count: int | None = None
    links: Links = {}
