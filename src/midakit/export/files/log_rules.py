"""The rules of the commit log: which files exist, which calls they cover, and who may commit (pure).

    entry 1, entry 2, ...  --apply-->  a snapshot

- What no entry names does not exist. A file exists from the entry that it joins with to the one that it
  leaves with.
- Every run takes an epoch, one higher than any before. Once an entry of a later epoch stands in the log,
  the run of the earlier one is over: it cannot commit any more.
- A call counts once: an entry that would cover it a second time is refused.
- A plan is in force from the entry that names it. What the files of earlier plans cover is not asked any
  more, so the snapshot forgets it and does not grow with the calls of all plans.
- A staged file holds rows of an increment that still runs: its calls are done, and its rows are not in
  the tables yet.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

import attrs

from midakit.errors import MidakitError
from midakit.export.files.stores import PlaceUnwritable

STAGED = "_midakit/staged/"


class WriterFenced(PlaceUnwritable):
    """Another run has taken the place over; this one must stop."""


class BrokenLog(MidakitError):
    """An entry of the log contradicts those before it."""


@attrs.frozen(kw_only=True)
class LoggedFile:
    """A data file, as an entry names it."""

    name: str
    """Its name, with slashes."""
    rows: int
    """How many rows it has."""
    bytes: int
    """How long it is."""
    specs: frozenset[str] = frozenset()
    """Ids of the calls of the plan in force that it covers."""
    absent: frozenset[str] = frozenset()
    """The ids among them of calls that had no rows to give."""
    first: str = ""
    """The first day of its rows as YYYY-MM-DD; empty where that is not known."""
    last: str = ""
    """The last day of its rows."""

    @property
    def staged(self) -> bool:
        """Whether its rows wait for the end of an increment."""
        return self.name.startswith(STAGED)

    @property
    def table(self) -> str:
        """The table of its rows."""
        return self.name.removeprefix(STAGED).split("/")[0]

    @property
    def folder(self) -> str:
        """The folder that its rows belong to, with that of the partition."""
        return self.name.removeprefix(STAGED).rpartition("/")[0]

    def may_have(self, first: str, last: str) -> bool:
        """Return whether some of its rows may be of these days.

        Args:
            first: The first day.
            last: The last day.
        """
        return not self.first or (self.first <= last and first <= self.last)


@attrs.frozen(kw_only=True)
class Entry:
    """One commit: what changes in one step."""

    version: int
    """The number of the entry, from 1."""
    epoch: int
    """The number of the run that wrote it."""
    writer: str
    """A random name of that run."""
    at: str
    """When it was written, for people and for `as_of`; no rule looks at it."""
    plan: str = ""
    """The id of the plan that is in force from here on; empty where it stays."""
    joins: tuple[LoggedFile, ...] = ()
    leaves: tuple[str, ...] = ()
    state: str = ""
    """How a run ended; empty in the other entries."""

    def dump(self) -> bytes:
        """Return the entry as JSON."""
        fields = attrs.asdict(self, recurse=False) | {"joins": list(map(_plain, self.joins))}
        return json.dumps({name: value for name, value in fields.items() if value}).encode()


def parse_entry(data: bytes) -> Entry:
    """Read an entry back.

    Args:
        data: Its JSON.

    Raises:
        BrokenLog: It is not an entry.
    """
    try:
        fields = json.loads(data)
        joins = tuple(map(_logged, fields.pop("joins", ())))
        return Entry(**fields | {"leaves": tuple(fields.get("leaves", ())), "joins": joins})
    except (ValueError, TypeError, KeyError) as error:
        raise BrokenLog(f"this is no entry of a log: {error!r}") from None


@attrs.frozen(kw_only=True)
class Snapshot:
    """What a place holds after some entry."""

    version: int = 0
    epoch: int = 0
    writer: str = ""
    plan: str = ""
    state: str = ""
    """How the last run of the plan ended; empty while it runs, and after a kill."""
    at: str = ""
    files: Mapping[str, LoggedFile] = attrs.field(factory=dict, hash=False)
    """Name -> file."""

    def apply(self, entry: Entry) -> "Snapshot":
        """Return the snapshot after one more entry.

        Args:
            entry: The entry that follows.

        Raises:
            WriterFenced: It is of a run that is over.
            BrokenLog: It does not follow, covers a call twice, or lets a file leave that is not there.
        """
        check_writer(self, entry.epoch, entry.writer)
        if entry.version != self.version + 1:
            raise BrokenLog(f"entry {entry.version} does not follow entry {self.version}")
        gone = [name for name in entry.leaves if name not in self.files]
        if gone:
            raise BrokenLog(f"entry {entry.version}: {gone[0]} is not there and cannot leave")
        files = dict(self.files)
        for name in entry.leaves:
            files.pop(name, None)
        if entry.plan:
            files = {name: _forget(file) for name, file in files.items()}
        left = entry.plan or entry.leaves
        ids = dict(Snapshot(files=files).ids_of_tables if left else self.ids_of_tables)
        for file in entry.joins:
            there = ids.get(file.table, frozenset())
            if file.name in files or not there.isdisjoint(file.specs):
                raise BrokenLog(
                    f"entry {entry.version}: {file.name} covers what is covered already"
                )
            files[file.name] = file
            ids[file.table] = there | file.specs
        changed = left or entry.joins
        after = Snapshot(
            version=entry.version, epoch=entry.epoch, writer=entry.writer, at=entry.at,
            plan=entry.plan or self.plan, state=entry.state or ("" if changed else self.state), files=files,
        )  # fmt: skip
        # so that thousands of files are not gone through again
        object.__setattr__(after, "ids_of_tables", ids)
        return after

    @cached_property
    def ids_of_tables(self) -> Mapping[str, frozenset[str]]:
        """The ids of the calls of the plan that each table covers."""
        return {table: frozenset(ids) for table, ids in self.covered().items()}

    def covered(self) -> dict[str, set[str]]:
        """Return the ids of the calls of the plan that each table covers."""
        found: dict[str, set[str]] = {}
        for file in self.files.values():
            found.setdefault(file.table, set()).update(file.specs)
        return found

    def tables(self) -> list[LoggedFile]:
        """Return the files whose rows are in the tables, by name."""
        return [self.files[name] for name in sorted(self.files) if not self.files[name].staged]

    def staged(self) -> list[LoggedFile]:
        """Return the files whose rows wait for the end of an increment, by name."""
        return [self.files[name] for name in sorted(self.files) if self.files[name].staged]

    def dump(self) -> bytes:
        """Return the snapshot as JSON, for a checkpoint."""
        fields = attrs.asdict(self, recurse=False) | {
            "files": list(map(_plain, self.files.values()))
        }
        return json.dumps(fields).encode()


def parse_snapshot(data: bytes) -> Snapshot:
    """Read a checkpoint back.

    Args:
        data: Its JSON.
    """
    fields = json.loads(data)
    files = map(_logged, fields.pop("files"))
    return Snapshot(**fields, files={file.name: file for file in files})


def check_writer(snapshot: Snapshot, epoch: int, writer: str) -> None:
    """Refuse a run that is over.

    Args:
        snapshot: What the place holds now.
        epoch: The number of the run.
        writer: Its random name: two runs that took the same number at once are told apart by it.

    Raises:
        WriterFenced: A later run has begun.
    """
    if epoch < snapshot.epoch or (epoch == snapshot.epoch and writer != snapshot.writer):
        raise WriterFenced(
            f"another export has taken over the place (run {snapshot.epoch}; this is run {epoch}): "
            "nothing of this run may follow"
        )


def leftovers(names: Iterable[str], snapshot: Snapshot, epoch: int) -> list[str]:
    """Return the data files that a kill has left: they never joined, or they left and were not put away.

    A run that is over may still be deleting. It must not take a file of a later run for a leftover, so
    only files of earlier runs are: their names say which run wrote them.

    Args:
        names: Names of the data files in the folders of the tables.
        snapshot: What the place holds.
        epoch: The number of the run that asks.
    """
    return [name for name in names if name not in snapshot.files and epoch_of(name) < epoch]


def epoch_of(name: str) -> int:
    """Return the number of the run that wrote a file; 0 for a file of an export without a log.

    Args:
        name: The file's name, such as `results/part-00003-9f3c.parquet`.
    """
    number = name.rpartition("/")[2].removeprefix("part-").partition("-")[0]
    return int(number) if len(number) == 5 and number.isdigit() else 0  # 0.1: sixteen hex digits


def _forget(file: LoggedFile) -> LoggedFile:
    return attrs.evolve(file, specs=frozenset(), absent=frozenset())


def _plain(file: LoggedFile) -> dict[str, Any]:
    fields = attrs.asdict(file, recurse=False)
    fields |= {"specs": sorted(file.specs), "absent": sorted(file.absent)}
    return {name: value for name, value in fields.items() if value or name in ("rows", "bytes")}


def _logged(fields: Mapping[str, Any]) -> LoggedFile:
    sets = {name: frozenset(fields.get(name, ())) for name in ("specs", "absent")}
    return LoggedFile(**{**fields, **sets})
