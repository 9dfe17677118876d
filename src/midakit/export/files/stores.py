"""What a place must be able to do, and how it says that something is wrong."""

from collections.abc import Iterator
from typing import Protocol

from midakit.errors import ConfigurationError, MidakitError

LOCK = "_midakit.lock"
LEFT = "_midakit/left/"
"""Where data files stand that an entry of the log let leave, until `vacuum` deletes them."""


class NameTaken(MidakitError):
    """A file of this name exists already."""


class PlaceInUse(ConfigurationError):
    """Another run is writing into the same place."""


class PlaceUnwritable(OSError):
    """The place cannot be written to: an object store refuses, or a database finds its disk full."""


class Store(Protocol):
    """A flat space of names with slashes.

    `put` is the one atomic step: hidden, made durable, then named. A name is never written twice unless
    `replace` says so, so a second writer cannot overwrite the first one's rows.
    """

    def put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        """Write a file completely, or not at all.

        Args:
            name: The file's name, with slashes.
            data: The whole content of the file.
            replace: Whether a file of this name is replaced.

        Raises:
            NameTaken: There is a file of this name, and it is not to be replaced.
            OSError: The place cannot be written to.
        """

    def get(self, name: str) -> bytes:
        """Return the bytes of a file.

        Args:
            name: Path of the file below the place, with slashes.

        Raises:
            FileNotFoundError: It is not there.
        """
        ...

    def tail(self, name: str, count: int) -> bytes:
        """Return the last bytes of a file.

        Args:
            name: Path of the file below the place, with slashes.
            count: How many bytes, at most.
        """
        ...

    def size(self, name: str) -> int:
        """Return how many bytes a file has.

        Args:
            name: Path of the file below the place, with slashes.
        """
        ...

    def folders(self) -> set[str]:
        """Return the folders right below the place."""
        ...

    def sizes(self, *under: str) -> dict[str, int]:
        """Return every name that is not hidden, in order, and how many bytes the file has.

        Args:
            under: Folders to look into, without a slash at the end; when left out, all of the place.
        """
        ...

    def fingerprints(self, *under: str) -> dict[str, str]:
        """Return every name that is not hidden, in order, with a text that changes when the file does.

        The text is empty where the place cannot tell: a file that is read before must be read again.

        Args:
            under: Folders to look into, without a slash at the end; when left out, all of the place.
        """
        ...

    def move(self, name: str, to: str) -> None:
        """Give a file another name; one that is not there is no error.

        Args:
            name: The file's name.
            to: Its new name, with slashes; a file of this name is replaced.
        """

    def names(self) -> Iterator[str]:
        """Yield every name that is not hidden."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file; one that is not there is no error.

        Args:
            name: Path of the file below the place, with slashes.
        """

    def lock(self) -> None:
        """Take the place for this run.

        Raises:
            PlaceInUse: Another run has it.
        """

    def renew(self) -> None:
        """Say that the run still works.

        Raises:
            PlaceUnwritable: Another run has taken the place over.
        """

    def unlock(self) -> None:
        """Give the place back."""
