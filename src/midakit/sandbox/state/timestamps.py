"""Moments as the sandbox keeps them: naive UTC inside, ISO-8601 with milliseconds outside."""

from datetime import UTC, datetime


def naive_utc(text: str | datetime) -> datetime:
    """Read an ISO-8601 text (or take a datetime) as naive UTC; ValueError when it is neither."""
    at = text if isinstance(text, datetime) else datetime.fromisoformat(text)
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at


def iso_text(at: datetime) -> str:
    """Write a moment the way the API does: `2026-05-10T09:15:00.000Z`."""
    return naive_utc(at).isoformat(timespec="milliseconds") + "Z"
