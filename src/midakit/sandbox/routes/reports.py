"""Reports over visitor-level data, and the configured split."""

from midakit.sandbox.exchange import Answer, Call
from midakit.sandbox.reports import Context, distribution
from midakit.sandbox.routes.experiments import found
from midakit.sandbox.world import World


def get_experiment_result(world: World, call: Call) -> Answer:
    """Conversions per variant."""
    return world.reports.result(_context(world, call), call.texts)


def get_experiment_metrics(world: World, call: Call) -> Answer:
    """Secondary metrics per variant."""
    return world.reports.metrics(_context(world, call), call.texts)


def get_experiment_timeseries(world: World, call: Call) -> Answer:
    """Daily rows per variant."""
    return world.reports.timeseries(_context(world, call), call.texts)


def get_experiment_distribution(world: World, call: Call) -> Answer:
    """The split as configured, not as it came out."""
    return distribution(world.visits, _context(world, call), call.texts)


def _context(world: World, call: Call) -> Context:
    return world.context(call.project, found(world, call))


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
