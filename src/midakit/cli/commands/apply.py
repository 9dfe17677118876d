"""`midakit apply`."""

from typing import Annotated

from cyclopts import Parameter

from midakit.cli.input.code_folder import HERE, FolderPath
from midakit.cli.input.confirm import confirm
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import say
from midakit.cli.output.print_plan import Progress, show_plan
from midakit.cli.support.session import client


def apply(
    folder: FolderPath = HERE,
    /,
    *,
    plan_id: Annotated[str | None, Parameter(name="--plan")] = None,
    allow_live: bool = False,
) -> int:
    """Make the server say what the files say. It shows the plan and asks first.

    After an interruption, run it again: it goes on with what is left.

    $ midakit apply
    $ midakit apply experiments --plan 1f0c9a2b7d3e --yes

    Args:
        folder: The folder of the files; when left out, mida.
        plan_id: Id of the plan that was reviewed, from `midakit plan`; refuse if it has changed since.
        allow_live: Also change what endangers live tests, and delete.
    """
    from midakit.ascode import CodeFolder
    from midakit.ascode._sync.folder import check_plan
    from midakit.ascode.showing import counted, plan_lines

    with client() as mida:
        work = CodeFolder(folder, mida)
        with working("comparing files and server"):
            found = work.plan()
        show_plan(found, plan_lines(found))
        check_plan(found, plan_id, allow_live=allow_live)
        if not found:
            return 0
        if not confirm(f"this changes project {found.project_key}: {counted(found)}"):
            return 1
        with Progress(len(found.steps)) as progress:
            work.apply(found, allow_live=allow_live, on_step=progress)
    say(f"applied plan {found.id}")
    return 0
