"""The folder that keeps a sandbox's data: one process at a time, and no file of it missing.

records.sqlite3            projects, experiments, goals ...; made first
baseline-records.sqlite3   what a reset restores of them
visits.npz                 visitors, assignments and events as they were loaded
events.jsonl               what was acknowledged since
lock                       held by the process that serves the folder
"""

import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path

RECORDS, BASELINE, VISITS, JOURNAL = (
    "records.sqlite3", "baseline-records.sqlite3", "visits.npz", "events.jsonl",
)  # fmt: skip
_OLD = "visits.duckdb"


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
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._check_complete()
        except BlockingIOError as error:
            self.close()
            raise ValueError("another sandbox is using it") from error
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
