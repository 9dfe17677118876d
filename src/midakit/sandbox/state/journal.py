"""What was acknowledged since the baseline, one JSON line each, in the neutral format.

A line is handed to the operating system before the caller is told, so it outlives the death of the
process (kill -9); a power cut may take the last moments, an fsync per event would cost every user
for it. A line cut short by the kill was never acknowledged and is dropped when reading.
"""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file of records; without a path it forgets."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        if path is not None:
            self._drop_torn_tail(path)
            self._file = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)

    def append(self, records: Iterable[dict[str, Any]]) -> None:
        """Write records in one piece; they are safe when this returns."""
        if self._file is None:
            return
        block = "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in records)
        rest = memoryview(block.encode())
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def read(self) -> Iterator[dict[str, Any]]:
        """Every record, oldest first."""
        if self._path is not None and self._path.exists():
            with self._path.open(encoding="utf-8") as lines:
                for line in lines:
                    yield json.loads(line)

    def clear(self) -> None:
        """Forget everything written."""
        if self._file is not None:
            os.ftruncate(self._file, 0)

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @staticmethod
    def _drop_torn_tail(path: Path) -> None:
        if path.exists():
            data = path.read_bytes()
            whole = data.rfind(b"\n") + 1
            if whole != len(data):
                os.truncate(path, whole)
