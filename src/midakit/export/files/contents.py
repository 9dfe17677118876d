"""What a data file says about itself, and what a file format must be able to do."""

import json
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

from midakit.errors import MidakitError
from midakit.export.files.stores import NameTaken, Store
from midakit.export.schemas import conform

SIDECAR = ".specs"


class DamagedFile(MidakitError):
    """A file is not as it was written."""


class FileContents(NamedTuple):
    """What a data file says about itself."""

    specs: frozenset[str]
    """Ids of the calls whose rows it holds."""
    absent: frozenset[str]
    """The ids among them of calls that had no rows to give."""
    replaces: tuple[str, ...] = ()
    """Files whose rows it took over: where one is still there, its remover was killed."""
    rows: int = 0


class CommittedFile(NamedTuple):
    """A file that a run has committed."""

    name: str
    table: str
    rows: int
    bytes: int


class EncodedFile(NamedTuple):
    """The bytes of a data file, and what a log says about it."""

    data: bytes
    about: bytes
    """The content of its sidecar; empty where it has none."""
    rows: int
    first: str
    """The first day of its rows as YYYY-MM-DD; empty where that is not known."""
    last: str
    """The last day of its rows."""

    @property
    def nbytes(self) -> int:
        """How long it is."""
        return len(self.data)


class Format(NamedTuple):
    """One file format, as functions on the bytes of a file and on Arrow tables."""

    suffix: str
    """What names of data files end with."""
    encode: Callable[[Any, FileContents], bytes]
    """Returns the bytes of a file for rows and, where the format has a place for it, its contents."""
    read_contents: Callable[[Store, str], FileContents]
    """Returns what a file of a place says about itself; raises DamagedFile."""
    read: Callable[[bytes, str], Any]
    """Returns the rows in the bytes of a file, given its table."""
    sidecar: bool = False
    """Whether the contents stand in a file of their own, because the format has no place for them."""

    def rows(self, store: Store, name: str, table: str) -> Any:
        """Return the rows of a file of a place, with today's columns.

        Args:
            store: The place.
            name: The file's name.
            table: The table that it is of.

        Raises:
            DamagedFile: It is not as it was written.
        """
        import pyarrow as pa

        data = store.get(name)
        try:
            found = self.read(data, table)
        except (pa.ArrowException, OSError, ValueError) as error:
            words = (str(error).splitlines() or [type(error).__name__])[0]
            raise DamagedFile(
                f"{name} is damaged ({words}); delete it, and a resume asks for its calls again"
            ) from None
        return conform(table, found)

    def encoded(
        self, rows: Any, contents: FileContents, days: tuple[str, str] = ("", "")
    ) -> EncodedFile:
        """Return rows as the bytes of a file.

        Args:
            rows: The rows, as an Arrow table.
            contents: What the file is to say about itself.
            days: The first and the last day of the rows.
        """
        data, about = self.encode(rows, contents), b""
        if self.sidecar:
            told = {
                "bytes": len(data),
                "rows": rows.num_rows,
                "specs": sorted(contents.specs),
                "absent": sorted(contents.absent),
                "replaces": contents.replaces,
            }
            about = json.dumps(told).encode()
        return EncodedFile(data, about, rows.num_rows, *days)

    def write(self, store: Store, stem: str, file: EncodedFile) -> str:
        """Write a file; return its name, which is a hash of what it holds.

        The sidecar comes first: without its data file it means nothing, and the next run removes it.

        Args:
            store: The folder or bucket of the export.
            stem: How the file's name begins.
            file: What it holds.
        """
        name = f"{stem}-{digest(file.data, file.about)}{self.suffix}"
        if file.about:
            put_once(store, name + SIDECAR, file.about)
        put_once(store, name, file.data)
        return name


def digest(data: bytes, about: bytes) -> str:
    """Return the hash that stands in the name of a file.

    Args:
        data: The content of the file.
        about: The content of its sidecar: files without rows differ by their calls alone.
    """
    found = blake2b(about, digest_size=8)
    found.update(data)
    return found.hexdigest()


def put_once(store: Store, name: str, data: bytes) -> None:
    """Write a file whose name says what it holds; where it is there already, it is the same.

    Args:
        store: The folder or bucket of the export.
        name: The file's name.
        data: The whole content of the file.
    """
    try:
        store.put(name, data)
    except NameTaken:  # an earlier attempt, whose answer was lost
        if store.get(name) != data:
            store.put(name, data, replace=True)
