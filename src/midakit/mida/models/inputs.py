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
    """The base of every input: a value that is sent as JSON."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the body as JSON, without what was left out.

        Example:
            from midakit.models import VariantInput

            print(VariantInput(nickname="Red").to_dict())
        """
        from midakit.core.models.encode import plain

        body: dict[str, Any] = plain(self)
        return body


@attrs.define
class GoalInput(Input):
    """An inline goal; one with a known name and type is reused."""

    goal_name: str
    """Display name of the goal."""
    goal_type: str
    """What the goal counts, such as `pageview`, `event` or `revenue`."""
    goal_value: str = attrs.field(converter=str)
    """What it is matched with, by type: a URL, a selector, a text, or an event's name. Always text."""


@attrs.define
class PageUrlRule(Input):
    """A rule of `page_urls`; `allowed=False` takes pages out and wins."""

    url: str
    """Address, part of an address, or pattern, by `rule`; a star has a meaning in `regex` only."""
    rule: str | Unset = UNSET
    """`simple` (ignores `www.` and a last slash), `exact`, `contain` or `regex`."""
    allowed: bool | Unset = UNSET
    """False takes these pages out, which wins over any inclusion."""


@attrs.define(kw_only=True)
class VariantInput(Input):
    """A treatment, never Control; `name` and `data` are filled in when left out."""

    name: str | Unset = UNSET
    """Exactly `Variant 1`, `Variant 2` and so on, by place; filled in when left out."""
    nickname: str | Unset = UNSET
    """Free label that the dashboard shows instead of the name."""
    customCSS: str | Unset = UNSET  # noqa: N815  the server's word
    """CSS that is added for this variant."""
    customJS: str | Unset = UNSET  # noqa: N815
    """JavaScript that is run for this variant."""
    data: Sequence[Json] | Unset = UNSET
    """Visual changes, or the redirect of a split test; an empty list when left out."""
    layer: str | Unset = UNSET
    """Name of the group that the variant belongs to, in multivariate tests only."""
    targeting: "TargetingRules | Json | Unset" = UNSET
    """Who sees this variant, in personalization experiments only."""


@attrs.define(kw_only=True)
class ControlInput(Input):
    """Label and code of Control."""

    nickname: str | Unset = UNSET
    """Free label that the dashboard shows instead of the name."""
    customCSS: str | Unset = UNSET  # noqa: N815  the server's word
    """CSS that is added for this variant."""
    customJS: str | Unset = UNSET  # noqa: N815
    """JavaScript that is run for this variant."""


@attrs.define(kw_only=True)
class ExperimentConfiguration(Input):
    """Settings of an experiment; the server's defaults apply to what is left out on creation."""

    traffic_allocation: float | Unset = UNSET
    """Percent of visitors who are let into the test."""
    confidence_interval: float | Unset = UNSET
    """Confidence level of the experiment, in percent."""
    start_test_date: datetime | str | Unset | None = UNSET
    """When the experiment starts by itself; None when it is started by hand."""
    end_test_date: datetime | str | Unset | None = UNSET
    """When the experiment ends by itself; None when it runs until it is stopped."""
    is_mab: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    """True when a multi-armed bandit moves the traffic."""
    is_autopilot: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    """True when the server may conclude the experiment by itself."""
    distribution: Json | str | Unset | None = UNSET
    """How traffic is split; the shape of the object is not documented."""
    bayesian: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    """True for Bayesian statistics, False for frequentist ones."""
    dom_change_path: str | Unset | None = UNSET
    """Path of the pages that the visual changes belong to."""
    trigger_variant_change: str | Unset | None = UNSET
    """What makes the visual changes apply, as the server stores it."""
    completion_visitor: int | Unset = UNSET
    """Stop after so many visitors; 0 is off."""
    completion_conversion: int | Unset = UNSET
    """Stop after so many conversions; 0 is off."""
    completion_stats_significant_flag: Flag | Unset = attrs.field(default=UNSET, converter=_flag)
    """True to stop at statistical significance."""
    completion_after_period: int | Unset = UNSET
    """Stop after so many days; 0 is off."""
    integration: Sequence[str] | Unset = UNSET
    """Names of the integrations that get the experiment's data."""


Conditions = Sequence[Sequence[Json]]
"""Outer AND, inner OR."""


@attrs.define(kw_only=True)
class TargetingRules(Input):
    """Who may enter; a missing rule does not restrict. Never write back what was read."""

    referral_rule: Any = UNSET
    """Where the visitor must come from; its shape is not documented."""
    allowed_country: Sequence[Json] | Unset = UNSET
    """Countries with `name`, `code` and `rule`, which is `whitelist` or `blacklist`."""
    allowed_region: Sequence[Json] | Unset = UNSET
    """Regions with `name` and `rule`, which is `equal` or `notEqual`."""
    allowed_city: Sequence[Json] | Unset = UNSET
    """Cities with `name` and `rule`, which is `equal` or `notEqual`."""
    device_rule: Sequence[str] | Unset = UNSET
    """Devices that may enter."""
    browser_rule: Sequence[str] | Unset = UNSET
    """Browsers that may enter."""
    os_rule: Sequence[str] | Unset = UNSET
    """Operating systems that may enter."""
    user_rule: Sequence[str] | str | Unset = UNSET
    """New or returning visitors."""
    browser_language_rule: Sequence[str] | Unset = UNSET
    """ISO codes of the browser languages that may enter."""
    segment_rule: Conditions | Unset = UNSET
    """Conditions on attributes of the visitor: all groups, any condition of a group."""
    event_rule: Sequence[Json] | Unset = UNSET
    """Events that the visitor must have sent, with attributes, a count and a number of days."""
    parameter_rule: Conditions | Unset = UNSET
    """Conditions on query parameters: all groups, any condition of a group."""
    ga4_rule: Any = UNSET
    """Ids of the Google Analytics 4 audiences that may enter; the shape is not documented."""
    cookie_rule: Conditions | Unset = UNSET
    """Conditions on cookies: all groups, any condition of a group. Works in browsers only."""
    schedule_rule: Json | Unset = UNSET
    """Days and hours at which visitors may enter, by their own clock. Works in browsers only."""
    url_rule: Any = UNSET
    """Pages, for the targeting of a whole experiment only; its shape is not documented."""


@attrs.define
class AccountInput(Input):
    """A company; leave `domain` out when unsure, for research follows it."""

    name: str
    """Name of the company."""
    domain: str | Unset = UNSET
    """Web domain of the company."""
    notes: str | Unset = UNSET
    """What research and texts should know."""


@attrs.define
class PersonaInput(Input):
    """A kind of visitor."""

    label: str
    """Name of the kind of visitor."""
    description: str | Unset = UNSET
    """What defines it."""


@attrs.define
class GroupTestInput(Input):
    """An experiment's place in an exclusion group; percents on all of them or on none."""

    test_id: int
    """Id of the experiment."""
    percent: float | Unset = UNSET
    """Percent of the group's visitors; all percents of a group sum to 100."""
