"""LaunchDarkly metrics on the same core, and their way into Mida goals.

async with AsyncLaunchDarkly(access_token=...) as ld:
    metric = await ld.metrics.get("my-project", "checkout")
print(to_goal(metric).goal)
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midakit.launchdarkly._async.client import AsyncLaunchDarkly as AsyncLaunchDarkly
    from midakit.launchdarkly._async.goal_import import run_import as run_import_async
    from midakit.launchdarkly._sync.client import LaunchDarkly as LaunchDarkly
    from midakit.launchdarkly._sync.goal_import import run_import as run_import
    from midakit.launchdarkly.mapping import Mapping as Mapping
    from midakit.launchdarkly.mapping import to_goal as to_goal
    from midakit.launchdarkly.models import Metric as Metric
    from midakit.launchdarkly.models import MetricList as MetricList
    from midakit.launchdarkly.plan import Plan as Plan
    from midakit.launchdarkly.plan import Report as Report
    from midakit.launchdarkly.plan import plan_import as plan_import

_HOMES = {
    "AsyncLaunchDarkly": "_async.client",
    "LaunchDarkly": "_sync.client",
    "Mapping": "mapping",
    "Metric": "models",
    "MetricList": "models",
    "Plan": "plan",
    "Report": "plan",
    "plan_import": "plan",
    "run_import": "_sync.goal_import",
    "run_import_async": "_async.goal_import",
    "to_goal": "mapping",
}

__all__ = [
    "AsyncLaunchDarkly",
    "LaunchDarkly",
    "Mapping",
    "Metric",
    "MetricList",
    "Plan",
    "Report",
    "plan_import",
    "run_import",
    "run_import_async",
    "to_goal",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    home = import_module(f"{__name__}.{_HOMES[name]}")
    return getattr(home, "run_import" if name == "run_import_async" else name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
