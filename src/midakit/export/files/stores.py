"""Where files go: a folder on this machine, or an object store.

`put` is the one atomic step: hidden, made durable, then named. A name is never written twice unless
`replace` says so, so a second writer cannot overwrite the first one's rows.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from midakit.errors import ConfigurationError, MidakitError

SCHEMES = ("s3://", "gs://", "az://")
LOCK = "_midakit.lock"


class Taken(MidakitError):
    """A file of this name exists already."""


class InUse(ConfigurationError):
    """Another run is writing into the same place."""


class Lost(OSError):
    """The place cannot be written to: an object store's refusal, a database's full disk."""


def said(error: OSError) -> str:
    """What went wrong and where, without a number."""
    if isinstance(error, Lost):
        return str(error)
    return f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}"


class Store(Protocol):
    """A flat space of names with slashes."""

    def put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        """Write it whole, or not at all."""

    def get(self, name: str) -> bytes:
        """Read it whole; FileNotFoundError when it is not there."""
        ...

    def tail(self, name: str, count: int) -> bytes:
        """Its last bytes, at most so many."""
        ...

    def size(self, name: str) -> int:
        """How many bytes it has."""
        ...

    def names(self) -> Iterator[str]:
        """Every visible name."""
        ...

    def remove(self, name: str) -> None:
        """Forget it."""

    def lock(self) -> None:
        """Take the place for this run; InUse when another has it."""

    def renew(self) -> None:
        """Say that the run still lives; Lost when another has taken the place over."""

    def unlock(self) -> None:
        """Give it back."""


def open_store(place: "str | os.PathLike[str] | Store") -> Store:
    """A folder, or an object store for `s3://`, `gs://` and `az://`; one that is open stays as it is."""
    if not isinstance(place, (str, os.PathLike)):
        return place
    if isinstance(place, str) and place.startswith(SCHEMES):
        from midakit.export.files.buckets import Bucket

        return Bucket(place)
    if isinstance(place, str) and "://" in place:
        raise ConfigurationError(f"{place}: not a folder and not one of {', '.join(SCHEMES)}")
    from midakit.export.files.folders import Folder

    return Folder(Path(place))
