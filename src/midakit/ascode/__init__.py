"""Experiments as code: the goals, experiments and groups of a project as YAML files.

    from midakit import Mida
    from midakit.ascode import CodeFolder

    with Mida() as mida:
        folder = CodeFolder("experiments", mida)
        folder.pull()                # files from the server
        plan = folder.plan()         # what the server would have to change
        folder.apply(plan)           # change it

`AsyncCodeFolder` and the functions that end in `_async` are the same with `await`.
"""

from midakit._lazy import lazy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from midakit.ascode._async.backups import backup as backup_async  # noqa: F401
    from midakit.ascode._async.backups import backup_of as backup_of_async  # noqa: F401
    from midakit.ascode._async.copying import copy as copy_async  # noqa: F401
    from midakit.ascode._async.copying import plan_copy as plan_copy_async  # noqa: F401
    from midakit.ascode._async.folder import AsyncCodeFolder as AsyncCodeFolder
    from midakit.ascode._async.migrating import import_growthbook as import_growthbook_async  # noqa: F401
    from midakit.ascode._async.migrating import import_launchdarkly as import_launchdarkly_async  # noqa: F401
    from midakit.ascode._sync.backups import backup as backup
    from midakit.ascode._sync.backups import backup_of as backup_of
    from midakit.ascode._sync.copying import copy as copy
    from midakit.ascode._sync.copying import plan_copy as plan_copy
    from midakit.ascode._sync.folder import CodeFolder as CodeFolder
    from midakit.ascode._sync.migrating import import_growthbook as import_growthbook
    from midakit.ascode._sync.migrating import import_launchdarkly as import_launchdarkly
    from midakit.ascode.errors import LiveTestAtRisk as LiveTestAtRisk
    from midakit.ascode.errors import PlanBlocked as PlanBlocked
    from midakit.ascode.errors import PlanError as PlanError
    from midakit.ascode.errors import PlanOutdated as PlanOutdated
    from midakit.ascode.plan import Change as Change
    from midakit.ascode.plan import ChangePlan as ChangePlan
    from midakit.ascode.plan import PlanStep as PlanStep
    from midakit.ascode.plan import Unmanaged as Unmanaged
    from midakit.ascode.pulling import Pulled as Pulled

__all__, __getattr__, __dir__ = lazy(
    __name__,
    {
        "_async.backups": "backup_async=backup backup_of_async=backup_of",
        "_async.copying": "copy_async=copy plan_copy_async=plan_copy",
        "_async.folder": "AsyncCodeFolder",
        "_async.migrating": "import_growthbook_async=import_growthbook"
        " import_launchdarkly_async=import_launchdarkly",
        "_sync.backups": "backup backup_of",
        "_sync.copying": "copy plan_copy",
        "_sync.folder": "CodeFolder",
        "_sync.migrating": "import_growthbook import_launchdarkly",
        "errors": "LiveTestAtRisk PlanBlocked PlanError PlanOutdated",
        "plan": "Change ChangePlan PlanStep Unmanaged",
        "pulling": "Pulled",
    },
)
