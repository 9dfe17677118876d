"""The target: calls and their rows into tables, one transaction for each commit of a run."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Any, NamedTuple

from midakit.errors import ConfigurationError
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.contents import CommittedFile, DamagedFile, FileContents, digest
from midakit.export.files.kept_rows import bounds, renewed, replacing
from midakit.export.files.log_rules import LoggedFile, Snapshot, check_writer
from midakit.export.files.stores import PlaceUnwritable
from midakit.export.files.table_formats.format import (
    COMMIT,
    StoredFile,
    TableChanged,
    TableFormat,
)
from midakit.export.files.windows import windows
from midakit.export.plan.packed_specs import PackedSpecs
from midakit.export.plan.plan import Plan
from midakit.export.schemas import TABLES, arrow, conform

ATTEMPTS = 10
"""How often a transaction is tried when engines change the table meanwhile."""


class TableFile(NamedTuple):
    """A data file that a version of a table names."""

    name: str
    """Its table, and its name without folders."""
    fingerprint: str
    """A text that changes when the file does; empty where it is gone, or that cannot be told."""
    read: Callable[[], str]
    """Reads it to its end and returns the hash of what it holds; raises DamagedFile."""


class TableTarget:
    """Tables of Delta or Iceberg.

    Args:
        log: The log of the place.
        format: How tables are read and written.
        partition_by: The column that a table's files are parted by, where the table has it.
        increment: The plan of an increment, whose rows replace the windows that it reads.
    """

    def __init__(
        self,
        log: CommitLog,
        format: TableFormat,
        partition_by: str | None = None,
        *,
        increment: Plan | None = None,
    ) -> None:
        self.log = log
        self.store = log.store
        self.format = format
        self.partition_by = partition_by
        self.increment = increment
        self.absent: frozenset[str] = frozenset()
        """Ids that `covered` found, of calls that had no rows to give."""
        self.damaged: list[str] = []
        self._open: dict[str, Any] = {}

    def open_tables(self, as_of: Snapshot | None = None) -> None:
        """Open every table at one version, which is kept to.

        Args:
            as_of: What the place held at an earlier time; when left out, the tables as they are now.
        """
        at: Mapping[str, int | None] = versions(as_of) if as_of else dict.fromkeys(TABLES)
        there = self.format.names()
        found = {
            table: self.format.open(table, version)
            for table, version in at.items()
            if table in there
        }
        self._open = {table: handle for table, handle in found.items() if handle is not None}

    def tidy(self) -> None:
        """Refuse whatever an earlier run still tries; let the log name what is there, after a kill too."""
        self.open_tables()
        for table in self.tables():
            self._transact(table, None, None)
        joins = []
        logged = self.log.snapshot.covered()
        for table in self.tables():
            ids = self._unlogged(table) - logged.get(table, set())
            if ids or table not in logged:
                joins.append(self._logged(table, 0, FileContents(frozenset(ids), frozenset())))
        last = versions(self.log.snapshot)
        leaves = [
            name
            for name, file in self.log.snapshot.files.items()
            if file.table not in self._open  # somebody has deleted it
            or (not file.specs and _version(file) != last[file.table])
        ]
        if joins or leaves:
            self.log.commit(joins, leaves)

    def covered(self) -> dict[str, set[str]]:
        """Return the ids of the calls that each table has, as the log and the rows say it."""
        logged = self.log.snapshot.covered()
        found = {table: ids for table, ids in logged.items() if table in self._open}
        files = self.log.snapshot.files.values()
        self.absent = frozenset().union(*(file.absent for file in files))
        for table in self.tables():
            found.setdefault(table, set()).update(self._unlogged(table))
        return found

    def _unlogged(self, table: str) -> set[str]:
        """Return the ids in the rows, if there is a transaction of ours that the log does not name."""
        handle, known = self._open[table], versions(self.log.snapshot).get(table, -1)
        if not any(self.format.since(handle, known)):
            return set()
        return set(self.format.read(handle, columns=["spec_id"]).column("spec_id").to_pylist())

    def _logged(self, table: str, rows: int, contents: FileContents) -> LoggedFile:
        version = self.format.version(self._open[table])
        name = f"{table}/version-{version:020}-{token_hex(4)}"
        return LoggedFile(
            name=name, rows=rows, bytes=0, specs=contents.specs, absent=contents.absent
        )

    def tables(self) -> list[str]:
        """Return the names of the tables that are there."""
        return [table for table in TABLES if table in self._open]

    def row_counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        return {table: self.format.count(self._open[table]) for table in self.tables()}

    def rows(self, table: str) -> Any:
        """Return the rows of a table as an Arrow table.

        Args:
            table: A table of the export, such as `results`.
        """
        handle = self._open.get(table)
        try:
            return arrow(table).empty_table() if handle is None else self.format.read(handle)
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"{table}: {error}; `vacuum` may have deleted it: open a later snapshot"
            ) from None

    def dataset(self, table: str) -> Any:
        """Return a table as an Arrow dataset; None where it is not there, or has to be read at once.

        Args:
            table: A table of the export.
        """
        handle = self._open.get(table)
        return None if handle is None else self.format.dataset(handle, table)

    def data_files(self) -> Iterator[TableFile]:
        """Yield the data files of the tables, as the versions that are open name them."""
        for table in self.tables():
            handle = self._open[table]
            there = self.format.there(handle, table)
            for name, size in sorted(self.format.sizes(handle).items()):
                stored = there.get(name)
                told = stored.fingerprint if stored else ""
                read = partial(self._digest, handle, stored, size)
                yield TableFile(f"{table}/{name}", told, read)

    def _digest(self, handle: Any, stored: StoredFile | None, size: int) -> str:
        """Read a data file to its end, as engines do, and return the hash of what it holds."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        if stored is None:
            raise DamagedFile("the file is gone")
        data = self.format.content(handle, stored)
        if len(data) != size:
            raise DamagedFile(
                f"{stored.where}: {size} bytes were written but {len(data)} are there"
            )
        if stored.where.endswith(".parquet"):  # engines may write other formats
            try:
                pq.ParquetFile(pa.BufferReader(data), pre_buffer=False).read(use_threads=False)
            except pa.ArrowException as error:
                raise DamagedFile(f"{stored.where}: {error}") from None
        return digest(data, b"")

    def commit(
        self, table: str, rows: Any, contents: FileContents, where: str = ""
    ) -> CommittedFile:
        """Add rows to a table in one transaction, and let the log name their calls.

        Args:
            table: A table of the export, such as `results`.
            rows: The rows, as an Arrow table.
            contents: The ids of the calls that the rows came from.
            where: Not used: the table knows how its files are parted.

        Raises:
            WriterFenced: Another run has taken the place over.
            PlaceUnwritable: The table cannot be written to.
        """
        self.store.renew()
        self.log.refresh()
        check_writer(self.log.snapshot, self.log.epoch, self.log.writer)
        if table not in self._open:
            self._create(table)
        read = self._windows(table, contents)
        if rows.num_rows or read.num_rows:
            self._transact(table, rows, read)
        made = self._logged(table, rows.num_rows, contents)
        self.log.commit([made])
        return CommittedFile(made.name, table, rows.num_rows, rows.nbytes)

    def _windows(self, table: str, contents: FileContents) -> Any:
        """Return the windows that calls of an increment have read."""
        specs = self.increment.specs if self.increment is not None else PackedSpecs()
        answered = specs.of(contents.specs - contents.absent)
        return windows(table, (one for one in answered if one.kind == table))

    def _create(self, table: str) -> None:
        token = token_hex(8)
        try:
            made = self.format.create(table, self.partition_by, self._about(token))
        except (TableChanged, PlaceUnwritable) as error:
            made = self.format.open(table)
            if made is None or token not in self.format.since(made, -1):  # else the answer was lost
                if isinstance(error, PlaceUnwritable):
                    raise
                raise PlaceUnwritable(
                    f"{self.store}/{table}: an earlier export has just made this table; resume"
                ) from None
        self._open[table] = made

    def _about(self, token: str) -> dict[str, str]:
        about = {"midakit.run": str(self.log.epoch), "midakit.plan": self.log.snapshot.plan}
        return {**about, COMMIT: token} if token else about

    def _transact(self, table: str, rows: Any, read: Any) -> None:
        """Make a transaction, again on top of those of engines; without rows it changes nothing."""
        about = self._about("" if rows is None else token_hex(8))
        for _ in range(ATTEMPTS):
            handle = self._open[table]
            before = self.format.version(handle)  # deltalake moves a handle on when it has written
            try:
                self._open[table] = self._write(table, handle, rows, read, about)
                return
            except (TableChanged, PlaceUnwritable) as error:
                self._open[table] = self.format.open(table)
                since = self.format.since(self._open[table], before)
                if COMMIT in about and about[COMMIT] in since:
                    return  # it was done, and the answer was lost
                self.log.refresh()
                check_writer(self.log.snapshot, self.log.epoch, self.log.writer)
                if isinstance(error, PlaceUnwritable):
                    raise
                if rows is not None and any(since):
                    raise PlaceUnwritable(
                        f"{self.store}/{table}: an earlier export has just written; resume"
                    ) from None
        raise PlaceUnwritable(f"{self.store}/{table}: changed by others all the time; resume")

    def _write(self, table: str, handle: Any, rows: Any, read: Any, about: dict[str, str]) -> Any:
        where = None
        if rows is not None and self.increment is not None:
            again = replacing(table, rows, self.increment)
            if again.num_rows or read.num_rows:
                old = conform(table, self.format.read(handle, bounds(table, again, read)))
                if old.num_rows:
                    where = bounds(table, rows, read)
                    rows = renewed(table, old, rows, read, self.increment)
        return self.format.write(handle, table, rows, where, about)

    def compact(self) -> dict[str, tuple[int, int]]:
        """Merge the small files of every table; return for each how many it had, and has."""
        about = self._about("")
        return {
            table: self.format.compact(self._open[table], table, about) for table in self.tables()
        }

    def vacuum(self, keep: timedelta) -> int:
        """Delete the files of versions that were replaced this long ago; return how many.

        Args:
            keep: How long ago.
        """
        return sum(self.format.vacuum(self._open[table], table, keep) for table in self.tables())

    def note(self, name: str, data: bytes) -> None:
        """Write a file about the export, in place of an earlier one.

        Args:
            name: The file's name.
            data: The whole content of the file.
        """
        self.store.put(name, data, replace=True)

    def close(self) -> None:
        """End the use of the target."""
        self.format.close()


def versions(snapshot: Snapshot) -> dict[str, int]:
    """Return the last version of each table that the log names.

    Args:
        snapshot: What the log says.
    """
    found: dict[str, int] = {}
    for file in snapshot.files.values():
        found[file.table] = max(found.get(file.table, 0), _version(file))
    return found


def _version(file: LoggedFile) -> int:
    return int(file.name.rpartition("/")[2].split("-")[1])
