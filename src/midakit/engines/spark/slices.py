"""A plan in pieces: the slices that tasks work on, and the offsets of a stream (pure)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Any

from midakit.errors import ConfigurationError
from midakit.export.plan.spec import Plan, Spec

MOST = 500
"""Calls in a slice: what a task that is lost asks again."""

SLOTS = 8
"""Tasks to cut for where nobody knows how many run at once."""

Offset = dict[str, Any]


def cut(
    specs: Sequence[Spec], slots: int | None, pieces: int | None = None
) -> list[tuple[Spec, ...]]:
    """Slices of about one size, in the plan's order: as many as slots, or a multiple of it."""
    if not specs:
        return []
    slots = slots or SLOTS
    count = pieces or slots * ceil(len(specs) / (slots * MOST))
    count = min(count, len(specs))
    bounds = [len(specs) * piece // count for piece in range(count + 1)]
    return [tuple(specs[start:end]) for start, end in pairwise(bounds)]


def of_table(plan: Plan, table: str) -> list[Spec]:
    """The calls of one table; a plan that was made without it is not an empty table."""
    found = [spec for spec in plan.specs if spec.kind == table]
    if not found and table not in plan.settings.get("kinds", (table,)):
        kinds = ", ".join(plan.settings["kinds"])
        raise ConfigurationError(f"plan {plan.id} is of {kinds}; it has no {table}")
    return found


def offset(plan: Plan, position: int) -> Offset:
    """A place in a plan, as a checkpoint keeps it."""
    return {"plan": plan.id, "position": position}


def position(plan: Plan, given: Mapping[str, Any]) -> int:
    """The place that an offset names; one in another plan is an error, not other rows."""
    if given.get("plan") != plan.id:
        raise ConfigurationError(
            f"the stream's checkpoint is of plan {given.get('plan')}, and the plan here is {plan.id}; "
            "a checkpoint and its plan belong together"
        )
    return int(given["position"])
