"""The reads that answer the open questions: GET requests only, none of which changes anything (pure)."""

import json
from typing import Any

import attrs

from midakit.core.call import Call
from midakit.mida.calls.build import PROJECT, get

MISSING_ID = 999_999_999


@attrs.frozen
class Sample:
    """Ids of the account that the reads need; None where it has no such thing."""

    test_id: int | None = None
    """An experiment of the project with visitors."""
    goal_ids: tuple[int, ...] = ()
    """Up to two goals."""
    goal_keys: tuple[str, ...] = ()
    """The keys of these goals."""
    foreign_id: int | None = None
    """A listed experiment of another project."""
    batches: int = 1
    """How many batches of metrics can be read, two at most."""


def first_reads() -> dict[str, Call[Any]]:
    """Return the reads that need no id."""
    return {
        "experiments": _get("/experiments", limit="50"),
        "experiments again": _get("/experiments", limit="50"),
        "one experiment": _get("/experiments", limit="1"),
        "first page": _get("/experiments", limit="1", offset="0"),
        "second page": _get("/experiments", limit="1", offset="1"),
        "two experiments": _get("/experiments", limit="2"),
        "limit 501": _get("/experiments", limit="501"),
        "limit 0": _get("/experiments", limit="0"),
        "goals": _get("/goals", limit="50"),
        "one goal": _get("/goals", limit="1"),
        "events": _get("/events", limit="20"),
        "one project": _get("/projects", limit="1"),
        "projects": _get("/projects", limit="50"),
        "configuration": _get("/configuration"),
        "groups": _get("/exclusion-groups"),
        "unknown experiment": _get(f"/experiment/{MISSING_ID}"),
        "bad id": _get("/experiment/abc"),
    }


def reads_of(sample: Sample) -> dict[str, Call[Any]]:
    """Return the reads of one experiment.

    Args:
        sample: The ids.
    """
    found: dict[str, Call[Any]] = {}
    if sample.foreign_id is not None:
        found["foreign experiment"] = _get(f"/experiment/{sample.foreign_id}")
    if sample.test_id is None:
        return found
    path = f"/experiment/{sample.test_id}"
    found |= {
        "details": _get(path),
        "distribution": _get(f"{path}/distribution"),
        "result": _get(f"{path}/result"),
        "timeseries": _get(f"{path}/timeseries"),
        "metrics": _get(f"{path}/metrics"),
        "metrics batch 0": _get(f"{path}/metrics", metric_batch="0"),
        "result mobile": _get(f"{path}/result", filter_by="mobile"),
        "result desktop": _get(f"{path}/result", filter_by="desktop"),
        "result both": _get(f"{path}/result", filter_by="mobile,desktop"),
        "result unknown token": _get(f"{path}/result", filter_by="no-such-token"),
        "result by device": _get(f"{path}/result", breakdown_by="device"),
        "result part of a value": _filtered(path, "device", "**", "mob"),
        "result hour as text": _filtered(path, "hourofday", ">=", "9"),
        "result hour": _filtered(path, "hourofday", ">=", 9),
        "result half zone": _get(f"{path}/result", tz="5.5"),
        "result dates": _get(f"{path}/result", start_date="2020-01-02", end_date="2020-01-01"),
    }
    if len(sample.goal_ids) == 2:
        key, number = sample.goal_keys[0], str(sample.goal_ids[1])
        found["result by key"] = _get(f"{path}/result", goal_key=key)
        found["result by id"] = _get(f"{path}/result", goal_profile_id=number)
        found["result by both"] = _get(f"{path}/result", goal_key=key, goal_profile_id=number)
    if sample.batches > 1:
        found["metrics batch 1"] = _get(f"{path}/metrics", metric_batch="1")
    return found


def _get(path: str, **query: str) -> Call[Any]:
    return get("contract_check", f"{PROJECT}{path}", dict, query=tuple(query.items()))


def _filtered(path: str, criteria: str, operator: str, value: Any) -> Call[Any]:
    rule = [[{"criteria": criteria, "operator": operator, "value": value}]]
    return _get(f"{path}/result", custom_filter=json.dumps(rule))
