"""What a user wants exported, checked (pure)."""

import json
from datetime import UTC, date, datetime
from typing import Any, Unpack

from midakit.core.options import check_names, option_table
from midakit.errors import InvalidRequest
from midakit.export.plan.spec import KINDS, Spec
from midakit.mida import calls
from midakit.mida.filters import SegmentSyntaxError, parse_segment
from midakit.mida.options import TABLES, Wanted


class Request:
    """What a user wants exported, checked."""

    def __init__(self, **wanted: Unpack[Wanted]) -> None:
        check_names("export", wanted, option_table(Wanted))
        kinds = wanted.get("kinds", TABLES)
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise InvalidRequest("kinds", f"{unknown[0]!r} is not one of: {', '.join(KINDS)}")
        self.kinds = tuple(dict.fromkeys(kinds))
        self.segments: dict[str, Any] = {"": None}
        for name, where in (wanted.get("segments") or {}).items():
            self.segments[name] = _segment(name, where)
        self.goals: tuple[str | int | None, ...] = tuple(wanted.get("goals", ())) or (None,)
        self.breakdowns: tuple[str | None, ...] = (None, *wanted.get("breakdowns", ()))
        self.start = _day("start_date", wanted.get("start_date"))
        self.end = _day("end_date", wanted.get("end_date")) or datetime.now(UTC).date()
        if self.start is not None and self.start > self.end:
            raise InvalidRequest("start_date", f"{self.start} is after end_date {self.end}")
        self.filter_by = wanted.get("filter_by")
        self.report_phase = wanted.get("report_phase")
        self.tz = wanted.get("tz")
        test_ids = wanted.get("test_ids")
        self.test_ids = None if test_ids is None else frozenset(test_ids)

    def wants(self, spec: Spec) -> bool:
        """Whether a call of an earlier plan is of the tables and experiments wanted now."""
        if spec.kind not in self.kinds:
            return False
        number = spec.label().get("test_id")
        return self.test_ids is None or number is None or int(number) in self.test_ids

    def settings(self) -> dict[str, Any]:
        """For the head of the plan file; `wanted` is what an increment asks again, with its own end."""
        named = {name: where for name, where in self.segments.items() if name}
        wanted: dict[str, Any] = {
            "kinds": self.kinds,
            "segments": {name: rendered(where) for name, where in named.items()},
            "goals": [goal for goal in self.goals if goal],
            "breakdowns": [name for name in self.breakdowns if name],
            "start_date": self.start and str(self.start),
            "filter_by": self.filter_by,
            "report_phase": self.report_phase,
            "tz": self.tz,
            "test_ids": self.test_ids and sorted(self.test_ids),
        }
        return {
            "kinds": self.kinds,
            "wanted": {name: value for name, value in wanted.items() if value is not None},
            "end_date": str(self.end),
        }


def _segment(name: str, where: Any) -> Any:
    """An expression, the API's nested lists, their JSON, or the text that a command line takes."""
    if not name:
        raise InvalidRequest("segments", "a segment needs a name")
    try:
        if isinstance(where, str) and not where.lstrip().startswith("["):
            where = parse_segment(where)
        rendered(where)
    except SegmentSyntaxError as error:
        raise error.named(name) from None
    except InvalidRequest as error:
        raise InvalidRequest(f"segment {name!r}", error.rule) from None
    return where


def rendered(where: Any) -> Any:
    """A segment as the API takes it: nested lists, whatever it was written as; None is everyone."""
    if where is None:
        return None
    query = dict(calls.experiments.result(1, where=where).query)
    return json.loads(query["custom_filter"]) if "custom_filter" in query else []


def _day(field: str, value: date | str | None) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidRequest(field, f"{value!r} is not a day as YYYY-MM-DD") from None
