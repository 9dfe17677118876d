"""Experiments: read, update, start, stop, delete."""

from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.experiment_bodies import (
    experiment_details,
    experiment_row,
    preview_urls,
)
from midakit.sandbox.routes.experiment_creation import (
    DRAFT,
    INACTIVE,
    LIVE,
    PLAIN_FIELDS,
    check_live_limit,
    stored_settings,
    stored_variants,
)
from midakit.sandbox.routes.response_bodies import pick, token
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer


def list_experiments(state: SandboxState, request: ApiRequest) -> Answer:
    """List one page of the whole account's experiments, whatever project the key is of.

    Args:
        state: What the sandbox holds.
        request: Its query has the limit and the offset.

    Returns:
        The experiments.
    """
    rows = [experiment_row(stored) for stored in request.find_page(state, "experiment")]
    return {"company_id": request.company_id, "count": len(rows), "experiments": rows}


def get_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """Return one experiment of this project.

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id.

    Returns:
        The experiment.
    """
    stored = request.find(state, "experiment")
    number = stored.get("goal_profile_id") or 0
    goal = state.records.find("goal", number, project=request.project_key, deleted=True)
    return {"experiment": experiment_details(stored, goal)}


def update_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """Update fields: what is left out stays, a sent array replaces, settings merge by name [choice 27].

    Args:
        state: What the sandbox holds.
        request: Names the experiment and the new values.

    Returns:
        The experiment's id.

    Raises:
        HttpError: 400, a variant has another name than that of its place.
    """
    body = request.body
    with state.records.change():
        stored = request.find(state, "experiment")
        changes: dict[str, Any] = {
            name: body[name] for name in ("test_name", "url", *PLAIN_FIELDS) if name in body
        }
        if "configuration" in body:
            changes |= stored_settings(body["configuration"], stored)
        if "targeting" in body:
            changes["targeting"] = {**stored.get("targeting", {}), **body["targeting"]}
        if "variants" in body or "control" in body:
            control, *treatments = stored["variants"]
            changes["variants"] = stored_variants(
                body.get("variants", treatments), body.get("control"), old=control
            )
        state.change_experiment(stored, changes)
    return {"test_id": stored["test_id"]}


def update_experiment_status(state: SandboxState, request: ApiRequest) -> Answer:
    """Start, stop, or send back to draft, which works only from inactive [choice 31].

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id, its body the status.

    Returns:
        The new status.

    Raises:
        HttpError: 400, a live experiment cannot become a draft; 403, the plan allows no more.
    """
    wanted = int(request.body["status"])
    with state.records.change():
        stored = request.find(state, "experiment")
        if wanted == DRAFT and stored["status"] != INACTIVE:
            raise HttpError(400, "Only an inactive experiment can go back to draft; stop it first")
        if wanted == LIVE and stored["status"] != LIVE:
            check_live_limit(state, request.project_key)
        state.change_experiment(stored, {"status": wanted})
    return {"test_id": stored["test_id"], "status": wanted}


def delete_experiment(state: SandboxState, request: ApiRequest) -> Answer:
    """Delete an experiment and stop serving it; a second time it is not found.

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id.

    Returns:
        The experiment's id and name, and whether it was live.
    """
    with state.records.change():
        stored = request.find(state, "experiment")
        state.put_experiment({**stored, "updated_at": state.now_text()}, active=False)
        _leave_groups(state, request.project_key, stored["test_id"])
    was_live = stored["status"] == LIVE
    return {
        **pick(stored, ("test_id", "test_name")),
        "deleted": True,
        "was_live": was_live,
        "message": "Experiment deleted and no longer served."
        if was_live
        else "Experiment deleted.",
    }


def _leave_groups(state: SandboxState, project_key: str, test_id: int) -> None:
    """Take an experiment out of its exclusion groups; the other percents stay [choice 37]."""
    for group in state.records.find_all("group", project=project_key):
        kept = [test for test in group["tests"] if test["test_id"] != test_id]
        if kept != group["tests"]:
            state.records.rewrite("group", group["id"], {**group, "tests": kept})


def get_experiment_preview_urls(state: SandboxState, request: ApiRequest) -> Answer:
    """Return links that show each variant, control first.

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id.

    Returns:
        The links.

    Raises:
        HttpError: 409, the experiment has no page.
    """
    stored = request.find(state, "experiment")
    if not stored.get("url"):
        raise HttpError(409, "The experiment has no page URL")
    return {
        **pick(stored, ("test_id", "test_name")),
        "page_url": stored["url"],
        "variants": preview_urls(stored),
    }


def get_experiment_share_link(state: SandboxState, request: ApiRequest) -> Answer:
    """Return the public link; it does not load until it is switched on.

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id.

    Returns:
        The link.
    """
    stored = request.find(state, "experiment")
    secret = token("share", stored["test_id"], stored["created_at"], length=8)
    return {
        "test_id": stored["test_id"],
        "company_id": request.company_id,
        "share_link": f"{request.origin}/share/abResult/{stored['test_id']}/{secret}",
        "is_public": bool(stored.get("is_public", False)),
    }
