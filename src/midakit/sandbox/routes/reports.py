"""Reports over visitor-level data, and the configured split."""

from midakit.sandbox.reports import ReportContext, distribution, metrics, result, timeseries
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Answer


def get_experiment_result(state: SandboxState, request: ApiRequest) -> Answer:
    """Return conversions per variant.

    Args:
        state: What the sandbox holds.
        request: Names the experiment; its query narrows the report.

    Returns:
        The report.
    """
    return result(state.visits, _context(state, request), request.query_texts)


def get_experiment_metrics(state: SandboxState, request: ApiRequest) -> Answer:
    """Return secondary metrics per variant.

    Args:
        state: What the sandbox holds.
        request: Names the experiment; its query narrows the report.

    Returns:
        The report.
    """
    return metrics(state.visits, _context(state, request), request.query_texts)


def get_experiment_timeseries(state: SandboxState, request: ApiRequest) -> Answer:
    """Return daily rows per variant.

    Args:
        state: What the sandbox holds.
        request: Names the experiment; its query narrows the report.

    Returns:
        The report.
    """
    return timeseries(state.visits, _context(state, request), request.query_texts)


def get_experiment_distribution(state: SandboxState, request: ApiRequest) -> Answer:
    """Return the split as it is configured, not as it came out.

    Args:
        state: What the sandbox holds.
        request: Its path has the experiment's id.

    Returns:
        The split.
    """
    return distribution(state.visits, _context(state, request), request.query_texts)


def _context(state: SandboxState, request: ApiRequest) -> ReportContext:
    """Return what the report is about."""
    return state.report_context(request.project, request.find(state, "experiment"))
