"""The end of an increment: what it read takes the place of what was there, in one commit.

    1  read the staged files: the windows that were asked for, each once
    2  rewrite the files of the tables that hold rows of these windows, without them
    3  commit: the new files join; the staged ones and the rewritten ones leave
    4  put the files that left away, so that a glob over the tables does not count them

A kill before step 3 leaves the tables as they were. A kill after it leaves step 4 to the next run.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from midakit.export.files.contents import CommittedFile
from midakit.export.files.kept_rows import kept, span
from midakit.export.files.log_rules import LoggedFile
from midakit.export.files.targets import FileTarget
from midakit.export.files.windows import windows
from midakit.export.plan.spec import Plan

MOST = 1_000_000
"""Rows of one file that is made of others."""

Part = tuple[LoggedFile, Any]
"""A file, and those of its rows that stay."""


def publish(target: FileTarget, plan: Plan) -> list[CommittedFile]:
    """Let what an increment has read so far take the place of what was there.

    Args:
        target: The place and format of the export.
        plan: The plan of the increment.

    Returns:
        The files that joined the tables.

    Raises:
        WriterFenced: Another run has taken the place over.
        OSError: The place cannot be written to.
    """
    staged = target.log.snapshot.staged()
    joins: list[LoggedFile] = []
    leaves: list[LoggedFile] = []
    for folder in dict.fromkeys(file.folder for file in staged):
        of_folder = [file for file in staged if file.folder == folder]
        new = [(file, target.read(file.name)) for file in of_folder]
        old = list(_touched(target, plan, folder, new))
        leaves += of_folder + [file for file, _ in old]
        if folder == "experiments" or folder.startswith("experiments/"):
            groups = [new + old]  # one listing, whatever left it
        else:
            empty = [part for part in old if not part[1].num_rows]
            groups = [new + empty, *grouped([part for part in old if part[1].num_rows], MOST)]
        joins += [target.join_files(folder, group) for group in groups]
    if leaves:
        target.replace(joins, leaves)
    return [CommittedFile(one.name, one.table, one.rows, one.bytes) for one in joins]


def grouped(parts: Iterable[Part], most: int) -> Iterator[list[Part]]:
    """Yield files in groups that have no more rows than one file may have.

    Args:
        parts: Files with the rows of them that stay.
        most: The most rows of a group, unless it is one file.
    """
    group: list[Part] = []
    for part in parts:
        if group and sum(rows.num_rows for _, rows in [*group, part]) > most:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _touched(target: FileTarget, plan: Plan, folder: str, staged: Sequence[Part]) -> Iterator[Part]:
    """Yield the files of the tables that lose rows to the increment, with the rows that stay."""
    import pyarrow as pa

    table = folder.split("/")[0]
    new = pa.concat_tables([rows for _, rows in staged])
    answered = frozenset().union(*(file.specs - file.absent for file, _ in staged))
    read = windows(table, [one for one in plan.specs if one.id in answered and one.kind == table])
    first, last = span(table, new, read)
    for file in target.log.snapshot.tables():
        if file.folder == folder and (not first or file.may_have(first, last)):
            rows = target.read(file.name)
            stays = kept(table, rows, new, read, plan)
            if table == "experiments" or stays.num_rows < rows.num_rows or not rows.num_rows:
                yield file, stays
