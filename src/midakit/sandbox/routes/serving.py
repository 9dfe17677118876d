"""Serving a winner on the same experiment, its rollout, and the configured split."""

from midakit.sandbox.exchange import Answer, Body, Call
from midakit.sandbox.refusal import Problem
from midakit.sandbox.routes.experiments import DRAFT, found
from midakit.sandbox.world import World


def serve_experiment_winner(world: World, call: Call) -> Answer:
    """Serve one variant, by its id in the reports; a rollout left out stays as it is."""
    wanted = call.body.get("variant_id") or call.body.get("serving_variant_id")
    with world.records.change():
        stored = found(world, call)
        if wanted not in {item["variant_id"] for item in stored["variants"]}:
            raise Problem(400, "variant_id is not a variant of this experiment")
        if stored["status"] == DRAFT:
            raise Problem(409, "A draft cannot serve a winner")
        if stored.get("serving_variant_id") is not None:
            raise Problem(409, "The experiment is already serving a winner")
        period = {"variant_id": wanted, "start": world.stamp(), "end": None}
        rollout = call.body.get("traffic_allocation", stored["traffic_allocation"])
        changed = {
            **stored,
            "serving_variant_id": wanted,
            "serving_periods": [*stored.get("serving_periods", ()), period],
            "traffic_allocation": rollout,
            "updated_at": world.stamp(),
        }
        world.put_experiment(changed)
    return {
        "success": True,
        "test_id": stored["test_id"],
        "serving_variant_id": wanted,
        "traffic_allocation": rollout,
        "is_serving": True,
        "message": "Winner is now served to eligible traffic at the configured rollout "
        "percentage on the same experiment.",
    }


def update_serving_rollout(world: World, call: Call) -> Answer:
    """Change the share of eligible visitors who get the winner."""
    with world.records.change():
        stored = _serving(world, call)
        rollout = call.body["traffic_allocation"]
        world.put_experiment({**stored, "traffic_allocation": rollout, "updated_at": world.stamp()})
    return {
        "success": True,
        "test_id": stored["test_id"],
        "traffic_allocation": rollout,
        "is_serving": True,
        "message": "Serving rollout percentage updated.",
    }


def stop_experiment_serving(world: World, call: Call) -> Answer:
    """Stop serving; the period served so far stays in the reports."""
    with world.records.change():
        stored = _serving(world, call)
        now = world.stamp()
        periods = [
            {**period, "end": period["end"] or now} for period in stored.get("serving_periods", ())
        ]
        changed = {"serving_variant_id": None, "serving_periods": periods, "updated_at": now}
        world.put_experiment({**stored, **changed})
    return {
        "success": True,
        "test_id": stored["test_id"],
        "serving_variant_id": None,
        "is_serving": False,
        "message": "Serving stopped. Visitors are no longer forced to the winner variant.",
    }


def _serving(world: World, call: Call) -> Body:
    stored = found(world, call)
    if stored.get("serving_variant_id") is None:
        raise Problem(409, "No winner is being served")
    return stored


HANDLERS = {
    handler.__name__: handler
    for handler in (serve_experiment_winner, update_serving_rollout, stop_experiment_serving)
}
