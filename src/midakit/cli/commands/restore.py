"""`midakit restore`."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from midakit.cli.input.confirm import confirm
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import say
from midakit.cli.output.print_plan import Progress, show_plan
from midakit.cli.support.session import client


def restore(
    place: Annotated[Path, Parameter(name="FOLDER")],
    /,
    *,
    of: str | None = None,
    allow_live: bool = False,
) -> int:
    """Bring back what a backup has and the server has not, or has otherwise. It asks first.

    Comments and campaigns are kept in the backup and cannot be created by the API.

    $ midakit restore saved
    $ midakit restore saved --of OTHER_PROJECT_KEY

    Args:
        place: The folder of all backups.
        of: Project key of the backup; when left out, that of the project to restore.
        allow_live: Also change what endangers live tests.
    """
    from midakit.ascode import backup_of
    from midakit.ascode.showing import counted, plan_lines

    with client() as mida:
        with working("comparing backup and server"):
            key = of or mida.projects.get().project_key or ""
            work = backup_of(mida, place, key)
            plan = work.plan()
        show_plan(plan, plan_lines(plan))
        if not plan:
            return 0
        if not confirm(f"this changes project {plan.project_key}: {counted(plan)}"):
            return 1
        with Progress(len(plan.steps)) as progress:
            work.apply(plan, allow_live=allow_live, on_step=progress)
    say(f"restored {key}")
    return 0
