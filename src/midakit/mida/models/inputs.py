"""What is sent: typed forms of request bodies. A plain dict with the same keys does as well.

A field left out is not sent, and None is sent as null, which clears a value where the API allows it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from midakit.core.unset import UNSET, Unset

Json = Mapping[str, Any]
Flag = bool | int
"""1 is on, 0 is off; a boolean is sent as its number."""


def _flag(value: Any) -> Any:
    return int(value) if isinstance(value, bool) else value


class Input:
    """What every input has: the JSON it is sent as."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The body, without what was left out."""
        from midakit.core.models.encode import plain

        body: dict[str, Any] = plain(self)
        return body


@attrs.define
class GoalInput(Input):
    """An inline goal; one with a known name and type is reused."""

    goal_name: str
    goal_type: str
    goal_value: str = attrs.field(converter=str)


@attrs.define
class PageUrlRule(Input):
    """A rule of `page_urls`; `allowed=False` takes pages out and wins."""

    url: str
    rule: str | Unset = UNSET
    allowed: bool | Unset = UNSET


@attrs.define(kw_only=True)
class VariantInput(Input):
    """A treatment, never Control; `name` and `data` are filled in when left out."""

    name: str | Unset = UNSET
    nickname: str | Unset = UNSET
    customCSS: str | Unset = UNSET  # noqa: N815  the server's word
    customJS: str | Unset = UNSET  # noqa: N815
    data: Sequence[Json] | Unset = UNSET
    layer: str | Unset = UNSET
    """Group in a multivariate test."""
    targeting: "TargetingRules | Json | Unset" = UNSET
    """Personalization only."""


@attrs.define(kw_only=True)
class ControlInput(Input):
    """Label and code of Control."""

    nickname: str | Unset = UNSET
    customCSS: str | Unset = UNSET  # noqa: N815  the server's word
    customJS: str | Unset = UNSET  # noqa: N815


@attrs.define(kw_only=True)
class ExperimentConfiguration(Input):
    """Settings of an experiment; the server's defaults apply to what is left out on creation."""

    traffic_allocation: float | Unset = UNSET
    """Percent of visitors in the test."""
    confidence_interval: float | Unset = UNSET
    start_test_date: datetime | str | Unset | None = UNSET
    end_test_date: datetime | str | Unset | None = UNSET
    is_mab: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    is_autopilot: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    distribution: Json | str | Unset | None = UNSET
    bayesian: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    dom_change_path: str | Unset | None = UNSET
    trigger_variant_change: str | Unset | None = UNSET
    completion_visitor: int | Unset = UNSET
    completion_conversion: int | Unset = UNSET
    completion_stats_significant_flag: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    completion_after_period: int | Unset = UNSET
    integration: Sequence[str] | Unset = UNSET


Conditions = Sequence[Sequence[Json]]
"""Outer AND, inner OR."""


@attrs.define(kw_only=True)
class TargetingRules(Input):
    """Who may enter; a missing rule does not restrict. Never write back what was read."""

    referral_rule: Any = UNSET
    allowed_country: Sequence[Json] | Unset = UNSET
    allowed_region: Sequence[Json] | Unset = UNSET
    allowed_city: Sequence[Json] | Unset = UNSET
    device_rule: Sequence[str] | Unset = UNSET
    browser_rule: Sequence[str] | Unset = UNSET
    os_rule: Sequence[str] | Unset = UNSET
    user_rule: Sequence[str] | str | Unset = UNSET
    browser_language_rule: Sequence[str] | Unset = UNSET
    segment_rule: Conditions | Unset = UNSET
    event_rule: Sequence[Json] | Unset = UNSET
    parameter_rule: Conditions | Unset = UNSET
    ga4_rule: Any = UNSET
    cookie_rule: Conditions | Unset = UNSET
    """Browsers only."""
    schedule_rule: Json | Unset = UNSET
    """Browsers only, on the visitor's clock."""
    url_rule: Any = UNSET
    """Of the experiment only."""


@attrs.define
class AccountInput(Input):
    """A company; leave `domain` out when unsure, for research follows it."""

    name: str
    domain: str | Unset = UNSET
    notes: str | Unset = UNSET


@attrs.define
class PersonaInput(Input):
    """A kind of visitor."""

    label: str
    description: str | Unset = UNSET


@attrs.define
class GroupTestInput(Input):
    """An experiment's place in an exclusion group; percents on all of them or on none."""

    test_id: int
    percent: float | Unset = UNSET
