"""Reads what a project has on the server."""

from typing import TYPE_CHECKING

from midakit.ascode.live import LiveProject, document, live_experiment, live_group
from midakit.errors import NotFound
from midakit.mida import calls

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida


async def read_project(mida: "AsyncMida") -> LiveProject:
    """Read the goals, experiments, groups and defaults of a client's project.

    Listings of experiments cover the whole account; those of other projects are left out.

    Args:
        mida: The client.

    Raises:
        MidakitError: A part could not be read; nothing is assumed about it.
    """
    project = await mida.projects.get()
    goals = await mida.goals.list(page_size=500).collect()
    listed = await mida.experiments.list(page_size=500).collect()
    ids = [one.test_id for one in listed if one.test_id is not None]
    reads = [calls.experiments.get(test_id) for test_id in ids]
    read = await mida.gather(reads, on_error="collect")
    mine = [one.unwrap() for one in read if not isinstance(one.error, NotFound)]
    groups = (await mida.exclusion_groups.list()).groups
    defaults = await mida.projects.configuration()
    return LiveProject(
        project.project_key or "",
        {one.goal_profile_id: document(one.to_input()) for one in goals if one.goal_profile_id},
        {one.test_id: live_experiment(one) for one in mine if one.test_id},
        {one.group_id: live_group(one) for one in groups if one.group_id},
        document(defaults.to_input()),
    )
