"""The journal: what was acknowledged since the baseline, one JSON line each.

A line is handed to the operating system before the caller gets an answer, so it survives the death
of the process (kill -9). A power cut may lose the last moments: an fsync per event would slow every
user down for it. A line that was cut off was never acknowledged: a failed write is undone at once,
one that the process did not live to undo is dropped at the next start.
"""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file of records.

    Args:
        path: The file; with None nothing is kept.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        if path is not None:
            _drop_cut_off_line(path)
            self._file = _open(path)

    def append(self, records: Iterable[dict[str, Any]]) -> None:
        """Write records, all or none; they survive a kill when this returns.

        Args:
            records: JSON objects; naive UTC datetimes in them are written as ISO 8601.

        Raises:
            OSError: They could not be written; the file is as before.
        """
        if self._file is None:
            return
        lines = (
            json.dumps(record, separators=(",", ":"), default=datetime.isoformat)
            for record in records
        )
        block = memoryview("".join(line + "\n" for line in lines).encode())
        size = os.fstat(self._file).st_size
        try:
            while block:
                block = block[os.write(self._file, block) :]
        except OSError:
            os.ftruncate(self._file, size)  # half a line would damage the next one
            raise

    def read(self) -> Iterator[dict[str, Any]]:
        """Yield every record, oldest first.

        Raises:
            ValueError: A line is not JSON; the message names the file and the line.
        """
        if self._path is None or not self._path.exists():
            return
        with self._path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise ValueError(f"{self._path}, line {number} is not a JSON record") from error

    def clear(self) -> None:
        """Delete every record in the file."""
        if self._file is not None:
            os.ftruncate(self._file, 0)

    def save(self, path: Path) -> None:
        """Write a copy of the file.

        Args:
            path: A new file.

        Raises:
            OSError: It could not be written.
        """
        if self._path is not None:
            path.write_bytes(self._path.read_bytes())

    def replace(self, path: Path) -> None:
        """Replace every record by those of another file; a kill leaves the old ones or the new ones.

        Args:
            path: What `save` wrote.

        Raises:
            OSError: It could not be written.
        """
        if self._path is not None:
            fresh = self._path.with_name(f"{self._path.name}.new")
            fresh.write_bytes(path.read_bytes())
            self.close()  # Windows replaces no file that is open
            try:
                fresh.replace(self._path)
            finally:
                self._file = _open(self._path)

    def close(self) -> None:
        """Close the file; nothing can be appended afterwards."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _open(path: Path) -> int:
    """Open a file to append bytes as they are."""
    binary: int = getattr(os, "O_BINARY", 0)  # Windows would write other line ends
    return os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY | binary, 0o600)


def _drop_cut_off_line(path: Path) -> None:
    """Cut the file behind its last whole line."""
    if path.exists():
        data = path.read_bytes()
        os.truncate(path, data.rfind(b"\n") + 1)
