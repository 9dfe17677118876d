"""`midakit goals`."""

from typing import Annotated, Literal

from cyclopts import App, Parameter

from midakit.cli.input.arguments import GoalId, given, need_one
from midakit.cli.input.confirm import confirm
from midakit.cli.options import current
from midakit.cli.output.listings import LIMIT, Everything, Limit, show_pager
from midakit.cli.output.print_answer import done, show
from midakit.cli.output.tables import Column, record
from midakit.cli.support.session import client

goals = App(name="goals", help="Goals: what counts as a conversion.")

Purpose = Literal["sell", "engage", "generate"]
Kind = Literal[
    "pageview", "pageviewExact", "pageviewWildcard", "pageviewRegex", "clickOnElement",
    "clickOnText", "externalLink", "formSubmit", "elementAppears", "scrolling", "duration",
    "event", "revenue", "script",
]  # fmt: skip

COLUMNS = (
    Column("goal_profile_id", "ID", "id"),
    Column("goal_key", "Key", cut=16),
    Column("goal_name", "Name", cut=20),
    Column("goal_type", "Type"),
    Column("goal_value", "Value", cut=16, drop=1),
    Column("goal_purpose", "Purpose", drop=2),
)
DETAILS = (
    *COLUMNS,
    Column("element_url", "Element URL"),
    Column("status", "Status"),
    Column("created_at", "Created"),
)


@goals.command(name="list")
def list_goals(*, limit: Limit = LIMIT, everything: Everything = False) -> int:
    """List the project's goals.

    $ midakit goals list
    $ midakit goals list --all --csv

    Args:
        limit: How many to show at most (default 100).
        everything: Show all of them, without a limit.
    """
    with client() as mida:
        return show_pager(
            mida.goals.list, COLUMNS, what="goals", limit=limit, everything=everything
        )


@goals.command(name="show")
def show_goal(goal_id: GoalId, /) -> None:
    """Show one goal.

    $ midakit goals show 101

    Args:
        goal_id: Id of the goal, from `midakit goals list`.
    """
    with client() as mida:
        found = mida.goals.get(goal_id)
    show(found, record(found, DETAILS))


@goals.command
def create(
    name: str,
    kind: Annotated[Kind, Parameter(name="TYPE")],
    value: str,
    /,
    *,
    key: str | None = None,
    purpose: Purpose | None = None,
    element_url: str | None = None,
) -> int:
    """Make a goal. With --quiet only its id is printed.

    $ midakit goals create "Order placed" pageview /thank-you
    $ midakit goals create "Add to cart" clickOnElement .add --key add_to_cart

    Args:
        name: Name of the goal, as the dashboard shows it.
        kind: What counts as a conversion.
        value: What TYPE compares: a path, a CSS selector, the name of an event, a percentage or seconds.
        key: Key for API calls, unique in the project; when left out, the server makes one.
        purpose: What the goal is for; when left out, sell.
        element_url: Address of the page that holds the element or the form.
    """
    options = given(goal_key=key, goal_purpose=purpose, element_url=element_url)
    with client() as mida:
        made = mida.goals.create(name, kind, value, **options)
    brief = made.goal_profile_id
    return done(made, f"created goal {made.goal_profile_id} ({made.goal_key})", brief)


@goals.command
def update(
    goal_id: GoalId,
    /,
    *,
    name: str | None = None,
    kind: Annotated[Kind | None, Parameter(name="--type")] = None,
    value: str | None = None,
    key: str | None = None,
    purpose: Purpose | None = None,
    element_url: str | None = None,
) -> int:
    """Change a goal; live experiments that use it count differently at once.

    $ midakit goals update 101 --name "Thank you" --value /thanks

    Args:
        goal_id: Id of the goal, from `midakit goals list`.
        name: New name, as the dashboard shows it.
        kind: What counts as a conversion.
        value: What --type compares: a path, a CSS selector, the name of an event, a percentage or seconds.
        key: New key for API calls, unique in the project.
        purpose: What the goal is for.
        element_url: Address of the page that holds the element or the form.
    """
    changes = given(
        goal_name=name, goal_type=kind, goal_value=value, goal_key=key, goal_purpose=purpose,
        element_url=element_url,
    )  # fmt: skip
    need_one(changes, "--name", "--type", "--value", "--key", "--purpose", "--element-url")
    with client() as mida:
        reply = mida.goals.update(goal_id, **changes)
    return done(reply, f"changed goal {goal_id}: {', '.join(changes)}", goal_id)


@goals.command
def delete(goal_id: GoalId, /) -> int:
    """Delete a goal; a live experiment that uses it may stop counting. It asks first.

    $ midakit goals delete 101
    $ midakit goals delete 102 --yes

    Args:
        goal_id: Id of the goal, from `midakit goals list`.
    """
    with client() as mida:
        if not current().yes:
            name = f"goal {goal_id} ({mida.goals.get(goal_id).goal_name})"
            if not confirm(f"this deletes {name}; live experiments that use it may stop counting"):
                return 1
        reply = mida.goals.delete(goal_id)
    return done(reply, f"deleted goal {goal_id}", goal_id)
