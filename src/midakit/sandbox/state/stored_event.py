"""A recorded event and the visitor it belongs to, and how they are read from the store."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from midakit.sandbox.errors import HttpError

DELETED = 2
CUSTOM = 2  # event_type of events sent over the API or an SDK


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor for whom an event can be recorded."""

    visitor_id: int
    uuid: str
    project_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvent:
    """One recorded event; `event_property` is JSON text or None."""

    event_id: int
    visitor_id: int
    project_key: str
    event_type: int = CUSTOM
    status: int = 1
    event_text: str
    event_property: str | None = None
    url: str | None = None
    event_path: str | None = None
    session: str | None = None
    created_at: datetime


_COLUMNS = [field.name for field in fields(StoredEvent)]
SELECT_EVENTS = (
    f"SELECT {', '.join(f'e.{name}' for name in _COLUMNS)} FROM events e "  # noqa: S608 -- fixed names
    "LEFT JOIN visitors v USING (visitor_id) "
).replace("e.project_key", "coalesce(v.project_key, '')")


def event_from_row(row: tuple[Any, ...]) -> StoredEvent:
    """Return the event of one row of `SELECT_EVENTS`.

    Args:
        row: The row as DuckDB returns it.

    Returns:
        The event.
    """
    return StoredEvent(**dict(zip(_COLUMNS, row, strict=True)))


def midnight(day: str, name: str) -> datetime:
    """Return the first moment of a day.

    Args:
        day: A date as YYYY-MM-DD.
        name: The parameter's name, for the message.

    Returns:
        Midnight in UTC, without a time zone.

    Raises:
        HttpError: 400, the text is not a date.
    """
    try:
        given = date.fromisoformat(day)
    except ValueError:
        raise HttpError(400, f"{name} must be a date as YYYY-MM-DD") from None
    return datetime(given.year, given.month, given.day)
