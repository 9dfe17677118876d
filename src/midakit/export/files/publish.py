"""The end of an increment: what it read takes the place of what was there, in one commit.

    1  read the staged files: the windows that were asked for, each once
    2  rewrite the files of the tables that hold rows of these windows, without them
    3  merge files that no later increment will touch, where there are many small ones
    4  commit: the new files join; the staged ones and the rewritten ones leave
    5  put the files that left away, so that a glob over the tables does not count them

A kill before step 4 leaves the tables as they were. A kill after it leaves step 5 to the next run. Of the
rows, no more than one file has are in memory at once, and of the new ones their keys.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from midakit.export.files.contents import CommittedFile
from midakit.export.files.kept_rows import kept, span
from midakit.export.files.log_rules import LoggedFile
from midakit.export.files.merging import alike, grouped, release_memory
from midakit.export.files.targets import FileTarget
from midakit.export.files.windows import SPAN, windows
from midakit.export.plan.spec import Plan
from midakit.export.schemas import KEYS

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
        for group in _groups(target, plan, folder, of_folder):
            joins.append(target.join_files(folder, group))
            leaves += [file for file, _ in group]
            del group[:]
            release_memory()
    if leaves:
        target.replace(joins, leaves)
    return [CommittedFile(one.name, one.table, one.rows, one.bytes) for one in joins]


def _groups(
    target: FileTarget, plan: Plan, folder: str, staged: Sequence[LoggedFile]
) -> Iterator[list[Part]]:
    """Yield the files of a folder that become one, with the rows of each that stay."""
    table = folder.split("/")[0]
    new = _keys(target, table, staged)
    answered = frozenset().union(*(file.specs - file.absent for file in staged))
    read = windows(table, [one for one in plan.specs if one.id in answered and one.kind == table])
    first, last = span(table, new, read)
    files = [file for file in target.log.snapshot.tables() if file.folder == folder]
    near = [file for file in files if not first or file.may_have(first, last)]
    if table == "experiments":  # one listing, whatever left it
        old = ((file, target.read(file.name)) for file in near)
        yield [
            *((file, target.read(file.name)) for file in staged),
            *((file, kept(table, rows, new, read, plan)) for file, rows in old),
        ]
        return
    empty: list[Part] = []
    for group in grouped(near):
        parts = [_staying(target, file, new, read, plan) for file in group]
        empty += [(file, rows) for file, rows in parts if not rows.num_rows]
        changed = [(file, rows) for file, rows in parts if 0 < rows.num_rows < file.rows]
        del parts
        if changed:
            yield changed
    for group in grouped(staged):
        yield [*((file, target.read(file.name)) for file in group), *empty]
        empty = []
    for alike_files in alike(file for file in files if file not in near):
        yield [(file, target.read(file.name)) for file in alike_files]


def _staying(target: FileTarget, file: LoggedFile, new: Any, read: Any, plan: Plan) -> Part:
    """Return a file with the rows of it that stay."""
    rows = target.read(file.name)
    if "test_id" in KEYS[file.table]:  # others replace nothing of this file
        new, read = (_of_tests(one, rows) for one in (new, read))
    return file, kept(file.table, rows, new, read, plan)


def _of_tests(table: Any, rows: Any) -> Any:
    """Return the rows of a table that are about the same experiments as others."""
    import pyarrow.compute as pc

    about = pc.SetLookupOptions(rows.column("test_id").unique())
    return table.filter(pc.call_function("is_in", [table.column("test_id")], about))


def _keys(target: FileTarget, table: str, staged: Sequence[LoggedFile]) -> Any:
    """Return of new rows what tells which rows they replace."""
    import pyarrow as pa

    columns = list(dict.fromkeys([*KEYS[table], *([SPAN[table]] if table in SPAN else [])]))
    parts = [target.read(file.name).select(columns) for file in staged]
    return pa.concat_tables(parts)
