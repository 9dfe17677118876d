"""Making a plan: list what there is, settle what was left open, freeze it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from midakit.core.call import Call
from midakit.core.pages import Report
from midakit.errors import InvalidRequest
from midakit.export.incremental import State
from midakit.export.plan import KINDS, LONGEST_TARGET, REPORTS, Plan, Spec
from midakit.mida import calls

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

PAGE = 500


class Request:
    """What a user wants exported, checked."""

    def __init__(
        self,
        *,
        kinds: Sequence[str] = ("experiments", "results", "timeseries"),
        segments: Mapping[str, Any] | None = None,
        goals: Sequence[str] = (),
        breakdowns: Sequence[str] = (),
        start_date: date | str | None = None,
        end_date: date | str | None = None,
        filter_by: str | Sequence[str] | None = None,
        report_phase: str | None = None,
        tz: float | str | None = None,
        test_ids: Iterable[int] | None = None,
    ) -> None:
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise InvalidRequest("kinds", f"{unknown[0]!r} is not one of: {', '.join(KINDS)}")
        if "" in (segments or {}):
            raise InvalidRequest("segments", "a segment needs a name")
        self.kinds = tuple(dict.fromkeys(kinds))
        self.segments: dict[str, Any] = {"": None, **segments} if segments else {"": None}
        self.goals: tuple[str | None, ...] = tuple(goals) or (None,)
        self.breakdowns: tuple[str | None, ...] = (None, *breakdowns)
        self.start = _day("start_date", start_date)
        self.end = _day("end_date", end_date) or datetime.now(UTC).date()
        if self.start is not None and self.start > self.end:
            raise InvalidRequest("start_date", f"{self.start} is after end_date {self.end}")
        self.filter_by = filter_by
        self.report_phase = report_phase
        self.tz = tz
        self.test_ids = None if test_ids is None else frozenset(test_ids)

    def settings(self) -> dict[str, Any]:
        """For the head of the plan file."""
        return {
            "kinds": self.kinds,
            "segments": [name for name in self.segments if name],
            "goals": [goal for goal in self.goals if goal],
            "breakdowns": [name for name in self.breakdowns if name],
            "start_date": str(self.start or ""),
            "end_date": str(self.end),
        }


def _day(field: str, value: date | str | None) -> date | None:
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise InvalidRequest(field, f"{value!r} is not a day as YYYY-MM-DD") from None


async def plan(
    clients: Mapping[str, "AsyncMida"], request: Request, state: State | None = None
) -> tuple[Plan, dict[str, Report]]:
    """List, settle, and put the work in order; the reports say what the listings looked like."""
    specs: list[Spec] = []
    listings: dict[str, Report] = {}
    for project, client in clients.items():
        experiments, listings[project] = await _experiments(client)
        if request.test_ids is not None:
            experiments = [one for one in experiments if one.get("test_id") in request.test_ids]
        if "experiments" in request.kinds:
            specs.append(_listed("experiments", project, experiments))
        if "goals" in request.kinds:
            goals = [goal.raw async for goal in client.goals.list(page_size=PAGE, overlap=1)]
            specs.append(_listed("goals", project, goals))
        if "events" in request.kinds:
            specs += _events(project, request)
        for experiment in experiments:
            specs += _reports(project, experiment, request, state)
    for spec in specs:
        _check_length(spec)
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Plan(specs=tuple(specs), created_at=made, settings=request.settings()), listings


async def _experiments(client: "AsyncMida") -> tuple[list[dict[str, Any]], Report]:
    pager = client.experiments.list(page_size=PAGE, overlap=1)
    found = [experiment.raw async for experiment in pager]
    return [one for one in found if isinstance(one.get("test_id"), int)], pager.report


def _listed(kind: str, project: str, rows: list[dict[str, Any]]) -> Spec:
    build = calls.experiments.list if kind == "experiments" else calls.goals.list
    text = json.dumps({kind: rows}, ensure_ascii=False)
    return Spec(kind=kind, project=project, call=_plain(build(limit=PAGE)), rows=text)


def _events(project: str, request: Request) -> Iterable[Spec]:
    """One spec a day, so that only today's pages can move and deep offsets stay small."""
    start = request.start or request.end
    for ordinal in range(start.toordinal(), request.end.toordinal() + 1):
        day = date.fromordinal(ordinal)
        call = calls.events.list(limit=PAGE, start_date=day, end_date=day)
        yield Spec(
            kind="events",
            project=project,
            call=_plain(call, without=("offset",)),
            context=(("window_start", str(day)), ("window_end", str(day))),
            paged=True,
        )


def _reports(
    project: str, experiment: Mapping[str, Any], request: Request, state: State | None
) -> Iterable[Spec]:
    test_id = experiment["test_id"]
    for kind in request.kinds:
        if kind not in REPORTS or (state is not None and state.finished(project, test_id)):
            continue
        start = request.start or _created(experiment)
        if state is not None and kind == "timeseries":
            start = state.window_start(project, test_id, start)
        for segment, where in request.segments.items():
            for goal in request.goals if kind != "metrics" else (None,):
                for breakdown in request.breakdowns if kind == "results" else (None,):
                    yield _report(
                        project, experiment, kind, request, (segment, where), goal, breakdown, start
                    )


def _report(
    project: str,
    experiment: Mapping[str, Any],
    kind: str,
    request: Request,
    segment: tuple[str, Any],
    goal: str | None,
    breakdown: str | None,
    start: date,
) -> Spec:
    options: dict[str, Any] = {
        "start_date": min(start, request.end),
        "end_date": request.end,
        "where": segment[1],
        "filter_by": request.filter_by,
        "goal_key": goal,
        "breakdown_by": breakdown,
        "report_phase": request.report_phase,
        "tz": request.tz,
    }
    given = {name: value for name, value in options.items() if value is not None}
    builders: dict[str, Any] = {
        "results": calls.experiments.result,
        "metrics": calls.experiments.metrics,
        "timeseries": calls.experiments.timeseries,
    }
    call: Call[Any] = builders[kind](experiment["test_id"], **given)
    query = dict(call.query)
    context = {
        "test_id": str(experiment["test_id"]),
        "test_name": str(experiment.get("test_name") or ""),
        "segment": segment[0],
        "filter_by": query.get("filter_by", ""),
        "custom_filter": query.get("custom_filter", ""),
        "window_start": query["start_date"],
        "window_end": query["end_date"],
        "tz": query.get("tz", ""),
        "report_phase": query.get("report_phase", ""),
        "goal_key": goal or "",
    }
    pairs = tuple((name, value) for name, value in context.items() if value)
    return Spec(kind=kind, project=project, call=_plain(call), context=pairs)


def _plain(call: Call[Any], without: tuple[str, ...] = ()) -> Call[Any]:
    """As the plan file gives it back: an export reads bytes, not models."""
    query = tuple(pair for pair in call.query if pair[0] not in without)
    return Call(
        operation=call.operation, method="GET", path=call.path, query=query, answer=dict, safe=True
    )


def _created(experiment: Mapping[str, Any]) -> date:
    try:
        return datetime.fromisoformat(str(experiment.get("created_at"))).date()
    except ValueError:
        return date(2000, 1, 1)


def _check_length(spec: Spec) -> None:
    length = len(spec.call.target(project_key=spec.project))
    if length > LONGEST_TARGET:
        name = spec.label().get("segment", "")
        raise InvalidRequest(
            f"segment {name!r}" if name else "filter_by",
            f"its URL would be {length} characters long; proxies refuse more than {LONGEST_TARGET}",
        )
