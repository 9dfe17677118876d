"""What endangers a live test (pure): each function says why, or None."""

from collections.abc import Collection, Iterable

from midakit.ascode.live import LiveProject
from midakit.ascode.plan import Change

STOP = "stops a live experiment"
EXPERIMENT = (
    "variants", "control", "control_attr", "custom_js", "custom_css", "targeting", "url",
    "configuration.traffic_allocation", "configuration.distribution", "configuration.is_mab",
)  # fmt: skip
"""Fields that change who is in a test or what they see."""
GOAL = ("goal_type", "goal_value", "element_url", "goal_key")
"""Fields that change what counts as a conversion."""


def experiment_change(changes: Iterable[Change]) -> str | None:
    """Say why a change of a live experiment endangers it.

    Args:
        changes: The fields that differ.
    """
    risky = [one.field for one in changes if one.field.startswith(EXPERIMENT)]
    return f"changes {', '.join(risky)} of a live experiment" if risky else None


def goal_change(changes: Iterable[Change], goal_id: int, live: LiveProject) -> str | None:
    """Say why a change of a goal endangers live experiments.

    Args:
        changes: The fields that differ.
        goal_id: The goal.
        live: What the server has.
    """
    risky = [one.field for one in changes if one.field in GOAL]
    using = [one.document["test_name"] for one in live.experiments.values()
             if one.is_live and one.goal_id == goal_id]  # fmt: skip
    if not risky or not using:
        return None
    return f"changes what counts for the live experiment {using[0]!r}"


def group_change(members: Collection[int | None], live: LiveProject) -> str | None:
    """Say why a change of a group's members moves the traffic of live experiments.

    Args:
        members: Ids of the experiments that are in it before or after.
        live: What the server has.
    """
    moved = [one.document["test_name"] for number, one in live.experiments.items()
             if number in members and one.is_live]  # fmt: skip
    return f"moves the traffic of the live experiment {moved[0]!r}" if moved else None


def deletion(kind: str) -> str:
    """Say why a deletion is never done unasked.

    Args:
        kind: What is deleted.
    """
    return {
        "experiment": "deletes an experiment, whose results can then not be read any more",
        "goal": "deletes a goal; experiments that use it may stop to count",
    }.get(kind, "deletes an exclusion group; its experiments will share visitors")
