"""A prefix in an object store as a store, through obstore: a PUT is atomic, and put-if-absent keeps
writers apart.

A run's lock is an object with a time in it, renewed while the run works. One that was not renewed for
`LEASE` seconds belongs to a dead run; whoever takes it over replaces that very version of it, so that of
two runs that try, one is refused.
"""

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from secrets import token_hex
from typing import Any, TypeVar

from midakit.core.extras import need
from midakit.export.files.endpoints import client_options, store_options
from midakit.export.files.stores import LOCK, NameTaken, PlaceInUse, PlaceUnwritable

T = TypeVar("T")
NAME = f".{LOCK}"
METADATA = "169.254.169.254"
"""Where a store's client asks a cloud's machine for credentials when the environment has none."""


class Bucket:
    """Everything under one URL of an object store.

    Args:
        url: `s3://`, `gs://` or `az://`, a bucket, and a prefix; credentials come from the environment.

    Raises:
        MissingExtra: obstore is not installed (extra `s3`).
        PlaceUnwritable: The URL cannot be opened.
    """

    LEASE = 300.0
    """Seconds without a renewal after which a lock may be taken over."""
    EVERY = 60.0
    """Seconds between two renewals."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self._obstore = need("obstore", extra="s3")
        self._errors = need("obstore.exceptions", extra="s3")
        make = need("obstore.store", extra="s3").from_url
        self._store = self._tried(
            lambda: make(self.url, client_options=client_options(url), config=store_options(url))
        )
        self._token = token_hex(8)
        self._version: Any = None
        self._renewed = 0.0
        self._gone = False
        """Whether another run holds the place now, so that nothing of ours may follow."""

    def put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        """Write an object with one PUT.

        Args:
            name: The object's name below the URL.
            data: The whole content of the object.
            replace: Whether an object of this name is replaced.

        Raises:
            NameTaken: There is an object of this name, and it is not to be replaced.
            PlaceUnwritable: The store refuses, or another run has taken the place over.
        """
        self._put(name, data, "overwrite" if replace else "create")

    def _put(self, name: str, data: bytes, mode: Any) -> Any:
        if self._gone:
            raise PlaceUnwritable(f"{self.url}: another export has taken over the place")
        try:
            return self._tried(lambda: self._obstore.put(self._store, name, data, mode=mode))
        except FileNotFoundError as error:
            raise PlaceUnwritable(f"{self.url}: {_first_line(error)}") from None
        except (self._errors.AlreadyExistsError, self._errors.PreconditionError):
            raise NameTaken(f"{self.url}/{name} exists already") from None

    def get(self, name: str) -> bytes:
        """Return the bytes of an object, with one GET.

        Args:
            name: The object's name.
        """
        return bytes(self._tried(lambda: self._obstore.get(self._store, name).bytes()))

    def tail(self, name: str, count: int) -> bytes:
        """Return the last bytes of an object; Azure knows no range from the end.

        Args:
            name: The object's name.
            count: How many bytes, at most.
        """
        end = self.size(name)
        start = max(0, end - count)
        found = self._tried(
            lambda: self._obstore.get_range(self._store, name, start=start, end=end)
        )
        return bytes(found)

    def size(self, name: str) -> int:
        """Return how many bytes an object has, with one HEAD.

        Args:
            name: The object's name.
        """
        return int(self._tried(lambda: self._obstore.head(self._store, name)["size"]))

    def names(self) -> Iterator[str]:
        """Yield the name of every object under the URL, but for hidden ones."""
        yield from self.sizes()

    def sizes(self, *under: str) -> dict[str, int]:
        """Return every object under the URL but for hidden ones, in order, and its bytes.

        Args:
            under: Folders to look into; when left out, all of the URL.
        """
        return {one["path"]: int(one["size"]) for one in self._listed(under)}

    def fingerprints(self, *under: str) -> dict[str, str]:
        """Return every object but for hidden ones, in order, each with its length, ETag and time.

        Args:
            under: Folders to look into; when left out, all of the URL.
        """
        return {
            one["path"]: f"{one['size']}-{one['e_tag']}-{one['version']}-{one['last_modified']}"
            if one["e_tag"] is not None
            else ""
            for one in self._listed(under)
        }

    def folders(self) -> set[str]:
        """Return the folders right below the URL, with one LIST."""
        found = self._tried(lambda: self._obstore.list_with_delimiter(self._store))
        return {prefix.strip("/") for prefix in found["common_prefixes"]}

    def _listed(self, under: Sequence[str]) -> list[Any]:
        if len(under) > 1:  # few of those that are asked for are there
            there = self.folders()
            under = [folder for folder in under if folder.partition("/")[0] in there]
            if not under:
                return []
        listed = self._tried(
            lambda: [
                one
                for folder in under or (None,)
                for some in self._obstore.list(self._store, folder)
                for one in some
            ]
        )
        return [
            one
            for one in sorted(listed, key=lambda one: one["path"])
            if not any(part.startswith(".") for part in one["path"].split("/"))
        ]

    def move(self, name: str, to: str) -> None:
        """Copy an object and delete it; one that is not there is no error.

        Args:
            name: The object's name.
            to: Its new name.
        """
        with suppress(FileNotFoundError):
            self._tried(lambda: self._obstore.copy(self._store, name, to))
            self.remove(name)

    def remove(self, name: str) -> None:
        """Remove an object with one DELETE; one that is not there is no error.

        Args:
            name: The object's name.
        """
        try:
            self._tried(lambda: self._obstore.delete(self._store, name))
        except FileNotFoundError:
            return

    def lock(self) -> None:
        """Take the lock, or take over one that was not renewed in time.

        Raises:
            PlaceInUse: Another run has the lock.
        """
        try:
            self._version = self._put(NAME, self._lock_body(), "create")
            self._renewed = time.monotonic()
            return
        except NameTaken:
            found = self._tried(lambda: self._obstore.get(self._store, NAME))
        try:
            taken_at = float(json.loads(bytes(found.bytes()))["at"])
        except (ValueError, KeyError, TypeError):
            taken_at = 0.0
        left = taken_at + self.LEASE - time.time()
        if left > 0:
            raise PlaceInUse(
                f"{self.url}: another export holds the lock {NAME}; if it was killed, the lock expires in "
                f"{left:.0f} s"
            )
        if not self._replace_lock(found.meta):
            raise PlaceInUse(f"{self.url}: another export has just taken the lock {NAME}")

    def renew(self) -> None:
        """Replace our own version of the lock, once every `EVERY` seconds.

        Raises:
            PlaceUnwritable: Another run has replaced it.
        """
        if time.monotonic() - self._renewed < self.EVERY:
            return
        if not self._replace_lock(self._version):
            self._gone = True
            raise PlaceUnwritable(f"{self.url}: another export has taken over the place")

    def _replace_lock(self, version: Any) -> bool:
        mode = {key: version[key] for key in ("e_tag", "version") if version[key] is not None}
        try:
            self._version = self._put(NAME, self._lock_body(), mode)
        except NameTaken:
            return False
        self._renewed = time.monotonic()
        return True

    def _lock_body(self) -> bytes:
        return json.dumps({"at": time.time(), "by": self._token}).encode()

    def unlock(self) -> None:
        """Remove the lock, if it is still ours."""
        try:
            if json.loads(self.get(NAME)).get("by") == self._token:
                self.remove(NAME)
        except (OSError, ValueError):
            return  # it ends by itself

    def _tried(self, work: Callable[[], T]) -> T:
        """Raise what goes wrong on the way to a store as an OSError, as on a disk."""
        errors = self._errors
        try:
            return work()
        except (FileNotFoundError, errors.AlreadyExistsError, errors.PreconditionError):
            raise
        except errors.BaseError as error:
            words = f"{type(error).__name__}: {_first_line(error)}"
            if METADATA in words:
                words = "no credentials: set them, as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            raise PlaceUnwritable(f"{self.url}: {words}") from None

    def __str__(self) -> str:
        return self.url


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else ""
