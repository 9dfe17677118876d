"""Named snapshots: the whole state at one moment, to go back to.

In memory a snapshot shares its columns with the state, so that taking one and going back to it take
less than a millisecond, whatever the number of visitors. With a data folder a snapshot is a folder
too, `snapshots/NAME`, with the files of a data folder; the visits that were loaded are a second link
to the same file. It gets its name when it is whole:

    .new-NAME   is being written or deleted; the next start deletes it
    .old-NAME   is being replaced; the next start gives it its name back, or deletes it
"""

import shutil
from dataclasses import dataclass
from pathlib import Path

from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.data_folder import BASELINE, RECORDS
from midakit.sandbox.state.namespaces import checked_name
from midakit.sandbox.state.records import Records, RecordsImage
from midakit.sandbox.state.visits import Visits, VisitsImage


@dataclass(frozen=True, slots=True)
class StateSnapshot:
    """The objects and the visits at one moment, and the folder that they are in, if any."""

    records: RecordsImage
    visits: VisitsImage
    folder: Path | None = None


class Snapshots:
    """The snapshots of a server or of one namespace.

    Args:
        folder: The folder that they are kept in; None keeps them in memory.
        others: Where a name is looked up that is not here.
    """

    def __init__(self, folder: Path | None = None, others: "Snapshots | None" = None) -> None:
        self._folder, self._others = folder, others
        self._loaded: dict[str, StateSnapshot] = {}
        self._names: dict[str, None] = {}
        if folder is not None and folder.exists():
            _tidy(folder)
            self._names = dict.fromkeys(sorted(path.name for path in folder.iterdir()))

    def names(self) -> list[str]:
        """Return the names of all that can be restored, the oldest first."""
        return list(dict.fromkeys([*(self._others.names() if self._others else []), *self._names]))

    def take(self, name: str, records: Records, visits: Visits) -> None:
        """Keep a state under a name; an older snapshot of this name is gone.

        Args:
            name: Letters, digits, `.`, `_` and `-`.
            records: The objects.
            visits: The visits.

        Raises:
            HttpError: 400, a snapshot cannot be called so.
            OSError: It could not be written; an older one stays.
        """
        folder = self._folder / checked_name(name) if self._folder else None
        with visits.lock:
            snapshot = StateSnapshot(records.image(), visits.image(), folder)
            if folder is not None:
                _write(folder, snapshot, visits)
        self._loaded[checked_name(name)] = snapshot
        self._names[name] = None

    def get(self, name: str) -> StateSnapshot:
        """Return a snapshot; one of an earlier run is read from its folder.

        Args:
            name: Its name.

        Returns:
            The snapshot.

        Raises:
            HttpError: 404, there is no such snapshot.
            OSError: It cannot be read.
        """
        if name not in self._names:
            if self._others is None:
                raise HttpError(404, f"There is no snapshot {name[:100]!r}")
            return self._others.get(name)
        if name not in self._loaded and self._folder is not None:
            self._loaded[name] = _read(self._folder / name)
        return self._loaded[name]

    def drop(self, name: str) -> None:
        """Delete a snapshot.

        Args:
            name: Its name.

        Raises:
            HttpError: 404, there is no such snapshot here.
            OSError: Its folder is gone, or cannot be changed.
        """
        if name not in self._names:
            raise HttpError(404, f"There is no snapshot {name[:100]!r}")
        del self._names[name]
        self._loaded.pop(name, None)
        if self._folder is not None:
            gone = self._folder / f".new-{name}"  # after a kill, half a snapshot must have no name
            shutil.rmtree(gone, ignore_errors=True)
            (self._folder / name).rename(gone)
            shutil.rmtree(gone, ignore_errors=True)


def _write(folder: Path, snapshot: StateSnapshot, visits: Visits) -> None:
    """Write a snapshot, and give it its name when it is whole."""
    fresh = folder.with_name(f".new-{folder.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    try:
        (fresh / RECORDS).write_bytes(snapshot.records.objects)
        (fresh / BASELINE).write_bytes(snapshot.records.baseline)
        visits.save(fresh)
        if folder.exists():
            old = folder.with_name(f".old-{folder.name}")
            folder.rename(old)
            fresh.rename(folder)
            shutil.rmtree(old)
        else:
            fresh.rename(folder)
    except OSError:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def _read(folder: Path) -> StateSnapshot:
    """Read a snapshot from its folder."""
    records = RecordsImage((folder / RECORDS).read_bytes(), (folder / BASELINE).read_bytes())
    visits = Visits(folder)
    try:
        return StateSnapshot(records, visits.image(), folder)
    finally:
        visits.close()


def _tidy(folder: Path) -> None:
    """Finish or undo what a kill has interrupted."""
    for old in folder.glob(".old-*"):
        name = folder / old.name.removeprefix(".old-")
        if not name.exists():
            old.rename(name)
    for rest in folder.glob(".*"):
        shutil.rmtree(rest, ignore_errors=True)
