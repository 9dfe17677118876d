"""A folder on this machine as a store.

    write .name.tmp -> fsync -> link to its name (refused when there is one) -> fsync the folder

A kill in between leaves a hidden file, which the next run removes. It stands in the first folder of its
name, so that the next run finds it without listing a year of the log. Windows syncs no folders: there a name
is as durable as its file system makes it.
"""

import errno
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from secrets import token_hex
from typing import Any

from midakit.core.files import replace as replace_file
from midakit.errors import ConfigurationError
from midakit.export.files.stores import LOCK, NameTaken, PlaceInUse

NO_LINKS = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK})
"""How file systems without hard links say so."""
SECOND = 10**9
TICK = SECOND // 10
"""Nanoseconds after which a change of a file gets another time than the one before; Linux needs 10 ms."""
COARSE_TICK = 2 * SECOND
"""The same on file systems that know whole seconds only: FAT counts every other one."""


class Folder:
    """A folder as a store; durable means fsync of the file and of its folder around the commit.

    Args:
        path: The folder; it is made when it is locked.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Any = None

    def put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        """Write a hidden file, sync it, give it its name, sync the folder.

        Args:
            name: The file's name, with slashes.
            data: The whole content of the file.
            replace: Whether a file of this name is replaced.

        Raises:
            NameTaken: There is a file of this name, and it is not to be replaced.
            ConfigurationError: The name would leave the folder.
        """
        target = self._inside(name)
        if not replace and target.exists():
            raise NameTaken(f"{target} exists already")
        _make_folder(target.parent, self.path)
        hidden = self._first_folder(name) / f".{target.name}.{token_hex(4)}.tmp"
        try:
            with hidden.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            _name(hidden, target, replace=replace)
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def get(self, name: str) -> bytes:
        """Return the bytes of a file.

        Args:
            name: Path of the file below the place, with slashes.
        """
        return self._inside(name).read_bytes()

    def tail(self, name: str, count: int) -> bytes:
        """Return the last bytes of a file.

        Args:
            name: Path of the file below the place, with slashes.
            count: How many bytes, at most.
        """
        with self._inside(name).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - count))
            return file.read()

    def size(self, name: str) -> int:
        """Return how many bytes a file has.

        Args:
            name: Path of the file below the place, with slashes.
        """
        return self._inside(name).stat().st_size

    def names(self) -> Iterator[str]:
        """Yield the files that are not hidden, nor in a hidden folder."""
        yield from self.sizes()

    def folders(self) -> set[str]:
        """Return the folders right below this one."""
        if not self.path.is_dir():
            return set()
        with os.scandir(self.path) as found:
            return {one.name for one in found if one.is_dir()}

    def sizes(self, *under: str) -> dict[str, int]:
        """Return the files that are not hidden, in order, and how many bytes each has.

        Args:
            under: Folders to look into; when left out, the whole folder.
        """
        return {name: about.st_size for name, about in self._stats(under)}

    def fingerprints(self, *under: str) -> dict[str, str]:
        """Return the files that are not hidden, in order, each with its length, times and number.

        Args:
            under: Folders to look into; when left out, the whole folder.
        """
        now = time.time_ns()  # before the times of the files are asked for
        return {name: fingerprint(about, now) for name, about in self._stats(under)}

    def _stats(self, under: Sequence[str]) -> list[tuple[str, os.stat_result]]:
        found: dict[str, os.stat_result] = {}
        for folder in under or ("",):
            found.update(_files(str(self.path / folder), f"{folder}/" if folder else ""))
        return sorted(found.items())

    def move(self, name: str, to: str) -> None:
        """Rename a file; one that is not there is no error.

        Args:
            name: The file's name.
            to: Its new name.
        """
        target = self._inside(to)
        _make_folder(target.parent, self.path)
        with suppress(FileNotFoundError):
            replace_file(self._inside(name), target)

    def remove(self, name: str) -> None:
        """Delete a file; one that is not there is no error.

        Args:
            name: Path of the file below the place, with slashes.
        """
        self._inside(name).unlink(missing_ok=True)

    def lock(self) -> None:
        """Take an advisory lock, which ends with the process, and remove what a killed run left.

        Raises:
            PlaceInUse: Another process has the lock.
        """
        from filelock import lock_descriptor

        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = (self.path / f".{LOCK}").open("ab")
        try:
            if not lock_descriptor(self._lock.fileno(), blocking=False):
                raise PlaceInUse(f"{self.path}: another export is writing here; wait for it to end")
            self._remove_leftovers()
        except BaseException:
            self.unlock()
            raise

    def ignores_case(self) -> bool:
        """Return whether `a` and `A` are one file in the locked place, as on Windows and macOS."""
        return (self.path / f".{LOCK}".upper()).exists()

    def _remove_leftovers(self) -> None:
        """Remove hidden files of a killed run, from the few folders that they stand in."""
        folders = [self.path, *(one for one in self.path.iterdir() if one.is_dir())]
        for folder in folders:
            for path in folder.glob(".*.tmp"):
                path.unlink(missing_ok=True)

    def renew(self) -> None:
        """Keep the lock: the system holds it while the process lives."""

    def unlock(self) -> None:
        """Give the lock back."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _first_folder(self, name: str) -> Path:
        """Return the folder of a table, or that of the log: hidden files are found without all of theirs."""
        first, below, _ = name.partition("/")
        return self.path / first if below else self.path

    def _inside(self, name: str) -> Path:
        if not is_inside(name):
            raise ConfigurationError(f"{name!r} is outside the export's folder")
        return self.path.joinpath(*name.split("/"))

    def __str__(self) -> str:
        return str(self.path)


def fingerprint(about: os.stat_result, now: int) -> str:
    """Return a text that changes when a file is written or replaced; empty while it may not.

    A file that was changed a moment ago may be changed once more within the same tick of the clock. Nobody
    can set the time of a file's last change (`st_ctime`), nor choose its number: a copy of a folder has
    other ones.

    Args:
        about: What the system knows of the file.
        now: Nanoseconds since 1970, taken before the system was asked.
    """
    changed, coarse = max(about.st_mtime_ns, about.st_ctime_ns), COARSE_TICK
    if about.st_mtime_ns % SECOND or about.st_ctime_ns % SECOND:
        coarse = TICK
    if changed > now - coarse:
        return ""
    return f"{about.st_size}-{about.st_mtime_ns}-{about.st_ctime_ns}-{about.st_ino}"


def _files(folder: str, before: str) -> Iterator[tuple[str, os.stat_result]]:
    """Yield the files that are not hidden, with names that begin so; folders behind links are left out.

    With `os.walk` and paths as objects, to list an export takes twice as long.
    """
    try:
        with os.scandir(folder) as found:
            entries = [one for one in found if not one.name.startswith(".")]
    except OSError:  # it is not there, or a run has just removed it
        return
    for one in entries:
        name = before + one.name
        if not one.is_dir():
            with suppress(FileNotFoundError):  # a run has just put it away
                # an entry of Windows does not know all of it, and a path as an object is slow
                yield name, os.stat(one.path)  # noqa: PTH116
        elif not one.is_symlink():
            yield from _files(one.path, f"{name}/")


def is_inside(name: str) -> bool:
    """Return whether a name with slashes stays in its folder, on every system.

    Args:
        name: A name that an entry of a log or a call gave; Windows splits at `\\` and `:` too.
    """
    return not any(
        part in ("", ".", "..") or any(sign in part for sign in "\\:\0") for part in name.split("/")
    )


def _name(hidden: Path, target: Path, *, replace: bool) -> None:
    """Commit a file: from here on it is there."""
    if replace:
        replace_file(hidden, target)
        return
    try:
        os.link(hidden, target)
    except FileExistsError:
        raise NameTaken(f"{target} exists already") from None
    except OSError as error:
        if error.errno not in NO_LINKS:
            raise
        replace_file(hidden, target)  # the run's lock alone keeps writers apart here
        return
    hidden.unlink()


def _make_folder(path: Path, root: Path) -> None:
    """Make a folder, and make every new folder on the way durable in its parent."""
    if path.exists():
        return
    if path != root:
        _make_folder(path.parent, root)
    path.mkdir(parents=True, exist_ok=True)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except PermissionError:  # Windows opens no folders
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
