"""A DuckDB file as a target: rows and the ids of their calls in the same transaction."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from midakit.core.extras import need
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.contents import CommittedFile, FileContents
from midakit.export.files.folders import Folder
from midakit.export.files.kept_rows import renewed, replacing
from midakit.export.files.stores import PlaceInUse, PlaceUnwritable, Store
from midakit.export.files.windows import DAY, SERIES, windows
from midakit.export.plan.plan import Plan
from midakit.export.schemas import KEYS, TABLES, arrow, conform

T = TypeVar("T")

_IN_USE = re.compile(r"Could not set lock|used by another process").search
"""What DuckDB says on POSIX and on Windows; a damaged block is of the same class of errors."""

_IN_USE_HERE = re.compile(r"different configuration than existing connections").search
"""What it says where this process reads the file and would write it, or the other way round."""


class DuckDbTarget:
    """One database file in a folder.

    Args:
        folder: The place of the export, which must be a local folder.
        log: The log that whoever writes has begun a run in.
        increment: The plan of an increment, whose rows replace the windows that it reads.
        read_only: Whether nothing is written. Where the file is not there yet, the tables are empty.

    Raises:
        MissingExtra: duckdb is not installed (extra `duckdb`).
        PlaceInUse: Another process has the database open, or this one in another way.
        PlaceUnwritable: The database cannot be opened.
    """

    FILE = "export.duckdb"

    def __init__(
        self,
        folder: Folder,
        *,
        log: CommitLog | None = None,
        increment: Plan | None = None,
        read_only: bool = False,
    ) -> None:
        self.store: Store = folder
        self.log = log or CommitLog(folder)
        """The log of the place: it names the plan; rows and their calls are in the database."""
        self.partition_by = None
        self.damaged: list[str] = []
        self.absent: frozenset[str] = frozenset()
        """Ids that `covered` found, of calls that had no rows to give."""
        self.increment = increment
        self._duckdb = need("duckdb", extra="duckdb")
        path = str(folder.path / self.FILE)
        if (
            read_only and not Path(path).exists()
        ):  # a run was killed after its plan and before a row
            path, read_only = ":memory:", False
        try:
            self._db = self._duckdb.connect(path, read_only=read_only)
        except self._duckdb.Error as error:
            if _IN_USE(str(error)):
                raise PlaceInUse(f"{path}: another process has the database open") from None
            if _IN_USE_HERE(str(error)):
                raise PlaceInUse(f"{path}: this process has the database open") from None
            raise PlaceUnwritable(f"{path}: {error}") from None
        self._db.execute("set TimeZone = 'UTC'")  # else a time is of a day of the machine's zone
        if not read_only:
            self._db.execute(
                "create table if not exists _midakit_specs (table_name varchar, spec_id varchar, "
                "absent boolean, primary key (table_name, spec_id))"
            )

    def tidy(self) -> None:
        """Forget the calls of earlier plans, so that what a run reads does not grow with all of them.

        A kill leaves nothing to put away: a transaction is there, or it is not.

        Raises:
            PlaceUnwritable: The database refuses, as on a full disk.
        """
        plan = self.increment
        if plan is not None:
            self._tried(lambda: self._forget_others(plan))

    def _forget_others(self, plan: Plan) -> None:
        import pyarrow as pa

        self._db.register("planned", pa.table({"id": list(plan.specs.ids())}))
        try:
            self._db.execute(
                "delete from _midakit_specs where spec_id not in (select id from planned)"
            )
        finally:
            self._db.unregister("planned")

    def covered(self) -> dict[str, set[str]]:
        """Return the ids of the calls whose rows are in each table."""
        found: dict[str, set[str]] = {}
        absent: set[str] = set()
        query = "select table_name, spec_id, absent from _midakit_specs"
        for table, spec, nothing in self._fetched(query):
            found.setdefault(table, set()).add(spec)
            if nothing:
                absent.add(spec)
        self.absent = frozenset(absent)
        return found

    def row_counts(self) -> dict[str, int]:
        """Return how many rows each table has."""
        query = "select table_name from duckdb_tables()"
        there = {name for (name,) in self._fetched(query)}
        counts = {}
        for name in TABLES:
            if name in there:
                [(count,)] = self._db.execute(f"select count(*) from {name}").fetchall()  # noqa: S608
                counts[name] = int(count)
        return counts

    def read_all(self) -> None:
        """Read every row: each block of the file has a checksum.

        Raises:
            PlaceUnwritable: DuckDB finds one damaged.
        """
        for table in self.row_counts():
            query = f"select bit_xor(hash(one)) from {table} as one"  # noqa: S608
            self._fetched(query)

    def _fetched(self, query: str) -> list[Any]:
        return self._tried(lambda: list(self._db.execute(query).fetchall()))

    def rows(self, table: str) -> Any:
        """Return the rows of a table as an Arrow table.

        Args:
            table: A table of the export, such as `results`.
        """
        assert table in TABLES  # a name of ours, not a user's: it stands in SQL below
        if table not in self.row_counts():
            return arrow(table).empty_table()
        return self._db.sql(f"select * from {table}").to_arrow_table()  # noqa: S608

    def commit(
        self, table: str, rows: Any, contents: FileContents, where: str = ""
    ) -> CommittedFile:
        """Insert rows and the ids of their calls in one transaction.

        Args:
            table: Table of the database that gets the rows, such as `results`.
            rows: The rows, as an Arrow table.
            contents: The ids of the calls that the rows came from.
            where: Not used: a database has no partitions.

        Raises:
            PlaceUnwritable: The database refuses, as on a full disk.
        """
        assert table in TABLES  # a name of ours, not a user's: it stands in SQL below
        self._tried(lambda: self._commit(table, rows, contents))
        return CommittedFile(self.FILE, table, rows.num_rows, rows.nbytes)

    def _commit(self, table: str, rows: Any, contents: FileContents) -> None:
        import pyarrow as pa

        ids = sorted(contents.specs)
        specs = pa.table(
            {"t": [table] * len(ids), "s": ids, "a": [one in contents.absent for one in ids]}
        )
        self._db.register("incoming", rows)
        self._db.register("specs", specs)
        try:
            self._db.execute("begin")
            self._db.execute(f"create table if not exists {table} as from incoming limit 0")
            self._add_columns(table)
            if self.increment is not None:
                self._delete_older(table, rows, self.increment, contents)
            self._db.execute(f"insert into {table} by name from incoming")
            self._db.execute("insert into _midakit_specs from specs")
            self._db.execute("commit")
        finally:
            self._db.unregister("incoming")
            self._db.unregister("specs")

    def _add_columns(self, table: str) -> None:
        """Add the columns that a table of an earlier schema lacks."""
        there = self._names(f"select * from {table} limit 0")  # noqa: S608
        for name, kind in self._names("select * from incoming limit 0").items():
            if name not in there:
                self._db.execute(f"alter table {table} add column {name} {kind}")

    def _names(self, query: str) -> dict[str, Any]:
        found = self._db.sql(query)
        return dict(zip(found.columns, found.types, strict=True))

    def _delete_older(self, table: str, rows: Any, plan: Plan, contents: FileContents) -> None:
        """Delete the rows that came again, and those that lie in a window that was read."""
        answered = contents.specs - contents.absent
        read = windows(table, (one for one in plan.specs.of(answered) if one.kind == table))
        if not (replacing(table, rows, plan).num_rows or read.num_rows):
            return
        if table == "experiments":
            old = conform(table, self._db.sql("select * from experiments").to_arrow_table())
            self._db.unregister("incoming")
            self._db.register("incoming", renewed(table, old, rows, read, plan))
            self._db.execute("delete from experiments")
            return
        self._db.register("read_windows", read)
        try:
            again = _exists(KEYS[table], "incoming")
            asked = _exists(SERIES.get(table, ()), "read_windows") if table in SERIES else "false"
            if table in DAY:
                day = f"cast(old.{DAY[table]} as date)"
                asked = asked[:-1] + f" and {day} between new.start and new.end)"
            self._db.execute(f"delete from {table} as old where {again} or {asked}")  # noqa: S608
        finally:  # table, keys and columns are our own names
            self._db.unregister("read_windows")

    def _tried(self, work: Callable[[], T]) -> T:
        """Raise what DuckDB refuses as an OSError, as a disk does."""
        try:
            return work()
        except self._duckdb.Error as error:
            with suppress(self._duckdb.Error):  # nothing had begun, or it is beyond that
                self._db.execute("rollback")
            message = str(error).splitlines()[0]
            raise PlaceUnwritable(f"{self.store}/{self.FILE}: {message}") from None

    def note(self, name: str, data: bytes) -> None:
        """Write a file about the export beside the database.

        Args:
            name: Path of the file below the place, with slashes.
            data: The whole content of the file.
        """
        self.store.put(name, data, replace=True)

    def close(self) -> None:
        """Close the database file."""
        self._db.close()


def _exists(columns: Sequence[str], other: str) -> str:
    """Return a condition: a row of another table agrees in these columns."""
    same = " and ".join(f"old.{name} is not distinct from new.{name}" for name in columns)
    return f"exists (from {other} as new where {same})"
