"""The file of a guard's memory, and the lock that keeps a second look away from it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor

from midakit.core.files import write_whole
from midakit.errors import InvalidRequest
from midakit.guard.memory import Memory, from_json


class StateFile:
    """What a guard remembers, on disk.

    Args:
        path: The file; it is made by the first look.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other looks away: two at once would tell everything twice. The lock ends with the process.

        Raises:
            InvalidRequest: Another look is going on, or there can be no file.
        """
        if not self.path.name:
            raise InvalidRequest("state", f"{str(self.path)!r} cannot be the name of a file")
        lock = self.path.with_name(f".{self.path.name}.lock")
        try:
            lock.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise InvalidRequest(
                "state", f"{self.path} cannot be written: {error.strerror}"
            ) from None
        try:
            if not lock_descriptor(descriptor, blocking=False):
                raise InvalidRequest(
                    "state", f"another guard is looking with {self.path}; wait for it to end"
                )
            yield
        finally:
            os.close(descriptor)

    def read(self) -> Memory:
        """Return what is remembered; nothing at the first look.

        Raises:
            InvalidRequest: The file cannot be read.
        """
        if not self.path.exists():
            return Memory()
        try:
            text = self.path.read_bytes().decode("utf-8", "replace")
        except OSError as error:
            raise InvalidRequest("state", f"{self.path} cannot be read: {error.strerror}") from None
        return from_json(text, self.path)

    def write(self, memory: Memory) -> None:
        """Write down what is to be remembered, whole or not at all.

        Args:
            memory: All of it.

        Raises:
            InvalidRequest: It cannot be written, as when the disk is full.
        """
        try:
            write_whole(self.path, memory.to_json())
        except OSError as error:
            raise InvalidRequest(
                "state", f"{self.path} cannot be written: {error.strerror}"
            ) from None
