"""The calls for the reports of an experiment: one for each kind, segment, goal and breakdown wanted."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import product
from typing import Any

from midakit.core.call import Call, Pairs
from midakit.export.plan.packed_specs import Parts, Pattern
from midakit.export.plan.request import ExportRequest
from midakit.export.plan.spec import REPORTS, Spec
from midakit.mida import calls
from midakit.mida.calls.build import PROJECT

Combination = tuple[str, tuple[str, Any], str | int | None, str | None]
"""Kind, segment, goal, breakdown."""


def combinations(request: ExportRequest) -> Iterator[Combination]:
    """Yield what every experiment is asked for.

    Args:
        request: The options of `mida.export`.
    """
    for kind in request.kinds:
        if kind in REPORTS:
            yield from product(
                (kind,),
                request.segments.items(),
                request.goals if kind != "metrics" else (None,),
                request.breakdowns if kind == "results" else (None,),
            )


class ReportCalls:
    """Makes the calls of a request.

    Calls that differ by their experiment alone are of one pattern, which is built once: planning takes a
    fifth of the time, with a segment of two conditions.

    Args:
        request: The options of `mida.export`.
        round: Which increment of the place asks.
    """

    BUILDERS: Mapping[str, Callable[..., Call[Any]]] = {
        "results": calls.experiments.result,
        "metrics": calls.experiments.metrics,
        "timeseries": calls.experiments.timeseries,
    }

    def __init__(self, request: ExportRequest, round: int = 0) -> None:
        self.request = request
        self.wanted = tuple(combinations(request))
        """What every experiment is asked for."""
        self._round = round
        self._patterns: dict[Any, Pattern] = {}

    def parts(
        self,
        project: str,
        about: Pairs,
        start: date,
        wanted: Combination,
        since: date | None = None,
    ) -> Parts:
        """Return what makes up the planned call for one report of one experiment.

        Args:
            project: The project's key.
            about: The experiment's `test_id`, and its `test_name` where it has one.
            start: The first day of the report.
            wanted: Kind, segment, goal and breakdown.
            since: The first day whose rows are wanted, where that is later.
        """
        kind, (segment, _), goal, breakdown = wanted
        key = (project, len(about), start, kind, segment, goal, breakdown, since)
        pattern = self._patterns.get(key)
        if pattern is None:
            call, context = self._build(start, wanted, since or start)
            sample = Spec(
                kind=kind, project=project, call=call, context=(*about, *context), round=self._round
            )
            pattern = self._patterns[key] = Pattern(
                sample,
                f"{PROJECT}/experiment",
                call.path.rpartition("/")[2],
                len(about),
                context,
                key,
            )
        path = f"{pattern.before}/{about[0][1]}/{pattern.after}"
        return Parts(pattern, about + pattern.context, path)

    def _build(self, start: date, wanted: Combination, since: date) -> tuple[Call[Any], Pairs]:
        """Return the call for experiment 1, and what the rows of every experiment say about it."""
        kind, (segment, where), goal, breakdown = wanted
        options = {
            "start_date": start,
            "end_date": self.request.end,
            "where": where,
            "goal_key": goal if isinstance(goal, str) else None,
            "goal_profile_id": goal if isinstance(goal, int) else None,
            "breakdown_by": breakdown,
            **self.request.same_for_all,
        }
        given = {name: value for name, value in options.items() if value is not None}
        call = plain_call(self.BUILDERS[kind](1, **given))
        query = dict(call.query)
        context = {
            "segment": segment,
            "filter_by": query.get("filter_by", ""),
            "custom_filter": query.get("custom_filter", ""),
            "window_start": str(since),
            "window_end": query["end_date"],
            "tz": query.get("tz", ""),
            "report_phase": query.get("report_phase", ""),
            "goal_key": query.get("goal_key", ""),
            "goal_profile_id": query.get("goal_profile_id", ""),
        }
        return call, tuple((name, value) for name, value in context.items() if value)


def plain_call(call: Call[Any]) -> Call[Any]:
    """Return a call as the plan file gives it back: an export reads bytes, not models.

    Args:
        call: What a builder made.
    """
    return Call(
        operation=call.operation,
        method="GET",
        path=call.path,
        query=call.query,
        answer=dict,
        safe=True,
    )
