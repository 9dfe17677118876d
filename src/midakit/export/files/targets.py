"""What a run commits into: files in a store, or a DuckDB file in a folder.

Either way a commit is one step, and `covered` reads back which specs are in.
"""

from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Any, get_args
from urllib.parse import quote

from midakit.errors import ConfigurationError
from midakit.export.files.duckdb_file import DuckDb
from midakit.export.files.folders import Folder
from midakit.export.files.formats import SIDECAR, Covered, Damaged, File, Format, by_name
from midakit.export.files.stores import Store, Taken
from midakit.export.schemas import TABLES, arrow
from midakit.mida.options import PartitionColumn


class Files:
    """One file a commit, `table/part-<first id>.suffix`, in `key=value` folders when partitioned."""

    def __init__(self, store: Store, form: Format, partition_by: str | None = None) -> None:
        self.store = store
        self.form = form
        self.partition_by = partition_by
        self.damaged: list[str] = []
        self.absent: frozenset[str] = frozenset()
        """Of what `covered` found, the specs that had nothing to give."""
        self._rows: dict[str, int] = {}

    def covered(self) -> dict[str, set[str]]:
        """Table -> ids; tidies up behind a run that was killed.

        A damaged file is set aside, so that its specs are fetched again; a file whose rows another
        one took over goes, as does a sidecar without its data.
        """
        self._remove_void_sidecars()
        told: dict[str, Covered] = {}
        for name in self.files():
            try:
                told[name] = self.form.covered(self.store, name)
            except Damaged:
                self._set_aside(name)
        for name in {old for covered in told.values() for old in covered.replaces} & set(told):
            self.remove(name)
            del told[name]
        self._rows = {name: covered.rows for name, covered in told.items()}
        self.absent = frozenset().union(*(covered.absent for covered in told.values()))
        found: dict[str, set[str]] = {}
        for name, covered in told.items():
            found.setdefault(name.split("/")[0], set()).update(covered.specs)
        return found

    def contents(self) -> dict[str, int]:
        """Data file -> rows, as `covered` found them and `commit` added to them."""
        return dict(sorted(self._rows.items()))

    def files(self) -> list[str]:
        """The data files."""
        return [
            name
            for name in self.store.names()
            if name.endswith(self.form.suffix) and name.split("/")[0] in TABLES
        ]

    def remove(self, name: str) -> None:
        """A data file, then what belongs to it."""
        self._rows.pop(name, None)
        self.store.remove(name)
        self.store.remove(name + SIDECAR)

    def _remove_void_sidecars(self) -> None:
        names = set(self.store.names())
        for name in names:
            data = name.removesuffix(SIDECAR)
            if name != data and data not in names and name.split("/")[0] in TABLES:
                self.store.remove(name)

    def _set_aside(self, name: str) -> None:
        self.damaged.append(name)
        self.store.put(f"_damaged/{quote(name, safe='')}", self.store.get(name), replace=True)
        self.remove(name)

    def commit(self, table: str, rows: Any, covered: Covered, where: str = "") -> File:
        """Write one file; a name that is taken gets a number, never a second writer's rows.

        One that takes over the rows of others gets a name that nothing had before.
        """
        self.store.renew()
        stem = f"{table}/{where}part-{min(covered.specs)}"
        if covered.replaces:
            stem = f"{table}/{where}merged-{token_hex(8)}"
        for number in range(1000):
            name = f"{stem}{f'-{number}' if number else ''}{self.form.suffix}"
            try:
                size = self.form.write(self.store, name, rows, covered)
            except Taken:
                continue
            self._rows[name] = rows.num_rows
            return File(name, table, rows.num_rows, size)
        raise ConfigurationError(f"{stem}: a thousand files of this name exist")

    def note(self, name: str, data: bytes) -> None:
        """A file about the export, replaced as it changes."""
        self.store.put(name, data, replace=True)

    def close(self) -> None:
        """Nothing is held open."""


Target = Files | DuckDb


def open_target(
    store: Store,
    form: str,
    partition_by: str | None = None,
    *,
    merge: bool = False,
    read_only: bool = False,
) -> Target:
    """The target in a place; a run locks the place first."""
    check(store, form, partition_by)
    if form == "duckdb":
        assert isinstance(store, Folder)
        return DuckDb(store, merge=merge, read_only=read_only)
    return Files(store, by_name(form), partition_by)


def check(store: Store, form: str, partition_by: str | None) -> None:
    """Refuse what cannot be, before anything is written."""
    if partition_by is not None and partition_by not in PARTITIONS:
        raise ConfigurationError(
            f"partition_by: {partition_by!r} is not one of: {', '.join(PARTITIONS)}"
        )
    if form != "duckdb":
        by_name(form)
    elif not isinstance(store, Folder):
        raise ConfigurationError("format='duckdb' writes a database file and needs a folder")
    elif partition_by is not None:
        raise ConfigurationError("partition_by: a DuckDB file has no partitions")


PARTITIONS = get_args(PartitionColumn)
"""Columns that are the same in all rows of a spec, so that each file still covers whole specs."""


NULL = "__HIVE_DEFAULT_PARTITION__"
"""The folder of rows that have no value: DuckDB, Arrow, Spark and Hive read it as null."""


def partition(column: str | None, label: Mapping[str, Any]) -> str:
    """The folder of a spec's rows; a user's segment name cannot leave it."""
    if column is None:
        return ""
    value = label.get(column)
    if not value:
        return f"{column}={NULL}/"
    return f"{column}={quote(str(value), safe='').replace('.', '%2E')}/"


def concat(table: str, batches: Iterable[Any]) -> Any:
    """Batches of one table as a table, none at all included."""
    import pyarrow as pa

    return pa.Table.from_batches(list(batches), schema=arrow(table))
