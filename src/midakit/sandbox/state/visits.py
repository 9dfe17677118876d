"""The visitor-level store: who came, which variant they saw, what they did.

    visit_tables    the tables, the lock, and what reports keep
    visit_lookups   what handlers look up
    visit_writes    what changes the tables, journal first
    visits          the whole: its baseline, its folder, its images and forks

Rules it keeps:

- Everything is in memory, column by column, behind one lock. Who computes a report holds the lock,
  so it sees whole batches or nothing of them; a report takes milliseconds.
- A write is in the journal before it is in a column (when there is a data directory), and counts in
  every report that begins after it was acknowledged.
- What was loaded is the baseline, in a file of its own; everything later is gone after `reset()`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from midakit.sandbox.state.data_folder import JOURNAL, VISITS, put_file
from midakit.sandbox.state.event_log import EventLogImage
from midakit.sandbox.state.journal import Journal
from midakit.sandbox.state.stored_event import (
    StoredEvent,
)
from midakit.sandbox.state.tables import (
    TableImage,
    in_order_of,
)
from midakit.sandbox.state.timestamps import naive_utc
from midakit.sandbox.state.visit_writes import VisitWrites
from midakit.sandbox.state.visits_file import Baseline, Rates, load, save


@dataclass(frozen=True, slots=True)
class VisitsImage:
    """The visits at one moment; two with the same `origin` have the same baseline."""

    origin: object
    visitors: TableImage
    assignments: TableImage
    events: EventLogImage
    rates: Rates
    entries: Mapping[tuple[int, int, bool], int | None]
    event_keys: frozenset[tuple[str, str]]


@runtime_checkable
class Bound(Protocol):
    """What reports keep that reads the tables again later."""

    def over(self, visits: "Visits") -> Any:
        """Return the same over other visits with the same baseline.

        Args:
            visits: The other visits.
        """


class Visits(VisitWrites):
    """Visitors, assignments and events of every project of the sandbox.

    Args:
        data_dir: The folder of the baseline and the journal; None keeps everything in memory.

    Raises:
        ValueError: A file in the folder is damaged; the message names it.
    """

    def __init__(self, data_dir: Path | str | None = None) -> None:
        folder = Path(data_dir) if data_dir is not None else None
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        super().__init__(Journal(folder / JOURNAL if folder else None))
        self._path = folder / VISITS if folder else None
        if self._path is not None:
            self._open(self._path)

    def _open(self, path: Path) -> None:
        """Read the baseline, and what was acknowledged after it."""
        if path.exists():
            self._take(*load(path))
        else:
            save(path, self._baseline(), {}, ready=lambda: None)
        added: dict[str, list[dict[str, Any]]] = {"visitor": [], "assignment": [], "event": []}
        attributes: dict[int, str] = {}
        for record in self._journal.read():
            kind = record.pop("type")
            if kind == "attributes":
                attributes[record["visitor_id"]] = record["attributes"]
                continue
            if kind == "event" and (key := record.pop("key", None)) is not None:
                self._event_keys.add((record["project_key"], key))
            added[kind].append(record)
        self._insert(added["visitor"], added["assignment"])
        for number, text in attributes.items():
            self._set_attributes(number, text)
        self._add_events(
            [StoredEvent(**{**e, "created_at": naive_utc(e["created_at"])}) for e in added["event"]]
        )

    def reset(self) -> None:
        """Restore the baseline: everything that came since is gone."""
        with self.lock:
            self._journal.clear()
            changed = bool(self.visitors.changed)
            for table in (self.visitors, self.assignments):
                if len(table) > table.kept or table.changed:
                    table.rewind()
            self.events.rewind()
            if changed:
                self.memo.clear()
                self.counts.clear()
            self._forget()

    def replace(self, baseline: Baseline, rates: Rates) -> None:
        """Replace everything by a new baseline.

        Args:
            baseline: The columns of `visitors`, `assignments` and `events`, each by its id.
            rates: The exchange rates.

        Raises:
            OSError: It could not be written; the old data stay.
        """
        with self.lock:
            if self._path is not None:
                save(self._path, baseline, rates, ready=self._journal.clear)
            self._take(baseline, rates)

    def image(self, *, baseline: bool = False) -> VisitsImage:
        """Return the visits as they are now, in microseconds: nothing is copied.

        Args:
            baseline: Leave out what came after the baseline.

        Returns:
            What `restore` takes.
        """
        with self.lock:
            return VisitsImage(
                self._origin,
                self.visitors.image(baseline=baseline),
                self.assignments.image(baseline=baseline),
                self.events.image(baseline=baseline),
                self._rates,
                {} if baseline else dict(self._entries),
                frozenset() if baseline else frozenset(self._event_keys),
            )

    def restore(self, image: VisitsImage, folder: Path | None = None) -> None:
        """Go back to an image; what reports have worked out from the same baseline stays.

        Args:
            image: What `image` returned, of these visits or of others.
            folder: Where the image is on disk, for visits that are on disk too.

        Raises:
            OSError: It could not be written.
        """
        with self.lock:
            if self._path is not None and folder is not None:
                put_file(folder / VISITS, self._path)
                self._journal.replace(folder / JOURNAL)
            if image.origin is not self._origin:
                self._start_tables()
            elif self.visitors.changed or image.visitors.changed:
                self.memo.clear()
                self.counts.clear()
            self._origin = image.origin
            self.visitors.restore(image.visitors)
            self.assignments.restore(image.assignments)
            self.events.restore(image.events)
            self._rates = image.rates
            self._forget()
            self._entries.update(image.entries)
            self._event_keys.update(image.event_keys)

    def fork(self) -> "Visits":
        """Return visits in memory with this baseline and what reports know of it, all shared.

        A table is copied when one of the two writes to it.
        """
        fresh = Visits()
        with self.lock:
            fresh.lock = self.lock
            fresh._origin = self._origin
            fresh.restore(self.image(baseline=True))
            if not self.visitors.changed:
                fresh.counts = self.counts.copy()
                fresh.memo = self.memo.copy(
                    lambda kept: kept.over(fresh) if isinstance(kept, Bound) else kept
                )
            fresh._sets = self._sets.copy(lambda found: found.copy(fresh.events))
        return fresh

    def save(self, folder: Path) -> None:
        """Write the visits into a folder, in the form of a data folder.

        Args:
            folder: An empty folder on the disk of the data folder.

        Raises:
            OSError: It could not be written.
        """
        with self.lock:
            if self._path is not None:
                put_file(self._path, folder / VISITS)
                self._journal.save(folder / JOURNAL)

    def close(self) -> None:
        """Close the journal; nothing can be written afterwards."""
        with self.lock:
            self._journal.close()

    def _baseline(self) -> Baseline:
        """Return the baseline that is in the tables."""
        tables = {"visitors": self.visitors, "assignments": self.assignments}
        return {name: table.baseline() for name, table in tables.items()} | {
            "events": self.events.table.baseline()
        }

    def _take(self, baseline: Baseline, rates: Rates) -> None:
        """Take a baseline into new tables: forks may still read the old ones."""
        self._start_tables()
        self.visitors.replace(baseline["visitors"])
        self.assignments.replace(in_order_of("test_id", baseline["assignments"]))
        self.events.replace(baseline["events"])
        self._rates = rates
