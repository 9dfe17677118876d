"""The folder that keeps a sandbox's data: one process at a time, and no file of it missing.

records.sqlite3            projects, experiments, goals ...; made first
baseline-records.sqlite3   what a reset restores of them
visits.npz                 visitors, assignments and events as they were loaded
events.jsonl               what was acknowledged since
snapshots/                 a folder for each snapshot
replaced/                  only while an import or a seed is under way: a snapshot of the old data, to
                           which the next start goes back
restoring                  only while a reset or a restore is under way: the name of the snapshot, or
                           nothing for a reset; the next start does it again
lock                       held by the process that serves the folder
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from filelock import lock_descriptor

RECORDS, BASELINE, VISITS, JOURNAL = (
    "records.sqlite3", "baseline-records.sqlite3", "visits.npz", "events.jsonl",
)  # fmt: skip
SNAPSHOTS, REPLACED = "snapshots", "replaced"
_OLD, _RESTORING = "visits.duckdb", "restoring"


def put_file(source: Path, target: Path) -> None:
    """Put a file that never changes under a second name too, in one step.

    Args:
        source: The file.
        target: Its new name; what had the name before is gone.

    Raises:
        OSError: It could not be written.
    """
    fresh = target.with_name(f"{target.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        os.link(source, fresh)
    except OSError:  # a file system without links
        shutil.copyfile(source, fresh)
    fresh.replace(target)


class DataFolder:
    """A folder that this process has for itself until it closes it.

    Args:
        path: The folder; it is made where there is none.

    Raises:
        ValueError: Another process has it, it is of an earlier version, or a file is missing.
        OSError: It cannot be made or opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        if (path / _OLD).exists():
            raise ValueError(f"{_OLD} is of an earlier version of midakit; use another folder")
        self._lock: int | None = os.open(path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            if not lock_descriptor(self._lock, blocking=False):
                raise ValueError("another sandbox is using it")
            self._check_complete()
        except BaseException:
            self.close()
            raise

    def _check_complete(self) -> None:
        """Refuse a folder that has lost a file; without records nothing was ever kept."""
        found = {
            name for name in (RECORDS, BASELINE, VISITS, JOURNAL) if (self.path / name).exists()
        }
        needed = {RECORDS} if found else set()
        if RECORDS in found and _has_records(self.path / RECORDS):
            needed = {BASELINE, VISITS, JOURNAL}
        if lost := sorted(needed - found):
            raise ValueError(f"{lost[0]} is missing")

    @property
    def interrupted(self) -> str | None:
        """The snapshot that was being restored when the process died; empty for a reset."""
        path = self.path / _RESTORING
        return path.read_text(encoding="utf-8") if path.exists() else None

    @contextmanager
    def restoring(self, name: str) -> Iterator[None]:
        """Let the next start do a restore again that a kill interrupts between two files.

        Args:
            name: The snapshot; empty for a reset.

        Raises:
            OSError: It could not be noted; nothing has begun.
        """
        path = self.path / _RESTORING
        fresh = path.with_name(f"{path.name}.new")
        fresh.write_text(name, encoding="utf-8")
        fresh.replace(path)
        yield
        self.forget_restore()

    def forget_restore(self) -> None:
        """Let the next start restore nothing: it is done, or later data have come."""
        (self.path / _RESTORING).unlink(missing_ok=True)

    def close(self) -> None:
        """Let another process use the folder."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _has_records(path: Path) -> bool:
    """Return whether anything is in a database; a damaged one counts as filled."""
    try:
        with closing(sqlite3.connect(path)) as database:
            return database.execute("select 1 from objects limit 1").fetchone() is not None
    except sqlite3.OperationalError:
        return False  # there is no such table yet
    except sqlite3.DatabaseError:
        return True
