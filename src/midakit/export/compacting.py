"""`compact`: many small files become few, and rows that were read again are kept once.

The new file names all ids of the old ones before these go: a kill in between leaves rows twice under
one id, which `compact` and `verify` both see, and never a row less.
"""

from typing import Any

from midakit.errors import ConfigurationError
from midakit.export.checking import form_of
from midakit.export.formats import Covered
from midakit.export.schemas import KEYS
from midakit.export.targets import Files, open_target


def compact(place: Any, *, rows: int = 1_000_000) -> dict[str, tuple[int, int]]:
    """Table -> (files before, files after)."""
    target = open_target(place, form_of(place))
    if not isinstance(target, Files):
        target.close()
        raise ConfigurationError("a DuckDB file needs no compaction")
    target.store.lock()
    try:
        tables: dict[str, list[str]] = {}
        for name in target.files():
            tables.setdefault(name.rsplit("/", 1)[0], []).append(name)
        return {folder: _merge(target, folder, names, rows) for folder, names in tables.items()}
    finally:
        target.store.unlock()


def _merge(target: Files, folder: str, names: list[str], most: int) -> tuple[int, int]:
    import pyarrow as pa

    table, _, where = folder.partition("/")
    if len(names) < 2:
        return len(names), len(names)
    covered = [target.form.covered(target.store, name) for name in names]
    specs = frozenset().union(*(one.specs for one in covered))
    absent = frozenset().union(*(one.absent for one in covered))
    whole = newest(
        table, pa.concat_tables([target.form.read(target.store, name) for name in names])
    )
    if whole.num_rows > most:
        return len(names), len(names)
    target.commit(table, whole, Covered(specs, absent), f"{where}/" if where else "")
    for name in names:
        target.store.remove(name)
        target.store.remove(f"{name}.specs")
    return len(names), 1


def newest(table: str, rows: Any) -> Any:
    """Of rows with the same natural key, the one read last."""
    import pyarrow as pa

    order = rows.append_column("_at", pa.array(range(rows.num_rows)))
    order = order.sort_by([("fetched_at", "ascending"), ("_at", "ascending")])
    keys = [order.column(name).to_pylist() for name in KEYS[table]]
    latest = {key: at for at, key in enumerate(zip(*keys, strict=True))}
    return order.take(pa.array(sorted(latest.values()), pa.int64())).drop_columns(["_at"])
