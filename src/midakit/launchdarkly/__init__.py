"""Read metrics from LaunchDarkly and turn them into Mida goals.

async with AsyncLaunchDarkly(access_token=...) as ld:
    metric = await ld.metrics.get("my-project", "checkout")
print(to_goal(metric).goal)
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.launchdarkly._async.client import AsyncLaunchDarkly as AsyncLaunchDarkly
    from midakit.launchdarkly._async.goal_import import run_import as run_import_async  # noqa: F401
    from midakit.launchdarkly._sync.client import LaunchDarkly as LaunchDarkly
    from midakit.launchdarkly._sync.goal_import import run_import as run_import
    from midakit.launchdarkly.mapping import Mapping as Mapping
    from midakit.launchdarkly.mapping import to_goal as to_goal
    from midakit.launchdarkly.models import Metric as Metric
    from midakit.launchdarkly.models import MetricList as MetricList
    from midakit.launchdarkly.plan import ImportPlan as ImportPlan
    from midakit.launchdarkly.plan import ImportReport as ImportReport
    from midakit.launchdarkly.plan import plan_import as plan_import

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "_async.client": "AsyncLaunchDarkly",
        "_async.goal_import": "run_import_async=run_import",
        "_sync.client": "LaunchDarkly",
        "_sync.goal_import": "run_import",
        "mapping": "Mapping to_goal",
        "models": "Metric MetricList",
        "plan": "ImportPlan ImportReport plan_import",
    },
)
