"""The objects inside a metric of LaunchDarkly."""

from datetime import datetime

from msgspec import Struct, field

from midakit.launchdarkly.answer import camel
from midakit.launchdarkly.millis import Millis


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
