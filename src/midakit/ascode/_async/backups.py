"""Backups: a folder per project, with what can be restored and what can only be kept."""

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midakit.ascode._async.folder import AsyncCodeFolder
from midakit.ascode.names import file_name
from midakit.ascode.pulling import Pulled
from midakit.core.models.encode import plain
from midakit.errors import Forbidden, InvalidRequest

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

KEPT = "kept.json"


async def backup(mida: "AsyncMida", place: Path | str) -> tuple[Path, Pulled]:
    """Write a project into a folder of its own below a place; a later backup updates it.

    Goals, experiments, groups and defaults are files that `restore` applies. The project's own
    fields, comments and campaigns are in `kept.json`: the API cannot create them again.

    Args:
        mida: A client of the project.
        place: The folder of all backups.

    Returns:
        The project's folder, and what was written.

    Raises:
        MidakitError: The project could not be read.

    Example:
        folder, pulled = await ascode.backup_async(mida, "backups")
        print(folder, len(pulled.created))
    """
    project = await mida.projects.get()
    inner = Path(place) / file_name(project.project_key or "")
    pulled = await AsyncCodeFolder(inner, mida).pull()
    kept: dict[str, Any] = {"project": plain(project), "comments": {}, "campaigns": []}
    known = AsyncCodeFolder(inner, mida).files.known(project.project_key or "")
    for name, one in sorted(known.get("experiment", {}).items()):
        comments = await mida.comments.list(one.id)
        if comments.comments:
            kept["comments"][name] = plain(comments.comments)
    with suppress(Forbidden):  # the account does not have the feature
        kept["campaigns"] = plain((await mida.personalization.campaigns()).campaigns)
    (inner / KEPT).write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", "utf-8")
    return inner, pulled


def backup_of(mida: "AsyncMida", place: Path | str, project_key: str) -> AsyncCodeFolder:
    """Return the folder of a backup, to plan and apply it with a client.

    Args:
        mida: A client of the project to restore, or of another one.
        place: The folder of all backups.
        project_key: The project whose backup it is.

    Raises:
        InvalidRequest: There is no backup of it.

    Example:
        await ascode.backup_async(mida, "backups")
        folder = ascode.backup_of_async(mida, "backups", mida.project_key)
        plan = await folder.plan()
        print(plan.steps)
    """
    inner = Path(place) / file_name(project_key)
    if not (inner / KEPT).exists():
        raise InvalidRequest("project_key", f"{place} holds no backup of {project_key!r}")
    return AsyncCodeFolder(inner, mida)
