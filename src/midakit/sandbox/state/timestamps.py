"""Times as the sandbox keeps them: naive UTC inside, ISO 8601 with milliseconds outside."""

from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt


def naive_utc(time: str | datetime) -> datetime:
    """Return a time in UTC, without a time zone.

    Args:
        time: A datetime or ISO 8601 text; without a time zone it is UTC.

    Returns:
        The same time.

    Raises:
        ValueError: The text is not a time.
    """
    at = time if isinstance(time, datetime) else datetime.fromisoformat(time)
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def iso_text(at: datetime) -> str:
    """Return a time as the API writes it: `2026-05-10T09:15:00.000Z`.

    Args:
        at: The time; without a time zone it is UTC.

    Returns:
        ISO 8601 text in UTC; what is below a millisecond is cut off.
    """
    return naive_utc(at).isoformat(timespec="milliseconds") + "Z"


def iso_texts(times: npt.NDArray[np.int64]) -> list[str]:
    """Return stored times as `iso_text` writes them.

    Args:
        times: Microseconds since 1970.

    Returns:
        One text for each.
    """
    texts = np.datetime_as_string(times.astype("datetime64[us]").astype("datetime64[ms]"))
    return [f"{text}Z" for text in texts.tolist()]


_EPOCH = datetime(1970, 1, 1)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Return a time as the store keeps it.

    Args:
        at: The time; without a time zone it is UTC.

    Returns:
        Microseconds since 1970.
    """
    return (naive_utc(at) - _EPOCH) // _MICROSECOND


def from_microseconds(number: int) -> datetime:
    """Return a stored time.

    Args:
        number: Microseconds since 1970.

    Returns:
        The time in UTC, without a time zone.
    """
    return _EPOCH + number * _MICROSECOND
