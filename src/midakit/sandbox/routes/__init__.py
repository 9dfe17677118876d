"""The 47 operations: one module per resource, each handler named like its operation."""

from collections.abc import Callable

from midakit.sandbox.answers import Answer
from midakit.sandbox.routes import (
    account,
    discussion,
    events,
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

Handler = Callable[[SandboxState, ApiRequest], Answer]

HANDLERS: dict[str, Handler] = {
    **projects.HANDLERS,
    **experiments.HANDLERS,
    **reports.HANDLERS,
    **serving.HANDLERS,
    **discussion.HANDLERS,
    **account.HANDLERS,
    **personalization.HANDLERS,
    **groups.HANDLERS,
    **events.HANDLERS,
    **goals.HANDLERS,
}
SLOW = frozenset({*reports.REPORTS, *events.HANDLERS, "list_suggested_pages"})
"""Operations that ask DuckDB: they run in a worker thread, the rest on the event loop."""
