"""Every operation of the API by name, and its arguments as they are typed (pure)."""

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from inspect import Parameter, signature
from typing import Any

from midakit.ascode.yaml_text import parse
from midakit.cli.input.documents import read_text
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.mida.filters import parse_segment

OPERATIONS = {
    "list_projects": "projects.list",
    "create_project": "projects.create",
    "get_project": "projects.get",
    "update_project": "projects.update",
    "delete_project": "projects.delete",
    "get_project_configuration": "projects.configuration",
    "update_project_configuration": "projects.update_configuration",
    "list_experiments": "experiments.list",
    "create_experiment": "experiments.create",
    "get_experiment": "experiments.get",
    "update_experiment": "experiments.update",
    "delete_experiment": "experiments.delete",
    "update_experiment_status": "experiments.set_status",
    "get_experiment_distribution": "experiments.distribution",
    "get_experiment_result": "experiments.result",
    "get_experiment_timeseries": "experiments.timeseries",
    "get_experiment_metrics": "experiments.metrics",
    "get_experiment_share_link": "experiments.share_link",
    "get_experiment_preview_urls": "experiments.preview_urls",
    "serve_experiment_winner": "experiments.serve_winner",
    "update_serving_rollout": "experiments.update_rollout",
    "stop_experiment_serving": "experiments.stop_serving",
    "get_experiment_discussion": "comments.list",
    "add_experiment_comment": "comments.add",
    "delete_experiment_comment": "comments.delete",
    "list_team_members": "account.members",
    "get_my_access": "account.my_access",
    "list_personalization_campaigns": "personalization.campaigns",
    "get_personalization_campaign": "personalization.campaign",
    "create_personalization_campaign": "personalization.create_campaign",
    "add_personalization_accounts": "personalization.add_accounts",
    "list_suggested_pages": "personalization.suggested_pages",
    "list_saved_target_accounts": "personalization.saved_accounts",
    "list_exclusion_groups": "exclusion_groups.list",
    "create_exclusion_group": "exclusion_groups.create",
    "update_exclusion_group": "exclusion_groups.update",
    "delete_exclusion_group": "exclusion_groups.delete",
    "list_events": "events.list",
    "create_event": "events.record",
    "get_event": "events.get",
    "update_event": "events.update",
    "delete_event": "events.delete",
    "list_goals": "goals.list",
    "create_goal": "goals.create",
    "get_goal": "goals.get",
    "update_goal": "goals.update",
    "delete_goal": "goals.delete",
}
"""The contract's name -> the builder in `midakit.mida.calls`, which is a name for it too."""


def builder(name: str) -> Callable[..., Any]:
    """Return the builder of an operation, by either name.

    Args:
        name: Its name in the contract, or its builder's.
    """
    wanted = name.replace("-", "_")
    home = OPERATIONS.get(wanted, wanted)
    if home not in OPERATIONS.values():
        known = [*OPERATIONS, *OPERATIONS.values()]
        near = get_close_matches(wanted, known, 3, 0.4)
        meant = f"did you mean {', '.join(near)}?" if near else "`midakit calls` lists them"
        raise InvalidRequest("operation", f"there is no {name!r}; {meant}")
    resource, _, function = home.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"midakit.mida.calls.{resource}"), function)
    return found


def takes(build: Callable[..., Any]) -> str:
    """Its arguments, in the form of a command line; without those that every operation takes.

    Args:
        build: The builder of an operation.
    """
    shown = []
    for one in signature(build).parameters.values():
        if one.name.startswith("extra_"):
            continue
        option = f"--{one.name.replace('_', '-')}"
        if one.kind is Parameter.KEYWORD_ONLY:
            shown.append(f"[{option}]")
        else:
            shown.append(
                one.name.upper() if one.default is Parameter.empty else f"[{one.name.upper()}]"
            )
    return " ".join(shown)


def arguments(build: Callable[..., Any], words: Sequence[str]) -> dict[str, Any]:
    """Words -> arguments: in order, or as `--name value`; `@FILE` is read, objects are YAML.

    Args:
        build: The builder of an operation.
        words: What was typed for the operation.
    """
    parameters = signature(build).parameters
    places = [one.name for one in parameters.values() if one.kind is not Parameter.KEYWORD_ONLY]
    found: dict[str, list[str]] = {}
    left = list(words)
    while left:
        word = left.pop(0)
        if not word.startswith("--"):
            free = [name for name in places if name not in found]
            if not free:
                raise InvalidRequest(word, f"unexpected argument; it takes {takes(build)}")
            found[free[0]] = [word]
            continue
        option, sign, value = word[2:].partition("=")
        name = _known(option.replace("-", "_"), parameters)
        if not sign and not left:
            raise InvalidRequest(f"--{option}", "needs a value")
        found.setdefault(name, []).append(value if sign else left.pop(0))
    for name in places:
        if parameters[name].default is Parameter.empty and name not in found:
            raise InvalidRequest(name, f"is missing; it takes {takes(build)}")
    return {name: _value(parameters[name], texts) for name, texts in found.items()}


def _known(name: str, parameters: Mapping[str, Parameter]) -> str:
    if name in parameters:
        return name
    near = get_close_matches(name, parameters, 1)
    meant = f"; did you mean --{near[0].replace('_', '-')}?" if near else ""
    raise InvalidRequest(
        f"--{name.replace('_', '-')}", f"is not an argument of this operation{meant}"
    )


def _value(parameter: Parameter, texts: Sequence[str]) -> Any:
    kind = str(parameter.annotation)
    if parameter.name in ("where", "event_where"):
        return parse_segment(texts[-1])
    if len(texts) > 1:
        return [_one(kind, text, parameter.name) for text in texts]
    found = _one(kind, texts[0], parameter.name)
    lists = "Sequence" in kind and " str |" not in f" {kind}"
    return [found] if lists and not isinstance(found, list) else found


def _one(kind: str, text: str, name: str) -> Any:
    if text.startswith("@"):
        return parse(read_text(text if text == "@-" else text[1:]), text)
    if text[:1] in ("[", "{") or any(word in kind for word in ("bool", "int", "float")):
        return parse(text, f"--{name.replace('_', '-')}")
    return UNSET if kind == "Unset" else text
