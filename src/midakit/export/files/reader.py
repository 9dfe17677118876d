"""`open`: the tables of one snapshot, for Arrow, DuckDB, polars and pandas.

A reader names the files of one moment and keeps to them, whatever runs write meanwhile. A glob over the
folders cannot: it may meet an increment between two of its steps.
"""

from datetime import datetime
from importlib import import_module
from os import PathLike
from typing import TYPE_CHECKING, Any

import attrs

from midakit.core.checks import a_kind
from midakit.core.extras import need
from midakit.errors import ConfigurationError, MissingExtra
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog, snapshot_as_of
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.folders import Folder
from midakit.export.files.log_rules import LoggedFile
from midakit.export.files.stores import LEFT, Store
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.targets import FileTarget, open_target
from midakit.export.files.verify import require_output
from midakit.export.schemas import TABLES, arrow, conform

if TYPE_CHECKING:
    import duckdb
    import pandas
    import polars
    import pyarrow
    import pyarrow.dataset


def open(
    place: "str | PathLike[str] | Store", as_of: "int | datetime | str | None" = None
) -> "ExportTables":
    """Open the tables of an export as they are now, or as they were.

    Args:
        place: The folder or URL of the export.
        as_of: The number of an entry of the log, or a time: a `datetime` with a zone, or ISO text. When
            left out, now.

    Returns:
        The tables of one snapshot. What is written later does not change them.

    Raises:
        ConfigurationError: There is no export, or it held nothing yet.

    Example:
        tables = export.open("out")
        print(tables.names(), tables.version)
        print(tables.duckdb("results").aggregate("sum(visitors)"))
    """
    store = open_store(place)
    log = CommitLog(store)
    target = open_target(store, require_output(log).format_or_default, log=log, read_only=True)
    if as_of is not None:
        if isinstance(target, DuckDbTarget):
            target.close()
            raise ConfigurationError("as_of: a DuckDB file holds no earlier snapshots")
        when = _moment(as_of) if isinstance(as_of, str) else as_of
        if not isinstance(when, int | datetime):
            raise ConfigurationError(f"as_of: a number or a time, not {a_kind(when)}")
        if isinstance(when, datetime) and when.tzinfo is None:
            raise ConfigurationError(f"as_of: {as_of} says no time zone; add Z for UTC")
        target.log.snapshot = snapshot_as_of(store, when)
        if isinstance(target, TableTarget):
            target.open_tables(target.log.snapshot)
    return ExportTables(target)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            f"as_of: {text!r} is not a time such as 2026-01-31T04:00:00Z"
        ) from None


@attrs.frozen
class ExportTables:
    """The tables of one snapshot of an export.

    Example:
        tables = export.open("out", as_of="2100-01-01T00:00:00Z")
        print(tables.version, tables.at, tables.arrow("results").num_rows)
    """

    _target: Any = attrs.field(repr=False)

    @property
    def version(self) -> int:
        """The number of the last entry of the log that the snapshot holds; 0 without a log."""
        return int(self._target.log.snapshot.version)

    @property
    def at(self) -> datetime | None:
        """When that entry was written; None without a log."""
        text = self._target.log.snapshot.at
        return datetime.fromisoformat(text) if text else None

    def names(self) -> list[str]:
        """Return the names of the tables that have files.

        Example:
            for table in export.open("out").names():
                print(table)
        """
        there = {name.split("/")[0] for name in self._target.row_counts()}
        return [name for name in TABLES if name in there]

    def files(self, table: str) -> list[str]:
        """Return the names of a table's files, below the place.

        Args:
            table: A table of the export, such as `results`.

        Raises:
            ConfigurationError: The snapshot has no such table.

        Example:
            print(export.open("out").files("results"))
        """
        return [file.name for file in self._files(table)]

    def dataset(self, table: str) -> "pyarrow.dataset.Dataset":
        """Return a table as an Arrow dataset, which is read when it is asked for.

        Args:
            table: A table of the export, such as `results`.

        Raises:
            MissingExtra: pyarrow is not installed (extra `export`).

        Example:
            dataset = export.open("out").dataset("results")
            print(dataset.to_table(columns=["name", "visitors"]))
        """
        ds = need("pyarrow.dataset", extra="export")
        store, suffix = self._target.store, self._suffix
        if isinstance(store, Folder) and suffix in ("parquet", "arrow"):
            paths = [str(store.path / self._where(file)) for file in self._files(table)]
            return ds.dataset(paths, schema=arrow(table), format=suffix)
        found = None
        if isinstance(self._target, TableTarget):
            found = self._target.dataset(table)
        return ds.dataset(self.arrow(table)) if found is None else found

    def arrow(self, table: str) -> "pyarrow.Table":
        """Return a table as an Arrow table.

        Args:
            table: A table of the export, such as `results`.

        Raises:
            MidakitError: A file is damaged; the message names it.
            MissingExtra: pyarrow is not installed (extra `export`).

        Example:
            table = export.open("out").arrow("results")
            print(table.num_rows, table.column_names)
        """
        import pyarrow as pa

        files = self._files(table)
        if not isinstance(self._target, FileTarget):
            return conform(table, self._target.rows(table))
        parts = [
            self._target.format.rows(self._target.store, self._where(file), table) for file in files
        ]
        return pa.concat_tables([arrow(table).empty_table(), *parts])

    def duckdb(self, table: str, connection: Any = None) -> "duckdb.DuckDBPyRelation":
        """Return a table as a DuckDB relation.

        Args:
            table: A table of the export, such as `results`.
            connection: A connection of DuckDB; when left out, its default one.

        Raises:
            MissingExtra: duckdb is not installed (extra `duckdb`).

        Example:
            results = export.open("out").duckdb("results")
            print(results.filter("is_control").project("name, visitors").fetchall())
        """
        made = connection if connection is not None else need("duckdb", extra="duckdb")
        return made.from_arrow(self.dataset(table))  # type: ignore[no-any-return]

    def polars(self, table: str) -> "polars.LazyFrame":
        """Return a table as a lazy frame of polars.

        Args:
            table: A table of the export, such as `results`.

        Raises:
            MissingExtra: polars is not installed.

        Example:
            results = export.open("out").polars("results")
            print(results.select("name", "conversion_rate").collect())
        """
        try:
            polars: Any = import_module("polars")
        except ImportError as error:
            raise MissingExtra("polars: run: pip install polars", name="polars") from error
        return polars.scan_pyarrow_dataset(self.dataset(table))  # type: ignore[no-any-return]

    def pandas(self, table: str) -> "pandas.DataFrame":
        """Return a table as a data frame of pandas.

        Args:
            table: A table of the export, such as `results`.

        Raises:
            MissingExtra: pandas or pyarrow is not installed.

        Example:
            results = export.open("out").pandas("results")
            print(results.groupby("name")["visitors"].sum())
        """
        frame: pandas.DataFrame = self.arrow(table).to_pandas()
        return frame

    @property
    def _suffix(self) -> str:
        return self._target.format.suffix[1:] if isinstance(self._target, FileTarget) else ""

    def _files(self, table: str) -> list[LoggedFile]:
        if table not in TABLES:
            raise ConfigurationError(f"{table!r} is not one of: {', '.join(TABLES)}")
        if not isinstance(self._target, FileTarget):
            return []
        return [file for file in self._target.log.snapshot.tables() if file.table == table]

    def _where(self, file: LoggedFile) -> str:
        """Return where a file stands: one that left the tables was put away."""
        store: Store = self._target.store
        for name in (file.name, LEFT + file.name):
            try:
                store.size(name)
            except FileNotFoundError:
                continue
            return name
        raise ConfigurationError(
            f"{file.name} is gone: `vacuum` has deleted what this snapshot held; open a later one"
        )
