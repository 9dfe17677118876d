"""The events on disk: what was accepted survives a kill, and is replayed by the next process.

A folder holds segments, each written by one process, which holds a lock on it while it lives:

    events-4711-1f0c-000001.jsonl   ["+", id, kind, visitor, name, values]    accepted
                                    ["-", id]                                 acknowledged, refused or dropped

What a crash leaves:

- killed before the line of an event is whole: the line is cut off when it is read; `event()` had not
  returned, so nothing was promised.
- killed after that: the next process finds the segment without a lock, copies what has no `-` into
  its own, and deletes it. Killed in between, both hold the events; ids tell them apart.
- killed between the acknowledgment and its `-`: the event is sent again, with the same id.

A line is handed to the operating system before `event()` returns. A power cut may lose the last
moments: waiting for the disk would make every event slow.
"""

import contextlib
import json
import os
import secrets
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import lock_descriptor

from midakit.delivery.event_queue import PendingEvent

SEGMENT_BYTES = 4 * 1024 * 1024
"""When a segment is longer, the next event begins another one."""
_open_segments: "weakref.WeakSet[JournalSegment]" = weakref.WeakSet()


class JournalSegment:
    """One file of the journal, locked for as long as it is open.

    Args:
        path: The file.
        new: Whether it is made now; otherwise it is one that another process has left.

    Raises:
        OSError: Its process lives, or somebody else has just taken it over.
    """

    def __init__(self, path: Path, *, new: bool = False) -> None:
        self.path = path
        self.outstanding = 0
        """Events in it that are not settled."""
        self.size = 0
        flags = os.O_APPEND | os.O_RDWR | (os.O_CREAT | os.O_EXCL if new else 0)
        flags |= getattr(os, "O_BINARY", 0)  # Windows would write other line ends
        self._file: int | None = os.open(path, flags, 0o600)
        try:
            if not lock_descriptor(self._file, blocking=False):
                raise BlockingIOError(f"{path}: its process lives")
            if os.fstat(self._file).st_nlink == 0:  # deleted after we had opened it
                raise FileNotFoundError(str(path))
        except OSError:
            self.close()
            raise
        _open_segments.add(self)

    def write(self, record: list[Any]) -> None:
        """Append a line; when this returns, it survives a kill.

        Args:
            record: JSON values.

        Raises:
            OSError: It could not be written; the file is as before.
        """
        if self._file is None:
            return
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        if os.write(self._file, line) != len(line):
            os.ftruncate(self._file, self.size)
            raise OSError(28, "no space left", str(self.path))
        self.size += len(line)

    def read(self) -> list[PendingEvent]:
        """Return the events that are not settled, in the order in which they were accepted."""
        found: dict[str, PendingEvent] = {}
        for record in self._records():
            if record[0] == "+":
                found[record[1]] = PendingEvent(*record[1:6])
            else:
                found.pop(record[1], None)
        return list(found.values())

    def _records(self) -> Iterator[list[Any]]:
        """Yield the whole lines; what is damaged is left out."""
        if self._file is None:
            return
        # through the descriptor that has the lock: Windows lets nobody else read a locked file
        os.lseek(self._file, 0, os.SEEK_SET)
        for line in os.read(self._file, os.fstat(self._file).st_size).split(b"\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if (
                isinstance(record, list)
                and len(record) >= 2
                and (len(record) == 6) == (record[0] == "+")
                and all(isinstance(part, str) for part in record)
            ):
                yield record

    def delete(self) -> None:
        """Empty the file, so that nobody takes over what is settled; close and remove it."""
        self.empty()
        self.close()
        with contextlib.suppress(OSError):  # Windows removes no file that another process looks at
            self.path.unlink()

    def empty(self) -> None:
        """Remove every line."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
            self.size = 0

    def close(self) -> None:
        """Close the file, which gives up its lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class EventJournal:
    """The segments of one process.

    Args:
        folder: Where they lie; it is made where there is none.

    Raises:
        OSError: The folder cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._name = f"events-{os.getpid()}-{secrets.token_hex(4)}"
        self._number = 0
        self._segments: set[JournalSegment] = set()
        folder.mkdir(parents=True, exist_ok=True)
        self._current = self._new_segment()

    def _new_segment(self) -> JournalSegment:
        self._number += 1  # names in order, so that the next process keeps the order too
        name = f"{self._name}-{self._number:06d}.jsonl"
        segment = JournalSegment(self._folder / name, new=True)
        self._segments.add(segment)
        return segment

    def accept(self, event: PendingEvent) -> None:
        """Write an event down.

        Args:
            event: It learns in which segment it stands.

        Raises:
            OSError: It could not be written.
        """
        with self._lock:
            segment = self._current
            if segment.size >= SEGMENT_BYTES:
                segment = self._current = self._new_segment()
            segment.write(
                ["+", event.event_id, event.kind, event.visitor, event.name, event.values]
            )
            segment.outstanding += 1
            event.segment = segment

    def settle(self, event: PendingEvent) -> None:
        """Write down that an event needs nothing more; a segment without others goes.

        Args:
            event: An accepted event.
        """
        with self._lock:
            segment, event.segment = event.segment, None
            if segment is None:
                return
            segment.outstanding -= 1
            if segment.outstanding > 0:
                segment.write(["-", event.event_id])
            elif segment is self._current:
                segment.empty()
            else:
                self._segments.discard(segment)
                segment.delete()

    def adopt(self) -> list[PendingEvent]:
        """Take over what processes that have ended left behind.

        Returns:
            Their events, which are written down in a segment of this process now.
        """
        found: list[PendingEvent] = []
        known: set[str] = set()
        for path in sorted(self._folder.glob("events-*.jsonl")):
            if path == self._current.path:
                continue
            try:
                segment = JournalSegment(path)
            except OSError:
                continue  # its process lives
            for event in segment.read():
                if event.event_id not in known:
                    known.add(event.event_id)
                    self.accept(event)
                    found.append(event)
            segment.delete()
        return found

    def close(self) -> None:
        """Close the segments; one without open events goes, the others are for the next process."""
        with self._lock:
            for segment in self._segments:
                if segment.outstanding:
                    segment.close()
                else:
                    segment.delete()


def _forget_in_child() -> None:
    """Close a parent's segments in its child, so that they are free when the parent ends."""
    for segment in list(_open_segments):
        segment.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_child)
