"""Serving a winner on the same experiment, and its rollout."""

from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.experiment_creation import DRAFT
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer, Body


def serve_experiment_winner(state: SandboxState, request: ApiRequest) -> Answer:
    """Serve one variant, by its id in the reports; a rollout that is left out stays as it is.

    Args:
        state: What the sandbox holds.
        request: Names the experiment and the variant.

    Returns:
        What is served now.

    Raises:
        HttpError: 400, there is no such variant; 409, a draft, or a winner is served already.
    """
    wanted = request.body.get("variant_id") or request.body.get("serving_variant_id")
    with state.records.change():
        stored = request.find(state, "experiment")
        if wanted not in {item["variant_id"] for item in stored["variants"]}:
            raise HttpError(400, "variant_id is not a variant of this experiment")
        if stored["status"] == DRAFT:
            raise HttpError(409, "A draft cannot serve a winner")
        if stored.get("serving_variant_id") is not None:
            raise HttpError(409, "The experiment is already serving a winner")
        period = {"variant_id": wanted, "start": state.now_text(), "end": None}
        rollout = request.body.get("traffic_allocation", stored["traffic_allocation"])
        changes = {
            "serving_variant_id": wanted,
            "serving_periods": [*stored.get("serving_periods", ()), period],
            "traffic_allocation": rollout,
        }
        state.change_experiment(stored, changes)
    return {
        "test_id": stored["test_id"],
        "serving_variant_id": wanted,
        "traffic_allocation": rollout,
        "is_serving": True,
        "message": "Winner is now served to eligible traffic at the configured rollout "
        "percentage on the same experiment.",
    }


def update_serving_rollout(state: SandboxState, request: ApiRequest) -> Answer:
    """Set the share of eligible visitors who get the winner.

    Args:
        state: What the sandbox holds.
        request: Names the experiment and the share.

    Returns:
        The new share.

    Raises:
        HttpError: 409, no winner is served.
    """
    with state.records.change():
        stored = _find_serving(state, request)
        rollout = {"traffic_allocation": request.body["traffic_allocation"]}
        state.change_experiment(stored, rollout)
    return {
        "test_id": stored["test_id"],
        **rollout,
        "is_serving": True,
        "message": "Serving rollout percentage updated.",
    }


def stop_experiment_serving(state: SandboxState, request: ApiRequest) -> Answer:
    """Stop serving; the period served so far stays in the reports.

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id.

    Returns:
        That nothing is served now.

    Raises:
        HttpError: 409, no winner is served.
    """
    with state.records.change():
        stored = _find_serving(state, request)
        now = state.now_text()
        periods = [
            {**period, "end": period["end"] or now} for period in stored.get("serving_periods", ())
        ]
        changes = {"serving_variant_id": None, "serving_periods": periods}
        state.change_experiment(stored, changes)
    return {
        "test_id": stored["test_id"],
        "serving_variant_id": None,
        "is_serving": False,
        "message": "Serving stopped. Visitors are no longer forced to the winner variant.",
    }


def _find_serving(state: SandboxState, request: ApiRequest) -> Body:
    """Return the experiment of the path, if it serves a winner."""
    stored = request.find(state, "experiment")
    if stored.get("serving_variant_id") is None:
        raise HttpError(409, "No winner is being served")
    return stored
