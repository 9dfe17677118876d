"""What a run commits into: files in a store, or a DuckDB file in a folder.

Either way a commit is one step, and `covered` reads back which specs are in.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from midakit.errors import ConfigurationError
from midakit.export.formats import Covered, Damaged, Format, by_name
from midakit.export.schemas import TABLES, arrow
from midakit.export.stores import Folder, Store, Taken, open_store


class File(NamedTuple):
    """A committed file."""

    name: str
    table: str
    rows: int
    bytes: int


class Files:
    """One file a commit, `table/part-<first id>.suffix`, in `key=value` folders when partitioned."""

    def __init__(self, store: Store, form: Format, partition_by: str | None = None) -> None:
        self.store = store
        self.form = form
        self.partition_by = partition_by
        self.damaged: list[str] = []

    def covered(self) -> dict[str, set[str]]:
        """Table -> ids; a damaged file is set aside and its specs are fetched again."""
        found: dict[str, set[str]] = {}
        for name in self.files():
            try:
                covered = self.form.covered(self.store, name)
            except Damaged:
                self._set_aside(name)
                continue
            found.setdefault(name.split("/")[0], set()).update(covered.specs)
        return found

    def files(self) -> list[str]:
        """The data files."""
        return [
            name
            for name in self.store.names()
            if name.endswith(self.form.suffix) and name.split("/")[0] in TABLES
        ]

    def _set_aside(self, name: str) -> None:
        self.damaged.append(name)
        self.store.put(f"_damaged/{quote(name, safe='')}", self.store.get(name), replace=True)
        self.store.remove(name)

    def commit(self, table: str, rows: Any, covered: Covered, where: str = "") -> File:
        """Write one file; a name that is taken gets a number, never a second writer's rows."""
        stem = f"{table}/{where}part-{min(covered.specs)}"
        for number in range(1000):
            name = f"{stem}{f'-{number}' if number else ''}{self.form.suffix}"
            try:
                size = self.form.write(self.store, name, rows, covered)
            except Taken:
                continue
            return File(name, table, rows.num_rows, size)
        raise ConfigurationError(f"{stem}: a thousand files of this name exist")

    def note(self, name: str, data: bytes) -> None:
        """A file about the export, replaced as it changes."""
        self.store.put(name, data, replace=True)

    def close(self) -> None:
        """Nothing is held open."""


class DuckDb:
    """One database file: rows and the ids they cover in the same transaction."""

    FILE = "export.duckdb"

    def __init__(self, folder: Folder) -> None:
        from midakit.core.extras import need

        self.store: Store = folder
        self.partition_by = None
        self.damaged: list[str] = []
        folder.path.mkdir(parents=True, exist_ok=True)
        self._db = need("duckdb", extra="export").connect(str(folder.path / self.FILE))
        self._db.execute(
            "create table if not exists _midakit_specs "
            "(table_name varchar, spec_id varchar, absent boolean, primary key (table_name, spec_id))"
        )

    def covered(self) -> dict[str, set[str]]:
        """Table -> ids."""
        found: dict[str, set[str]] = {}
        for table, spec in self._db.execute(
            "select table_name, spec_id from _midakit_specs"
        ).fetchall():
            found.setdefault(table, set()).add(spec)
        return found

    def commit(self, table: str, rows: Any, covered: Covered, where: str = "") -> File:
        """One transaction."""
        import pyarrow as pa

        assert table in TABLES  # a name of ours, not a user's: it stands in SQL below
        ids = sorted(covered.specs)
        specs = pa.table(
            {"t": [table] * len(ids), "s": ids, "a": [one in covered.absent for one in ids]}
        )
        self._db.execute("begin")
        try:
            self._db.register("incoming", rows)
            self._db.execute(f"create table if not exists {table} as from incoming limit 0")
            self._db.execute(f"insert into {table} by name from incoming")
            self._db.register("specs", specs)
            self._db.execute("insert into _midakit_specs from specs")
            self._db.execute("commit")
        except BaseException:
            self._db.execute("rollback")
            raise
        finally:
            self._db.unregister("incoming")
            self._db.unregister("specs")
        return File(self.FILE, table, rows.num_rows, rows.nbytes)

    def note(self, name: str, data: bytes) -> None:
        """A file about the export, beside the database."""
        self.store.put(name, data, replace=True)

    def close(self) -> None:
        """Close the database."""
        self._db.close()


Target = Files | DuckDb


def open_target(place: Any, form: str, partition_by: str | None = None) -> Target:
    """The target that a user names."""
    store = open_store(place)
    if partition_by is not None and partition_by not in PARTITIONS:
        raise ConfigurationError(
            f"partition_by: {partition_by!r} is not one of: {', '.join(PARTITIONS)}"
        )
    if form == "duckdb":
        if not isinstance(store, Folder):
            raise ConfigurationError("format='duckdb' writes a database file and needs a folder")
        if partition_by is not None:
            raise ConfigurationError("partition_by: a DuckDB file has no partitions")
        return DuckDb(store)
    return Files(store, by_name(form), partition_by)


PARTITIONS = ("project", "segment", "test_id")
"""Columns that are the same in all rows of a spec, so that each file still covers whole specs."""


def partition(column: str | None, label: Mapping[str, Any]) -> str:
    """The folder of a spec's rows; a user's segment name cannot leave it."""
    if column is None:
        return ""
    value = str(label.get(column) or "_none")
    return f"{column}={quote(value, safe='').replace('.', '%2E')}/"


def concat(table: str, batches: Iterable[Any]) -> Any:
    """Batches of one table as a table, none at all included."""
    import pyarrow as pa

    return pa.Table.from_batches(list(batches), schema=arrow(table))
