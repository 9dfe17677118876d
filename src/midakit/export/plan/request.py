"""What a user wants exported, checked (pure)."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, Unpack

from midakit.core.checks import day, number_id
from midakit.core.options import expand_options, option_table, with_defaults
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.export.plan.spec import KINDS, Spec
from midakit.mida.filters.accepted import custom_filter, named_segments
from midakit.mida.options import ExportScope, MetricsOptions, Period

SAME_FOR_ALL = [
    name
    for name in option_table(ExportScope)
    if name in option_table(MetricsOptions) and name not in option_table(Period)
]
"""What every report has as an option of this name; days are an experiment's own."""


class ExportRequest:
    """What a user wants exported, checked.

    Raises:
        InvalidRequest: The value of an option breaks its rule.
        UnknownOption: An option does not exist.

    Example:
        phones = {"phones": "device == mobile"}
        wanted = export.ExportRequest(kinds=["results"], segments=phones, test_ids=[1001])
        plan, _ = await export.make_plan(clients, wanted)
    """

    @expand_options
    def __init__(self, **wanted: Unpack[ExportScope]) -> None:
        """Check what is wanted.

        Args:
            kinds: Which tables to export; when left out, experiments, results and timeseries.
            segments: Asks for every report once more for each of these segments, by name.
            goals: Goals to report on, by key or id; when left out, each experiment's primary goal.
            breakdowns: Asks for every result once more for each of these dimensions.
            start_date: The first day of every report, inclusive; when left out, each experiment's start.
            end_date: The last day of every report, inclusive; when left out, today (UTC).
            filter_by: Preset filters for every report: text with commas, or a list.
            report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`),
                or `all_time`.
            tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
                `Europe/Berlin`; when left out, UTC.
            test_ids: Only these experiments; when left out, all of the project.

        Raises:
            InvalidRequest: The value of an option breaks its rule.
            UnknownOption: An option does not exist.
        """
        given = with_defaults("export", ExportScope, wanted)
        kinds = _listed("kinds", given["kinds"])
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise InvalidRequest("kinds", f"{unknown[0]!r} is not one of: {', '.join(KINDS)}")
        named = named_segments(UNSET if given["segments"] is None else given["segments"])
        if not all(isinstance(name, str) and name for name in named):
            raise InvalidRequest("segments", "a segment needs a name, which is text")
        try:
            "".join(named).encode()
        except UnicodeEncodeError:
            rule = "a name holds half of a surrogate pair, which no file can hold"
            raise InvalidRequest("segments", rule) from None
        self.kinds: tuple[str, ...] = tuple(dict.fromkeys(kinds))
        self.segments: dict[str, Any] = {"": None, **named}
        goals = tuple(map(_goal, _listed("goals", given["goals"])))
        self.goals: tuple[str | int | None, ...] = goals or (None,)
        breakdowns = _listed("breakdowns", given["breakdowns"])
        self.breakdowns: tuple[str | None, ...] = (None, *breakdowns)
        self.start = _day("start_date", given["start_date"])
        self.end = _day("end_date", given.pop("end_date")) or datetime.now(UTC).date()
        if self.start is not None and self.start > self.end:
            raise InvalidRequest("start_date", f"{self.start} is after end_date {self.end}")
        self.test_ids: frozenset[int] | None = None
        if given["test_ids"] is not None:
            ids = _listed("test_ids", given["test_ids"])
            self.test_ids = frozenset(int(number_id("test_ids", one)) for one in ids)
        self.same_for_all = {name: given[name] for name in SAME_FOR_ALL}
        """Options that every report gets as they are."""
        self._given = given | {
            "kinds": self.kinds,
            "goals": goals,
            "breakdowns": breakdowns,
            "segments": {name: rendered(where) for name, where in named.items()},
            "start_date": self.start and str(self.start),
            "test_ids": None if self.test_ids is None else sorted(self.test_ids),
        }

    def wants(self, spec: Spec) -> bool:
        """Return whether a call of an earlier plan is of the tables and experiments wanted now.

        Args:
            spec: The call of the earlier plan.

        Example:
            plan, _ = await export.make_plan(clients, export.ExportRequest(test_ids=[1001]))
            only_results = export.ExportRequest(kinds=["results"])
            print([spec.kind for spec in plan.specs if only_results.wants(spec)])
        """
        if spec.kind not in self.kinds:
            return False
        number = spec.label().get("test_id")
        return self.test_ids is None or number is None or int(number) in self.test_ids

    def settings(self) -> dict[str, Any]:
        """Return what the head of the plan file says; `wanted` is what an increment asks again.

        Example:
            print(export.ExportRequest(kinds=["results"]).settings())
        """
        return {
            "kinds": self.kinds,
            "wanted": {name: value for name, value in self._given.items() if value is not None},
            "end_date": str(self.end),
        }


def _listed(field: str, values: Any) -> tuple[Any, ...]:
    """Return values as they were listed; one text is not a list of letters."""
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        raise InvalidRequest(field, f"must be a list, not {values!r}")
    return tuple(values)


def _goal(value: Any) -> str | int | None:
    """Return a goal's key or id; None is each experiment's primary goal."""
    if value is None or isinstance(value, str):
        return value
    return int(number_id("goals", value))


def rendered(where: Any) -> Any:
    """Return a segment as the API takes it: nested lists; None is everyone.

    Args:
        where: An expression, nested lists, or their JSON.

    Raises:
        InvalidRequest: The segment breaks a rule of the API.
    """
    return None if where is None else json.loads(custom_filter(where))


def _day(field: str, value: date | str | None) -> date | None:
    return None if value is None else date.fromisoformat(day(field, value))
