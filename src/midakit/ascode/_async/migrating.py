"""Reads another service and writes its metrics and experiments as files."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from midakit.ascode.folder_files import FolderFiles
from midakit.ascode.migration.growthbook import growthbook
from midakit.ascode.migration.launchdarkly import launchdarkly
from midakit.ascode.migration.migrated import Migrated
from midakit.core.call import Address, Call
from midakit.core.checks import path_segment
from midakit.core.pages import rows_of

if TYPE_CHECKING:
    from midakit.growthbook._async.client import AsyncGrowthBook
    from midakit.launchdarkly._async.client import AsyncLaunchDarkly

EXPERIMENT_PARTS = "treatments,secondaryMetrics,draftIteration"
"""What LaunchDarkly shows only to those who ask for it; an experiment that never ran is a draft alone."""
PAGE = 20
MOST_PAGES = 1_000


async def import_growthbook(
    source: "AsyncGrowthBook", place: Path | str, *, url: str | None = None
) -> Migrated:
    """Write GrowthBook's metrics and experiments as files for `apply`.

    Args:
        source: The client of GrowthBook.
        place: The folder of the files.
        url: The page that experiments run on; without it only goals are written.

    Returns:
        The documents, and notes about what could not be mapped and why.

    Raises:
        MidakitError: GrowthBook could not be read; no file is touched then.

    Example:
        from midakit.growthbook import AsyncGrowthBook

        shop = "https://shop.example.com/"
        async with AsyncGrowthBook() as source:
            found = await ascode.import_growthbook_async(source, "moved", url=shop)
        print(list(found.documents["experiment"]))
    """
    metrics, experiments = await source.metrics(), await source.experiments()
    found = growthbook(metrics, experiments, await source.features(), url)
    write_files(found, place)
    return found


async def import_launchdarkly(
    source: "AsyncLaunchDarkly",
    place: Path | str,
    project_key: str,
    environment: str = "production",
    *,
    url: str | None = None,
) -> Migrated:
    """Write LaunchDarkly's metrics and experiments as files for `apply`.

    Args:
        source: The client of LaunchDarkly.
        place: The folder of the files.
        project_key: The project.
        environment: The environment whose experiments are read.
        url: The page that experiments run on; without it only goals are written, and experiments are
            not read.

    Returns:
        The documents, and notes about what could not be mapped and why.

    Raises:
        MidakitError: LaunchDarkly could not be read; no file is touched then.

    Example:
        from midakit.launchdarkly import AsyncLaunchDarkly

        async with AsyncLaunchDarkly() as source:
            found = await ascode.import_launchdarkly_async(source, "moved", "small")
        print(list(found.documents["goal"]))
    """
    metrics = await source.metrics.list(project_key).collect()
    root = f"/api/v2/projects/{path_segment('project_key', project_key)}"
    groups: list[dict[str, Any]] = []
    experiments: list[dict[str, Any]] = []
    if url is not None:
        inner = f"{root}/environments/{path_segment('environment', environment)}"
        groups = await _items(source, f"{root}/metric-groups", "metrics")
        experiments = await _items(source, f"{inner}/experiments", EXPERIMENT_PARTS)
    found = launchdarkly(metrics, groups, experiments, url)
    write_files(found, place)
    return found


async def _items(source: "AsyncLaunchDarkly", path: str, expand: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _ in range(MOST_PAGES):
        query = (("limit", str(PAGE)), ("offset", str(len(found))), ("expand", expand))
        call: Call[dict[str, Any]] = Call(
            operation="launchdarkly_list", method="GET", path=path, answer=dict,
            address=Address("https://app.launchdarkly.com"), query=query,
            headers=(("LD-API-Version", "beta"),), safe=True,
        )  # fmt: skip
        rows = rows_of(call, await source.send(call), "items")
        found += rows
        if len(rows) < PAGE:
            break
    return found


def write_files(found: Migrated, place: Path | str) -> None:
    """Write the documents of a migration; notes stand as comments at the top of new files.

    Args:
        found: What was mapped.
        place: The folder of the files.
    """
    files = FolderFiles(place)
    for kind, documents in found.documents.items():
        for name, document in documents.items():
            files.write(kind, name, document, notes=found.notes_of(kind, name))
    files.write_schemas()
