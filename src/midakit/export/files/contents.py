"""What a data file says about itself, and what a file format must be able to do."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from midakit.errors import MidakitError
from midakit.export.files.stores import Store

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


class Format(NamedTuple):
    """One file format, as functions on the bytes of a file and on Arrow tables."""

    suffix: str
    """What names of data files end with."""
    encode: Callable[[Any, FileContents], bytes]
    """Returns the bytes of a file for rows and, where the format has a place for it, its contents."""
    read_contents: Callable[[Store, str], FileContents]
    """Returns what a file of a place says about itself; raises DamagedFile."""
    read: Callable[[Store, str], Any]
    """Returns the rows of a file of a place."""
    sidecar: bool = False
    """Whether the contents stand in a file of their own, because the format has no place for them."""

    def write(self, store: Store, name: str, table: Any, contents: FileContents) -> int:
        """Commit rows as a file and return its size in bytes.

        The sidecar comes first: without its data file it means nothing, and the next run removes it.
        One that is there already is never replaced: it may be another file's.

        Args:
            store: The folder or bucket of the export.
            name: Path of the file below the place, with slashes.
            table: The rows, as an Arrow table.
            contents: What the file is to say about itself.

        Raises:
            NameTaken: There is a file of this name.
        """
        data = self.encode(table, contents)
        if self.sidecar:
            about = {
                "bytes": len(data),
                "rows": table.num_rows,
                "specs": sorted(contents.specs),
                "absent": sorted(contents.absent),
                "replaces": contents.replaces,
            }
            store.put(name + SIDECAR, json.dumps(about).encode())
        store.put(name, data)
        return len(data)
