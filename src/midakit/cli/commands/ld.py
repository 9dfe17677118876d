"""`midakit ld import`."""

from typing import Annotated, Any, Literal

from cyclopts import App, Parameter
from cyclopts.validators import Number

from midakit.cli.input.arguments import given
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import show
from midakit.cli.output.tables import Column, Table, lines
from midakit.cli.output.text import shown
from midakit.cli.support.session import client
from midakit.export.text import counted

ld = App(name="ld", help="Import LaunchDarkly metrics as Mida goals.")

PLAN = (
    Column("metric", "Metric", cut=16),
    Column("goal.goal_type", "Goal", cut=8),
    Column("goal.goal_value", "Value", cut=12, drop=1),
    Column("warnings", "Not mapped", wrap=True),
)
DONE = (
    Column("metric_key", "Metric", cut=16),
    Column("state", "State", "state"),
    Column("goal_key", "Goal key", cut=12, drop=1),
    Column("detail", "Detail", wrap=True),
)


@ld.command(name="import")
def import_metrics(
    project: str,
    /,
    *metrics: str,
    dry_run: bool = False,
    cap: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    instance: Literal["commercial", "eu", "federal"] | None = None,
) -> int:
    """Turn a LaunchDarkly project's metrics into Mida goals; those that are there stay.

    The access token comes from LAUNCHDARKLY_ACCESS_TOKEN.

    $ midakit ld import my-project --dry-run
    $ midakit ld import my-project checkout-clicks signup --cap 2

    Args:
        project: Key of the LaunchDarkly project.
        metrics: Keys of the metrics to import; when left out, all.
        dry_run: Print which goals would be created and what gets lost; create none.
        cap: How many goals the Mida account's plan allows.
        instance: Which LaunchDarkly instance holds the project; when left out, commercial.
    """
    from midakit.launchdarkly import LaunchDarkly, plan_import, run_import

    with LaunchDarkly(**given(instance=instance)) as source, client() as mida:
        with working("reading metrics and goals"):
            found = [source.metrics.get(project, key) for key in metrics]
            found = found or source.metrics.list(project).collect()
            existing = [goal.goal_key for goal in mida.goals.list() if goal.goal_key]
        plan = plan_import(found, existing=existing, cap=cap)
        if dry_run:
            show(plan.to_dict(), *_planned(plan))
            return 0
        with working(f"creating {counted(len(plan.new), 'goal')}"):
            report = run_import(plan, mida.goals.create)
    rows = [row._asdict() for row in report.rows]
    counts = str(report).splitlines()[-1]
    made = _readable(rows, "detail", Table(rows, DONE, empty="nothing to import"))
    show({"plan": plan.to_dict(), "rows": rows}, made, lines(*_counted(plan), counts))
    return int(report.exit_code)


def _planned(plan: Any) -> tuple[Table, Table]:
    rows = plan.to_dict()["metrics"]
    table = _readable(rows, "warnings", Table(rows, PLAN, empty="no metrics"))
    return table, lines(*_counted(plan))


def _readable(rows: list[dict[str, Any]], key: str, table: Table) -> Table:
    """Replace the stable words of the mapping by words for people, which can wrap."""
    said = [{**row, key: shown(row[key], "text").replace("_", " ")} for row in rows]
    return table._replace(rows=said, whole=table)


def _counted(plan: Any) -> list[str]:
    """Return what the plan says below its metrics."""
    return str(plan).splitlines()[len(plan.mappings) :]
