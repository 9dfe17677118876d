"""Delta tables, which deltalake reads and writes by their own log."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from midakit.core.extras import need
from midakit.export.files.endpoints import delta_options
from midakit.export.files.folders import Folder
from midakit.export.files.kept_rows import Bounds
from midakit.export.files.stores import PlaceUnwritable, Store
from midakit.export.files.table_formats.format import COMMIT, StoredFile, TableChanged, found_below
from midakit.export.rows.timestamps import in_micros
from midakit.export.schemas import TABLES, arrow

FILE = 16_000_000
"""Bytes of a data file: a night writes those anew that hold days of its window."""
REMEMBERED = "delta.deletedFileRetentionDuration"
WEEK = timedelta(days=7)
"""How long a table without that setting remembers the files that left it."""
CONFIGURATION = {"delta.checkpointInterval": "10", REMEMBERED: "interval 30 days"}
"""Settings of a new table. Whoever opens it reads ten entries of its log at most, where a hundred are
deltalake's default, which made a night cost 4.6 times the first one. Files that left are remembered as
long as the log, so that `vacuum` can tell how long ago that was."""
UNKNOWN = "?"
"""Stands for transactions that the log of a table has no more."""


class DeltaTables:
    """The Delta tables of a place.

    Args:
        store: The folder or bucket of the export.

    Raises:
        MissingExtra: deltalake is not installed (extra `delta`).
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._url = str(store.path.absolute()) if isinstance(store, Folder) else str(store)
        self._options = {} if isinstance(store, Folder) else delta_options(self._url)
        self._delta = need("deltalake", extra="delta")
        self._errors = need("deltalake.exceptions", extra="delta")

    def _at(self, table: str) -> str:
        return f"{self._url}/{table}"

    def names(self) -> Collection[str]:
        """Return the tables that can be there: each is a folder, and to look into one takes two requests."""
        return self._store.folders()

    def open(self, table: str, version: int | None = None) -> Any:
        """Return a table at a version, or None where there is none.

        Args:
            table: A table of the export, such as `results`.
            version: Its number; when left out, the last one.
        """
        try:
            return self._delta.DeltaTable(
                self._at(table), version=version, storage_options=self._options
            )
        except self._errors.TableNotFoundError:
            return None
        except (self._errors.DeltaError, OSError) as error:
            raise self._refused(table, error) from None

    def create(self, table: str, partition_by: str | None, about: Mapping[str, str]) -> Any:
        """Make an empty table.

        Args:
            table: A table of the export.
            partition_by: The column that its files are parted by.
            about: What the transaction says about itself.

        Raises:
            TableChanged: Somebody else has made it.
        """
        columns = [partition_by] if partition_by in TABLES[table] else None
        try:
            return self._delta.DeltaTable.create(
                self._at(table), in_micros(arrow(table)), mode="error", partition_by=columns,
                configuration=CONFIGURATION, storage_options=self._options,
                commit_properties=self._properties(about),
            )  # fmt: skip
        except self._errors.DeltaError as error:
            if self.open(table) is not None:
                raise TableChanged from None
            raise self._refused(table, error) from None

    def version(self, handle: Any) -> int:
        """Return the number of a handle's version.

        Args:
            handle: A table.
        """
        return int(handle.version())

    def since(self, handle: Any, version: int) -> list[str]:
        """Return the tokens of our transactions after a version; empty text for those of engines.

        Args:
            handle: A table.
            version: A number of it.
        """
        count = handle.version() - version
        if count < 1:
            return []
        found = [one.get(COMMIT, "") for one in handle.history(count)]
        return found if len(found) == count else [*found, UNKNOWN]

    def read(self, handle: Any, where: Bounds = (), columns: Sequence[str] | None = None) -> Any:
        """Return rows as an Arrow table.

        Args:
            handle: A table.
            where: Conditions that the rows meet.
            columns: Only these columns.
        """
        return handle.to_pyarrow_table(filters=list(where) or None, columns=columns)

    def write(
        self, handle: Any, table: str, rows: Any, where: Bounds | None, about: Mapping[str, str]
    ) -> Any:
        """Add rows in one transaction, and return the table at its new version.

        Args:
            handle: The table as it was read.
            table: Its name.
            rows: The rows, as an Arrow table; None for a transaction that changes nothing.
            where: Conditions: the rows take the place of all that meet them. None: nothing is replaced.
            about: What the transaction says about itself.

        Raises:
            TableChanged: It has another version by now.
        """
        properties = self._properties(about)
        try:
            if rows is None:
                schema = handle.schema()
                handle.create_write_transaction([], "append", schema, commit_properties=properties)
                return self.open(table)
            how = {"mode": "append"}
            if where is not None:
                how = {"mode": "overwrite", "predicate": _sql(where)}
            self._delta.write_deltalake(
                handle,
                rows.cast(in_micros(rows.schema)),  # deltalake before 1.6.3 takes no other times
                schema_mode="merge",
                commit_properties=properties,
                target_file_size=FILE,
                **how,
            )
        except self._errors.CommitFailedError:
            raise TableChanged from None
        except (self._errors.DeltaError, OSError) as error:
            raise self._refused(table, error) from None
        return handle

    def _properties(self, about: Mapping[str, str]) -> Any:
        """Let deltalake commit on the version that was read, and never on another one."""
        return self._delta.CommitProperties(custom_metadata=dict(about), max_commit_retries=0)

    def dataset(self, handle: Any, table: str) -> Any:
        """Return a table as an Arrow dataset with our columns.

        Args:
            handle: A table.
            table: Its name.
        """
        return handle.to_pyarrow_dataset(schema=arrow(table))

    def count(self, handle: Any) -> int:
        """Return how many rows a table has.

        Args:
            handle: A table.
        """
        return int(handle.count())

    def sizes(self, handle: Any) -> dict[str, int]:
        """Return the data files of a version: their names without folders, and how long they are.

        Args:
            handle: A table.
        """
        import pyarrow as pa

        found = pa.table(handle.get_add_actions(flatten=True))
        names, sizes = (found.column(name).to_pylist() for name in ("path", "size_bytes"))
        return {name.rpartition("/")[2]: size for name, size in zip(names, sizes, strict=True)}

    def there(self, handle: Any, table: str) -> dict[str, StoredFile]:
        """Return the files that are there by their names without folders.

        Args:
            handle: A table.
            table: Its name.
        """
        return found_below(self._store, table)

    def content(self, handle: Any, file: StoredFile) -> bytes:
        """Return the bytes of a file.

        Args:
            handle: A table.
            file: One of those that are there.
        """
        return self._store.get(file.where)

    def compact(self, handle: Any, table: str, about: Mapping[str, str]) -> tuple[int, int]:
        """Merge small files in one transaction; return how many files there were, and are.

        Args:
            handle: A table.
            table: Its name.
            about: What the transaction says about itself.
        """
        before = len(self.sizes(handle))
        handle.optimize.compact(commit_properties=self._properties(about))
        return before, len(self.sizes(handle))

    def vacuum(self, handle: Any, table: str, keep: timedelta) -> int:
        """Delete the files of versions that are older than this; return how many.

        Files that left so long ago that the table has forgotten them are found by a listing. Where it may
        forget earlier than files are to be kept, as a table of an earlier version of midakit does, they stay.

        Args:
            handle: A table.
            table: Its name.
            keep: How long ago a version must have been replaced.
        """
        full = REMEMBERED in handle.metadata().configuration or keep <= WEEK
        hours = int(keep.total_seconds() // 3600)
        gone = handle.vacuum(
            retention_hours=hours, dry_run=False, enforce_retention_duration=False, full=full
        )
        return len(gone)

    def close(self) -> None:
        """Do nothing: no table is held open."""

    def _refused(self, table: str, error: Exception) -> PlaceUnwritable:
        words = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return PlaceUnwritable(f"{self._at(table)}: {words}")


def _sql(where: Bounds) -> str:
    """Return conditions as SQL; a condition that is always true where there is none."""
    return " and ".join(f"{name} {how} {_literal(value)}" for name, how, value in where) or "true"


def _literal(value: Any) -> str:
    if isinstance(value, list):
        return f"({', '.join(map(_literal, value))})"
    return str(value) if isinstance(value, int) else "'{}'".format(str(value).replace("'", "''"))
