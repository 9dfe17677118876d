"""The end of an increment: what it read takes the place of what was there, in one commit.

    1  read the staged files: the windows that were asked for, each once
    2  rewrite the files of the tables that hold rows of these windows, without them
    3  commit: the new files join; the staged ones and the rewritten ones leave
    4  put the files that left away, so that a glob over the tables does not count them

A kill before step 3 leaves the tables as they were. A kill after it leaves step 4 to the next run.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from midakit.export.files.contents import CommittedFile
from midakit.export.files.log_rules import LoggedFile
from midakit.export.files.targets import FileTarget
from midakit.export.files.windows import DAY, SPAN, came_again, days_of, in_window, staying, windows
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
    first, last = _span(table, new, read)
    for file in target.log.snapshot.tables():
        if file.folder == folder and (not first or file.may_have(first, last)):
            rows = target.read(file.name)
            if table == "experiments":
                yield file, still_listed(rows, new, read, plan)
                continue
            stays = staying(table, rows, new, read)
            if stays.true_count < len(stays) or not len(stays):
                yield file, rows.filter(stays)


def _span(table: str, new: Any, read: Any) -> tuple[str, str]:
    """Return the days outside of which no row can be replaced; empty texts where any row may be."""
    import pyarrow.compute as pc

    rows = days_of(table, new)
    if table not in SPAN or read.column("start").null_count or (new.num_rows and not rows[0]):
        return "", ""
    if not read.num_rows:
        return rows
    side = "start" if table in DAY else "end"  # a snapshot is about the end of its window alone
    start = str(pc.call_function("min", [read.column(side)]))
    end = str(pc.call_function("max", [read.column("end")]))
    return (min(start, rows[0]), max(end, rows[1])) if rows[0] else (start, end)


def still_listed(rows: Any, new: Any, read: Any, plan: Plan) -> Any:
    """Return the experiments that a new listing does not have, marked as deleted; they keep their rows.

    Args:
        rows: Experiments that were listed before.
        new: The new listing.
        read: The projects that were listed.
        plan: The plan that holds the listing: one of some experiments only says nothing about others.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    again = pc.call_function("invert", [came_again("experiments", rows, new)])
    kept = rows.filter(again)
    if plan.settings.get("wanted", {}).get("test_ids") is not None:
        return kept
    gone = in_window("experiments", kept, read)
    at = pa.scalar(datetime.fromisoformat(plan.created_at), kept.schema.field("deleted_at").type)
    for name, value in (("deleted_at", at), ("list_position", pa.scalar(None, pa.int32()))):
        column = kept.column(name).combine_chunks()
        now = pc.call_function("if_else", [gone, value, column])
        if name == "deleted_at":
            now = pc.call_function("coalesce", [column, now])
        kept = kept.set_column(kept.schema.get_field_index(name), kept.schema.field(name), now)
    return kept
