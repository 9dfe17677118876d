"""`midakit experiments`."""

from cyclopts import App

from midakit.cli.listing import LIMIT, Everything, Limit, show_pager
from midakit.cli.session import client
from midakit.cli.tables import Column

experiments = App(name="experiments", help="List, show, create, change, serve, delete.")

COLUMNS = (
    Column("test_id", "ID", "id"),
    Column("test_name", "Name", cut=24),
    Column("status", "Status", "state"),
    Column("is_completed", "Concluded", drop=4),
    Column("serving_variant_id", "Serves", drop=3),
    Column("created_at", "Created", drop=1),
    Column("updated_at", "Updated", drop=5),
    Column("url", "URL", cut=24, drop=2),
)


@experiments.command(name="list")
def list_experiments(*, limit: Limit = LIMIT, everything: Everything = False) -> int:
    """The account's experiments; a listed one may belong to another project."""
    with client() as mida:
        return show_pager(
            mida.experiments.list, COLUMNS, what="experiments", limit=limit, everything=everything
        )
