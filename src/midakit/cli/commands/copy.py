"""`midakit copy`."""

from typing import Annotated

from cyclopts import Parameter

from midakit.cli.input.confirm import confirm
from midakit.cli.output.draw_table import working
from midakit.cli.output.listings import Everything
from midakit.cli.output.print_answer import say
from midakit.cli.output.print_plan import Progress, show_plan
from midakit.cli.support.session import client, client_of
from midakit.errors import InvalidRequest


def copy(
    test_id: Annotated[int | None, Parameter(name="TEST_ID")] = None,
    /,
    *,
    to: str,
    everything: Everything = False,
    name: str | None = None,
    allow_live: bool = False,
) -> int:
    """Copy an experiment with its goal, or a whole project, to another profile's project.

    Goals are found by their keys. New experiments are drafts. It shows the plan and asks first.

    $ midakit copy 1001 --to production
    $ midakit copy --all --to production

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
        to: Profile of the project to copy into.
        everything: Copy the whole project: goals, experiments, groups and defaults.
        name: Another name for the copy.
        allow_live: Also change what endangers live tests of the other project.
    """
    if (test_id is None) != everything:
        raise InvalidRequest("TEST_ID", "give the id of an experiment, or --all")
    from midakit.ascode import copy as copy_to
    from midakit.ascode import plan_copy
    from midakit.ascode.showing import counted, plan_lines

    with client() as source, client_of(to) as target:
        with working("comparing the projects"):
            plan = plan_copy(source, target, test_id, name=name)
        show_plan(plan, plan_lines(plan))
        if not plan:
            return 0
        if not confirm(f"this changes project {plan.project_key} of {to}: {counted(plan)}"):
            return 1
        with Progress(len(plan.steps)) as progress:
            copy_to(source, target, test_id, name=name, plan=plan, allow_live=allow_live,
                    on_step=progress)  # fmt: skip
    say(f"copied to {to}")
    return 0
