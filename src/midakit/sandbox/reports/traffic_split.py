"""The configured traffic split of an experiment."""

import json
from collections.abc import Mapping
from typing import Any

from midakit.sandbox.reports.figures import round2
from midakit.sandbox.reports.report_context import ReportContext
from midakit.sandbox.reports.vocabulary import STATUS_LABELS
from midakit.sandbox.state.text_rules import as_number
from midakit.sandbox.state.visits import Visits


def distribution_mode(experiment: dict[str, Any]) -> str:
    """Return how traffic is split.

    Args:
        experiment: The stored experiment.

    Returns:
        `mab`, `custom` (a usable distribution is set) or `equal`.
    """
    if experiment.get("is_mab"):
        return "mab"
    return "custom" if _shares(experiment) else "equal"


def traffic_weights(experiment: dict[str, Any]) -> list[float | None]:
    """Return the configured weight of each variant [choice 21].

    Args:
        experiment: The stored experiment.

    Returns:
        One per variant, control first: None under MAB, else percents that sum to 100.
    """
    count = len(experiment["variants"])
    if experiment.get("is_mab"):
        return [None] * count
    shares = _shares(experiment) or [1.0] * count
    sized = [round2(100 * share / sum(shares)) for share in shares]
    # what rounding left over goes to the last arm that has any traffic: 33.33, 33.33, 33.34
    last = max(place for place, share in enumerate(shares) if share > 0)
    sized[last] = round2(100 - sum(weight for place, weight in enumerate(sized) if place != last))
    return list(sized)


def variant_shares(experiment: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the variants as every report names them.

    Args:
        experiment: The stored experiment.

    Returns:
        Id, name, weight and status of each variant, control first.
    """
    return [
        {
            "variant_id": str(variant["variant_id"]),
            "name": variant.get("nickname") or variant["name"],
            "traffic_weight": weight,
            "variant_status": "paused" if weight == 0 else "active",
        }
        for variant, weight in zip(experiment["variants"], traffic_weights(experiment), strict=True)
    ]


def distribution(
    _visits: Visits, context: ReportContext, _params: Mapping[str, str]
) -> dict[str, Any]:
    """Return the configured split.

    Args:
        _visits: Not used; it is called like the other reports.
        context: The experiment.
        _params: Not used.

    Returns:
        The body of the answer.
    """
    experiment = context.experiment
    return {
        "success": True,
        "test_id": experiment["test_id"],
        "test_name": experiment["test_name"],
        "status": STATUS_LABELS[experiment["status"]],
        "traffic_allocation": experiment["traffic_allocation"],
        "distribution_mode": distribution_mode(experiment),
        "is_mab": bool(experiment.get("is_mab")),
        "variants": variant_shares(experiment),
    }


def _shares(experiment: dict[str, Any]) -> list[float] | None:
    """Return the configured shares in variant order; None when they cannot be used."""
    given = experiment.get("distribution")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            return None
    ids = [str(variant["variant_id"]) for variant in experiment["variants"]]
    if isinstance(given, list):
        given = dict(zip(ids, given, strict=False))
    if not isinstance(given, dict):
        return None
    shares = [max(as_number(given.get(variant_id)) or 0.0, 0.0) for variant_id in ids]
    return shares if sum(shares) > 0 else None
