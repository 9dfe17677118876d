"""The sandbox's clock: it follows the machine's clock until it is frozen or moved."""

from datetime import UTC, datetime, timedelta

from midakit.sandbox.errors import HttpError


class Clock:
    """The sandbox's current time, always in UTC."""

    def __init__(self) -> None:
        self._frozen: datetime | None = None
        self._shift = timedelta()

    def now(self) -> datetime:
        """Return the sandbox's current time."""
        return self._frozen or datetime.now(UTC) + self._shift

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock where it stands, or at a given time.

        Args:
            at: The time it shows from now on; None is the time it shows at the moment.
        """
        self._frozen = _aware_utc(at) if at else self.now()

    def run(self) -> None:
        """Let the clock run again, from the time it shows now."""
        self._shift = self.now() - datetime.now(UTC)
        self._frozen = None

    def move(self, seconds: float) -> None:
        """Move the clock, whether it runs or stands still.

        Args:
            seconds: How far; a negative number moves it back.

        Raises:
            HttpError: 400, the new time is outside the years 1 to 9999.
        """
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
        """Restore a state of the clock that was saved before.

        Args:
            state: What `state()` returned; None is the machine's own time.
        """
        state = state or {}
        frozen, shift = state.get("frozen"), state.get("shift", 0.0)
        self._frozen = datetime.fromisoformat(frozen) if isinstance(frozen, str) else None
        self._shift = timedelta(seconds=shift if isinstance(shift, int | float) else 0.0)

    def state(self) -> dict[str, object]:
        """Return what `restore` needs, as JSON values."""
        frozen = self._frozen.isoformat() if self._frozen else None
        return {"frozen": frozen, "shift": self._shift.total_seconds()}


def parse_time(text: str) -> datetime:
    """Read a time from ISO 8601 text.

    Args:
        text: A date and a time; without a time zone it is UTC.

    Returns:
        The time in UTC.

    Raises:
        HttpError: 400, the text is not a date and time.
    """
    try:
        return _aware_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError) as error:
        raise HttpError(400, f"Not a date and time: {text[:40]}") from error


def _aware_utc(at: datetime) -> datetime:
    """Return a time in UTC; one without a time zone is UTC already."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
