"""A plan in parts: the slices that tasks work on, and the offsets of a stream (pure)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Any, TypeVar

from midakit.errors import ConfigurationError
from midakit.export.plan.plan import Plan
from midakit.export.plan.spec import Spec

MOST = 500
"""Calls in a slice, which a task that is lost asks again."""

SLOTS = 8
"""Tasks to cut for where nobody knows how many run at once."""

Offset = dict[str, Any]
T = TypeVar("T")


def cut(specs: Sequence[T], slots: int | None, count: int | None = None) -> list[tuple[T, ...]]:
    """Cut calls into slices of about one size, in the plan's order.

    Args:
        specs: Calls of the plan.
        slots: Tasks that run at once; None where nobody knows.
        count: How many slices; when left out, as many as slots, or a multiple of it.
    """
    if not specs:
        return []
    slots = slots or SLOTS
    count = min(count or slots * ceil(len(specs) / (slots * MOST)), len(specs))
    bounds = [len(specs) * number // count for number in range(count + 1)]
    return [tuple(specs[start:end]) for start, end in pairwise(bounds)]


def of_table(plan: Plan, table: str) -> list[Spec]:
    """Return the calls of one table.

    Args:
        plan: The plan of the read, with the calls of all its tables.
        table: A table of the export, such as `results`.

    Raises:
        ConfigurationError: The plan was made without this table, which is not an empty table.
    """
    found = [spec for spec in plan.specs if spec.kind == table]
    if not found and table not in plan.settings.get("kinds", (table,)):
        kinds = ", ".join(plan.settings["kinds"])
        raise ConfigurationError(f"plan {plan.id} is of {kinds}; it has no {table}")
    return found


def offset(plan: Plan, position: int) -> Offset:
    """Return a position in a plan as a checkpoint keeps it.

    Args:
        plan: The plan of the stream; its id goes into the offset.
        position: How many calls of its table come before.
    """
    return {"plan": plan.id, "position": position}


def position(plan: Plan, given: Mapping[str, Any]) -> int:
    """Return the position that an offset names.

    Args:
        plan: The plan of the stream as it is now.
        given: The offset, from a checkpoint.

    Raises:
        ConfigurationError: The offset is of another plan: it would name other rows.
    """
    if given.get("plan") != plan.id:
        raise ConfigurationError(
            f"the stream's checkpoint is of plan {given.get('plan')}, and the plan here is {plan.id}; "
            "a checkpoint and its plan belong together"
        )
    return int(given["position"])
