"""What a run reports while it works; progress bars, logs and callers read these."""

from typing import Literal, NamedTuple

EventKind = Literal[
    "planned", "done", "retry", "throttled", "committed", "absent", "failed", "finished", "stopped"
]


class ProgressEvent(NamedTuple):
    """One event of a run, with the state of the run after it."""

    kind: EventKind
    """What happened: the plan is read (`planned`), a call is `done`, is tried again (`retry`, or
    `throttled` after a 429) or has `failed`, an experiment is `absent`, a file is `committed`, the run
    is over (`finished`, or `stopped` before its end)."""
    total: int
    """Calls that this run is to make."""
    done: int
    """Calls whose rows are fetched, or that had none to give."""
    failed: int
    """Calls that were given up."""
    rows: int
    """Rows in committed files."""
    bytes: int
    """Bytes of answers."""
    in_flight: int
    """Calls under way."""
    retries: int
    """Requests that were repeats."""
    throttled: int
    """Requests that were answered with 429."""
    seconds: float
    """Time since the run began."""
    detail: str = ""
    """A sentence, a file name, or nothing."""

    @property
    def rate(self) -> float:
        """Calls done per second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the end at this rate; None while no rate is known."""
        return (self.total - self.done - self.failed) / self.rate if self.rate > 0 else None
