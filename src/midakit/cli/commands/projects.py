"""`midakit projects`."""

from typing import Annotated

from cyclopts import App, Parameter

from midakit.cli.input.arguments import Changes, given, need_one
from midakit.cli.input.confirm import confirm
from midakit.cli.input.documents import check_fields, read_mapping
from midakit.cli.options import current
from midakit.cli.output.listings import LIMIT, Everything, Limit, show_pager
from midakit.cli.output.print_answer import done, note, show
from midakit.cli.output.tables import Column, Table, record
from midakit.cli.support.session import client
from midakit.errors import InvalidRequest
from midakit.mida import calls

projects = App(name="projects", help="The account's projects and their defaults.")

OneOrMine = Annotated[str | None, Parameter(name="KEY")]

COLUMNS = (
    Column("project_key", "Key"),
    Column("name", "Name", cut=20),
    Column("allowed_website", "Website", cut=16, drop=2),
    Column("status", "Status", "project", drop=1),
    Column("created_at", "Created", drop=3),
)
DETAILS = (
    *COLUMNS,
    Column("widget_name", "Widget"),
    Column("monthly_average_traffic", "Monthly visitors", "count"),
    Column("shopify_id", "Shopify"),
    Column("updated_at", "Updated"),
)
DEFAULTS = (
    Column("stats_engine", "Statistics"),
    Column("confidence_threshold_percent", "Threshold", "percent"),
    Column("primary_goal.goal_name", "Primary goal"),
    Column("primary_goal.goal_key", "Goal key"),
    Column("weekly_ai_summary_enabled", "Weekly summary"),
    Column("skip_pre_publish_check", "Skip publish check"),
)
SECONDARY = (
    Column("name", "Name", cut=20),
    Column("goal_key", "Goal key", cut=16),
    Column("goal_type", "Type"),
    Column("text", "Metric"),
)


@projects.command(name="list")
def list_projects(
    *,
    inactive: bool = False,
    limit: Limit = LIMIT,
    everything: Everything = False,
) -> int:
    """List the account's projects.

    $ midakit projects list --inactive

    Args:
        inactive: Include paused projects.
        limit: How many to show at most (default 100).
        everything: Show all of them, without a limit.
    """
    with client() as mida:
        return show_pager(
            mida.projects.list, COLUMNS, what="projects", limit=limit, everything=everything,
            include_inactive=inactive,
        )  # fmt: skip


@projects.command(name="show")
def show_project(key: OneOrMine = None, /) -> None:
    """Show one project; the one in use when none is named.

    $ midakit projects show

    Args:
        key: Key of the project; when left out, the project in use.
    """
    with client() as mida:
        found = mida.projects.get(key)
    show(found, record(found, DETAILS))


@projects.command
def create(name: str, /, *, website: str | None = None) -> int:
    """Make a project; its API key is made in the dashboard. With --quiet only its key is printed.

    $ midakit projects create "Outlet" --website outlet.example.com

    Args:
        name: Name of the project, as the dashboard shows it.
        website: Domain on which the project's script may run.
    """
    if not name.strip():
        raise InvalidRequest("NAME", "must not be empty")
    with client() as mida:
        made = mida.projects.create(name, **given(allowed_website=website))
    return done(made, f"created project {made.project_key} ({made.name})", made.project_key)


@projects.command
def update(
    key: OneOrMine = None,
    /,
    *,
    name: str | None = None,
    website: str | None = None,
    monthly_visitors: int | None = None,
) -> int:
    """Change a project; the one in use when none is named.

    $ midakit projects update --name "Shop" --monthly-visitors 50000

    Args:
        key: Key of the project; when left out, the project in use.
        name: New name, as the dashboard shows it.
        website: Domain on which the project's script may run.
        monthly_visitors: Visitors per month, for estimates.
    """
    changes = given(
        website_name=name, allowed_website=website, monthly_average_traffic=monthly_visitors
    )
    need_one(changes, "--name", "--website", "--monthly-visitors")
    with client() as mida:
        reply = mida.projects.update(key, **changes)
    return done(reply, f"changed project {reply.project_key}: {', '.join(changes)}")


@projects.command
def delete(key: str, /) -> int:
    """Delete a project; its live experiments stop being served. It asks first.

    $ midakit projects delete SANDBOXxPROJECTxKEY002

    Args:
        key: Key of the project, from `midakit projects list`.
    """
    with client() as mida:
        if not current().yes:
            name = f"project {key} ({mida.projects.get(key).name})"
            if not confirm(f"this deletes {name} and stops its live experiments"):
                return 1
        reply = mida.projects.delete(key)
    return done(reply, reply.message or f"deleted project {key}", key)


@projects.command
def defaults(file: Changes = None, /) -> None:
    """Show the defaults that new experiments inherit, or change them from a file.

    $ midakit projects defaults
    $ echo 'primary_goal_key: purchase' | midakit projects defaults -

    Args:
        file: YAML or JSON file with the defaults to change; - reads stdin.
    """
    changes = read_mapping(file) if file else {}
    check_fields(changes, calls.projects.update_configuration)
    with client() as mida:
        if changes:
            mida.projects.update_configuration(**changes)
            note(f"changed: {', '.join(changes)}")
        found = mida.projects.configuration()
    secondary = Table(found.secondary_goals, SECONDARY, "Secondary goals", empty="none")
    show(found, record(found, DEFAULTS), secondary)
