"""Iceberg tables, which pyiceberg reads and writes through a catalog.

The catalog is the one that pyiceberg's own settings call `midakit` (its file, or the environment), such
as a REST catalog. Where there is none, it is a SQLite file in the folder of the export.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import attrs

from midakit.core.extras import need
from midakit.errors import ConfigurationError
from midakit.export.files.endpoints import iceberg_location
from midakit.export.files.folders import Folder
from midakit.export.files.kept_rows import Bounds
from midakit.export.files.stores import PlaceUnwritable, Store
from midakit.export.files.table_formats.format import COMMIT, StoredFile, TableChanged, found_below
from midakit.export.schemas import TABLES, arrow

NAME = "midakit"
"""The name of the catalog in pyiceberg's settings, and of the namespace where these name no other."""
LOCATION = "table-location"
"""The setting of a catalog that chooses itself where tables stand: `catalog`."""
PLACE = "midakit.place"
"""The property of a table that says which export it is of."""
FILES = f"{__package__}.object_files.ObjectFiles"
"""What reads and writes the files of tables in object stores, where the settings name nothing else."""
PROPERTIES = {
    "commit.manifest-merge.enabled": "true",
    "commit.manifest.min-count-to-merge": "8",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "10",
}
"""Properties of a new table: what a commit reads and writes does not grow with all commits before it."""
CATALOG = "catalog.db"
"""The SQLite file of a folder's own catalog."""


@attrs.frozen
class IcebergHandle:
    """A table at one version."""

    table: Any
    version: int
    """The sequence number of its snapshot; 0 for a table without one."""

    @property
    def snapshot(self) -> Any:
        """The snapshot, or None for a table without one."""
        for one in self.table.snapshots():
            if one.sequence_number == self.version:
                return one
        return None


class IcebergTables:
    """The Iceberg tables of a place.

    Args:
        store: The folder or bucket of the export.

    Raises:
        MissingExtra: pyiceberg is not installed (extra `iceberg`).
        ConfigurationError: The place is no folder, and pyiceberg knows no catalog for it.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._errors = need("pyiceberg.exceptions", extra="iceberg")
        config = need("pyiceberg.utils.config", extra="iceberg").Config()
        self._configured = config.get_catalog_config(NAME)
        self._options: dict[str, str] = {}
        self._deleted: set[str] = set()
        if isinstance(store, Folder):
            self._at = f"file://{store.path.absolute()}"
        else:
            self._at, self._options = iceberg_location(str(store)), {"py-io-impl": FILES}
        if not self._configured and not isinstance(store, Folder):
            raise ConfigurationError(
                f"format='iceberg' in {store} needs a catalog: name one {NAME!r} in pyiceberg's settings, "
                f"such as PYICEBERG_CATALOG__{NAME.upper()}__URI"
            )

    @cached_property
    def _catalog(self) -> Any:
        if self._configured:
            options = {**self._options, **self._configured}
            if _is_rest(options):
                from midakit.export.files.table_formats.rest_catalog import TimedRestCatalog

                return TimedRestCatalog(NAME, **options)
            return need("pyiceberg.catalog", extra="iceberg").load_catalog(NAME, **options)
        sql = need("pyiceberg.catalog.sql", extra="iceberg")
        return sql.SqlCatalog(NAME, uri=f"sqlite:///{self._file}", warehouse=self._at)

    @property
    def _file(self) -> Path:
        assert isinstance(self._store, Folder)
        return self._store.path.absolute() / CATALOG

    @property
    def _elsewhere(self) -> bool:
        """Whether the catalog chooses where tables stand, and not the place."""
        return bool(self._configured) and self._catalog.properties.get(LOCATION) == "catalog"

    @property
    def _namespace(self) -> str:
        return str(self._catalog.properties.get("namespace", NAME))

    def names(self) -> Collection[str]:
        """Return the tables that can be there: a catalog may let us open tables, and not list them."""
        return TABLES

    def open(self, table: str, version: int | None = None) -> IcebergHandle | None:
        """Return a table at a version, or None where there is none.

        Args:
            table: A table of the export, such as `results`.
            version: Its number; when left out, the last one.

        Raises:
            ConfigurationError: The catalog has a table of this name that stands elsewhere, or stood there.
        """
        if not self._configured and not self._file.exists():
            return None
        found = self._tried(table, lambda: self._load(table))
        if found is None:
            return None
        where = found.properties.get(PLACE, found.location().removesuffix(f"/{table}"))
        if where != self._at:
            raise ConfigurationError(
                f"the catalog has {self._namespace}.{table} of an export in {where}: one that was moved is "
                "not found; give another one a namespace of its own in pyiceberg's settings"
            )
        return self._handle(found, version)

    def _load(self, table: str) -> Any:
        """Return a table of the catalog, or None where there is none, or somebody has deleted its files."""
        try:
            return self._catalog.load_table((self._namespace, table))
        except self._errors.NoSuchTableError:
            return None
        except FileNotFoundError:
            if self._configured:  # the place of another export may be gone only for now
                raise
            if any(name.endswith(".metadata.json") for name in self._store.sizes(table)):
                raise ConfigurationError(
                    f"{self._at}/{table} was moved; an Iceberg table must stay in its folder: move it back"
                ) from None
            self._deleted.add(table)
            return None

    def _handle(self, table: Any, version: int | None = None) -> IcebergHandle:
        now = table.current_snapshot()
        last = 0 if now is None else int(now.sequence_number)
        return IcebergHandle(table, last if version is None else version)

    def create(
        self, table: str, partition_by: str | None, about: Mapping[str, str]
    ) -> IcebergHandle:
        """Make an empty table.

        Args:
            table: A table of the export.
            partition_by: The column that its files are parted by.
            about: What the transaction says about itself.

        Raises:
            TableChanged: Somebody else has made it.
        """
        self._tried(table, lambda: self._catalog.create_namespace_if_not_exists(self._namespace))
        name = (self._namespace, table)
        if table in self._deleted:
            self._tried(table, lambda: self._catalog.drop_table(name))
            self._deleted.remove(table)
        made = self._tried(
            table,
            lambda: self._catalog.create_table_transaction(
                name,
                schema=arrow(table),
                location=None if self._elsewhere else f"{self._at}/{table}",
                properties={**PROPERTIES, PLACE: self._at, COMMIT: about[COMMIT]},
            ),
        )
        if partition_by in TABLES[table]:
            with made.update_spec() as spec:
                spec.add_identity(partition_by)
        try:
            self._tried(table, made.commit_transaction)
        except (TableChanged, PlaceUnwritable):
            there = self.open(table)
            if there is None or there.table.properties.get(COMMIT) != about[COMMIT]:
                raise  # else it is ours, and the answer was lost
        found = self._tried(table, lambda: self._catalog.load_table(name))
        return self.write(self._handle(found), table, None, None, about)

    def version(self, handle: IcebergHandle) -> int:
        """Return the number of a handle's version.

        Args:
            handle: A table.
        """
        return handle.version

    def since(self, handle: IcebergHandle, version: int) -> list[str]:
        """Return the tokens of our transactions after a version; empty text for those of engines.

        Args:
            handle: A table.
            version: A number of it.
        """
        return [
            one.summary.additional_properties.get(COMMIT, "")
            for one in handle.table.snapshots()
            if version < one.sequence_number <= handle.version
        ]

    def read(
        self, handle: IcebergHandle, where: Bounds = (), columns: Sequence[str] | None = None
    ) -> Any:
        """Return rows as an Arrow table.

        Args:
            handle: A table.
            where: Conditions that the rows meet.
            columns: Only these columns.
        """
        return self._scan(handle, where, columns).to_arrow()

    def _scan(
        self, handle: IcebergHandle, where: Bounds = (), columns: Sequence[str] | None = None
    ) -> Any:
        now = handle.snapshot
        return handle.table.scan(
            row_filter=self._expression(where),
            selected_fields=tuple(columns or ("*",)),
            snapshot_id=None if now is None else now.snapshot_id,
        )

    def _expression(self, where: Bounds) -> Any:
        words = need("pyiceberg.expressions", extra="iceberg")
        kinds = {"in": words.In, ">=": words.GreaterThanOrEqual, "<=": words.LessThanOrEqual}
        found = words.AlwaysTrue()
        for name, how, value in where:
            found = words.And(found, kinds[how](name, value))
        return found

    def write(
        self,
        handle: IcebergHandle,
        table: str,
        rows: Any,
        where: Bounds | None,
        about: Mapping[str, str],
    ) -> IcebergHandle:
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
        transaction = self._transaction(_strict(handle.table))
        if set(arrow(table).names) - set(handle.table.schema().column_names):
            with transaction.update_schema() as schema:
                schema.union_by_name(arrow(table))
        rows = arrow(table).empty_table() if rows is None else rows

        def work() -> Any:
            if where is None:
                transaction.append(rows, snapshot_properties=dict(about))
            else:
                replaced = self._expression(where)
                transaction.overwrite(rows, replaced, snapshot_properties=dict(about))
            return transaction.commit_transaction()

        return self._handle(self._tried(table, work))

    def _transaction(self, table: Any) -> Any:
        from midakit.export.files.table_formats.iceberg_transaction import CachedTransaction

        return CachedTransaction(table)

    def _tried(self, table: str, work: Any) -> Any:
        """Raise what goes wrong on the way to the catalog or the files as an OSError, as on a disk."""
        errors = self._errors
        sql = need("sqlalchemy.exc", extra="iceberg")
        refused = [errors.RESTError, sql.SQLAlchemyError, OSError]
        if not isinstance(self._store, Folder):
            refused.append(need("obstore.exceptions", extra="s3").BaseError)
        try:
            return work()
        except (errors.CommitFailedException, errors.TableAlreadyExistsError):
            raise TableChanged from None
        except tuple(refused) as error:
            words = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise PlaceUnwritable(f"{self._at}/{table}: {words}") from None

    def dataset(self, handle: IcebergHandle, table: str) -> Any:
        """Return a table as an Arrow dataset with our columns; None where engines deleted single rows.

        Args:
            handle: A table.
            table: Its name.
        """
        ds = need("pyarrow.dataset", extra="export")
        tasks = list(self._scan(handle).plan_files())
        paths = [task.file.file_path for task in tasks]
        local = all(path.startswith("file://") for path in paths)
        if not local or any(task.delete_files for task in tasks):
            return None
        paths = [path.removeprefix("file://") for path in paths]
        return ds.dataset(paths, schema=arrow(table), format="parquet")

    def count(self, handle: IcebergHandle) -> int:
        """Return how many rows a table has.

        Args:
            handle: A table.
        """
        return int(self._scan(handle).count())

    def sizes(self, handle: IcebergHandle) -> dict[str, int]:
        """Return the data files of a version: their names without folders, and how long they are.

        Args:
            handle: A table.
        """
        files = (task.file for task in self._scan(handle).plan_files())
        return {file.file_path.rpartition("/")[2]: file.file_size_in_bytes for file in files}

    def there(self, handle: IcebergHandle, table: str) -> dict[str, StoredFile]:
        """Return the files that are there by their names without folders.

        Where the catalog chooses where tables stand, their length is all that can be told of them.

        Args:
            handle: A table.
            table: Its name.
        """
        if not self._elsewhere:
            return found_below(self._store, table)
        paths = [task.file.file_path for task in self._scan(handle).plan_files()]
        files = {path: handle.table.io.new_input(path) for path in paths}
        return {
            path.rpartition("/")[2]: StoredFile(path, str(len(file)))
            for path, file in files.items()
            if file.exists()
        }

    def content(self, handle: IcebergHandle, file: StoredFile) -> bytes:
        """Return the bytes of a file.

        Args:
            handle: A table.
            file: One of those that are there.
        """
        if not self._elsewhere:
            return self._store.get(file.where)

        def work() -> bytes:
            with handle.table.io.new_input(file.where).open() as opened:
                return bytes(opened.read())

        return bytes(self._tried(file.where, work))

    def compact(
        self, handle: IcebergHandle, table: str, about: Mapping[str, str]
    ) -> tuple[int, int]:
        """Write the rows of a table as few files; return how many files there were, and are.

        Args:
            handle: A table.
            table: Its name.
            about: What the transaction says about itself.
        """
        before = len(self.sizes(handle))
        if before < 2:
            return before, before
        return before, len(self.sizes(self.write(handle, table, self.read(handle), (), about)))

    def vacuum(self, handle: IcebergHandle, table: str, keep: timedelta) -> int:
        """Forget the versions that are older than this, and delete their files; return how many.

        Args:
            handle: A table.
            table: Its name.
            keep: How long ago a version must have been replaced.
        """
        limit = datetime.now(UTC) - keep
        snapshots = sorted(handle.table.snapshots(), key=lambda one: one.sequence_number)
        old = [
            one.snapshot_id
            for one, later in pairwise(snapshots)
            if datetime.fromtimestamp(later.timestamp_ms / 1000, UTC) < limit
        ]
        if not old:
            return 0
        before = _paths(handle.table)
        self._tried(table, lambda: handle.table.maintenance.expire_snapshots().by_ids(old).commit())
        gone = before - _paths(handle.table.refresh())
        for path in gone:
            handle.table.io.delete(path)
        return len(gone)

    def close(self) -> None:
        """Give back the connections to the catalog, if any were made."""
        if "_catalog" in self.__dict__:
            self._catalog.close()


def _is_rest(options: Mapping[str, Any]) -> bool:
    """Return whether settings name a REST catalog, as pyiceberg understands them."""
    if "py-catalog-impl" in options:
        return False
    kind = str(options.get("type", "")).lower()
    return kind == "rest" or (not kind and str(options.get("uri", "")).startswith("http"))


def _paths(table: Any) -> set[str]:
    """Return the data files that some version of a table needs, and the lists of them."""
    found = set(table.inspect.all_data_files().column("file_path").to_pylist())
    for snapshot in table.snapshots():
        found.add(snapshot.manifest_list)
        found.update(one.manifest_path for one in snapshot.manifests(table.io))
    return found


def _strict(table: Any) -> Any:
    """Return a table whose transactions pyiceberg does not move onto a later version.

    The setting is of this object alone: it is not written into the table, where engines would find it.
    """
    properties = {**table.metadata.properties, "commit.retry.num-retries": "0"}
    table.metadata = table.metadata.model_copy(update={"properties": properties})
    return table
