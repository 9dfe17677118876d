"""The tools that write: each change is planned first, and done by the id of its plan."""

from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Literal

import anyio

from midakit.ascode._async.applying import AsyncSteps
from midakit.ascode._async.folder import check_plan
from midakit.ascode._async.reading import read_project
from midakit.ascode.documents import checked
from midakit.ascode.known_ids import KnownFile
from midakit.ascode.live import LiveProject
from midakit.ascode.matching import documents
from midakit.ascode.names import file_name
from midakit.ascode.plan import ChangePlan
from midakit.ascode.planning import make_plan
from midakit.ascode.showing import plan_lines
from midakit.errors import InvalidRequest
from midakit.mcp import answers
from midakit.mcp.bounded import few

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

Kind = Literal["experiment", "goal"]
REMEMBERED = 20
"""How many planned changes wait for their ids."""

Wanted = tuple[str, int | None, dict[str, Any]]


class Changing:
    """Plans changes with the planner of experiments as code, and does them.

    Args:
        mida: The client of the project.
    """

    def __init__(self, mida: "AsyncMida") -> None:
        self.mida = mida
        self._waiting: OrderedDict[str, Wanted] = OrderedDict()
        self._applying = anyio.Lock()

    async def propose(
        self, kind: Kind, fields: dict[str, Any], test_or_goal_id: int | None
    ) -> answers.ProposedChange:
        """Return what a change would do; nothing is changed.

        Args:
            kind: What is created or changed.
            fields: The fields that it shall have; those left out stay.
            test_or_goal_id: What is changed; None creates.

        Raises:
            InvalidRequest: A field is wrong, or there is no such thing.
        """
        wanted = (kind, test_or_goal_id, fields)
        plan = await self._plan(*wanted)
        self._waiting[plan.id] = wanted
        while len(self._waiting) > REMEMBERED:
            self._waiting.popitem(last=False)
        lines = [line.text for line in plan_lines(plan) if line.sign != "!"]
        return answers.ProposedChange(
            plan.id, few(lines, 30, 120), few(one.danger for one in plan.dangerous),
            few(one.blocked for one in plan.blocked),
        )  # fmt: skip

    async def apply(self, plan_id: str, *, allow_live: bool) -> answers.AppliedChange:
        """Do a change that was planned in this session.

        Args:
            plan_id: The id of its plan.
            allow_live: Also what endangers live tests.

        Raises:
            InvalidRequest: There is no such plan.
            PlanOutdated: The server has changed since.
            LiveTestAtRisk: It endangers a live test, and that is not allowed.
        """
        async with self._applying:  # a plan that is applied twice at once is done once
            if plan_id not in self._waiting:
                raise InvalidRequest(
                    "plan_id", "is not one that propose_change gave in this session"
                )
            plan = await self._plan(*self._waiting[plan_id])
            check_plan(plan, plan_id, allow_live=allow_live)
            known = {kind: {one: KnownFile(number) for one, number in ids.items()}
                     for kind, ids in plan.ids.items()}  # fmt: skip
            steps = AsyncSteps(self.mida, plan.project_key, known)
            for step in plan.steps:
                await steps.send(step)
            self._waiting.pop(plan_id, None)  # many that were proposed meanwhile push it out
        done = [f"{one.action} {one.kind} {one.name}" for one in plan.steps]
        return answers.AppliedChange(plan_id, few(done, 30, 120))

    async def _plan(self, kind: str, number: int | None, fields: dict[str, Any]) -> ChangePlan:
        live = await read_project(self.mida)
        if number is None:
            title = str(fields.get("test_name") or fields.get("goal_key") or kind)
            called, document = file_name(title), fields
        else:
            called, document = f"{kind}-{number}", _merged(kind, number, fields, live)
        document = checked(kind, document, kind)
        known = {kind: {called: KnownFile(number)}} if number is not None else {}
        return make_plan({kind: {called: document}}, live, known)


def _merged(kind: str, number: int, fields: dict[str, Any], live: LiveProject) -> dict[str, Any]:
    """Return what the server has, with the fields written over it."""
    server = documents(kind, live)
    if number not in server:
        raise InvalidRequest("test_or_goal_id", f"the project has no {kind} {number}")
    found = dict(server[number])
    for key, value in fields.items():
        both = isinstance(value, dict) and isinstance(found.get(key), dict)
        found[key] = {**found[key], **value} if both else value
    return found
