"""What a run tells while it works; progress bars, logs and callers read these."""

from typing import NamedTuple


class Progress(NamedTuple):
    """One event, with the state of the run after it."""

    kind: str
    """planned, started, done, retry, throttled, committed, absent, failed, finished, stopped."""
    total: int
    done: int
    failed: int
    rows: int
    bytes: int
    in_flight: int
    retries: int
    throttled: int
    seconds: float
    detail: str = ""

    @property
    def rate(self) -> float:
        """Specs a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds that remain at this rate."""
        return (self.total - self.done - self.failed) / self.rate if self.rate > 0 else None
