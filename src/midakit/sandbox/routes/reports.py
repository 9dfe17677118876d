"""Reports over visitor-level data, and the configured split."""

from midakit.sandbox.answers import Answer
from midakit.sandbox.reports import Context, distribution
from midakit.sandbox.routes.api_request import Call
from midakit.sandbox.routes.experiments import found
from midakit.sandbox.sandbox_state import SandboxState


def get_experiment_result(state: SandboxState, call: Call) -> Answer:
    """Conversions per variant."""
    return state.reports.result(_context(state, call), call.texts)


def get_experiment_metrics(state: SandboxState, call: Call) -> Answer:
    """Secondary metrics per variant."""
    return state.reports.metrics(_context(state, call), call.texts)


def get_experiment_timeseries(state: SandboxState, call: Call) -> Answer:
    """Daily rows per variant."""
    return state.reports.timeseries(_context(state, call), call.texts)


def get_experiment_distribution(state: SandboxState, call: Call) -> Answer:
    """The split as configured, not as it came out."""
    return distribution(state.visits, _context(state, call), call.texts)


def _context(state: SandboxState, call: Call) -> Context:
    return state.context(call.project, found(state, call))


REPORTS = ("get_experiment_result", "get_experiment_metrics", "get_experiment_timeseries")
HANDLERS = {
    handler.__name__: handler
    for handler in (
        get_experiment_result,
        get_experiment_metrics,
        get_experiment_timeseries,
        get_experiment_distribution,
    )
}
