"""`midakit experiments`."""

import re
from typing import Any

from cyclopts import App

from midakit.cli.commands.experiments.files import State, create, template, update
from midakit.cli.commands.experiments.states import (
    delete,
    draft,
    rollout,
    serve,
    start,
    stop,
    stop_serving,
)
from midakit.cli.input.arguments import TestId
from midakit.cli.output.listings import LIMIT, Everything, Limit, show_pager
from midakit.cli.output.print_answer import note, show
from midakit.cli.output.tables import Column, Table, record
from midakit.cli.support.session import client

experiments = App(
    name="experiments", help="List, show, create, change, serve and delete experiments."
)
for _command in (
    template, create, update, start, stop, draft, serve, rollout, stop_serving, delete,
):  # fmt: skip
    experiments.command(_command)

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
DETAILS = (
    Column("test_id", "ID"),
    Column("test_name", "Name"),
    Column("status", "Status", "state"),
    Column("url", "URL"),
    Column("is_completed", "Concluded"),
    Column("serving_variant_id", "Serves variant"),
    Column("primary_goal.goal_name", "Goal"),
    Column("primary_goal.goal_type", "Goal type"),
    Column("primary_goal.goal_key", "Goal key"),
    Column("configuration.traffic_allocation", "Traffic", "percent"),
    Column("configuration.distribution", "Split"),
    Column("configuration.is_mab", "Bandit"),
    Column("configuration.start_test_date", "Starts"),
    Column("configuration.end_test_date", "Ends"),
    Column("targeting.devices", "Devices"),
    Column("targeting.browsers", "Browsers"),
    Column("targeting.countries", "Countries"),
    Column("created_at", "Created"),
    Column("updated_at", "Updated"),
)
VARIANTS = (
    Column("report_id", "ID", "id"),
    Column("name", "Variant"),
    Column("nickname", "Nickname", cut=16),
    Column("changes", "Changes", "count"),
    Column("code", "Code"),
)
SHARES = (
    Column("variant_id", "ID", "id"),
    Column("name", "Variant", cut=20),
    Column("traffic_weight", "Share", "percent"),
    Column("variant_status", "Status"),
)
LINKS = (
    Column("variant_id", "ID", "id"),
    Column("name", "Variant", cut=12),
    Column("preview_url", "Preview", wrap=True),
)


@experiments.command(name="list")
def list_experiments(
    *,
    status: State | None = None,
    limit: Limit = LIMIT,
    everything: Everything = False,
) -> int:
    """List the account's experiments; a listed one may belong to another project.

    $ midakit experiments list --status live
    $ midakit experiments list --all --csv -o experiments.csv

    Args:
        status: Show only experiments in this state.
        limit: How many to show at most (default 100).
        everything: Show all of them, without a limit.
    """
    with client() as mida:
        return show_pager(
            mida.experiments.list, COLUMNS, what="experiments", limit=limit, everything=everything,
            keep=(lambda one: one.status == status) if status else None,
        )  # fmt: skip


@experiments.command(name="show")
def show_experiment(test_id: TestId, /) -> None:
    """Show one experiment with its variants, goal, targeting and configuration.

    $ midakit experiments show 1001
    $ midakit experiments show 1001 --json

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        found = mida.experiments.get(test_id)
    variants = Table([_variant(one) for one in found.variants], VARIANTS, "Variants")
    show(found, record(found, DETAILS), variants)


def _variant(variant: Any) -> dict[str, Any]:
    """Return the id that reports and serving use: they count from Control, 0; the stored ids do not."""
    name = variant.name or ""
    numbered = re.match(r"Variant (\d+)\b", name)
    code = [word for word, text in (("JS", variant.customJS), ("CSS", variant.customCSS)) if text]
    return {
        "report_id": "0" if name.lower() == "control" else numbered[1] if numbered else None,
        "name": name,
        "nickname": variant.nickname,
        "changes": len(variant.data),
        "code": code,
    }


@experiments.command
def split(test_id: TestId, /) -> None:
    """Show the configured traffic split.

    $ midakit experiments split 1001

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        found = mida.experiments.distribution(test_id)
    share = f", {found.traffic_allocation:g} % of visitors" if found.traffic_allocation else ""
    title = f"{found.test_name} ({test_id}): {found.distribution_mode or 'unknown'} split{share}"
    show(found, Table(found.variants, SHARES, title))


@experiments.command
def links(test_id: TestId, /) -> None:
    """Show preview links of every variant, and the public link to the results.

    $ midakit experiments links 1001

    Args:
        test_id: Id of the experiment, from `midakit experiments list`.
    """
    with client() as mida:
        found, shared = mida.experiments.preview_urls(test_id), mida.experiments.share_link(test_id)
    show({"preview": found, "share": shared}, Table(found.variants, LINKS))
    state = "" if shared.is_public else " (switched off in the dashboard)"
    note(f"results: {shared.share_link}{state}")
