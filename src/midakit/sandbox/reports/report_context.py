"""What a report is about, apart from the visits: plain dicts as in an imported data set."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class ReportContext:
    """One experiment of one project at one time; `goals` holds deleted ones too.

    With `as_of`, only what has happened until then counts.
    """

    project: dict[str, Any]
    experiment: dict[str, Any]
    goals: list[dict[str, Any]]
    now: datetime
    as_of: datetime | None = None
