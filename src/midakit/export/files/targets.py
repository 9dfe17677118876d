"""What a run commits into: files in a store, or a DuckDB file in a folder.

Either way a commit is one step, and `covered` reads back which calls are in.
"""

from collections.abc import Iterable, Mapping
from secrets import token_hex
from typing import Any, get_args
from urllib.parse import quote

from midakit.errors import ConfigurationError
from midakit.export.files.contents import (
    SIDECAR,
    CommittedFile,
    DamagedFile,
    FileContents,
    Format,
)
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.folders import Folder
from midakit.export.files.formats import by_name
from midakit.export.files.stores import NameTaken, Store
from midakit.export.schemas import TABLES, arrow, conform
from midakit.mida.options import PartitionColumn

PARTITIONS = get_args(PartitionColumn)
"""Columns that are the same in all rows of a call, so that each file still covers whole calls."""
NULL = "__HIVE_DEFAULT_PARTITION__"
"""The folder of rows that have no value: DuckDB, Arrow, Spark and Hive read it as null."""


class FileTarget:
    """One file for each commit, `table/part-<first id>.suffix`, in `key=value` folders when partitioned.

    Args:
        store: The folder or bucket of the export.
        format: How rows become a file: Parquet, CSV, JSON lines or Arrow.
        partition_by: The column that folders are made by.
    """

    def __init__(self, store: Store, format: Format, partition_by: str | None = None) -> None:
        self.store = store
        self.format = format
        self.partition_by = partition_by
        self.damaged: list[str] = []
        self.absent: frozenset[str] = frozenset()
        """Ids that `covered` found, of calls that had no rows to give."""
        self._rows: dict[str, int] = {}

    def covered(self) -> dict[str, set[str]]:
        """Return the ids of the calls whose rows are in each table; remove what a kill has left.

        A damaged file is set aside, so that its calls are made again; a file whose rows another one took
        over is removed, as is a sidecar without its data.
        """
        self._remove_void_sidecars()
        contents: dict[str, FileContents] = {}
        for name in self.files():
            try:
                contents[name] = self.format.read_contents(self.store, name)
            except DamagedFile:
                self._set_aside(name)
        replaced = {old for one in contents.values() for old in one.replaces}
        for name in replaced & contents.keys():
            self.remove(name)
            del contents[name]
        self._rows = {name: one.rows for name, one in contents.items()}
        self.absent = frozenset().union(*(one.absent for one in contents.values()))
        found: dict[str, set[str]] = {}
        for name, one in contents.items():
            found.setdefault(name.split("/")[0], set()).update(one.specs)
        return found

    def row_counts(self) -> dict[str, int]:
        """Return how many rows each data file has, as `covered` and `commit` know it."""
        return dict(sorted(self._rows.items()))

    def files(self) -> list[str]:
        """Return the names of the data files."""
        return [
            name
            for name in self.store.names()
            if name.endswith(self.format.suffix) and name.split("/")[0] in TABLES
        ]

    def read(self, name: str) -> Any:
        """Return the rows of a data file as an Arrow table with today's columns.

        Args:
            name: The file's name.
        """
        return conform(name.split("/")[0], self.format.read(self.store, name))

    def remove(self, name: str) -> None:
        """Remove a data file, then its sidecar.

        Args:
            name: Path of the file below the place, with slashes.
        """
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
        """Move a damaged file to where no reader takes it for data."""
        self.damaged.append(name)
        self.store.put(f"_damaged/{quote(name, safe='')}", self.store.get(name), replace=True)
        self.remove(name)

    def commit(
        self, table: str, rows: Any, contents: FileContents, where: str = ""
    ) -> CommittedFile:
        """Write one file; where its name is taken, it gets a number.

        A file that takes over the rows of others gets a name that nothing had before.

        Args:
            table: A table of the export, such as `results`; it is the first folder of the file's name.
            rows: The rows, as an Arrow table.
            contents: What the file is to say about itself.
            where: The folder of its partition, with a slash at the end.

        Raises:
            OSError: The place cannot be written to.
        """
        self.store.renew()
        stem = f"{table}/{where}part-{min(contents.specs)}"
        if contents.replaces:
            stem = f"{table}/{where}merged-{token_hex(8)}"
        for number in range(1000):
            name = f"{stem}{f'-{number}' if number else ''}{self.format.suffix}"
            try:
                size = self.format.write(self.store, name, rows, contents)
            except NameTaken:
                continue
            self._rows[name] = rows.num_rows
            return CommittedFile(name, table, rows.num_rows, size)
        raise ConfigurationError(f"{stem}: a thousand files of this name exist")

    def note(self, name: str, data: bytes) -> None:
        """Write a file about the export, in place of an earlier one.

        Args:
            name: Path of the file below the place, with slashes.
            data: The whole content of the file.
        """
        self.store.put(name, data, replace=True)

    def close(self) -> None:
        """End the use of the target; no file is held open."""


Target = FileTarget | DuckDbTarget


def open_target(
    store: Store,
    format: str,
    partition_by: str | None = None,
    *,
    merge: bool = False,
    read_only: bool = False,
) -> Target:
    """Return the target in a place; who writes locks the place first.

    Args:
        store: The folder or bucket of the export.
        format: One of `FileFormat`, such as `parquet`.
        partition_by: The column that folders are made by.
        merge: Whether rows replace earlier ones of the same natural key at once; files do it later.
        read_only: Whether nothing will be written.

    Raises:
        ConfigurationError: Format, place and partition do not go together.
    """
    check_output(store, format, partition_by)
    if format == "duckdb":
        assert isinstance(store, Folder)
        return DuckDbTarget(store, merge=merge, read_only=read_only)
    return FileTarget(store, by_name(format), partition_by)


def check_output(store: Store, format: str, partition_by: str | None) -> None:
    """Refuse what cannot be, before anything is written.

    Args:
        store: The folder or bucket of the export.
        format: One of `FileFormat`, such as `parquet`.
        partition_by: The column that folders are made by.

    Raises:
        ConfigurationError: Format, place and partition do not go together.
    """
    if partition_by is not None and partition_by not in PARTITIONS:
        raise ConfigurationError(
            f"partition_by: {partition_by!r} is not one of: {', '.join(PARTITIONS)}"
        )
    if format != "duckdb":
        by_name(format)
    elif not isinstance(store, Folder):
        raise ConfigurationError("format='duckdb' writes a database file and needs a folder")
    elif partition_by is not None:
        raise ConfigurationError("partition_by: a DuckDB file has no partitions")


def partition_folder(column: str | None, label: Mapping[str, Any]) -> str:
    """Return the folder of a call's rows, which a user's segment name cannot leave.

    Args:
        column: The column that folders are made by; None for no folder.
        label: The columns that are known of the call.
    """
    if column is None:
        return ""
    value = label.get(column)
    if not value:
        return f"{column}={NULL}/"
    return f"{column}={quote(str(value), safe='')}/"


def concat(table: str, batches: Iterable[Any]) -> Any:
    """Return record batches of one table as an Arrow table, also when there are none.

    Args:
        table: A table of the export, such as `results`; it gives the schema when there are no batches.
        batches: The record batches.
    """
    import pyarrow as pa

    return pa.Table.from_batches(list(batches), schema=arrow(table))
