"""`midakit projects`."""

from typing import Annotated

from cyclopts import App, Parameter

from midakit.cli.listing import LIMIT, Everything, Limit, show_pager
from midakit.cli.session import client
from midakit.cli.tables import Column

projects = App(name="projects", help="The account's projects and their defaults.")

COLUMNS = (
    Column("project_key", "Key"),
    Column("name", "Name", cut=20),
    Column("allowed_website", "Website", cut=16, drop=2),
    Column("status", "Status", "state", drop=1),
    Column("created_at", "Created", drop=3),
)


@projects.command(name="list")
def list_projects(
    *,
    limit: Limit = LIMIT,
    everything: Everything = False,
    inactive: Annotated[bool, Parameter(help="Paused ones too.")] = False,
) -> int:
    """The account's projects."""
    with client() as mida:
        return show_pager(
            mida.projects.list, COLUMNS, what="projects", limit=limit, everything=everything,
            include_inactive=inactive,
        )  # fmt: skip
