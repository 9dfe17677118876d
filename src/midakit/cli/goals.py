"""`midakit goals`."""

from typing import Annotated, Any, Literal

from cyclopts import App, Parameter

from midakit.cli.asking import confirm
from midakit.cli.listing import LIMIT, Everything, Limit, show_pager
from midakit.cli.session import client
from midakit.cli.showing import done, show
from midakit.cli.tables import Column, record

goals = App(name="goals", help="What counts as a conversion.")

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


def given(**values: Any) -> dict[str, Any]:
    """What was given on the command line."""
    return {name: value for name, value in values.items() if value is not None}


@goals.command(name="list")
def list_goals(*, limit: Limit = LIMIT, everything: Everything = False) -> int:
    """The project's goals."""
    with client() as mida:
        return show_pager(
            mida.goals.list, COLUMNS, what="goals", limit=limit, everything=everything
        )


@goals.command(name="show")
def show_goal(goal_id: int, /) -> int:
    """One goal."""
    with client() as mida:
        found = mida.goals.get(goal_id)
    show(found, record(found, DETAILS))
    return 0


@goals.command
def create(
    name: str,
    kind: Annotated[Kind, Parameter(name="TYPE")],
    value: str,
    /,
    *,
    key: Annotated[
        str | None, Parameter(help="Its own key; made by the server if left out.")
    ] = None,
    purpose: Purpose | None = None,
    element_url: str | None = None,
) -> int:
    """Make a goal: `midakit goals create "Order placed" pageview /thank-you`."""
    options = given(goal_key=key, goal_purpose=purpose, element_url=element_url)
    with client() as mida:
        made = mida.goals.create(name, kind, value, **options)
    brief = made.goal_profile_id
    return done(made, f"created goal {made.goal_profile_id} ({made.goal_key})", brief)


@goals.command
def update(
    goal_id: int,
    /,
    *,
    name: str | None = None,
    kind: Annotated[Kind | None, Parameter(name="--type")] = None,
    value: str | None = None,
    key: str | None = None,
    purpose: Purpose | None = None,
    element_url: str | None = None,
) -> int:
    """Change a goal; live experiments that use it count differently at once."""
    changes = given(
        goal_name=name, goal_type=kind, goal_value=value, goal_key=key, goal_purpose=purpose,
        element_url=element_url,
    )  # fmt: skip
    with client() as mida:
        reply = mida.goals.update(goal_id, **changes)
    return done(reply, f"changed goal {goal_id}: {', '.join(changes)}", goal_id)


@goals.command
def delete(goal_id: int, /) -> int:
    """Delete a goal; a live experiment that uses it may stop counting. It asks first."""
    if not confirm(f"this deletes goal {goal_id}; live experiments that use it may stop counting"):
        return 1
    with client() as mida:
        reply = mida.goals.delete(goal_id)
    return done(reply, f"deleted goal {goal_id}", goal_id)
