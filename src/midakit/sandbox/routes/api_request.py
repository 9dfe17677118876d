"""A request as the handlers of operations see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from midakit.sandbox.answers import Body
from midakit.sandbox.contract.operations import Operation


@dataclass(slots=True)
class ApiRequest:
    """A request that passed the key check and the contract."""

    operation: Operation
    project: Body
    path_ids: Mapping[str, int]
    query: dict[str, Any]
    query_lists: Mapping[str, list[str]]
    query_texts: Mapping[str, str]
    """Query values as they came; the reports read these."""
    headers: Mapping[str, str]
    origin: str
    """Scheme and host this server was called by."""
    person: Body | None = None
    body: Body = field(default_factory=dict)

    @property
    def project_key(self) -> str:
        """The project's public key."""
        return str(self.project["project_key"])

    @property
    def company_id(self) -> int:
        """The account that owns the project."""
        return int(self.project["company_id"])
