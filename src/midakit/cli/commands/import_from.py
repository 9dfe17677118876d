"""`midakit import`."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter

from midakit.cli.input.arguments import given
from midakit.cli.input.code_folder import HERE
from midakit.cli.output.draw_table import working
from midakit.cli.output.print_answer import show
from midakit.cli.output.tables import Column, Table, lines
from midakit.export.text import counted

if TYPE_CHECKING:
    from midakit.ascode.migration.migrated import Migrated

import_from = App(name="import", help="Write another service's metrics and experiments as files.")

FolderOption = Annotated[Path, Parameter(name="--folder")]
NOTES = (Column("what", "About", cut=20), Column("text", "Not mapped", wrap=True))


@import_from.command
def launchdarkly(
    project: str,
    /,
    *,
    environment: str = "production",
    url: str | None = None,
    folder: FolderOption = HERE,
    instance: Literal["commercial", "eu", "federal"] | None = None,
) -> int:
    """Write LaunchDarkly's metrics and experiments as files; `midakit apply` creates them.

    The access token comes from LAUNCHDARKLY_ACCESS_TOKEN. What could not be mapped is printed with the
    reason, and stands as a comment in the file.

    $ midakit import launchdarkly my-project
    $ midakit import launchdarkly my-project --url https://shop.example.com/

    Args:
        project: Key of the LaunchDarkly project.
        environment: Environment whose experiments are read (default production).
        url: Address of the page that experiments run on; when left out, only goals are written.
        folder: The folder of the files; when left out, mida.
        instance: Which LaunchDarkly instance holds the project; when left out, commercial.
    """
    from midakit.ascode import import_launchdarkly
    from midakit.launchdarkly import LaunchDarkly

    with LaunchDarkly(**given(instance=instance)) as source, working("reading LaunchDarkly"):
        found = import_launchdarkly(source, folder, project, environment, url=url)
    return _say(found, folder)


@import_from.command
def growthbook(*, url: str | None = None, folder: FolderOption = HERE) -> int:
    """Write GrowthBook's metrics and experiments as files; `midakit apply` creates them.

    The secret key comes from GROWTHBOOK_API_KEY, the address of your own server from
    GROWTHBOOK_BASE_URL.

    $ midakit import growthbook --url https://shop.example.com/

    Args:
        url: Address of the page that experiments run on; when left out, only goals are written.
        folder: The folder of the files; when left out, mida.
    """
    from midakit.ascode import import_growthbook
    from midakit.growthbook import GrowthBook

    with GrowthBook() as source, working("reading GrowthBook"):
        found = import_growthbook(source, folder, url=url)
    return _say(found, folder)


def _say(found: "Migrated", folder: Path) -> int:
    data = found.to_dict()
    kinds = Counter(name.partition("/")[0] for name in data["files"])
    left = sum(one["left_out"] for one in data["notes"])
    goals, tests = counted(kinds["goals"], "goal"), counted(kinds["experiments"], "experiment")
    counts = f"{folder}: {goals}, {tests}, {left} left out"
    show(data, Table(data["notes"], NOTES, empty="everything was mapped"), lines(counts))
    return 0
