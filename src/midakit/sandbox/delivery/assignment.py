"""Which experiment a key names, and which variant a visitor enters it with."""

import random
import re
from typing import Any

from midakit.sandbox.data.traffic import thompson
from midakit.sandbox.reports.result import result
from midakit.sandbox.reports.traffic_split import traffic_weights
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.state.bucketing import variant_for
from midakit.sandbox.state.stored_event import Visitor
from midakit.sandbox.values import Body

LIVE = 1


def experiment_key(experiment: Body) -> str:
    """Return the key that services know an experiment by [choice 46].

    Args:
        experiment: The stored experiment.

    Returns:
        Its name in lower case, with hyphens between the words.
    """
    return re.sub(r"[^a-z0-9]+", "-", str(experiment["test_name"]).lower()).strip("-")


def find_experiment(state: SandboxState, project_key: str, key: str) -> Body | None:
    """Return the experiment that visitors can enter under a key.

    Args:
        state: What the sandbox holds.
        project_key: The project.
        key: The `experiment_key`, or the `test_id`.

    Returns:
        The stored experiment; of several with one name the newest. None where none is live.
    """
    found = None
    for experiment in state.records.find_all("experiment", project=project_key):
        if key in (experiment_key(experiment), str(experiment["test_id"])) and _open(experiment):
            found = experiment
    return found


def _open(experiment: Body) -> bool:
    """Return whether visitors can enter: live and not over, or a winner is served."""
    live = experiment["status"] == LIVE and not experiment.get("is_completed")
    return live or experiment.get("serving_variant_id") is not None


def assign(state: SandboxState, visitor: Visitor, experiment: Body) -> str | None:
    """Return the variant of a visitor, who enters now unless that was done before [choice 47].

    Args:
        state: What the sandbox holds.
        visitor: The visitor.
        experiment: The stored experiment, live.

    Returns:
        The variant's name, such as `Control`; None for a visitor outside the experiment.
    """
    serving = experiment.get("serving_variant_id") is not None
    names = {int(one["variant_id"]): str(one["name"]) for one in experiment["variants"]}
    number = experiment["test_id"]
    entered = state.visits.entry_of(visitor, number, serving=serving)
    if entered is not None:
        return names.get(entered)
    place = variant_for(visitor.uuid, experiment, shares_today(state, experiment))
    if place is None:
        return None
    variant = int(experiment["variants"][place]["variant_id"])
    state.visits.enter(visitor, number, variant, serving=serving, at=state.clock.now())
    return names[variant]


def shares_today(state: SandboxState, experiment: Body) -> list[float]:
    """Return the share of each variant; under MAB by Thompson sampling, once a day [choice 25].

    Args:
        state: What the sandbox holds.
        experiment: The stored experiment.

    Returns:
        One share for each variant, control first.
    """
    weights = traffic_weights(experiment)
    if None not in weights:
        return [weight or 0.0 for weight in weights]
    day = state.clock.now().date().toordinal()
    key = ("shares", experiment["test_id"], day)

    def draw() -> list[float]:
        project = state.records.find_by_name("project", experiment["project_key"]) or {}
        context = state.report_context(project, experiment)
        rows: list[Any] = result(state.visits, context, {"report_phase": "all_time"})["variants"]
        shown = [(row["visitors"], row["conversions"]) for row in rows]
        return thompson(shown, random.Random(experiment["test_id"] * 1_000_000 + day))  # noqa: S311

    found: list[float] = state.visits.memo.get_or_build(key, None, draw)
    return found
