"""The sandbox's clock: runs with the machine's until it is frozen or moved."""

from datetime import UTC, datetime, timedelta

from midakit.sandbox.errors import HttpError


class Clock:
    """What time the sandbox believes it is, always in UTC."""

    def __init__(self) -> None:
        self._frozen: datetime | None = None
        self._shift = timedelta()

    def now(self) -> datetime:
        """The sandbox's present."""
        return self._frozen or datetime.now(UTC) + self._shift

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def freeze(self, at: datetime | None = None) -> None:
        """Stand still, at the present or at a given moment."""
        self._frozen = _utc(at) if at else self.now()

    def run(self) -> None:
        """Go on from the moment the clock shows now."""
        self._shift = self.now() - datetime.now(UTC)
        self._frozen = None

    def move(self, seconds: float) -> None:
        """Jump forward, or back with a negative number."""
        try:
            step = timedelta(seconds=seconds)
            moved = self.now() + step
        except (OverflowError, ValueError) as error:
            raise HttpError(400, "The clock cannot be moved that far") from error
        if self.frozen:
            self._frozen = moved
        else:
            self._shift += step

    def restore(self, state: dict[str, object] | None) -> None:
        """Go back to a kept state; None is the machine's own time."""
        state = state or {}
        frozen, shift = state.get("frozen"), state.get("shift", 0.0)
        self._frozen = datetime.fromisoformat(frozen) if isinstance(frozen, str) else None
        self._shift = timedelta(seconds=shift if isinstance(shift, int | float) else 0.0)

    def state(self) -> dict[str, object]:
        """What `restore` needs."""
        frozen = self._frozen.isoformat() if self._frozen else None
        return {"frozen": frozen, "shift": self._shift.total_seconds()}


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def parse_time(text: str) -> datetime:
    """A moment from ISO 8601 text; without a zone it is UTC."""
    try:
        return _utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise HttpError(400, f"Not a date and time: {text[:40]}") from error
