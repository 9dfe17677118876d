"""Sends the steps of a plan, one after the other; each can be sent again after a kill."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from midakit.ascode.compare import fingerprint, hidden_fields
from midakit.ascode.known_ids import KnownFile
from midakit.ascode.plan import PlanStep
from midakit.errors import Conflict, NotAcceptable, NotFound

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

Known = dict[str, dict[str, KnownFile]]


class AsyncSteps:
    """Sends steps and keeps the ids of what they create.

    Args:
        mida: The client of the project.
        project_key: The project.
        known: The ids of all files; steps add to it and take from it.
    """

    def __init__(self, mida: "AsyncMida", project_key: str, known: Known) -> None:
        self.mida = mida
        self.project_key = project_key
        self.known = known

    async def send(self, step: PlanStep) -> None:
        """Do what a step says.

        Args:
            step: The step.

        Raises:
            MidakitError: The server refused, or could not be reached.
        """
        files = self.known.setdefault(step.kind, {})
        if step.action == "create":
            files[step.name] = await self._create(step)
        elif step.action == "delete":
            await self._delete(step)
            files.pop(step.name, None)
        elif step.action == "update":
            await self._update(step)
        else:
            number = step.id if step.id is not None else files[step.name].id
            status = {"start": 1, "stop": 0, "to_draft": 9}[step.action]
            await self.mida.experiments.set_status(number, status)

    async def _create(self, step: PlanStep) -> KnownFile:
        if step.kind == "goal":
            return KnownFile(await self._goal(step))
        if step.kind == "group":
            return KnownFile(await self._group(step))
        sent = {name: fingerprint(one) for name, one in hidden_fields(step.fields).items()}
        return KnownFile(await self._experiment(step), sent)

    async def _goal(self, step: PlanStep) -> int:
        """Create a goal; one that has the key already, by a run that was killed, is that goal."""
        try:
            made = await self.mida.goals.create(**step.fields)
        except (NotAcceptable, Conflict):
            async for goal in self.mida.goals.list():
                number = goal.goal_profile_id
                called = goal.goal_key == step.fields["goal_key"]
                if called and number and self._is_free(step, number):
                    return number
            raise
        return int(made.goal_profile_id or 0)

    async def _experiment(self, step: PlanStep) -> int:
        """Create a draft; the key of the request is made of its content, so a repeat finds the first."""
        content = [self.project_key, step.name, dict(step.fields)]
        key = f"ascode-{fingerprint(content)}"
        made = await self.mida.experiments.create(**step.fields, idempotency_key=key)
        number = int(made.test_id or 0)
        try:
            await self.mida.experiments.get(number)
        except NotFound:  # the key's experiment was deleted since: this one is another
            made = await self.mida.experiments.create(**step.fields)
            number = int(made.test_id or 0)
        return number

    async def _group(self, step: PlanStep) -> int:
        """Create a group, unless a free one of its name is there; of two made at once the older stays."""
        found = await self._groups_called(step)
        if not found:
            await self.mida.exclusion_groups.create(**self._with_ids(step.fields))
            found = await self._groups_called(step)
            for number in found[1:]:
                await self.mida.exclusion_groups.delete(number)
        return found[0]

    async def _groups_called(self, step: PlanStep) -> list[int]:
        groups = (await self.mida.exclusion_groups.list()).groups
        ids = [one.group_id for one in groups if one.name == step.fields["name"] and one.group_id]
        return sorted(one for one in ids if self._is_free(step, one))

    def _is_free(self, step: PlanStep, number: int) -> bool:
        """Tell whether no other file describes an object of the server: one object has one file."""
        known = self.known.get(step.kind, {})
        return all(one.id != number for name, one in known.items() if name != step.name)

    def _with_ids(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Return a group's fields with the ids of the experiments that it names."""
        found, tests = dict(fields), fields.get("tests")
        known = self.known.get("experiment", {})
        if isinstance(tests, Mapping):
            found["tests"] = {known[name].id: percent for name, percent in tests.items()}
        elif tests is not None:
            found["tests"] = [known[name].id for name in tests]
        return found

    async def _update(self, step: PlanStep) -> None:
        fields: dict[str, Any] = dict(step.fields)
        if step.kind == "project":
            await self.mida.projects.update_configuration(**fields)
            return
        number = int(step.id or 0)
        if step.kind == "goal":
            await self.mida.goals.update(number, **fields)
        elif step.kind == "group":
            await self.mida.exclusion_groups.update(number, **self._with_ids(fields))
        else:
            await self.mida.experiments.update(number, **fields)
        files = self.known.setdefault(step.kind, {})
        last = files.get(step.name)
        sent = dict(last.sent) if last and last.id == number else {}
        sent |= {one.field: fingerprint(one.after) for one in step.changes if not one.readable}
        files[step.name] = KnownFile(number, sent)

    async def _delete(self, step: PlanStep) -> None:
        number = int(step.id or 0)
        if step.kind == "goal":
            await self.mida.goals.delete(number)
        elif step.kind == "group":
            await self.mida.exclusion_groups.delete(number)
        else:
            await self.mida.experiments.delete(number)
