"""Many files become few, and of rows with the same natural key the one read last is kept.

    1  read the keys of all files, settle which rows stay
    2  write a merged file that names all ids of the files it replaces
    3  remove those files

A kill between 2 and 3 leaves ids in two files; whoever merges next takes each id's rows from one of
them. Rows are dropped only for a row of a later read of the same key: what one read brought stays
together, however odd its keys.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from midakit.export.formats import Covered
from midakit.export.schemas import KEYS
from midakit.export.targets import Files

MOST = 1_000_000
"""Rows of one merged file."""

Stays = dict[str, Any]
"""File -> a Boolean array: which of its rows stay."""


def merge(target: Files, rows: int = MOST) -> dict[str, tuple[int, int]]:
    """Folder -> (files before, files after); tables and their partitions are merged apart."""
    folders: dict[str, list[str]] = {}
    for name in target.files():
        folders.setdefault(name.rsplit("/", 1)[0], []).append(name)
    return {folder: _merge(target, folder, names, rows) for folder, names in folders.items()}


def _merge(target: Files, folder: str, names: Sequence[str], most: int) -> tuple[int, int]:
    table, _, where = folder.partition("/")
    if len(names) < 2:
        return len(names), len(names)
    stays = _staying(target, table, names)
    after = 0
    for group in _groups(names, stays, most):
        after += 1
        if len(group) > 1 or _count(stays[group[0]]) < len(stays[group[0]]):
            _replace(target, table, f"{where}/" if where else "", group, stays)
    return len(names), after


def _count(stays: Any) -> int:
    return stays.true_count  # type: ignore[no-any-return]


def _groups(names: Sequence[str], stays: Stays, most: int) -> Iterator[list[str]]:
    group: list[str] = []
    rows = 0
    for name in names:
        count = _count(stays[name])
        if group and rows + count > most:
            yield group
            group, rows = [], 0
        group.append(name)
        rows += count
    yield group


def _replace(target: Files, table: str, where: str, names: Sequence[str], stays: Stays) -> None:
    import pyarrow as pa

    covered = [target.form.covered(target.store, name) for name in names]
    specs = frozenset().union(*(one.specs for one in covered))
    absent = frozenset().union(*(one.absent for one in covered))
    kept = [target.form.read(target.store, name).filter(stays[name]) for name in names]
    target.commit(table, pa.concat_tables(kept), Covered(specs, absent), where)
    for name in names:
        target.remove(name)


def _staying(target: Files, table: str, names: Sequence[str]) -> Stays:
    """Vectors all the way: a large table must not become Python objects."""
    import pyarrow as pa
    import pyarrow.compute as pc

    seen: set[str] = set()
    parts, owned = [], []
    wanted = [*dict.fromkeys((*KEYS[table], "spec_id", "fetched_at"))]
    for name in names:
        rows = target.form.read(target.store, name).select(wanted)
        covered = target.form.covered(target.store, name).specs
        told_before = pa.array(sorted(covered & seen), pa.string())
        seen |= covered
        parts.append(rows)
        owned.append(pc.invert(pc.is_in(rows.column("spec_id"), told_before)))
    whole = pa.concat_tables(parts)
    stays = _newest(whole, KEYS[table], pa.chunked_array([c for one in owned for c in one.chunks]))
    found, start = {}, 0
    for name, part in zip(names, parts, strict=True):
        found[name] = stays.slice(start, part.num_rows)
        start += part.num_rows
    return found


def _newest(whole: Any, keys: Sequence[str], owned: Any) -> Any:
    """For each row: owned by its file, and no later read brought its key."""
    import pyarrow as pa
    import pyarrow.compute as pc

    at = whole.column("fetched_at")
    numbers = _numbered(whole, keys)
    mine = pa.table({"key": numbers, "at": pc.if_else(owned, at, None)})
    latest = mine.group_by("key", use_threads=False).aggregate([("at", "max")]).sort_by("key")
    newest = latest.column("at_max").take(numbers)
    return pc.and_(owned, pc.fill_null(pc.equal(at, newest), False)).combine_chunks()


def _numbered(whole: Any, keys: Sequence[str]) -> Any:
    """A dense number for each distinct key; a null is a value like others."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = pa.array([0] * whole.num_rows, pa.int64())
    for key in keys:
        column = whole.column(key).combine_chunks().dictionary_encode("encode")
        wide = pc.add(pc.multiply(numbers, len(column.dictionary)), column.indices.cast(pa.int64()))
        numbers = wide.dictionary_encode().indices.cast(pa.int64())
    return numbers
