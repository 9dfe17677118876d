"""`midakit ld import`."""

import sys
from collections.abc import Sequence
from typing import Any

from midakit import Mida
from midakit.launchdarkly import LaunchDarkly, plan_import, run_import


def import_goals(
    project: str, metrics: Sequence[str], *, dry_run: bool, cap: int | None, instance: str | None
) -> int:
    """Plan, print, and unless it is a dry run, create; the exit code is the report's."""
    place: dict[str, Any] = {"instance": instance} if instance else {}
    with LaunchDarkly(**place) as source, Mida() as mida:
        if metrics:
            found = [source.metrics.get(project, key) for key in metrics]
        else:
            found = source.metrics.list(project).collect()
        existing = [goal.goal_key for goal in mida.goals.list() if goal.goal_key]
        plan = plan_import(found, existing=existing, cap=cap)
        sys.stdout.write(f"{plan}\n")
        if dry_run:
            return 0
        report = run_import(plan, mida.goals.create)
    sys.stdout.write(f"{report}\n")
    return int(report.exit_code)
