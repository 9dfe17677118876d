"""Where files go: a folder on this machine, or an object store.

`put` is the one atomic step: hidden, made durable, then named. A name is never written twice unless
`replace` says so, so a second writer cannot overwrite the first one's rows.
"""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from midakit.errors import ConfigurationError, MidakitError

SCHEMES = ("s3://", "gs://", "az://")
LOCK = "_midakit.lock"


class Taken(MidakitError):
    """A file of this name exists already."""


class InUse(ConfigurationError):
    """Another run is writing into the same place."""


class Store(Protocol):
    """A flat space of names with slashes."""

    def put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        """Write it whole, or not at all."""

    def get(self, name: str) -> bytes:
        """Read it whole; FileNotFoundError when it is not there."""
        ...

    def names(self) -> Iterator[str]:
        """Every visible name."""
        ...

    def remove(self, name: str) -> None:
        """Forget it."""

    def lock(self) -> None:
        """Take the place for this run; InUse when another has it."""

    def unlock(self) -> None:
        """Give it back."""


class Folder:
    """A folder; durable means fsync of the file and of its folder around the rename."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: Any = None

    def put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        """Write a hidden file, sync it, give it its name, sync the folder."""
        target = self._inside(name)
        if not replace and target.exists():
            raise Taken(f"{target} exists already")
        target.parent.mkdir(parents=True, exist_ok=True)
        hidden = target.with_name(f".{target.name}.tmp")
        try:
            with hidden.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            hidden.rename(target)
        except BaseException:
            hidden.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)

    def get(self, name: str) -> bytes:
        """The file's bytes."""
        return self._inside(name).read_bytes()

    def names(self) -> Iterator[str]:
        """Files that are not hidden, nor in a hidden folder."""
        if not self.path.exists():
            return
        for found in sorted(self.path.rglob("*")):
            relative = found.relative_to(self.path)
            if found.is_file() and not any(part.startswith(".") for part in relative.parts):
                yield relative.as_posix()

    def remove(self, name: str) -> None:
        """Delete the file."""
        self._inside(name).unlink(missing_ok=True)

    def lock(self) -> None:
        """An advisory lock that dies with the process; leftovers of a killed run go too."""
        import fcntl

        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = (self.path / f".{LOCK}").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._lock.close()
            self._lock = None
            raise InUse(
                f"{self.path}: another export is writing here; wait for it to end"
            ) from None
        for leftover in self.path.rglob(".*.tmp"):
            leftover.unlink(missing_ok=True)

    def unlock(self) -> None:
        """Let others in."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _inside(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if not parts or any(part in ("..", ".", "/") or "\0" in part for part in parts):
            raise ConfigurationError(f"{name!r} would leave the export's folder")
        return self.path.joinpath(*parts)

    def __str__(self) -> str:
        return str(self.path)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Bucket:
    """An object store through obstore; a PUT is atomic there, and put-if-absent keeps writers apart."""

    LEASE = 900.0
    """Seconds after which the lock of a run that died may be taken over."""

    def __init__(self, url: str) -> None:
        from midakit.core.extras import need

        self.url = url
        self._obstore = need("obstore", extra="s3")
        self._store = need("obstore.store", extra="s3").from_url(url, client_options=_client(url))

    def put(self, name: str, data: bytes, *, replace: bool = False) -> None:
        """One PUT."""
        mode = "overwrite" if replace else "create"
        try:
            self._obstore.put(self._store, name, data, mode=mode)
        except self._obstore.exceptions.AlreadyExistsError:
            raise Taken(f"{self.url}/{name} exists already") from None

    def get(self, name: str) -> bytes:
        """One GET."""
        return bytes(self._obstore.get(self._store, name).bytes())

    def names(self) -> Iterator[str]:
        """Every object under the URL, but for hidden ones."""
        for batch in self._obstore.list(self._store):
            for found in batch:
                if not any(part.startswith(".") for part in found["path"].split("/")):
                    yield found["path"]

    def remove(self, name: str) -> None:
        """One DELETE."""
        self._obstore.delete(self._store, name)

    def lock(self) -> None:
        """An object put if absent; one older than the lease is a dead run's."""
        import time

        name = f".{LOCK}"
        try:
            self.put(name, str(time.time()).encode())
        except Taken:
            try:
                taken_at = float(self.get(name))
            except (ValueError, FileNotFoundError):
                taken_at = 0.0
            if time.time() - taken_at < self.LEASE:
                raise InUse(
                    f"{self.url}: another export holds the lock {name}; if it died, the lock lapses "
                    f"{self.LEASE / 60:.0f} minutes after it was taken"
                ) from None
            self.put(name, str(time.time()).encode(), replace=True)

    def unlock(self) -> None:
        """Remove the lock."""
        self.remove(f".{LOCK}")

    def __str__(self) -> str:
        return self.url


def _client(url: str) -> dict[str, Any]:
    """Plain http only for a store on this machine, as tests run one."""
    endpoint = os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", ""))
    local = endpoint.startswith(("http://127.0.0.1", "http://localhost"))
    return {"allow_http": True} if local and url.startswith("s3://") else {}


def open_store(place: str | os.PathLike[str]) -> Store:
    """A folder, or an object store for `s3://`, `gs://` and `az://`."""
    if isinstance(place, str) and place.startswith(SCHEMES):
        return Bucket(place)
    if isinstance(place, str) and "://" in place:
        raise ConfigurationError(f"{place}: not a folder and not one of {', '.join(SCHEMES)}")
    return Folder(Path(place))
