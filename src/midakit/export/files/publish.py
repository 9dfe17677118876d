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
from midakit.export.files.kept_rows import kept, renewed, replacing, span
from midakit.export.files.log_rules import LoggedFile
from midakit.export.files.merging import alike, grouped, release_memory
from midakit.export.files.targets import FileTarget
from midakit.export.files.windows import SPAN, outside, windows
from midakit.export.plan.plan import Plan
from midakit.export.schemas import KEYS

Part = tuple[LoggedFile, Any]
"""A file, and those of its rows that stay."""
FOLDER = "@folder"
"""A column that says which folder a row is in, while rows of several are looked at together."""


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
    for folder, group in _of_all_folders(target, plan, staged):
        joins.append(target.join_files(folder, group))
        leaves += [file for file, _ in group]
        del group[:]
        release_memory()
    if leaves:
        target.replace(joins, leaves)
    return [CommittedFile(one.name, one.table, one.rows, one.bytes) for one in joins]


def _of_all_folders(
    target: FileTarget, plan: Plan, staged: Sequence[LoggedFile]
) -> Iterator[tuple[str, list[Part]]]:
    """Yield folders, each with files of it that become one and the rows of each that stay."""
    for folder in dict.fromkeys(file.folder for file in staged if file.table != "experiments"):
        of_folder = [file for file in staged if file.folder == folder]
        yield from ((folder, group) for group in _groups(target, plan, folder, of_folder))
    listing = [file for file in staged if file.table == "experiments"]
    if listing:
        yield from _listing(target, plan, listing)


def _listing(
    target: FileTarget, plan: Plan, staged: Sequence[LoggedFile]
) -> Iterator[tuple[str, list[Part]]]:
    """Yield the folders of experiments: what one lists may have a row in another one."""
    import pyarrow as pa

    old = [file for file in target.log.snapshot.tables() if file.table == "experiments"]
    folders = list(dict.fromkeys(file.folder for file in [*staged, *old]))
    parts = {file.name: _labelled(target, file, folders) for file in [*staged, *old]}
    new = pa.concat_tables(parts[file.name] for file in staged)
    before = pa.concat_tables([new.slice(0, 0), *(parts[file.name] for file in old)])
    now = renewed("experiments", before, new, _read(plan, "experiments", staged), plan)
    for place, folder in enumerate(folders):
        files = [file for file in [*staged, *old] if file.folder == folder]
        yield (
            folder,
            [(file, _of_folder(now, place if not n else -1)) for n, file in enumerate(files)],
        )


def _labelled(target: FileTarget, file: LoggedFile, folders: Sequence[str]) -> Any:
    import pyarrow as pa

    rows = target.read(file.name)
    place = pa.array([folders.index(file.folder)] * rows.num_rows, pa.int32())
    return rows.append_column(FOLDER, place)


def _of_folder(rows: Any, place: int) -> Any:
    import pyarrow.compute as pc

    found = rows.filter(pc.call_function("equal", [rows.column(FOLDER), place]))
    return found.drop_columns([FOLDER])


def _read(plan: Plan, table: str, staged: Sequence[LoggedFile]) -> Any:
    """Return the windows that the calls of staged files have read."""
    answered = frozenset().union(*(file.specs - file.absent for file in staged))
    return windows(table, (one for one in plan.specs.of(answered) if one.kind == table))


def _groups(
    target: FileTarget, plan: Plan, folder: str, staged: Sequence[LoggedFile]
) -> Iterator[list[Part]]:
    """Yield the files of a folder that become one, with the rows of each that stay."""
    table = folder.split("/")[0]
    read = _read(plan, table, staged)
    new = _keys(target, table, staged, read, plan)
    first, last = span(table, new, read)
    files = [file for file in target.log.snapshot.tables() if file.folder == folder]
    looked = files if new.num_rows or read.num_rows else []  # else nothing is replaced
    near = [file for file in looked if not first or file.may_have(first, last)]
    empty: list[Part] = []
    for group in grouped(near):
        parts = [_staying(target, file, new, read) for file in group]
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


def _staying(target: FileTarget, file: LoggedFile, new: Any, read: Any) -> Part:
    """Return a file with the rows of it that stay."""
    rows = target.read(file.name)
    if "test_id" in KEYS[file.table]:  # others replace nothing of this file
        new, read = (_of_tests(one, rows) for one in (new, read))
    return file, kept(file.table, rows, new, read)


def _of_tests(table: Any, rows: Any) -> Any:
    """Return the rows of a table that are about the same experiments as others."""
    import pyarrow.compute as pc

    about = pc.SetLookupOptions(rows.column("test_id").unique())
    return table.filter(pc.call_function("is_in", [table.column("test_id")], about))


def _keys(
    target: FileTarget, table: str, staged: Sequence[LoggedFile], read: Any, plan: Plan
) -> Any:
    """Return of new rows what tells which rows they replace, where the windows do not tell it."""
    import pyarrow as pa

    columns = list(dict.fromkeys([*KEYS[table], *([SPAN[table]] if table in SPAN else [])]))
    parts = (replacing(table, target.read(file.name), plan).select(columns) for file in staged)
    return pa.concat_tables(outside(table, part, read) for part in parts)
