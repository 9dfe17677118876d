"""GrowthBook's metrics, experiments and features as documents (pure).

The objects are those of its REST API: `GET /api/v1/metrics`, `/experiments` and `/features`.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from midakit.ascode.migration.migrated import Migrated, shortest, weights
from midakit.launchdarkly.mapping import goal_key

Json = Mapping[str, Any]

TARGETS = {
    "country": "allowed_country", "device": "device_rule", "deviceType": "device_rule",
    "browser": "browser_rule",
}  # fmt: skip
"""Attributes of targeting conditions that Mida has a rule for."""
WINDOWS = {"none": None, "conversion": "conversion window", "lookback": "lookback window"}


def growthbook(
    metrics: Sequence[Json], experiments: Sequence[Json], features: Sequence[Json], url: str | None
) -> Migrated:
    """Map an organization.

    Args:
        metrics: The metrics.
        experiments: The experiments.
        features: The features, which have no place in Mida.
        url: The page that experiments run on, which GrowthBook does not know; without it they are
            left out.
    """
    found = Migrated()
    keys: dict[str, str] = {}
    found.each("metric", metrics, lambda one: _metric(one, found, keys))
    found.each("experiment", experiments, lambda one: _experiment(one, found, keys, url))
    found.each("feature", features, lambda one: _feature(one, found))
    return found


def _feature(feature: Json, found: Migrated) -> None:
    using = [rule.get("experimentId") for rule in _rules(feature) if rule.get("experimentId")]
    more = f"; it is switched by the experiment {using[0]}" if using else ""
    found.leave_out(f"feature {feature.get('id')}", f"Mida's API has no feature flags{more}")


def _rules(feature: Json) -> list[Json]:
    environments = feature.get("environments") or {}
    return [rule for one in environments.values() for rule in one.get("rules") or []]


def _metric(metric: Json, found: Migrated, keys: dict[str, str]) -> None:
    name, kind = str(metric.get("name")), metric.get("type")
    if metric.get("archived"):
        found.leave_out(f"metric {name}", "it is archived")
        return
    if kind not in ("binomial", "count", "revenue"):
        found.leave_out(f"metric {name}", f"Mida has no goal of the type {kind!r}")
        return
    key = goal_key(name)
    while key in keys.values():
        key += "_2"
    losses = []
    event = (metric.get("mixpanel") or {}).get("eventName")
    if not event:
        event = key  # the name alone may be that of another metric too
        losses.append(f"it is computed by SQL; send the event {event!r} for it")
    if kind == "count":
        losses.append("it counts every event of a visitor; Mida counts visitors")
    losses += _behavior(metric.get("behavior") or {})
    if (metric.get("sql") or {}).get("denominatorMetricId"):
        losses.append("it is a ratio; the denominator is not mapped")
    keys[str(metric["id"])] = key
    document = {
        "goal_key": key,
        "goal_name": name,
        "goal_type": "revenue" if kind == "revenue" else "event",
        "goal_value": str(event),
    }
    found.add("goal", key, document, losses)


def _behavior(behavior: Json) -> list[str]:
    losses = []
    if behavior.get("goal") == "decrease":
        losses.append("less of it is better; Mida reports call more of it better")
    if (behavior.get("cappingSettings") or {}).get("type") not in (None, "none", ""):
        losses.append("outliers are capped in GrowthBook and not in Mida")
    window = WINDOWS.get((behavior.get("windowSettings") or {}).get("type", "none"))
    if window:
        losses.append(f"the {window} is not mapped; pass timeframe_days to the reports")
    return losses


def _experiment(experiment: Json, found: Migrated, keys: dict[str, str], url: str | None) -> None:
    name = str(experiment.get("name"))
    if experiment.get("archived"):
        found.leave_out(f"experiment {name}", "it is archived")
        return
    variations = experiment.get("variations") or []
    if len(variations) < 2:
        found.leave_out(f"experiment {name}", "it has fewer than two variations")
        return
    if url is None:
        found.leave_out(f"experiment {name}", "Mida needs the page it runs on: give --url")
        return
    losses: list[str] = []
    phase = (experiment.get("phases") or [{}])[-1]
    document: dict[str, Any] = {"test_name": name, "status": "draft", "url": url}
    document |= _goals(experiment.get("settings") or {}, keys, losses)
    label = variations[0].get("name")
    if label and label != "Control":
        document["control"] = {"nickname": label}
    document["variants"] = [
        {"nickname": one.get("name") or one.get("key")} for one in variations[1:]
    ]
    document |= _phase(phase, variations, losses)
    engine = (experiment.get("settings") or {}).get("statsEngine")
    if engine:
        document.setdefault("configuration", {})["bayesian"] = int(engine == "bayesian")
    losses.append(
        "what its variations show is in features, visual changes or code: add it to variants"
    )
    if (kind := experiment.get("type")) not in (None, "standard"):
        losses.append(f"it is of the type {kind}; here it is a test with fixed shares")
    if experiment.get("status") == "running":
        losses.append("it is running in GrowthBook; here it is a draft")
    if experiment.get("hypothesis"):
        losses.append(f"hypothesis: {experiment['hypothesis']}")
    found.add("experiment", name, document, losses)


def _goals(settings: Json, keys: dict[str, str], losses: list[str]) -> dict[str, Any]:
    def known(name: str) -> list[str]:
        ids = [str(one.get("metricId")) for one in settings.get(name) or []]
        losses.extend(
            f"metric {one} of {name} could not be mapped" for one in ids if one not in keys
        )
        return [keys[one] for one in ids if one in keys]

    goals, secondary, guardrails = known("goals"), known("secondaryMetrics"), known("guardrails")
    if guardrails:
        losses.append(
            f"guardrails {', '.join(guardrails)}: name them in the verdict, guardrails=..."
        )
    found: dict[str, Any] = {}
    if goals:
        found["primary_goal_key"] = goals[0]
    if more := [*dict.fromkeys([*goals[1:], *secondary])]:
        found["secondary_goal_keys"] = more
    return found


def _phase(phase: Json, variations: Sequence[Json], losses: list[str]) -> dict[str, Any]:
    """Return traffic and targeting of the last phase."""
    found: dict[str, Any] = {}
    configuration: dict[str, Any] = {}
    if phase.get("coverage") is not None:
        configuration["traffic_allocation"] = shortest(round(100 * float(phase["coverage"]), 2))
    by_id = {one.get("variationId"): one.get("weight") for one in phase.get("trafficSplit") or []}
    shares = [float(by_id.get(one.get("variationId"), 0) or 0) for one in variations]
    if split := weights(shares):
        configuration["distribution"] = split
    if configuration:
        found["configuration"] = configuration
    if targeting := _targeting(phase.get("targetingCondition") or "{}", losses):
        found["targeting"] = targeting
    if features := [str(one.get("id")) for one in phase.get("prerequisites") or []]:
        losses.append(f"it waits for the features {', '.join(features)}; that is not mapped")
    if phase.get("savedGroupTargeting"):
        losses.append("targeting by saved groups is not mapped")
    if (phase.get("namespace") or {}).get("namespaceId"):
        losses.append(
            f"namespace {phase['namespace']['namespaceId']}: make an exclusion group of it"
        )
    return found


def _targeting(condition: str, losses: list[str]) -> dict[str, Any]:
    try:
        rules = json.loads(condition)
    except ValueError:
        losses.append("the targeting condition cannot be read")
        return {}
    found: dict[str, Any] = {}
    for attribute, wanted in rules.items() if isinstance(rules, dict) else ():
        values = _values(wanted)
        rule = TARGETS.get(attribute)
        if rule is None or values is None:
            losses.append(f"targeting by {attribute} is not mapped: {json.dumps(wanted)}")
        elif rule == "allowed_country":
            found[rule] = [{"name": one, "code": one, "rule": "whitelist"} for one in values]
        else:
            found[rule] = [one.lower() for one in values]
    return found


def _values(wanted: Any) -> list[str] | None:
    """Return the values of an equality or of `$in`; None for anything else."""
    if isinstance(wanted, dict):
        wanted = wanted.get("$in") if list(wanted) == ["$in"] else wanted.get("$eq")
    values = wanted if isinstance(wanted, list) else [wanted]
    return [*map(str, values)] if values and all(isinstance(one, str) for one in values) else None
