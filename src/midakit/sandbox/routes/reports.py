"""ReportCache over visitor-level data, and the configured split."""

from midakit.sandbox.answers import Answer
from midakit.sandbox.reports import ReportContext, distribution
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.experiments import found
from midakit.sandbox.sandbox_state import SandboxState


def get_experiment_result(state: SandboxState, request: ApiRequest) -> Answer:
    """Conversions per variant."""
    return state.reports.result(_context(state, request), request.query_texts)


def get_experiment_metrics(state: SandboxState, request: ApiRequest) -> Answer:
    """Secondary metrics per variant."""
    return state.reports.metrics(_context(state, request), request.query_texts)


def get_experiment_timeseries(state: SandboxState, request: ApiRequest) -> Answer:
    """Daily rows per variant."""
    return state.reports.timeseries(_context(state, request), request.query_texts)


def get_experiment_distribution(state: SandboxState, request: ApiRequest) -> Answer:
    """The split as configured, not as it came out."""
    return distribution(state.visits, _context(state, request), request.query_texts)


def _context(state: SandboxState, request: ApiRequest) -> ReportContext:
    return state.context(request.project, found(state, request))


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
