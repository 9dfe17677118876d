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

from midakit.ascode._async.backups import backup as backup_async
from midakit.ascode._async.backups import backup_of as backup_of_async
from midakit.ascode._async.copying import copy as copy_async
from midakit.ascode._async.copying import plan_copy as plan_copy_async
from midakit.ascode._async.folder import AsyncCodeFolder
from midakit.ascode._async.migrating import import_growthbook as import_growthbook_async
from midakit.ascode._async.migrating import import_launchdarkly as import_launchdarkly_async
from midakit.ascode._sync.backups import backup, backup_of
from midakit.ascode._sync.copying import copy, plan_copy
from midakit.ascode._sync.folder import CodeFolder
from midakit.ascode._sync.migrating import import_growthbook, import_launchdarkly
from midakit.ascode.errors import LiveTestAtRisk, PlanBlocked, PlanError, PlanOutdated
from midakit.ascode.plan import Change, ChangePlan, PlanStep, Unmanaged
from midakit.ascode.pulling import Pulled

__all__ = [
    "AsyncCodeFolder",
    "Change",
    "ChangePlan",
    "CodeFolder",
    "LiveTestAtRisk",
    "PlanBlocked",
    "PlanError",
    "PlanOutdated",
    "PlanStep",
    "Pulled",
    "Unmanaged",
    "backup",
    "backup_async",
    "backup_of",
    "backup_of_async",
    "copy",
    "copy_async",
    "import_growthbook",
    "import_growthbook_async",
    "import_launchdarkly",
    "import_launchdarkly_async",
    "plan_copy",
    "plan_copy_async",
]
