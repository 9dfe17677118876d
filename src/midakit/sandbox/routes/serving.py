"""Serving a winner on the same experiment, its rollout, and the configured split."""

from midakit.sandbox.answers import Answer, Body
from midakit.sandbox.errors import HttpError
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.experiments import DRAFT, found
from midakit.sandbox.sandbox_state import SandboxState


def serve_experiment_winner(state: SandboxState, request: ApiRequest) -> Answer:
    """Serve one variant, by its id in the reports; a rollout left out stays as it is."""
    wanted = request.body.get("variant_id") or request.body.get("serving_variant_id")
    with state.records.change():
        stored = found(state, request)
        if wanted not in {item["variant_id"] for item in stored["variants"]}:
            raise HttpError(400, "variant_id is not a variant of this experiment")
        if stored["status"] == DRAFT:
            raise HttpError(409, "A draft cannot serve a winner")
        if stored.get("serving_variant_id") is not None:
            raise HttpError(409, "The experiment is already serving a winner")
        period = {"variant_id": wanted, "start": state.now_text(), "end": None}
        rollout = request.body.get("traffic_allocation", stored["traffic_allocation"])
        changed = {
            **stored,
            "serving_variant_id": wanted,
            "serving_periods": [*stored.get("serving_periods", ()), period],
            "traffic_allocation": rollout,
            "updated_at": state.now_text(),
        }
        state.put_experiment(changed)
    return {
        "success": True,
        "test_id": stored["test_id"],
        "serving_variant_id": wanted,
        "traffic_allocation": rollout,
        "is_serving": True,
        "message": "Winner is now served to eligible traffic at the configured rollout "
        "percentage on the same experiment.",
    }


def update_serving_rollout(state: SandboxState, request: ApiRequest) -> Answer:
    """Change the share of eligible visitors who get the winner."""
    with state.records.change():
        stored = _serving(state, request)
        rollout = request.body["traffic_allocation"]
        state.put_experiment(
            {**stored, "traffic_allocation": rollout, "updated_at": state.now_text()}
        )
    return {
        "success": True,
        "test_id": stored["test_id"],
        "traffic_allocation": rollout,
        "is_serving": True,
        "message": "Serving rollout percentage updated.",
    }


def stop_experiment_serving(state: SandboxState, request: ApiRequest) -> Answer:
    """Stop serving; the period served so far stays in the reports."""
    with state.records.change():
        stored = _serving(state, request)
        now = state.now_text()
        periods = [
            {**period, "end": period["end"] or now} for period in stored.get("serving_periods", ())
        ]
        changed = {"serving_variant_id": None, "serving_periods": periods, "updated_at": now}
        state.put_experiment({**stored, **changed})
    return {
        "success": True,
        "test_id": stored["test_id"],
        "serving_variant_id": None,
        "is_serving": False,
        "message": "Serving stopped. Visitors are no longer forced to the winner variant.",
    }


def _serving(state: SandboxState, request: ApiRequest) -> Body:
    stored = found(state, request)
    if stored.get("serving_variant_id") is None:
        raise HttpError(409, "No winner is being served")
    return stored


HANDLERS = {
    handler.__name__: handler
    for handler in (serve_experiment_winner, update_serving_rollout, stop_experiment_serving)
}
