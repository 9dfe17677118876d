"""What a format of tables must be able to do."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

from midakit.export.files.kept_rows import Bounds
from midakit.export.files.stores import Store

COMMIT = "midakit.commit"
"""Under which name a transaction that brings rows says which one it is."""


class TableChanged(Exception):
    """The table has another version than the one that was read, or it exists already."""


class StoredFile(NamedTuple):
    """A file of a table, where it stands."""

    where: str
    """Its name below the place, or its address where the catalog has chosen another one."""
    fingerprint: str
    """A text that changes when the file does; empty where that cannot be told."""


class TableFormat(Protocol):
    """What a format of tables must be able to do; a handle is a table at one version."""

    def names(self) -> Collection[str]:
        """Return the tables that can be there; none that is there is left out."""
        ...

    def open(self, table: str, version: int | None = None) -> Any:
        """Return a table at a version, or None where there is none.

        Args:
            table: A table of the export, such as `results`.
            version: Its number; when left out, the last one.
        """
        ...

    def create(self, table: str, partition_by: str | None, about: Mapping[str, str]) -> Any:
        """Make an empty table.

        Args:
            table: A table of the export.
            partition_by: The column that its files are parted by.
            about: What the transaction says about itself.

        Raises:
            TableChanged: Somebody else has made it.
        """
        ...

    def version(self, handle: Any) -> int:
        """Return the number of a handle's version; later ones have higher numbers.

        Args:
            handle: A table.
        """
        ...

    def since(self, handle: Any, version: int) -> list[str]:
        """Return the tokens of our transactions after a version; empty text for those of engines.

        Args:
            handle: A table.
            version: A number of it.
        """
        ...

    def read(self, handle: Any, where: Bounds = (), columns: Sequence[str] | None = None) -> Any:
        """Return rows as an Arrow table.

        Args:
            handle: A table.
            where: Conditions that the rows meet.
            columns: Only these columns.
        """
        ...

    def write(
        self, handle: Any, table: str, rows: Any, where: Bounds | None, about: Mapping[str, str]
    ) -> Any:
        """Add rows in one transaction, and return the table at its new version.

        Args:
            handle: The table as it was read.
            table: Its name.
            rows: The rows, as an Arrow table; none for a transaction that changes nothing.
            where: Conditions: the rows take the place of all that meet them. None: nothing is replaced.
            about: What the transaction says about itself.

        Raises:
            TableChanged: It has another version by now.
        """
        ...

    def dataset(self, handle: Any, table: str) -> Any:
        """Return a table as an Arrow dataset with our columns.

        Args:
            handle: A table.
            table: Its name.
        """
        ...

    def count(self, handle: Any) -> int:
        """Return how many rows a table has.

        Args:
            handle: A table.
        """
        ...

    def sizes(self, handle: Any) -> dict[str, int]:
        """Return the data files of a version: their names without folders, and how long they are.

        Args:
            handle: A table.
        """
        ...

    def there(self, handle: Any, table: str) -> dict[str, StoredFile]:
        """Return the files that are there by their names without folders.

        Args:
            handle: A table.
            table: Its name.
        """
        ...

    def content(self, handle: Any, file: StoredFile) -> bytes:
        """Return the bytes of a file.

        Args:
            handle: A table.
            file: One of those that are there.
        """
        ...

    def compact(self, handle: Any, table: str, about: Mapping[str, str]) -> tuple[int, int]:
        """Merge small files in one transaction; return how many files there were, and are.

        Args:
            handle: A table.
            table: Its name.
            about: What the transaction says about itself.
        """
        ...

    def vacuum(self, handle: Any, table: str, keep: timedelta) -> int:
        """Delete the files of versions that are older than this; return how many.

        Args:
            handle: A table.
            table: Its name.
            keep: How long ago a version must have been replaced.
        """
        ...

    def close(self) -> None:
        """Give back what is held open."""


def found_below(store: Store, table: str) -> dict[str, StoredFile]:
    """Return the files in the folder of a table by their names without folders.

    Args:
        store: The folder or bucket of the export.
        table: A table of the export.
    """
    listed = store.fingerprints(table)
    return {name.rpartition("/")[2]: StoredFile(name, told) for name, told in listed.items()}
