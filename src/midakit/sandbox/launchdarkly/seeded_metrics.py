"""Seeded LaunchDarkly metrics: every kind, with and without each optional part. Pure.

Project `sandbox` has 120, so that a listing has three pages of 50; `small` has 20. Every fourth one
is written as LaunchDarkly's documented example is: objects, lists and times as text [choice 44].
"""

import hashlib
import json
from functools import cache
from typing import Any

Metric = dict[str, Any]

PROJECTS = {"sandbox": 120, "small": 20}
_FIRST = 1_767_225_600_000  # 2026-01-01 in epoch milliseconds
_HOUR = 3_600_000
_UNITS = ("user", "account", "device")
_MAINTAINER = "5f1ca3ef0c9d9f0a8b7c6d5e"
_SUMMARY_LACKS = ("isActive", "_attachedFeatures", "experiments", "metricGroups", "eventSources",
                  "guardedRollouts", "guardedRolloutCount", "lastUsedInExperiment",
                  "lastUsedInGuardedRollout")  # fmt: skip
_EXPANSIONS = frozenset(
    {"experiments", "experimentCount", "metricGroups", "metricGroupCount", "eventSources",
     "guardedRollouts", "guardedRolloutCount", "lastUsedInExperiment", "lastUsedInGuardedRollout"}
)  # fmt: skip

_OBJECTS = ("_site", "_maintainer", "filters", "urls")
_TIMES = ("_creationDate", "archivedAt")
_LAST = ("lastUsedInExperiment", "lastUsedInGuardedRollout")

_URLS: tuple[list[dict[str, str]], ...] = (
    [{"kind": "exact", "url": "https://shop.example.com/thank-you"}],
    [{"kind": "canonical", "url": "https://shop.example.com/pricing"}],
    [{"kind": "substring", "substring": "/checkout/"}],
    [{"kind": "regex", "pattern": r"^https://shop\.example\.com/p/[0-9]+$"}],
    [
        {"kind": "exact", "url": "https://shop.example.com/a"},
        {"kind": "substring", "substring": "/b/"},
    ],
)
_FILTERS: tuple[Metric | None, ...] = (
    None,
    None,
    {"type": "group", "op": "and", "negate": False, "values": [
        {"type": "eventProperty", "attribute": "plan", "op": "in", "values": ["pro"],
         "negate": False}]},
    {"type": "group", "op": "and", "negate": False, "values": [
        {"type": "contextAttribute", "contextKind": "user", "attribute": "country", "op": "in",
         "values": ["US", "CA"], "negate": False}]},
)  # fmt: skip


def seeded_metrics(project: str) -> list[Metric]:
    """Return the metrics of a project, oldest first.

    Args:
        project: The key of the project.

    Returns:
        The metrics; none when there is no such project.
    """
    return list(_all(project))


@cache
def _all(project: str) -> tuple[Metric, ...]:
    """Make the metrics of a project once."""
    return tuple(_metric(project, place) for place in range(PROJECTS.get(project, 0)))


def summary(metric: Metric, expand: set[str]) -> Metric:
    """Return a metric as a list shows it.

    Args:
        metric: The whole metric.
        expand: The expandable fields that were asked for.

    Returns:
        The metric without its experiments, groups and flags.
    """
    kept = {name: value for name, value in metric.items() if name not in _SUMMARY_LACKS}
    if "experimentCount" not in expand:
        kept.pop("experimentCount")
    kept.pop("metricGroupCount")
    return _as_sent(kept)


def details(metric: Metric, expand: set[str]) -> Metric:
    """Return a metric as it is shown by itself.

    Args:
        metric: The whole metric.
        expand: The expandable fields that were asked for.

    Returns:
        The metric with those fields and no other expandable ones.
    """
    return _as_sent(
        {name: value for name, value in metric.items() if name not in _EXPANSIONS - expand}
    )


def version_of(metric: Metric, version_id: str) -> Metric | None:
    """Return a version of a metric [choice 45].

    Args:
        metric: The latest version.
        version_id: The id of a version, the latest or an older one.

    Returns:
        The metric as it was, or None when it has no such version.
    """
    if version_id == metric["_versionId"]:
        return metric
    for number in range(1, metric["_version"]):
        if version_id == f"{metric['_versionId']}.{number}":
            older = {"_versionId": version_id, "_version": number}
            return {**metric, **older, "description": f"{metric['description']}, version {number}"}
    return None


def _as_sent(metric: Metric) -> Metric:
    """Return a metric as it is sent: plain, or with objects, lists and times as text."""
    if int(metric["key"].rpartition("-")[2]) % 4:
        return metric
    texts = {name: json.dumps(metric[name]) for name in _OBJECTS if name in metric}
    times = {name: str(metric[name]) for name in _TIMES if name in metric}
    uses: Metric = {name: _with_text_time(metric[name]) for name in _LAST if name in metric}
    if "experiments" in metric:
        uses["experiments"] = [_with_text_time(use) for use in metric["experiments"]]
    return {**metric, **texts, **times, **uses}


def _with_text_time(use: Metric) -> Metric:
    """Return a use of a metric with its time as text."""
    return {**use, "creationDate": str(use["creationDate"])}


def _metric(project: str, place: int) -> Metric:
    """Make the metric at a place; every optional part is there in some and missing in others."""
    kind = ("pageview", "click", "custom", "custom", "trace", "custom")[place % 6]
    number = place // 6
    key = f"{kind}-metric-{place + 1:03d}"
    created = _FIRST + place * _HOUR
    common: Metric = {
        "_id": _hex("metric", project, key),
        "_versionId": _hex("version", project, key),
        "key": key,
        "name": f"{kind.capitalize()} metric {place + 1}",
        "kind": kind,
        "_links": _links(project, key),
        "_site": {"href": f"/experiments/metrics/{key}/edit", "type": "text/html"},
        "tags": [kind, "seeded"] if place % 2 else ["seeded"],
        "_creationDate": created,
        "dataSource": {"key": "launchdarkly-hosted", "_name": "LaunchDarkly"}
        if place % 10
        else {"key": "snowflake", "environmentKey": "production", "_name": "Snowflake"},
        "experimentCount": place % 3,
        "metricGroupCount": place % 2,
        "activeExperimentCount": place % 2,
        "activeGuardedRolloutCount": 0,
        "_version": 1 + place % 3,
        "_attachedFlagCount": 0,
        "_access": {"denied": [], "allowed": []},
        "lastModified": {"date": "2026-06-01T12:00:00Z"},
        "maintainerId": _MAINTAINER,
        "_maintainer": {"_id": _MAINTAINER, "firstName": "Alicia", "lastName": "Example",
                        "role": "owner", "email": "alicia@example.com",
                        "_links": {"self": {"href": f"/api/v2/members/{_MAINTAINER}",
                                            "type": "application/json"}}},
        "description": f"Seeded metric number {place + 1}",
        "isNumeric": False,
        "successCriteria": "LowerThanBaseline" if place % 7 == 0 else "HigherThanBaseline",
        "randomizationUnits": [_UNITS[number % 3]],
        "analysisUnits": [_UNITS[number % 3]],
        "unitAggregationType": "average",
        "analysisType": "mean",
        "eventDefault": {"disabled": place % 4 == 0, "value": 0},
        "lastSeen": created + 24 * _HOUR,
        "archived": place % 11 == 10,
        "isActive": place % 2 == 0,
        "_attachedFeatures": [],
        "experiments": _uses(place % 3),
        "metricGroups": [{"key": "funnel", "name": "Funnel", "kind": "funnel"}][: place % 2],
        "eventSources": [{"key": "sdk", "lastSeen": created + 24 * _HOUR}],
        "guardedRollouts": _rollouts(project, 1 + place % 2),
        "guardedRolloutCount": 1 + place % 2,
        "lastUsedInExperiment": _uses(1 + place % 3)[-1],
        "lastUsedInGuardedRollout": _rollouts(project, 1 + place % 2)[-1],
    }  # fmt: skip
    if common["archived"]:
        common["archivedAt"] = created + 48 * _HOUR
    return {**common, **_own(kind, place, number)}


def _own(kind: str, place: int, number: int) -> Metric:
    """Return the fields that only this kind has."""
    urls = [dict(url) for url in _URLS[number % len(_URLS)]]
    match kind:
        case "pageview":
            return {"urls": urls}
        case "click":
            return {"urls": urls, "selector": ".cta-button, #buy"}
        case "trace":
            return {
                "traceQuery": 'service_name="checkout"',
                "traceValueLocation": "duration",
                "isNumeric": True,
                "unit": "ms",
                "analysisType": "percentile",
                "percentileValue": 95,
            }
    filters = _FILTERS[number % len(_FILTERS)]
    own: Metric = {"eventKey": f"event-{place + 1}", **({"filters": filters} if filters else {})}
    if place % 6 == 3:
        own |= {"isNumeric": True, "unit": ("USD", "ms", "EUR", "")[number % 4]}
    if place % 6 == 5:
        own |= {"unitAggregationType": "sum", "windowEndOffset": 7 * 24 * _HOUR}
    return own


def _uses(count: int) -> list[Metric]:
    """Return the experiments that use a metric."""
    return [
        {"key": f"experiment-{n + 1}", "name": f"Experiment {n + 1}", "environmentId": "production",
         "creationDate": _FIRST + n * _HOUR}
        for n in range(count)
    ]  # fmt: skip


def _rollouts(project: str, count: int) -> list[Metric]:
    """Return the guarded rollouts that watch a metric."""
    return [
        {"_id": _hex("rollout", project, str(n)), "flagKey": f"flag-{n + 1}",
         "flagName": f"Flag {n + 1}", "environmentKey": "production",
         "environmentName": "Production", "status": "monitoring",
         "creationDate": _FIRST + n * _HOUR, "flagPurpose": "migration"}
        for n in range(count)
    ]  # fmt: skip


def _links(project: str, key: str) -> Metric:
    """Return the links of a metric."""
    parent = f"/api/v2/metrics/{project}"
    return {
        "parent": {"href": parent, "type": "application/json"},
        "self": {"href": f"{parent}/{key}", "type": "application/json"},
    }


def _hex(*parts: str) -> str:
    """Return an id that depends on nothing but the parts."""
    return hashlib.sha256("/".join(parts).encode()).hexdigest()[:24]
