"""Create the goals of a plan."""

from collections.abc import Callable
from typing import Any

from midakit.errors import MidakitError, NotAcceptable
from midakit.launchdarkly.mapping import Mapping
from midakit.launchdarkly.plan import ImportedMetric, ImportPlan, ImportReport


async def run_import(
    plan: ImportPlan,
    create: Callable[..., Any],
    on_row: Callable[[ImportedMetric], object] = lambda _: None,
) -> ImportReport:
    """Create the goals of a plan that do not exist yet.

    One failure does not stop the rest, and a second run creates nothing twice.

    Args:
        plan: What `plan_import` decided.
        create: What creates a goal from its fields, such as `mida.goals.create`.
        on_row: Called with what became of each metric, as soon as it is known.

    Returns:
        What became of every metric.

    Example:
        plan = plan_import(await ld.metrics.list("small").collect())
        report = await run_import_async(plan, mida.goals.create)
        print(report.counts)
    """
    rows = []
    for mapping in plan.mappings:
        row = await _import_one(mapping, plan, create)
        on_row(row)
        rows.append(row)
    return ImportReport(tuple(rows))


async def _import_one(
    mapping: Mapping, plan: ImportPlan, create: Callable[..., Any]
) -> ImportedMetric:
    name, goal = mapping.metric.key or "(no key)", mapping.goal
    if goal is None:
        return ImportedMetric(name, "lost", detail=", ".join(mapping.warnings))
    key = goal["goal_key"]
    if key in plan.existing:
        return ImportedMetric(name, "already there", key)
    try:
        await create(**goal)
    except NotAcceptable:  # made meanwhile, or by the run before this one
        return ImportedMetric(name, "already there", key)
    except MidakitError as error:
        return ImportedMetric(name, "failed", key, str(error))
    return ImportedMetric(name, "created", key, ", ".join(mapping.warnings))
