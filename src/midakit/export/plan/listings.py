"""Listings of experiments, one for each account: all of its projects list the same ones (pure)."""

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import attrs

from midakit.export.plan.report_calls import plain_call
from midakit.export.plan.spec import Spec
from midakit.mida import calls


@attrs.frozen
class Listing:
    """The experiments that one project lists."""

    project: str
    account: Hashable
    """What is the same for all projects of an account."""
    company_id: Any
    """The account's id as the server said it, or None."""
    experiments: list[dict[str, Any]]
    """The items as they came."""


def listing_specs(listings: Iterable[Listing], limit: int) -> dict[str, Spec]:
    """Return what an export has of its listings: a call for each account, with each experiment once.

    Args:
        listings: What each project lists.
        limit: The items of a page, as the listings were asked for.

    Returns:
        The first project of each account, and the call that stands for all of them.
    """
    accounts: dict[Hashable, list[Listing]] = {}
    for one in listings:
        accounts.setdefault(one.account, []).append(one)
    call = plain_call(calls.experiments.list(limit=limit))
    return {
        of[0].project: Spec(
            kind="experiments",
            project=of[0].project,
            call=call,
            rows=json.dumps(_answer(of), ensure_ascii=False),
        )
        for of in accounts.values()
    }


def _answer(listings: list[Listing]) -> dict[str, Any]:
    """Return the listings of an account as one answer, which says who listed what."""
    items: dict[int, dict[str, Any]] = {}
    for one in listings:
        for item in one.experiments:
            items.setdefault(item["test_id"], item)
    found: dict[str, Any] = {"projects": [one.project for one in listings]}
    ids = {one.project: [item["test_id"] for item in one.experiments] for one in listings}
    if any(set(some) != set(items) for some in ids.values()):
        found["listed"] = ids
    if listings[0].company_id is not None:
        found["company_id"] = listings[0].company_id
    return {**found, "experiments": list(items.values())}


def listed_projects(spec: Spec) -> list[str]:
    """Return the projects whose experiments a call has listed.

    Args:
        spec: The call of a listing.
    """
    body: Mapping[str, Any] = json.loads(spec.rows or "{}")
    return list(body.get("projects", [spec.project]))
