"""LaunchDarkly's metrics, metric groups and experiments as documents (pure).

The objects are those of its REST API: metrics as models, `.../experiments` and `.../metric-groups` as JSON.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from midakit.ascode.migration.migrated import Migrated, shortest, weights
from midakit.launchdarkly.mapping import to_goal
from midakit.launchdarkly.models import Metric

Json = Mapping[str, Any]


def launchdarkly(
    metrics: Iterable[Metric], groups: Sequence[Json], experiments: Sequence[Json], url: str | None
) -> Migrated:
    """Map a project.

    Args:
        metrics: The metrics.
        groups: The metric groups; an experiment that uses one gets its metrics.
        experiments: The experiments of an environment, with their treatments.
        url: The page that experiments run on, which LaunchDarkly does not know; without it they are
            left out.
    """
    found = Migrated()
    keys: dict[str, str] = {}
    for metric in metrics:
        _metric(metric, found, keys)
    members: dict[str, list[str]] = {}
    found.each("metric group", groups, lambda one: _group(one, found, members))
    found.each("experiment", experiments, lambda one: _experiment(one, found, keys, members, url))
    return found


def _group(group: Json, found: Migrated, members: dict[str, list[str]]) -> None:
    name = str(group.get("key"))
    members[name] = [str(one.get("key")) for one in group.get("metrics") or []]
    if group.get("kind") == "funnel":
        found.leave_out(f"metric group {name}", "Mida has no funnels; its metrics are goals")


def _metric(metric: Metric, found: Migrated, keys: dict[str, str]) -> None:
    mapped = to_goal(metric)
    name = metric.key or metric.name or "unnamed"
    warnings = [one.replace("_", " ") for one in mapped.warnings]
    if mapped.goal is None:
        found.leave_out(f"metric {name}", ", ".join(warnings) or "it has no goal in Mida")
        return
    goal = {**mapped.goal}
    if goal["goal_key"] in keys.values():
        found.leave_out(f"metric {name}", f"the goal key {goal['goal_key']} is taken")
        return
    keys[name] = goal["goal_key"]
    losses = [f"not mapped: {one}" for one in warnings]
    if mapped.report:
        losses.append(f"pass to the reports: {mapped.report}")
    head = ("goal_key", "goal_name", "goal_type", "goal_value")
    document = {part: goal.pop(part) for part in head if part in goal}
    found.add("goal", keys[name], {**document, **goal}, losses)


def _experiment(
    experiment: Json, found: Migrated, keys: dict[str, str], members: Mapping[str, list[str]],
    url: str | None,
) -> None:  # fmt: skip
    name = str(experiment.get("name") or experiment.get("key"))
    if experiment.get("archivedDate") or experiment.get("archived"):
        found.leave_out(f"experiment {name}", "it is archived")
        return
    iteration = experiment.get("currentIteration") or experiment.get("draftIteration") or {}
    treatments = sorted(iteration.get("treatments") or [], key=lambda one: not one.get("baseline"))
    if len(treatments) < 2:
        found.leave_out(f"experiment {name}", "it has fewer than two treatments")
        return
    if url is None:
        found.leave_out(f"experiment {name}", "Mida needs the page it runs on: give --url")
        return
    losses: list[str] = []
    document: dict[str, Any] = {"test_name": name, "status": "draft", "url": url}
    document |= _goals(iteration, keys, members, losses)
    if (label := treatments[0].get("name")) and label != "Control":
        document["control"] = {"nickname": label}
    document["variants"] = [{"nickname": one.get("name")} for one in treatments[1:]]
    document["configuration"] = _configuration(experiment, treatments)
    flags = ", ".join(iteration.get("flags") or {})
    losses.append(f"what its treatments show is in the flags {flags}: add it to variants")
    if iteration.get("status") == "running":
        losses.append("it is running in LaunchDarkly; here it is a draft")
    unit = iteration.get("randomizationUnit")
    if unit not in (None, "user"):
        losses.append(f"it assigns by {unit}; Mida assigns by visitor")
    if iteration.get("hypothesis"):
        losses.append(f"hypothesis: {iteration['hypothesis']}")
    found.add("experiment", name, document, losses)


def _configuration(experiment: Json, treatments: Sequence[Json]) -> dict[str, Any]:
    shares = [float(one.get("allocationPercent") or 0) for one in treatments]
    found: dict[str, Any] = {
        "traffic_allocation": shortest(round(min(sum(shares), 100.0), 2)) or 100
    }
    if split := weights(shares):
        found["distribution"] = split
    if experiment.get("methodology"):
        found["bayesian"] = int(experiment["methodology"] == "bayesian")
    return found


def _goals(
    iteration: Json, keys: dict[str, str], members: Mapping[str, list[str]], losses: list[str]
) -> dict[str, Any]:
    primary = iteration.get("primarySingleMetric") or iteration.get("primaryMetric") or {}
    funnel = iteration.get("primaryFunnel") or {}
    asked = [str(one["key"]) for one in (primary, funnel) if one.get("key")]
    others = [*(iteration.get("metrics") or []), *(iteration.get("secondaryMetrics") or [])]
    asked += [str(one["key"]) for one in others if one.get("key")]
    wanted: list[str] = []
    for name in dict.fromkeys(asked):
        for metric in members.get(name, [name]):
            if metric in keys:
                wanted.append(keys[metric])
            else:
                losses.append(f"metric {metric} could not be mapped")
    wanted = [*dict.fromkeys(wanted)]
    found: dict[str, Any] = {"primary_goal_key": wanted[0]} if wanted else {}
    return {**found, "secondary_goal_keys": wanted[1:]} if wanted[1:] else found
