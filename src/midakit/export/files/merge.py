"""Files merged: of rows with the same natural key the one read last is kept, and many files become few.

    1  read the keys of all files and decide which rows stay
    2  write a merged file that names all ids of the files it replaces, and those files
    3  remove those files

An increment replaces only the files that lose rows to it; a compaction takes them all. A file that lost
every row leaves its ids to another one, not an empty file. Rows are dropped only for a row of a later
read of the same key: what one read brought stays together, however odd its keys.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from midakit.export.files.contents import FileContents
from midakit.export.files.targets import FileTarget
from midakit.export.schemas import KEYS

MOST = 1_000_000
"""Rows of one merged file."""

Stays = dict[str, Any]
"""File -> a Boolean array: which of its rows stay."""


def merge_all(target: FileTarget, rows: int = MOST) -> dict[str, tuple[int, int]]:
    """Merge all files of each table, and of each partition by itself.

    Args:
        target: The place and format of the export.
        rows: The most rows that one merged file may have.

    Returns:
        For each folder how many files it had before, and has now.
    """
    counts = {}
    for folder, names in _folders(target).items():
        stays = _staying(target, folder, names)
        groups = list(_groups(names, stays, rows))
        for group in groups:
            if len(group) > 1 or _loses(stays[group[0]]):
                _replace(target, folder, group, stays)
        counts[folder] = len(names), len(groups)
    return counts


def merge_newer(target: FileTarget, rows: int = MOST) -> None:
    """Let rows that an increment read again replace the earlier ones.

    Args:
        target: The place and format of the export.
        rows: The most rows that one merged file may have.
    """
    for folder, names in _folders(target).items():
        stays = _staying(target, folder, names)
        losing = [name for name in names if _loses(stays[name])]
        if losing and not any(_count(stays[name]) for name in losing):
            losing.append(_smallest(stays))
        for group in _groups(losing, stays, rows):
            _replace(target, folder, group, stays)


def _smallest(stays: Stays) -> str:
    """Return the smallest file with rows: it takes in the ids of files that kept none."""
    return min((name for name in stays if _count(stays[name])), key=lambda name: len(stays[name]))


def _folders(target: FileTarget) -> dict[str, list[str]]:
    folders: dict[str, list[str]] = {}
    for name in target.files():
        folders.setdefault(name.rsplit("/", 1)[0], []).append(name)
    return folders


def _loses(stays: Any) -> bool:
    return _count(stays) < len(stays)


def _count(stays: Any) -> int:
    return stays.true_count  # type: ignore[no-any-return]


def _groups(names: Sequence[str], stays: Stays, most: int) -> Iterator[list[str]]:
    group: list[str] = []
    rows = 0
    for name in names:
        count = _count(stays[name])
        if rows and count and rows + count > most:
            yield group
            group, rows = [], 0
        group.append(name)
        rows += count
    if group:
        yield group


def _replace(target: FileTarget, folder: str, names: Sequence[str], stays: Stays) -> None:
    """Replace files by one with the rows that stay."""
    import pyarrow as pa

    table, _, where = folder.partition("/")
    contents = [target.format.read_contents(target.store, name) for name in names]
    specs = frozenset().union(*(one.specs for one in contents))
    absent = frozenset().union(*(one.absent for one in contents))
    kept = [target.read(name).filter(stays[name]) for name in names]
    where = f"{where}/" if where else ""
    merged = FileContents(specs, absent, tuple(names))
    target.commit(table, pa.concat_tables(kept), merged, where)
    for name in names:
        target.remove(name)


def _staying(target: FileTarget, folder: str, names: Sequence[str]) -> Stays:
    """Return which rows of each file stay; a large table must not become Python objects for it."""
    import pyarrow as pa

    table = folder.split("/")[0]
    wanted = [*dict.fromkeys((*KEYS[table], "fetched_at"))]
    parts = [target.read(name).select(wanted) for name in names]
    stays = _newest(pa.concat_tables(parts), KEYS[table])
    found, start = {}, 0
    for name, part in zip(names, parts, strict=True):
        found[name] = stays.slice(start, part.num_rows)
        start += part.num_rows
    return found


def _newest(whole: Any, keys: Sequence[str]) -> Any:
    """Return for each row whether no later read brought its key."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers, at = _numbered(whole, keys), whole.column("fetched_at")
    rows = pa.table({"key": numbers, "at": at})
    latest = rows.group_by("key", use_threads=False).aggregate([("at", "max")]).sort_by("key")
    newest = latest.column("at_max").take(numbers)
    return pc.call_function("equal", [at, newest]).combine_chunks()


def _numbered(whole: Any, keys: Sequence[str]) -> Any:
    """Return a number for each row, the same for the same key; a null is a value like others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array([0] * whole.num_rows, pa.int64())
    for key in keys:
        column = whole.column(key).combine_chunks().dictionary_encode("encode")
        wide = pc.call_function("multiply", [numbers, pa.scalar(len(column.dictionary))])
        wide = pc.call_function("add", [wide, column.indices.cast(pa.int64())])
        numbers = wide.dictionary_encode().indices.cast(pa.int64())
    return numbers
