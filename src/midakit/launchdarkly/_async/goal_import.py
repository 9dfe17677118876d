"""Creating the goals of a plan: repeatable, and one failure does not stop the rest."""

from collections.abc import Callable
from typing import Any

from midakit.errors import MidakitError, NotAcceptable
from midakit.launchdarkly.mapping import Mapping
from midakit.launchdarkly.plan import Plan, Report, Row


async def run_import(
    plan: Plan,
    create: Callable[..., Any],
    on_row: Callable[[Row], object] = lambda _: None,
) -> Report:
    """Create what is new; `create` takes the fields of a goal, as `goals.create` does."""
    rows = []
    for mapping in plan.mappings:
        row = await _import_one(mapping, plan, create)
        on_row(row)
        rows.append(row)
    return Report(tuple(rows))


async def _import_one(mapping: Mapping, plan: Plan, create: Callable[..., Any]) -> Row:
    name, goal = mapping.metric.key or "(no key)", mapping.goal
    if goal is None:
        return Row(name, "lost", detail=", ".join(mapping.warnings))
    key = goal["goal_key"]
    if key in plan.existing:
        return Row(name, "already there", key)
    try:
        await create(**goal)
    except NotAcceptable:  # made meanwhile, or by the run before this one
        return Row(name, "already there", key)
    except MidakitError as error:
        return Row(name, "failed", key, str(error))
    return Row(name, "created", key, ", ".join(mapping.warnings))
