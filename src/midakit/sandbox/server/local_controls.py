"""The controls of a sandbox in this process: the same functions, called without HTTP."""

from collections.abc import Mapping
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.controls import CONTROLS
from midakit.sandbox.server.sandbox_controls import SandboxControls


class LocalControls(SandboxControls):
    """The controls of a state in this process.

    Example:
        sandbox.reset()
        print(sandbox.project_key)
    """

    @property
    def state(self) -> SandboxState:
        """The state that is controlled."""
        raise NotImplementedError

    @property
    def project_key(self) -> str:
        """The first project's key; empty when there is no project."""
        projects = self.state.records.find_all("project")
        return str(projects[0]["project_key"]) if projects else ""

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        query: Mapping[str, object] | None = None,
        good: tuple[int, ...] = (200, 201),
    ) -> Any:
        """Call the function of a control."""
        texts = {name: str(value) for name, value in (query or {}).items()}
        answer = CONTROLS[path][method](self.state, texts, body)
        status, value = answer if isinstance(answer, tuple) else (200, answer)
        assert isinstance(value, dict)  # only the export is text, and no method asks for it
        if status not in good:
            raise HttpError(status, value["error"])
        return value
