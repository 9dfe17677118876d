"""Copies experiments, with their goals, from one project into another."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from midakit.ascode._async.applying import AsyncSteps
from midakit.ascode._async.folder import check_plan
from midakit.ascode._async.reading import read_project
from midakit.ascode.copies import one_experiment, whole_project
from midakit.ascode.known_ids import KnownFile
from midakit.ascode.plan import ChangePlan, PlanStep

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida


async def plan_copy(
    source: "AsyncMida",
    target: "AsyncMida",
    test_id: int | str | None = None,
    *,
    name: str | None = None,
) -> ChangePlan:
    """Return what a copy into another project would do.

    Args:
        source: A client of the project to copy from.
        target: A client of the project to copy into.
        test_id: The experiment to copy, with its goal; when left out, the whole project: goals,
            experiments, groups and defaults.
        name: Another name for the copy of the experiment.

    Returns:
        The steps in the target. What it has of the same name or key is changed, nothing is deleted,
        and new experiments are drafts.

    Raises:
        InvalidRequest: The experiment is not in the source, or its name is taken in the target.
        MidakitError: A project could not be read.

    Example:
        plan = await ascode.plan_copy_async(mida, other, 1001, name="Headline, second shop")
        print([(step.action, step.kind, step.name) for step in plan.steps])
    """
    there, here = await read_project(source), await read_project(target)
    if test_id is None:
        return whole_project(there, here)
    return one_experiment(there, here, int(test_id), name)


async def copy(
    source: "AsyncMida",
    target: "AsyncMida",
    test_id: int | str | None = None,
    *,
    name: str | None = None,
    plan: ChangePlan | str | None = None,
    allow_live: bool = False,
    on_step: Callable[[PlanStep], Any] | None = None,
) -> ChangePlan:
    """Copy an experiment with its goal, or a whole project; a repeat finishes what was interrupted.

    Args:
        source: A client of the project to copy from.
        target: A client of the project to copy into.
        test_id: The experiment to copy; when left out, the whole project.
        name: Another name for the copy of the experiment.
        plan: A plan that somebody has seen, or its id: nothing is sent if anything has changed since.
        allow_live: Also what endangers live tests of the target.
        on_step: Called with each step after it is done.

    Returns:
        The plan that was applied.

    Raises:
        PlanOutdated: The projects are not as they were when the plan was made.
        LiveTestAtRisk: A step endangers a live test, and `allow_live` is not given.
        PlanBlocked: The API cannot do a step.
        MidakitError: A project could not be read, or the target refused a step.

    Example:
        plan = await ascode.plan_copy_async(mida, other, 1001)
        await ascode.copy_async(mida, other, 1001, plan=plan.id)
    """
    now = await plan_copy(source, target, test_id, name=name)
    check_plan(now, plan, allow_live=allow_live)
    known = {
        kind: {name: KnownFile(one) for name, one in ids.items()} for kind, ids in now.ids.items()
    }
    steps = AsyncSteps(target, now.project_key, known)
    for step in now.steps:
        await steps.send(step)
        if on_step is not None:
            on_step(step)
    return now
