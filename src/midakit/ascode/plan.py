"""What a plan is: steps with the fields that they change, as values that print and compare."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Literal

import attrs

Kind = Literal["goal", "project", "experiment", "group"]
Action = Literal["create", "update", "stop", "start", "to_draft", "delete"]


@attrs.frozen
class Change:
    """One field that differs; `before` is what the server has, `after` what the file says.

    Example:
        plan = await ascode.plan_copy_async(mida, other, 1001)
        for step in plan.steps:
            for change in step.changes:
                print(step.name, change.field, change.before, change.after)
    """

    field: str
    """Path of the field, such as `variants[0].nickname`."""
    before: Any
    """What the server has; None when it has nothing or does not show it."""
    after: Any
    """What the file says."""
    readable: bool = True
    """False for a field that the API takes and never shows: only the file's own change is known."""


@attrs.frozen
class PlanStep:
    """One request of a plan.

    Example:
        plan = await ascode.plan_copy_async(mida, other, 1001)
        for step in plan.steps:
            print(step.action, step.kind, step.name, step.danger or "harmless", step.blocked)
    """

    action: Action
    """What is done."""
    kind: Kind
    """What it is done to."""
    name: str
    """Name of the file, without its ending; the server's name for what has no file."""
    id: int | str | None = None
    """The server's id; None for what is to be created."""
    changes: tuple[Change, ...] = ()
    """The fields that differ."""
    fields: Mapping[str, Any] = attrs.field(factory=dict)
    """What is sent; references to other files are still names."""
    danger: str | None = None
    """Why the step endangers a live test; such a step is done only with `allow_live`."""
    blocked: str | None = None
    """Why the API cannot do this; a plan with such a step is not applied."""

    def to_dict(self) -> dict[str, Any]:
        """Return the step as JSON values.

        Example:
            plan = await ascode.plan_copy_async(mida, other, 1001)
            print([step.to_dict() for step in plan.steps])
        """
        found = {
            "action": self.action, "kind": self.kind, "name": self.name, "id": self.id,
            "changes": [attrs.asdict(one) for one in self.changes],
            "danger": self.danger, "blocked": self.blocked,
        }  # fmt: skip
        return {key: value for key, value in found.items() if value not in (None, [])}


@attrs.frozen
class Unmanaged:
    """Something on the server that no file describes.

    Example:
        folder = ascode.AsyncCodeFolder("experiments", mida)
        await folder.pull()
        for one in (await folder.plan()).unmanaged:
            print(one.kind, one.id, one.name)  # made in the dashboard since
    """

    kind: Kind
    """What it is."""
    id: int | str
    """The server's id."""
    name: str
    """The server's name."""


@attrs.frozen
class ChangePlan:
    """What has to be done so that the server has what the files say.

    Example:
        plan = await ascode.plan_copy_async(mida, other, 1001)
        for step in plan.steps:
            print(step.action, step.kind, step.name)
    """

    project_key: str
    """The project."""
    steps: tuple[PlanStep, ...] = ()
    """The requests, in the order in which they are sent."""
    unmanaged: tuple[Unmanaged, ...] = ()
    """What is on the server and in no file; it is left alone."""

    ids: Mapping[str, Mapping[str, int]] = attrs.field(factory=dict, repr=False)
    """The server's ids of what exists already: by kind, then by the name of the file."""

    @property
    def id(self) -> str:
        """A short text that is the same for the same steps on the same state of the server."""
        told = [self.project_key, [[one.to_dict(), one.fields] for one in self.steps]]
        text = json.dumps(told, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def dangerous(self) -> tuple[PlanStep, ...]:
        """The steps that endanger a live test."""
        return tuple(one for one in self.steps if one.danger)

    @property
    def blocked(self) -> tuple[PlanStep, ...]:
        """The steps that the API cannot do."""
        return tuple(one for one in self.steps if one.blocked)

    def __bool__(self) -> bool:
        """Tell whether there is something to do."""
        return bool(self.steps)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON values.

        Example:
            plan = await ascode.plan_copy_async(mida, other, 1001)
            print(plan.to_dict()["steps"])
        """
        return {
            "id": self.id,
            "project_key": self.project_key,
            "steps": [one.to_dict() for one in self.steps],
            "unmanaged": [attrs.asdict(one) for one in self.unmanaged],
        }
