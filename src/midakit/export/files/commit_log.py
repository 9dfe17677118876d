"""The commit log in its place: read from the last checkpoint on, and appended to by one writer.

    _midakit/log/00000001.json, 00000002.json, ...   put if absent; never changed
    _midakit/checkpoint.json                         a snapshot, so that few entries are read; a mere help

An entry is settled by reading: whether a PUT was refused or its answer was lost, what stands under the
number says who wrote it. Ours: it is done. Another run's: that run has taken the place over, or ours has
and goes on after it.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from secrets import token_hex

from midakit.errors import ConfigurationError
from midakit.export.files.log_rules import (
    BrokenLog,
    Entry,
    LoggedFile,
    Snapshot,
    WriterFenced,
    check_writer,
    parse_entry,
    parse_snapshot,
)
from midakit.export.files.stores import NameTaken, Store

FOLDER = "_midakit/log/"
CHECKPOINT = "_midakit/checkpoint.json"


def entry_name(version: int) -> str:
    """Return the name of an entry.

    Args:
        version: Its number.
    """
    return f"{FOLDER}{version:08}.json"


class CommitLog:
    """The log of a place, as far as it was read.

    Args:
        store: The folder or bucket of the export.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.snapshot = Snapshot()
        self.epoch = 0
        """The number of our run; 0 while we only read."""
        self.writer = token_hex(8)
        self.checkpoint: Snapshot | None = None
        """What the checkpoint says: each entry after it was read. None once our run has begun."""
        self._read()

    def _read(self) -> None:
        self.snapshot = Snapshot()
        with suppress(FileNotFoundError, ValueError, KeyError, TypeError):
            self.snapshot = parse_snapshot(self.store.get(CHECKPOINT))
        self.checkpoint = self.snapshot
        self.refresh()

    def refresh(self) -> None:
        """Read the entries that came since."""
        for entry in entries(self.store, self.snapshot.version):
            self.snapshot = self.snapshot.apply(entry)

    def _is_current(self) -> bool:
        """Return whether the entry that was read last still stands: an emptied place begins anew."""
        now = self.snapshot
        if not now.version:
            return False
        try:
            last = parse_entry(self.store.get(entry_name(now.version)))
        except (FileNotFoundError, BrokenLog):
            return False
        return (last.epoch, last.writer, last.at) == (now.epoch, now.writer, now.at)

    def begin(self) -> None:
        """Take the next epoch: from here on no earlier run can commit.

        The place is locked by now: what others have committed since the log was read is read first.
        """
        if self._is_current():
            self.refresh()
        else:
            self._read()
        self.checkpoint = None  # a new plan would keep the ids of the old one in memory
        self.epoch = 0
        while not self.epoch:
            epoch = self.snapshot.epoch + 1
            if self._put(self._entry(epoch=epoch)):
                self.epoch = epoch

    def commit(
        self,
        joins: Sequence[LoggedFile] = (),
        leaves: Sequence[str] = (),
        *,
        plan: str = "",
        state: str = "",
    ) -> None:
        """Change what exists, in one step.

        Args:
            joins: Files that exist from here on.
            leaves: Names of files that exist no more.
            plan: The id of a plan that is in force from here on.
            state: How the run ended.

        Raises:
            WriterFenced: Another run has taken the place over.
            OSError: The place cannot be written to.
        """
        self.store.renew()
        done = False
        while not done:
            check_writer(self.snapshot, self.epoch, self.writer)
            done = self._put(
                self._entry(
                    epoch=self.epoch,
                    joins=tuple(joins),
                    leaves=tuple(leaves),
                    plan=plan,
                    state=state,
                )
            )

    def write_checkpoint(self) -> None:
        """Write down the snapshot, so that whoever comes next reads few entries."""
        self.store.put(CHECKPOINT, self.snapshot.dump(), replace=True)

    def _entry(self, **fields: object) -> Entry:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        version = self.snapshot.version + 1
        return Entry(version=version, writer=self.writer, at=at, **fields)  # type: ignore[arg-type]

    def _put(self, entry: Entry) -> bool:
        """Write an entry under the next number; return whether the one that stands there is ours."""
        after = self.snapshot.apply(entry)  # refused before it is written
        name = entry_name(entry.version)
        try:
            self.store.put(name, entry.dump())
        except (NameTaken, OSError) as error:
            try:
                there = parse_entry(self.store.get(name))
            except FileNotFoundError:
                raise error from None
            if there != entry:
                self.snapshot = self.snapshot.apply(there)
                return False
        self.snapshot = after
        return True


def snapshot_as_of(store: Store, as_of: "int | datetime") -> Snapshot:
    """Return what a place held at an earlier time, from the log's first entry on.

    Args:
        store: The folder or bucket of the export.
        as_of: The number of an entry, or a time.

    Raises:
        ConfigurationError: The place held nothing yet.
    """
    found = Snapshot()
    for entry in entries(store, 0):
        late = (
            entry.version > as_of
            if isinstance(as_of, int)
            else datetime.fromisoformat(entry.at) > as_of
        )
        if late:
            break
        found = found.apply(entry)
    if not found.version:
        raise ConfigurationError(f"as_of: {store} held nothing yet at {as_of}")
    return found


def broken(log: CommitLog, checked: Snapshot) -> list[str]:
    """Return what is wrong with a log: an entry that is gone or damaged, or a checkpoint that lies.

    Args:
        log: The log of a place.
        checked: What its entries added up to when they were checked last; those after it are read, except
            for those that the log has read itself.
    """
    found = _broken_after(checked, log) if checked.version else [CHECKPOINT]
    return found and _broken_after(Snapshot(), log)  # the place may hold another export by now


def _broken_after(found: Snapshot, log: CommitLog) -> list[str]:
    now = log.snapshot
    if log.checkpoint is not None and found.version <= log.checkpoint.version:
        now = log.checkpoint
    while found.version < now.version:
        name = entry_name(found.version + 1)
        try:
            found = found.apply(parse_entry(log.store.get(name)))
        except (FileNotFoundError, BrokenLog, WriterFenced):
            return [name]
    return [] if found == now else [CHECKPOINT]


def entries(store: Store, after: int) -> Iterator[Entry]:
    """Yield the entries of a log, in order.

    Args:
        store: The folder or bucket of the export.
        after: The number before the first one.
    """
    version = after + 1
    with suppress(FileNotFoundError):
        while True:
            yield parse_entry(store.get(entry_name(version)))
            version += 1
