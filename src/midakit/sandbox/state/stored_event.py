"""A recorded event and the visitor it belongs to, and their ways in and out of the store."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.timestamps import iso_text, naive_utc

DELETED = 2
CUSTOM = 2  # event_type of events sent over the API or an SDK


@dataclass(frozen=True, slots=True)
class Visitor:
    """A visitor an event can be recorded for."""

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


READ = (
    "SELECT e.event_id, e.visitor_id, coalesce(v.project_key, '') project_key, e.event_type, "
    "e.status, e.event_text, e.event_property, e.url, e.event_path, e.session, e.created_at "
    "FROM events e LEFT JOIN visitors v USING (visitor_id) "
)


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with moments as text, ready for JSON."""
    return {
        key: _stamp(value) if isinstance(value, datetime) else value for key, value in row.items()
    }


def _stamp(at: datetime) -> str:
    return naive_utc(at).isoformat()


def event_line(event: StoredEvent) -> dict[str, Any]:
    """The event as a line of the journal."""
    return {"type": "event", **asdict(event), "created_at": _stamp(event.created_at)}


def event_of(row: tuple[Any, ...]) -> StoredEvent:
    """The event of one row of `READ`."""
    names = (
        "event_id", "visitor_id", "project_key", "event_type", "status", "event_text",
        "event_property", "url", "event_path", "session", "created_at",
    )  # fmt: skip
    return StoredEvent(**dict(zip(names, row, strict=True)))


def shown(event: StoredEvent) -> dict[str, Any]:
    """The event as the server is given it: a dict with `created_at` as ISO text."""
    return {**asdict(event), "created_at": iso_text(event.created_at)}


def midnight(day: date | str, name: str) -> datetime:
    """The first moment of a day; HttpError 400 when the text is no date."""
    try:
        given = day if isinstance(day, date) else date.fromisoformat(day)
    except ValueError:
        raise HttpError(400, f"{name} must be a date as YYYY-MM-DD") from None
    return datetime(given.year, given.month, given.day)
