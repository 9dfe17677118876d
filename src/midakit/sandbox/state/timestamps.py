"""Times as the sandbox keeps them: naive UTC inside, ISO 8601 with milliseconds outside."""

from datetime import UTC, datetime


def naive_utc(time: str | datetime) -> datetime:
    """Return a time in UTC, without a time zone.

    Args:
        time: A datetime or ISO 8601 text; without a time zone it is UTC.

    Returns:
        The same time, as DuckDB stores it.

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
