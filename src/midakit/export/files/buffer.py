"""Rows that wait until a file is worth writing, and the writing of it off the event loop."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from time import monotonic
from typing import Any, NamedTuple

import anyio
import anyio.to_thread
import attrs

from midakit.export.files.contents import CommittedFile, FileContents
from midakit.export.files.merging import release_memory
from midakit.export.files.targets import FileTarget, Target, concat, partition_folder
from midakit.export.files.windows import SERIES
from midakit.export.plan.spec import Spec
from midakit.export.rows.chunks import Chunk, batches
from midakit.export.schemas import TABLES

BATCH = 8192
"""Rows that become Arrow columns together."""

Key = tuple[str, str]
"""Table and folder of the partition."""


class FetchedRows(NamedTuple):
    """Rows of one table as columns, with the calls that they cover."""

    table: str
    where: str
    """The folder of their partition, with a slash at the end."""
    rows: Any
    """The rows, as an Arrow table; or an `EncodedFile` made of them."""
    contents: FileContents
    drift: Mapping[str, int]
    """Field -> how many rows hold it in `_extra`."""


class Limits(NamedTuple):
    """When a file is written: whatever comes first."""

    rows: int = 50_000
    """Rows that wait for the file."""
    bytes: int = 48_000_000
    """Bytes that wait for the file."""
    specs: int = 500
    """Calls whose rows wait for the file."""
    seconds: float = 15.0
    """How long the oldest rows wait."""


@attrs.define
class PendingFile:
    """The rows that wait for one file."""

    chunks: list[Chunk] = attrs.field(factory=list)
    """Rows that are not converted to Arrow columns yet."""
    batches: list[Any] = attrs.field(factory=list)
    specs: set[str] = attrs.field(factory=set)
    absent: set[str] = attrs.field(factory=set)
    drift: Counter[str] = attrs.field(factory=Counter)
    rows: int = 0
    weight: int = 0
    """An estimate of the bytes in memory: those of columns, and those that other rows came in."""
    unconverted: int = 0
    unconverted_bytes: int = 0
    began: float = attrs.field(factory=monotonic)

    def take(self, chunk: Chunk, size: int) -> None:
        """Take the rows of one call.

        Args:
            chunk: The rows.
            size: The bytes that they came in.
        """
        self.rows += chunk.rows
        if chunk.rows:
            self.chunks.append(chunk)
            self.unconverted += chunk.rows
            self.unconverted_bytes += size
            self.weight += size
        else:
            self.drift.update(chunk.drift)
        if self.unconverted >= BATCH:
            self.convert()

    def convert(self) -> None:
        """Convert the rows that wait to Arrow columns."""
        if not self.chunks:
            return
        for batch, drift in batches(self.chunks):
            self.batches.append(batch)
            self.weight += batch.nbytes
            self.drift.update(drift)
        self.weight -= self.unconverted_bytes
        self.chunks, self.unconverted, self.unconverted_bytes = [], 0, 0

    def fetched(self, key: Key) -> FetchedRows:
        """Convert what waits, and return everything.

        Args:
            key: Table and folder of the partition.
        """
        self.convert()
        contents = FileContents(frozenset(self.specs), frozenset(self.absent))
        rows, self.batches = concat(key[0], self.batches), []
        return FetchedRows(*key, rows, contents, self.drift)

    def is_due(self, limits: Limits, now: float) -> bool:
        """Return whether it is large or old enough to be written.

        Args:
            limits: When a file is written.
            now: The time of a monotonic clock, in seconds.
        """
        return self.is_large(limits) or now - self.began >= limits.seconds

    def is_large(self, limits: Limits) -> bool:
        """Return whether it is large enough to be written.

        Args:
            limits: When a file is written.
        """
        return (
            self.rows >= limits.rows
            or self.weight >= limits.bytes
            or len(self.specs) >= limits.specs
        )


class Buffer:
    """Pending files by table and partition; one that is taken is written once, by one writer.

    Args:
        target: Where files are committed; None in a process that hands its rows over.
        limits: When a file is written.
        partition_by: The column that folders are made by, where no target says it.
    """

    def __init__(
        self, target: Target | None, limits: Limits, *, partition_by: str | None = None
    ) -> None:
        self._target = target
        self._partition_by = partition_by if target is None else target.partition_by
        self._limits = limits
        self._pending: dict[Key, PendingFile] = {}
        """In the order in which they began."""
        self._full: dict[Key, None] = {}
        """Those that are large enough to be written."""
        self._waiting = 0
        """Bytes of all of them."""
        self._writing = anyio.Lock()
        self._being_written = 0
        self.files: list[CommittedFile] = []
        self.rows: dict[str, int] = {}
        self.drift: dict[str, int] = {}
        self.covered: dict[str, list[frozenset[str]]] = {}
        """Table -> ids of the calls that this run has committed, file by file."""
        self.absent: set[str] = set()
        """The ids among them of calls that have no rows."""

    @property
    def bytes(self) -> int:
        """Bytes that wait to be written or are being written."""
        return self._waiting + self._being_written

    def add(self, spec: Spec, chunk: Chunk, size: int) -> None:
        """Add the rows of a call for one table.

        Args:
            spec: The call of the plan.
            chunk: The rows.
            size: The bytes that they came in.
        """
        with self._filling(self._key(spec, chunk.table)) as pending:
            pending.specs.add(spec.id)
            pending.take(chunk, size)

    def add_absent(self, spec: Spec, table: str) -> None:
        """Add a call that is done and has no rows.

        Args:
            spec: The call of the plan.
            table: The table that rows would have gone to.
        """
        with self._filling(self._key(spec, table)) as pending:
            pending.specs.add(spec.id)
            pending.absent.add(spec.id)

    def add_rows(self, fetched: FetchedRows) -> None:
        """Add rows that another process has fetched and made columns of.

        Args:
            fetched: The rows, with their calls.
        """
        with self._filling((fetched.table, fetched.where)) as pending:
            pending.specs |= fetched.contents.specs
            pending.absent |= fetched.contents.absent
            pending.drift.update(fetched.drift)
            pending.batches += fetched.rows.to_batches()
            pending.rows += fetched.rows.num_rows
            pending.weight += fetched.rows.nbytes

    @contextmanager
    def _filling(self, key: Key) -> Iterator[PendingFile]:
        """Give the file that rows go to, and count its bytes anew after that."""
        pending = self._pending.get(key)
        if pending is None:
            pending = self._pending[key] = PendingFile()
        before = pending.weight
        try:
            yield pending
        finally:
            self._waiting += pending.weight - before
        if pending.is_large(self._limits):
            self._full[key] = None

    def _key(self, spec: Spec, table: str) -> Key:
        where, column = "", self._partition_by
        differs = column in TABLES[table] and column not in SERIES.get(table, TABLES[table])
        if column is not None and not differs:  # from row to row, as in a listing of experiments
            label = {**spec.label(), "project": spec.project}
            where = partition_folder(column, label)
        return table, where

    def due(self) -> list[Key]:
        """Return the pending files that are large or old enough, without a look at the others."""
        found, oldest = [*self._full], monotonic() - self._limits.seconds
        for key, one in self._pending.items():
            if one.began > oldest:
                break
            if key not in self._full:
                found.append(key)
        return found

    def all(self) -> list[Key]:
        """Return every pending file."""
        return list(self._pending)

    async def write(self, key: Key, *, anyway: bool = False) -> CommittedFile | None:
        """Write a pending file in a thread, one file at a time.

        A run that is cancelled while it waits for its turn leaves the pending file where it was; one
        that is cancelled while it writes finishes the file.

        Args:
            key: Table and folder of the partition.
            anyway: Whether it is written even if it is not due.

        Returns:
            The file, or None when another writer was quicker.

        Raises:
            OSError: The place cannot be written to.
        """
        async with self._writing:
            pending = self._pending.get(key)
            if pending is None or not (anyway or pending.is_due(self._limits, monotonic())):
                return None
            del self._pending[key]
            self._full.pop(key, None)
            self._waiting -= pending.weight
            self._being_written = pending.weight
            return await self._write(partial(pending.fetched, key))

    async def write_file(self, fetched: FetchedRows) -> CommittedFile:
        """Write a file that another process has made.

        Args:
            fetched: The file, with its calls.

        Raises:
            OSError: The place cannot be written to.
        """
        async with self._writing:
            self._being_written = fetched.rows.nbytes
            return await self._write(lambda: fetched)

    async def _write(self, fetch: Callable[[], FetchedRows]) -> CommittedFile:
        """Commit a file and note what it covers."""
        try:
            file, fetched = await anyio.to_thread.run_sync(self._commit, fetch)
        finally:
            self._being_written = 0
            release_memory()  # of this thread, which made the columns
        table = fetched.table
        self.files.append(file)
        self.rows[table] = self.rows.get(table, 0) + file.rows
        self.covered.setdefault(table, []).append(fetched.contents.specs)
        self.absent |= fetched.contents.absent
        for name, count in fetched.drift.items():
            self.drift[f"{table}.{name}"] = self.drift.get(f"{table}.{name}", 0) + count
        return file

    def _commit(self, fetch: Callable[[], FetchedRows]) -> tuple[CommittedFile, FetchedRows]:
        """Convert what waits and hand it on; return the file, and what was fetched without the rows."""
        found = fetch()
        if isinstance(self._target, FileTarget):
            # the rows are let go before the disk makes their file durable
            made = self._target.encoded(found.table, found.rows, found.contents)
            found = found._replace(rows=made)
            release_memory()
        file = self._hand_on(found)
        found = found._replace(rows=None)
        release_memory()
        return file, found

    def _hand_on(self, found: FetchedRows) -> CommittedFile:
        assert self._target is not None
        return self._target.commit(found.table, found.rows, found.contents, found.where)
