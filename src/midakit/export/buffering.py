"""Gathers pieces until a file is worth writing, and writes it off the loop."""

from collections.abc import Iterator
from time import monotonic
from typing import Any, NamedTuple

import anyio
import anyio.to_thread
import attrs

from midakit.export.formats import Covered
from midakit.export.plan import Spec
from midakit.export.tables import Piece
from midakit.export.targets import File, Target, concat, partition


class Limits(NamedTuple):
    """When a file is written: whatever comes first."""

    rows: int = 50_000
    bytes: int = 48_000_000
    specs: int = 500
    seconds: float = 15.0


class Commit(NamedTuple):
    """One file to be."""

    table: str
    where: str
    batches: list[Any]
    covered: Covered


@attrs.define
class Pile:
    """What waits for one file."""

    batches: list[Any] = attrs.field(factory=list)
    specs: set[str] = attrs.field(factory=set)
    absent: set[str] = attrs.field(factory=set)
    rows: int = 0
    bytes: int = 0
    began: float = attrs.field(factory=monotonic)


class Buffer:
    """Piles by table and partition; a pile that is taken is written once, by one writer."""

    def __init__(self, target: Target, limits: Limits) -> None:
        self._target = target
        self._limits = limits
        self._piles: dict[tuple[str, str], Pile] = {}
        self._writing = anyio.Lock()
        self._bytes_being_written = 0
        self.files: list[File] = []
        self.rows: dict[str, int] = {}
        self.drift: dict[str, int] = {}

    @property
    def bytes(self) -> int:
        """Waiting to be written, or being written."""
        return sum(pile.bytes for pile in self._piles.values()) + self._bytes_being_written

    def add(self, spec: Spec, piece: Piece) -> None:
        """A spec's rows for one table."""
        pile = self._pile(spec, piece.table)
        pile.specs.add(spec.id)
        if piece.batch.num_rows:
            pile.batches.append(piece.batch)
        pile.rows += piece.batch.num_rows
        pile.bytes += piece.batch.nbytes
        for name, count in piece.drift.items():
            key = f"{piece.table}.{name}"
            self.drift[key] = self.drift.get(key, 0) + count

    def add_absent(self, spec: Spec) -> None:
        """A spec that is done and has no rows."""
        pile = self._pile(spec, spec.kind)
        pile.specs.add(spec.id)
        pile.absent.add(spec.id)

    def _pile(self, spec: Spec, table: str) -> Pile:
        label = {**spec.label(), "project": spec.project}
        where = partition(self._target.partition_by, label)
        return self._piles.setdefault((table, where), Pile())

    def due(self) -> list[Commit]:
        """The piles that are big or old enough, taken off."""
        return [self._take(key) for key, pile in list(self._piles.items()) if self._is_due(pile)]

    def all(self) -> list[Commit]:
        """Every pile, taken off."""
        return [self._take(key) for key in list(self._piles)]

    def _is_due(self, pile: Pile) -> bool:
        limits = self._limits
        return (
            pile.rows >= limits.rows
            or pile.bytes >= limits.bytes
            or len(pile.specs) >= limits.specs
            or monotonic() - pile.began >= limits.seconds
        )

    def _take(self, key: tuple[str, str]) -> Commit:
        pile = self._piles.pop(key)
        self._bytes_being_written += pile.bytes
        covered = Covered(frozenset(pile.specs), frozenset(pile.absent))
        return Commit(*key, pile.batches, covered)

    async def write(self, commit: Commit) -> File:
        """One commit at a time, in a thread; a run that is cancelled finishes the one it began."""
        async with self._writing:
            # an uncancelled thread call: what has begun to be written is written
            file = await anyio.to_thread.run_sync(self._commit, commit, abandon_on_cancel=False)
        self._bytes_being_written -= sum(batch.nbytes for batch in commit.batches)
        self.files.append(file)
        self.rows[commit.table] = self.rows.get(commit.table, 0) + file.rows
        return file

    def _commit(self, commit: Commit) -> File:
        table = concat(commit.table, commit.batches)
        return self._target.commit(commit.table, table, commit.covered, commit.where)

    def __iter__(self) -> Iterator[Pile]:
        return iter(self._piles.values())
