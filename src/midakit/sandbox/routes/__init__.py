"""The operations of the contract: one module per resource, each handler named like its operation."""

from collections.abc import Callable
from typing import Any

from midakit.sandbox.contract.operations import operations
from midakit.sandbox.routes import (
    account,
    discussion,
    events,
    experiment_creation,
    experiments,
    goals,
    groups,
    personalization,
    projects,
    reports,
    serving,
)
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer

Handler = Callable[[SandboxState, ApiRequest], Answer]

_MODULES = (account, discussion, events, experiment_creation, experiments, goals, groups,
            personalization, projects, reports, serving)  # fmt: skip
_DEFINED: dict[str, Any] = {
    name: value for module in _MODULES for name, value in vars(module).items()
}
HANDLERS: dict[str, Handler] = {
    operation.name: _DEFINED[operation.name] for operation in operations()
}
"""The handler of every operation of the contract."""
REPORTS = frozenset(
    {"get_experiment_result", "get_experiment_metrics", "get_experiment_timeseries"}
)  # fmt: skip
"""Operations that count visits; they wait for each other, and nothing else waits for them."""
SLOW = frozenset(
    {"list_events", "create_event", "get_event", "update_event", "delete_event", "list_suggested_pages"}
)  # fmt: skip
"""Operations that read visits: they run in a worker thread, the rest on the event loop."""
