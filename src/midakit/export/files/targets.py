"""What a run commits into: files that a log names, tables of Delta or Iceberg, or a DuckDB file.

Either way a commit is one step, and `covered` says which calls are in.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, get_args
from urllib.parse import quote

import attrs

from midakit.core.extras import need
from midakit.errors import ConfigurationError
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.contents import (
    SIDECAR,
    CommittedFile,
    EncodedFile,
    FileContents,
    Format,
)
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.folders import Folder
from midakit.export.files.formats import TABLE_FORMATS, by_name
from midakit.export.files.legacy import is_without_log, legacy_files
from midakit.export.files.log_rules import STAGED, LoggedFile, leftovers
from midakit.export.files.merging import release_memory
from midakit.export.files.stores import LEFT, Store
from midakit.export.files.table_formats.format import TableFormat
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.windows import days_of
from midakit.export.plan.plan import Plan
from midakit.export.schemas import TABLES, arrow
from midakit.mida.options import PartitionColumn

PARTITIONS = get_args(PartitionColumn)
"""Columns that are the same in all rows of a call, so that each file still covers whole calls."""
DATA = (*TABLES, STAGED.rstrip("/"))
"""The folders that data files stand in: a listing of them does not grow with the log."""
NULL = "__HIVE_DEFAULT_PARTITION__"
"""The folder of rows that have no value: DuckDB, Arrow, Spark and Hive read it as null."""


class FileTarget:
    """Data files, `table/part-<run>-<hash>.suffix`, in `key=value` folders when partitioned.

    A file counts from its entry in the log on. Its name says what it holds: written again, it is the same
    file.

    Args:
        log: The log of the place.
        format: How rows become a file: Parquet, CSV, JSON lines or Arrow.
        partition_by: The column that folders are made by.
        stage: Whether rows wait for the end of an increment before they are in the tables.
    """

    def __init__(
        self,
        log: CommitLog,
        format: Format,
        partition_by: str | None = None,
        *,
        stage: bool = False,
    ) -> None:
        self.log = log
        self.store = log.store
        self.format = format
        self.partition_by = partition_by
        self.stage = stage
        self.damaged: list[str] = []
        self.absent: frozenset[str] = frozenset()
        """Ids that `covered` found, of calls that had no rows to give."""

    def covered(self) -> dict[str, set[str]]:
        """Return the ids of the plan's calls whose rows are there.

        A file that is not as long as it was written is set aside, so that its calls are made again.
        """
        sizes = self.store.sizes(*DATA)
        for file in list(self.log.snapshot.files.values()):
            if sizes.get(file.name) != file.bytes:
                self._set_aside(file.name, there=file.name in sizes)
        files = self.log.snapshot.files.values()
        self.absent = frozenset().union(*(file.absent for file in files))
        return self.log.snapshot.covered()

    def row_counts(self) -> dict[str, int]:
        """Return how many rows each data file of the tables has."""
        return {file.name: file.rows for file in self.log.snapshot.tables()}

    def files(self) -> list[str]:
        """Return the names of the data files of the tables."""
        return [file.name for file in self.log.snapshot.tables()]

    def read(self, name: str) -> Any:
        """Return the rows of a data file as an Arrow table with today's columns.

        Args:
            name: The file's name.
        """
        table = name.removeprefix(STAGED).split("/")[0]
        rows = self.format.rows(self.store, name, table)
        release_memory()  # what it was decoded with: as much again as the rows
        return rows

    def tidy(self) -> None:
        """Put away what a kill has left: files that never joined, and files that left."""
        names = [
            name
            for name in self.store.sizes(*DATA)
            if name.removesuffix(SIDECAR).endswith(self.format.suffix)
        ]
        data = [name for name in names if not name.endswith(SIDECAR)]
        for name in leftovers(data, self.log.snapshot, self.log.epoch):
            self._put_away(name)
        there = set(data)
        for name in names:
            if name.endswith(SIDECAR) and name.removesuffix(SIDECAR) not in there:
                self.store.remove(name)

    def _remove(self, name: str) -> None:
        self.store.remove(name)
        self.store.remove(name + SIDECAR)

    def _put_away(self, name: str) -> None:
        """Move a file to where no glob over the tables finds it; `vacuum` deletes it there."""
        if name.startswith(STAGED):  # was in no snapshot of the tables
            self._remove(name)
            return
        for one in (name, name + SIDECAR) if self.format.sidecar else (name,):
            self.store.move(one, LEFT + one)

    def _set_aside(self, name: str, *, there: bool) -> None:
        """Move a damaged file to where no reader takes it for data."""
        self.damaged.append(name)
        self.log.commit(leaves=[name])
        if there:
            self.store.put(f"_damaged/{quote(name, safe='')}", self.store.get(name), replace=True)
        self._remove(name)

    def commit(
        self, table: str, rows: Any, contents: FileContents, where: str = ""
    ) -> CommittedFile:
        """Write one file and let it join.

        Args:
            table: A table of the export, such as `results`; it is the first folder of the file's name.
            rows: The rows, as an Arrow table, or as the file that another process has made of them.
            contents: What the file is to say about itself.
            where: The folder of its partition, with a slash at the end.

        Raises:
            WriterFenced: Another run has taken the place over.
            OSError: The place cannot be written to.
        """
        folder = f"{table}/{where}".rstrip("/")
        made = self._write(f"{STAGED if self.stage else ''}{folder}", table, rows, contents)
        made = attrs.evolve(made, specs=contents.specs, absent=contents.absent)
        self.log.commit(joins=[made])
        return CommittedFile(made.name, table, made.rows, made.bytes)

    def join_files(self, folder: str, parts: Sequence[tuple[LoggedFile, Any]]) -> LoggedFile:
        """Write rows of several files as one file, which covers the calls of all of them.

        Args:
            folder: The folder of the table, with that of the partition.
            parts: The files, with the rows of each that stay.
        """
        import pyarrow as pa

        found = [self.format.read_contents(self.store, file.name) for file, _ in parts]
        contents = FileContents(
            frozenset().union(*(one.specs for one in found)),
            frozenset().union(*(one.absent for one in found)),
        )
        rows = pa.concat_tables([rows for _, rows in parts])
        made = self._write(folder, folder.split("/")[0], rows, contents)
        return attrs.evolve(
            made,
            specs=frozenset().union(*(file.specs for file, _ in parts)),
            absent=frozenset().union(*(file.absent for file, _ in parts)),
        )

    def encoded(self, table: str, rows: Any, contents: FileContents) -> EncodedFile:
        """Return rows as the file that they become.

        Args:
            table: The table of the rows.
            rows: The rows, as an Arrow table; a file is returned itself.
            contents: What the file is to say about itself.
        """
        if isinstance(rows, EncodedFile):
            return rows
        return self.format.encoded(rows, contents, days_of(table, rows))

    def _write(self, folder: str, table: str, rows: Any, contents: FileContents) -> LoggedFile:
        """Write a file that nothing counts yet."""
        self.store.renew()
        stem = f"{folder}/part-{self.log.epoch:05}"
        made = self.encoded(table, rows, contents)
        name = self.format.write(self.store, stem, made)
        return LoggedFile(
            name=name, rows=made.rows, bytes=made.nbytes, first=made.first, last=made.last
        )

    def replace(self, joins: Sequence[LoggedFile], leaves: Sequence[LoggedFile]) -> None:
        """Let files take the place of others in one step, then put the others away.

        Args:
            joins: Files that were written.
            leaves: Files whose rows they took over.

        Raises:
            WriterFenced: Another run has taken the place over.
        """
        self.log.commit(joins, [file.name for file in leaves])
        now = {file.name for file in joins}
        for file in leaves:
            if file.name not in now:
                self._put_away(file.name)

    def note(self, name: str, data: bytes) -> None:
        """Write a file about the export, in place of an earlier one.

        Args:
            name: The file's name.
            data: The whole content of the file.
        """
        self.store.put(name, data, replace=True)

    def close(self) -> None:
        """End the use of the target; no file is held open."""


Target = FileTarget | DuckDbTarget | TableTarget


def open_target(
    store: Store,
    format: str,
    partition_by: str | None = None,
    *,
    log: CommitLog | None = None,
    increment: Plan | None = None,
    read_only: bool = False,
) -> Target:
    """Return the target in a place; who writes locks the place first.

    Args:
        store: The folder or bucket of the export.
        format: One of `FileFormat`, such as `parquet`.
        partition_by: The column that folders are made by.
        log: The log that whoever writes has begun a run in.
        increment: The plan of an increment, whose rows replace the windows that it reads.
        read_only: Whether nothing will be written.

    Raises:
        ConfigurationError: Format, place and partition do not go together.
    """
    check_output(store, format, partition_by)
    if format == "duckdb":
        assert isinstance(store, Folder)
        return DuckDbTarget(store, log=log, increment=increment, read_only=read_only)
    found = log or CommitLog(store)
    if format in TABLE_FORMATS:
        made = TableTarget(found, _table_format(format, store), partition_by, increment=increment)
        if read_only:
            made.open_tables()
        return made
    if is_without_log(found):
        files = legacy_files(store, by_name(format))
        found.snapshot = attrs.evolve(found.snapshot, files={file.name: file for file in files})
    return FileTarget(found, by_name(format), partition_by, stage=increment is not None)


def _table_format(format: str, store: Store) -> TableFormat:
    """Return how tables of a format are read and written in a place."""
    if format == "iceberg":
        from midakit.export.files.table_formats.iceberg import IcebergTables

        return IcebergTables(store)
    from midakit.export.files.table_formats.delta import DeltaTables

    return DeltaTables(store)


def check_output(store: Store, format: str, partition_by: str | None) -> None:
    """Refuse what cannot be, before anything is written.

    Args:
        store: The folder or bucket of the export.
        format: One of `FileFormat`, such as `parquet`.
        partition_by: The column that folders are made by.

    Raises:
        ConfigurationError: Format, place and partition do not go together.
        MissingExtra: What writes the format is not installed.
    """
    extra = format if format in ("duckdb", *TABLE_FORMATS) else "export"
    need("pyarrow", extra=extra)
    if format == "duckdb":
        need("duckdb", extra=extra)
    if partition_by is not None and partition_by not in PARTITIONS:
        raise ConfigurationError(
            f"partition_by: {partition_by!r} is not one of: {', '.join(PARTITIONS)}"
        )
    if format in TABLE_FORMATS:
        _table_format(format, store)
    elif format != "duckdb":
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
    name = quote(str(value), safe="")
    if name.endswith("."):  # Windows forgets a dot at the end
        name = f"{name[:-1]}%2E"
    return f"{column}={name}/"


def check_partitions(store: Store, column: str | None, labels: Iterable[Mapping[str, Any]]) -> None:
    """Refuse two folders that the place takes for one: files of the second would be lost there.

    Args:
        store: The folder or bucket of the export, locked.
        column: The column that folders are made by; None for no folder.
        labels: The columns that are known of each call.

    Raises:
        ConfigurationError: The file system ignores case, and two names differ in nothing else.
    """
    if column is None or not isinstance(store, Folder) or not store.ignores_case():
        return
    found: dict[str, str] = {}
    for label in labels:
        name = partition_folder(column, label)
        other = found.setdefault(name.lower(), name)
        if other != name:
            raise ConfigurationError(
                f"partition_by: {other} and {name} are the same folder in {store}, where case does"
                f" not count; leave partition_by out, or use names that differ in more than case"
            )


def concat(table: str, batches: Iterable[Any]) -> Any:
    """Return record batches of one table as an Arrow table, also when there are none.

    Args:
        table: A table of the export, such as `results`; it gives the schema when there are no batches.
        batches: The record batches.
    """
    import pyarrow as pa

    return pa.Table.from_batches(list(batches), schema=arrow(table))
