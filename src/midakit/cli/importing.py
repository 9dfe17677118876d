"""`midakit ld import`."""

import sys
from collections.abc import Sequence
from typing import Any

from cyclopts import App

ld = App(name="ld", help="LaunchDarkly metrics, as Mida goals.")


@ld.command(name="import")
def import_metrics(
    project: str,
    /,
    *metrics: str,
    dry_run: bool = False,
    cap: int | None = None,
    instance: str | None = None,
) -> int:
    """Turn a LaunchDarkly project's metrics into Mida goals.

    The access token comes from LAUNCHDARKLY_ACCESS_TOKEN.

    $ midakit ld import my-project --dry-run
    $ midakit ld import my-project checkout-clicks signup --cap 2

    Parameters
    ----------
    project
        The LaunchDarkly project's key.
    metrics
        Keys of metrics; all when none are named.
    dry_run
        Print what maps, what is lost and how many goals it takes, and create nothing.
    cap
        How many goals the account's plan allows in a project.
    instance
        commercial (the default), eu or federal.
    """
    return import_goals(project, metrics, dry_run=dry_run, cap=cap, instance=instance)


def import_goals(
    project: str, metrics: Sequence[str], *, dry_run: bool, cap: int | None, instance: str | None
) -> int:
    """Plan, print, and unless it is a dry run, create; the exit code is the report's."""
    from midakit.cli.session import client
    from midakit.launchdarkly import LaunchDarkly, plan_import, run_import

    place: dict[str, Any] = {"instance": instance} if instance else {}
    with LaunchDarkly(**place) as source, client() as mida:
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
