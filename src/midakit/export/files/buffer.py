"""Gathers chunks until a file is worth writing, and writes it off the loop."""

from collections.abc import Mapping
from time import monotonic
from typing import Any, NamedTuple

import anyio
import anyio.to_thread
import attrs

from midakit.export.files.formats import Covered, File
from midakit.export.files.targets import Target, concat, partition
from midakit.export.plan.spec import Spec
from midakit.export.rows.chunks import Chunk, batches

BATCH = 8192
"""Rows that become Arrow columns together."""

Key = tuple[str, str]
"""Table and partition."""


class Limits(NamedTuple):
    """When a file is written: whatever comes first."""

    rows: int = 50_000
    bytes: int = 48_000_000
    specs: int = 500
    seconds: float = 15.0


@attrs.define
class Pile:
    """What waits for one file."""

    chunks: list[Chunk] = attrs.field(factory=list)
    batches: list[Any] = attrs.field(factory=list)
    specs: set[str] = attrs.field(factory=set)
    absent: set[str] = attrs.field(factory=set)
    drift: dict[str, int] = attrs.field(factory=dict)
    rows: int = 0
    loose: int = 0
    """Rows that are no Arrow columns yet."""
    bytes: int = 0
    loose_bytes: int = 0
    began: float = attrs.field(factory=monotonic)

    def take(self, chunk: Chunk, size: int) -> None:
        """Rows of one spec, which came in so many bytes."""
        self.rows += chunk.rows
        if chunk.rows:
            self.chunks.append(chunk)
            self.loose += chunk.rows
            self.loose_bytes += size
        else:
            self._drifted(chunk.drift)
        if self.loose >= BATCH:
            self.settle()

    def settle(self) -> None:
        """Turn what is loose into columns."""
        if not self.chunks:
            return
        for batch, drift in batches(self.chunks):
            self.batches.append(batch)
            self.bytes += batch.nbytes
            self._drifted(drift)
        self.chunks, self.loose, self.loose_bytes = [], 0, 0

    def _drifted(self, drift: Mapping[str, int]) -> None:
        for name, count in drift.items():
            self.drift[name] = self.drift.get(name, 0) + count

    @property
    def weight(self) -> int:
        """Bytes, about."""
        return self.bytes + self.loose_bytes


class Buffer:
    """Piles by table and partition; a pile that is taken is written once, by one writer."""

    def __init__(self, target: Target, limits: Limits) -> None:
        self._target = target
        self._limits = limits
        self._piles: dict[Key, Pile] = {}
        self._writing = anyio.Lock()
        self._being_written = 0
        self.files: list[File] = []
        self.rows: dict[str, int] = {}
        self.drift: dict[str, int] = {}
        self.covered: dict[str, set[str]] = {}
        """Table -> specs that this run has committed."""
        self.absent: set[str] = set()
        """Of these, the ones that have no rows."""

    @property
    def bytes(self) -> int:
        """Waiting to be written, or being written."""
        return sum(pile.weight for pile in self._piles.values()) + self._being_written

    def add(self, spec: Spec, chunk: Chunk, size: int) -> None:
        """A spec's rows for one table."""
        pile = self._pile(spec, chunk.table)
        pile.specs.add(spec.id)
        pile.take(chunk, size)

    def add_absent(self, spec: Spec, table: str) -> None:
        """A spec that is done and has no rows."""
        pile = self._pile(spec, table)
        pile.specs.add(spec.id)
        pile.absent.add(spec.id)

    def _pile(self, spec: Spec, table: str) -> Pile:
        where = ""
        if self._target.partition_by is not None:
            label = {**spec.label(), "project": spec.project}
            where = partition(self._target.partition_by, label)
        found = self._piles.get((table, where))
        if found is None:
            found = self._piles[table, where] = Pile()
        return found

    def due(self) -> list[Key]:
        """The piles that are big or old enough."""
        return [key for key in self._piles if self._is_due(key)]

    def all(self) -> list[Key]:
        """Every pile."""
        return list(self._piles)

    def _is_due(self, key: Key) -> bool:
        limits, pile = self._limits, self._piles.get(key)
        return pile is not None and (
            pile.rows >= limits.rows
            or pile.weight >= limits.bytes
            or len(pile.specs) >= limits.specs
            or monotonic() - pile.began >= limits.seconds
        )

    async def write(self, key: Key, *, anyway: bool = False) -> File | None:
        """One file at a time, in a thread; None when another writer was quicker.

        A run that is cancelled while it waits for its turn leaves the pile where it was; one that
        is cancelled while it writes finishes the file.
        """
        async with self._writing:
            if key not in self._piles or not (anyway or self._is_due(key)):
                return None
            pile = self._piles.pop(key)
            self._being_written = pile.weight
            try:
                file = await anyio.to_thread.run_sync(self._commit, key, pile)
            finally:
                self._being_written = 0
        table = key[0]
        self.files.append(file)
        self.rows[table] = self.rows.get(table, 0) + file.rows
        self.covered.setdefault(table, set()).update(pile.specs)
        self.absent |= pile.absent
        for name, count in pile.drift.items():
            self.drift[f"{table}.{name}"] = self.drift.get(f"{table}.{name}", 0) + count
        return file

    def _commit(self, key: Key, pile: Pile) -> File:
        table, where = key
        pile.settle()
        rows = concat(table, pile.batches)
        covered = Covered(frozenset(pile.specs), frozenset(pile.absent))
        return self._target.commit(table, rows, covered, where)
