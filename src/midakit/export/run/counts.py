"""What has happened so far in a run."""

from collections.abc import Sequence
from time import monotonic

import attrs

from midakit.export.run.event import EventKind, ProgressEvent
from midakit.export.run.report import FailedCall


@attrs.define
class RunCounts:
    """The counts of a run, and its failures.

    Args:
        total: Calls that the run is to make.
    """

    total: int
    done: int = 0
    retries: int = 0
    throttled: int = 0
    in_flight: int = 0
    bytes: int = 0
    failures: list[FailedCall] = attrs.field(factory=list)
    began: float = attrs.field(factory=monotonic)

    @property
    def left(self) -> int:
        """Calls that have not ended."""
        return self.total - self.done - len(self.failures)

    @property
    def seconds(self) -> float:
        """Time since the run began."""
        return monotonic() - self.began

    def attempted(self, statuses: Sequence[int | None], *, answered: bool) -> bool:
        """Count the attempts of a call and return whether there was a 429 among them.

        Args:
            statuses: The status of each attempt, None where no answer came.
            answered: Whether the last attempt was an answer, so that it is no retry.
        """
        refused = statuses.count(429)
        self.throttled += refused
        self.retries += len(statuses) - answered
        return refused > 0

    def event(self, kind: EventKind, rows: int, detail: str = "") -> ProgressEvent:
        """Return an event with the counts of this moment.

        Args:
            kind: What happened.
            rows: Rows in committed files.
            detail: A sentence or a file name.
        """
        return ProgressEvent(
            kind=kind,
            total=self.total,
            done=self.done,
            failed=len(self.failures),
            rows=rows,
            bytes=self.bytes,
            in_flight=self.in_flight,
            retries=self.retries,
            throttled=self.throttled,
            seconds=self.seconds,
            detail=detail,
        )
