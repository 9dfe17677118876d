"""A request as the handlers of operations see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Body

_KINDS = {
    "experiment": ("test_id", "Experiment"),
    "goal": ("goal_profile_id", "Goal"),
    "group": ("group_id", "Exclusion group"),
    "campaign": ("campaign_id", "Campaign"),
}


@dataclass(slots=True, kw_only=True)
class ApiRequest:
    """A request that passed the key check and the contract."""

    project: Body
    path_ids: Mapping[str, int]
    query: dict[str, Any]
    """Query values by their types, defaults included."""
    query_lists: Mapping[str, list[str]]
    """Every value of each query parameter."""
    query_texts: Mapping[str, str]
    """Query values as they came; the reports read these."""
    headers: Mapping[str, str]
    origin: str
    """Scheme, host and prefix of a namespace that this server was called by."""
    person: Body | None = None
    """The team member behind the connection, if it names one."""
    body: Body = field(default_factory=dict)

    @property
    def project_key(self) -> str:
        """The project's public key."""
        return str(self.project["project_key"])

    @property
    def company_id(self) -> int:
        """The account that owns the project."""
        return int(self.project["company_id"])

    def find(self, state: SandboxState, kind: str) -> Body:
        """Return the object that the path names.

        Args:
            state: What the sandbox holds.
            kind: `experiment`, `goal`, `group` or `campaign`.

        Returns:
            The stored object.

        Raises:
            HttpError: 404, the project of the path has no such object.
        """
        name, label = _KINDS[kind]
        stored = state.records.find(kind, self.path_ids[name], project=self.project_key)
        if stored is None:
            raise HttpError(404, f"{label} not found")
        return stored

    def find_goal(self, state: SandboxState, goal_key: str) -> Body:
        """Return the active goal with a key.

        Args:
            state: What the sandbox holds.
            goal_key: The key in the body.

        Returns:
            The stored goal.

        Raises:
            HttpError: 404, the project of the path has no such goal [choice 30].
        """
        stored = state.records.find_by_name("goal", goal_key, project=self.project_key)
        if stored is None:
            raise HttpError(404, f"Goal not found in this project: {goal_key}")
        return stored

    def find_page(self, state: SandboxState, kind: str) -> list[Body]:
        """Return the page of objects that `limit` and `offset` ask for, by id [choice 29] [choice 33].

        Args:
            state: What the sandbox holds.
            kind: `experiment`, which lists the whole account, or `goal`.

        Returns:
            The stored objects.
        """
        account = kind == "experiment"
        return state.records.find_all(
            kind,
            company=self.company_id if account else None,
            project=None if account else self.project_key,
            limit=self.query["limit"],
            offset=self.query["offset"],
        )
