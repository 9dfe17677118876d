"""Checks of data files: each is read once, and again when the place says that it was changed."""

from collections.abc import Callable, Mapping

from midakit.export.files.contents import SIDECAR, DamagedFile, digest
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.log_rules import STAGED, LoggedFile, epoch_of
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.targets import DATA, FileTarget
from midakit.export.files.verified import CheckedFile

Read = Callable[[], str]
"""Reads a file to its end and returns the hash of what it holds; raises DamagedFile."""


class FileChecks:
    """The checks of one verification.

    Args:
        before: Name -> what earlier verifications know of a file.
        full: Whether every file is read, also one that is known.
    """

    def __init__(self, before: Mapping[str, CheckedFile], *, full: bool) -> None:
        self._before = before
        self._full = full
        self.files: dict[str, CheckedFile] = {}
        """Name -> what the next verification may know."""
        self.damaged: list[str] = []
        self.read = 0
        self.known = 0

    def passes(self, name: str, fingerprint: str, read: Read) -> bool:
        """Return whether a file is as it was written, and count it.

        Args:
            name: The file's name.
            fingerprint: What the place told of it before; empty where that says nothing.
            read: Reads it.
        """
        before = self._before.get(name)
        if before and fingerprint and not self._full and before.fingerprint == fingerprint:
            self.files[name] = before
            self.known += 1
            return True
        self.read += 1
        try:
            found = read()
            if before and before.digest != found:
                raise DamagedFile(f"{name}: it holds something else than before")
        except (DamagedFile, OSError, ValueError):
            if before:  # its hash stays, so that the file is found damaged until it is put back
                self.files[name] = CheckedFile("", before.digest)
            self.damaged.append(name)
            return False
        self.files[name] = CheckedFile(fingerprint, found)
        return True

    def of_files(self, target: FileTarget) -> tuple[list[LoggedFile], list[str]]:
        """Check the files that a log names.

        Args:
            target: The place and format of the export.

        Returns:
            The files that are as they were written, and the names of data files that no entry names.
        """
        seen = target.store.fingerprints(*DATA)
        logged = target.log.snapshot.files
        good = [
            file
            for file in logged.values()
            if self.passes(file.name, _fingerprint(target, file, seen), _reader(target, file))
        ]
        suffix = target.format.suffix
        return good, [
            name
            for name in seen
            if name.endswith(suffix) and name not in logged and not name.startswith(STAGED)
        ]

    def of_tables(self, target: TableTarget) -> None:
        """Check the data files of the tables of a table format.

        Args:
            target: The place, with its tables open.
        """
        for file in target.data_files():
            self.passes(file.name, file.fingerprint, file.read)

    def of_database(self, target: DuckDbTarget) -> None:
        """Check the rows of a DuckDB file, if all is read: it is one file, which every run changes.

        Args:
            target: The place, with its database open.

        Raises:
            PlaceUnwritable: It is damaged.
        """
        if self._full:
            self.read += 1
            target.read_all()


def _fingerprint(target: FileTarget, file: LoggedFile, seen: Mapping[str, str]) -> str:
    """Return what the place tells of a file, and of its sidecar where it has one."""
    names = [file.name, file.name + SIDECAR] if target.format.sidecar else [file.name]
    found = [seen.get(name, "") for name in names]
    return " ".join(found) if all(found) else ""


def _reader(target: FileTarget, file: LoggedFile) -> Read:
    """Return what reads a file: its name says what it holds, or it can be decoded to its end."""

    def read() -> str:
        get, name = target.store.get, file.name
        found = digest(get(name), get(name + SIDECAR) if target.format.sidecar else b"")
        if not epoch_of(name):  # of version 0.1, whose names are random
            target.format.read_contents(target.store, name)
            target.read(name)
        elif f"-{found}." not in name:
            raise DamagedFile(f"{name}: its name says that it held something else")
        return found

    return read
