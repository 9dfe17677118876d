"""An experiment as it was read, turned into the fields that create it (pure).

The API shows less than it stores: rules of pages, secondary goals, code for all visitors, and most
rules of targeting are not in what `get` gives, so they are not here either.
"""

from typing import TYPE_CHECKING, Any

from midakit.core.unset import UNSET

if TYPE_CHECKING:
    from midakit.mida.fields import NewExperiment
    from midakit.mida.models.experiments import ExperimentDetails

CONTROL_ID = 1
"""The number of Control among stored variants."""
LABEL = " — "
"""What stands between the fixed name of a stored variant and its label."""
OF_CONTROL = ("nickname", "customCSS", "customJS")
OF_TREATMENT = (*OF_CONTROL, "data", "layer", "targeting")


def experiment_input(details: "ExperimentDetails") -> "NewExperiment":
    """Return the fields of `experiments.create` that make the same experiment again, as a draft.

    Args:
        details: The experiment, as `experiments.get` gives it.
    """
    variants = [variant.to_dict() for variant in details.variants]
    treatments = [_part(one, OF_TREATMENT) for one in variants if not _is_control(one)]
    found = {
        "test_type": details.extra.get("test_type") or _kind(treatments),
        "url": details.url or UNSET,
        "control": _control(variants) or UNSET,
        "configuration": _configuration(details) or UNSET,
        "targeting": _targeting(details) or UNSET,
        **_goal(details),
    }
    sent = {name: value for name, value in found.items() if value is not UNSET}
    return {"test_name": details.test_name or "", "variants": treatments, **sent}  # type: ignore[typeddict-item]


def _is_control(variant: dict[str, Any]) -> bool:
    if variant.get("variant_id") is not None:
        return str(variant["variant_id"]) == str(CONTROL_ID)
    return str(variant.get("name", "")).partition(LABEL)[0] == "Control"


def _part(variant: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return what is set of a variant; a label that stands in the name only becomes the nickname."""
    label = variant.get("nickname") or str(variant.get("name") or "").partition(LABEL)[2]
    return {name: value for name in names if (value := {**variant, "nickname": label}.get(name))}


def _control(variants: list[dict[str, Any]]) -> dict[str, Any]:
    return next((_part(one, OF_CONTROL) for one in variants if _is_control(one)), {})


def _kind(treatments: list[dict[str, Any]]) -> Any:
    """Return `split` where each treatment is a redirect; the other kinds cannot be told."""
    first = [(one.get("data") or [{}])[0] for one in treatments]
    redirects = [isinstance(one, dict) and "url" in one for one in first]
    return "split" if redirects and all(redirects) else UNSET


def _configuration(details: "ExperimentDetails") -> dict[str, Any]:
    stored = details.configuration.to_dict() if details.configuration else {}
    return {name: value for name, value in stored.items() if value is not None}


def _targeting(details: "ExperimentDetails") -> dict[str, Any]:
    """Return the three lists that are shown, as the rules that make them."""
    shown = details.targeting
    if shown is None:
        return {}
    rules = {
        "device_rule": shown.devices,
        "browser_rule": shown.browsers,
        "allowed_country": [
            {"name": code, "code": code, "rule": "whitelist"} for code in shown.countries
        ],
    }
    return {name: value for name, value in rules.items() if value}


def _goal(details: "ExperimentDetails") -> dict[str, Any]:
    """Return the primary goal: by its key where it has one; the project's default is nobody's own."""
    goal = details.primary_goal
    if goal is None or goal.goal_source == "global_default":
        return {}
    if goal.goal_key:
        return {"primary_goal_key": goal.goal_key}
    return {
        "primary_goal": {
            "goal_name": goal.goal_name, "goal_type": goal.goal_type, "goal_value": goal.goal_value,
        }
    }  # fmt: skip
