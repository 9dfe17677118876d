"""What has happened so far in a run."""

from time import monotonic

import attrs

from midakit.core.wire.messages import Response
from midakit.export.run.event import Progress
from midakit.export.run.report import Failure


@attrs.define
class Tally:
    """Counts."""

    total: int
    done: int = 0
    retries: int = 0
    throttled: int = 0
    in_flight: int = 0
    bytes: int = 0
    failures: list[Failure] = attrs.field(factory=list)
    began: float = attrs.field(factory=monotonic)

    @property
    def left(self) -> int:
        """Calls that have not ended."""
        return self.total - self.done - len(self.failures)

    @property
    def seconds(self) -> float:
        """Since the run began."""
        return monotonic() - self.began

    def attempted(self, statuses: list[int | None], *, answered: bool) -> bool:
        """Count the attempts of a call; whether there was a 429 among them."""
        refused = statuses.count(429)
        self.throttled += refused
        self.retries += len(statuses) - answered
        return refused > 0

    def event(self, kind: str, rows: int, detail: str = "") -> Progress:
        """This moment, for those who listen."""
        return Progress(
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


def statuses(response: Response) -> list[int | None]:
    """The statuses of a call's attempts."""
    return [attempt.status for attempt in response.attempts]
