"""What goes in, typed; a plain dict of the same keys is as good everywhere."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from midakit.core.unset import UNSET, Unset


@attrs.frozen(kw_only=True)
class Input:
    """The base: `to_dict()` leaves out what was not given."""

    def to_dict(self) -> dict[str, Any]:
        """The documented JSON."""
        found = {}
        for field in attrs.fields(type(self)):
            value = getattr(self, field.name)
            if value is not UNSET:
                found[field.name] = to_json(value)
        return found


def to_json(value: Any) -> Any:
    """Inputs, however deep, as plain JSON values."""
    if isinstance(value, Input):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items() if item is not UNSET}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value


Json = Mapping[str, Any]


@attrs.frozen(kw_only=True)
class GoalInput(Input):
    """An inline goal; one with this name and type is reused."""

    goal_name: str
    goal_type: str
    goal_value: str


@attrs.frozen(kw_only=True)
class PageUrlRule(Input):
    """Pages that an experiment runs on, or with `allowed=False` does not."""

    url: str
    rule: str | Unset = UNSET
    allowed: bool | Unset = UNSET


@attrs.frozen(kw_only=True)
class TargetingRules(Input):
    """Who may enter; a missing rule does not restrict."""

    referral_rule: Any = UNSET
    allowed_country: Sequence[Json] | Unset = UNSET
    allowed_region: Sequence[Json] | Unset = UNSET
    allowed_city: Sequence[Json] | Unset = UNSET
    device_rule: Sequence[str] | Unset = UNSET
    browser_rule: Sequence[str] | Unset = UNSET
    os_rule: Sequence[str] | Unset = UNSET
    user_rule: Sequence[str] | str | Unset = UNSET
    browser_language_rule: Sequence[str] | Unset = UNSET
    segment_rule: Sequence[Sequence[Json]] | Unset = UNSET
    event_rule: Sequence[Json] | Unset = UNSET
    parameter_rule: Sequence[Sequence[Json]] | Unset = UNSET
    ga4_rule: Any = UNSET
    cookie_rule: Sequence[Sequence[Json]] | Unset = UNSET
    schedule_rule: Json | Unset = UNSET
    url_rule: Any = UNSET


@attrs.frozen(kw_only=True)
class VariantInput(Input):
    """A treatment; `Variant N` by position is filled in."""

    name: str | Unset = UNSET
    nickname: str | Unset = UNSET
    customCSS: str | Unset = UNSET
    customJS: str | Unset = UNSET
    data: Sequence[Json] | Unset = UNSET
    layer: str | Unset = UNSET
    targeting: TargetingRules | Json | Unset = UNSET


@attrs.frozen(kw_only=True)
class ControlInput(Input):
    """Control's label and code."""

    nickname: str | Unset = UNSET
    customCSS: str | Unset = UNSET
    customJS: str | Unset = UNSET


@attrs.frozen(kw_only=True)
class ExperimentConfiguration(Input):
    """An experiment's settings; send only what is to be set."""

    traffic_allocation: float | Unset = UNSET
    confidence_interval: float | Unset = UNSET
    start_test_date: str | None | Unset = UNSET
    end_test_date: str | None | Unset = UNSET
    is_mab: int | Unset = UNSET
    is_autopilot: int | Unset = UNSET
    distribution: Json | str | None | Unset = UNSET
    bayesian: int | Unset = UNSET
    dom_change_path: str | None | Unset = UNSET
    trigger_variant_change: str | None | Unset = UNSET
    completion_visitor: int | Unset = UNSET
    completion_conversion: int | Unset = UNSET
    completion_stats_significant_flag: int | Unset = UNSET
    completion_after_period: int | Unset = UNSET
    integration: Sequence[str] | Unset = UNSET


@attrs.frozen(kw_only=True)
class AccountInput(Input):
    """A company; leave the domain out when unsure, research follows it."""

    name: str
    domain: str | Unset = UNSET
    notes: str | Unset = UNSET


@attrs.frozen(kw_only=True)
class PersonaInput(Input):
    """A kind of visitor."""

    label: str
    description: str | Unset = UNSET
