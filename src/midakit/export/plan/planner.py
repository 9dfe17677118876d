"""Making a plan: list what there is, settle what was left open, freeze it."""

import json
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import product, zip_longest
from typing import TYPE_CHECKING, Any

import attrs

from midakit.core.call import Call, Pairs
from midakit.core.pages import Report
from midakit.errors import InvalidRequest
from midakit.export.plan.increment import State, concluded, left
from midakit.export.plan.request import Request
from midakit.export.plan.spec import LONGEST_TARGET, REPORTS, Plan, Spec
from midakit.mida import calls

__all__ = ["Request", "plan"]

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

PAGE = 500
BEGINNING = date(2000, 1, 1)


async def plan(
    clients: Mapping[str, "AsyncMida"],
    request: Request,
    state: State | None = None,
    *,
    round: int = 0,
    before: Iterable[Spec] = (),
) -> tuple[Plan, dict[str, Report]]:
    """List, settle, and put the work in order; the reports say what the listings looked like.

    `before` is what the last plan of the place left open: wanted still, unless it is asked for anew.
    """
    listed: list[list[Spec]] = []
    listings: dict[str, Report] = {}
    for project, client in clients.items():
        specs = [spec async for spec in _of_project(project, client, request, state, listings)]
        listed.append([attrs.evolve(spec, round=round) if round else spec for spec in specs])
    specs = list(_in_turn(listed))
    wanted = (spec for spec in before if spec.project in clients and request.wants(spec))
    specs += left(wanted, specs, round)
    for spec in specs:
        _check_length(spec)
    settings = request.settings()
    moving = [name for name, report in listings.items() if not report.settled]
    if moving:
        settings["warnings"] = [f"{name} kept moving: rows may be missing" for name in moving]
    if round:
        settings["round"] = round
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Plan(specs=tuple(specs), created_at=made, settings=settings), listings


def _in_turn(projects: Iterable[Iterable[Spec]]) -> Iterator[Spec]:
    """One of each project after the other: regions have limits of their own, so all are used."""
    for specs in zip_longest(*projects):
        yield from (spec for spec in specs if spec is not None)


async def _of_project(
    project: str,
    client: "AsyncMida",
    request: Request,
    state: State | None,
    listings: dict[str, Report],
) -> AsyncIterator[Spec]:
    experiments, listings[f"the experiments of {project}"] = await _experiments(client)
    if request.test_ids is not None:
        experiments = [one for one in experiments if one.get("test_id") in request.test_ids]
    if "experiments" in request.kinds:
        yield _listed("experiments", project, experiments)
    if "goals" in request.kinds:
        pager = client.goals.list(page_size=PAGE, overlap=1)
        goals = [goal.raw async for goal in pager]
        listings[f"the goals of {project}"] = pager.report
        yield _listed("goals", project, goals)
    if "events" in request.kinds:
        for spec in _events(project, request, min(map(_created, experiments), default=request.end)):
            ended = date.fromisoformat(spec.label()["window_end"])
            if state is None or not state.finished(spec, ended):
                yield spec
    builder = Builder(request)
    for experiment in experiments:
        for spec in _reports(project, experiment, builder, state):
            yield spec


async def _experiments(client: "AsyncMida") -> tuple[list[dict[str, Any]], Report]:
    pager = client.experiments.list(page_size=PAGE, overlap=1)
    found = [experiment.raw async for experiment in pager]
    return [one for one in found if isinstance(one.get("test_id"), int)], pager.report


def _listed(kind: str, project: str, rows: list[dict[str, Any]]) -> Spec:
    build = calls.experiments.list if kind == "experiments" else calls.goals.list
    text = json.dumps({kind: rows}, ensure_ascii=False)
    return Spec(kind=kind, project=project, call=_plain(build(limit=PAGE)), rows=text)


def _events(project: str, request: Request, oldest: date) -> Iterable[Spec]:
    """One spec a day, so that only today's pages can move and deep offsets stay small.

    Without a first day, everything before the oldest experiment is one window more.
    """
    first = request.start or min(oldest, request.end)
    windows = [(date.fromordinal(n), date.fromordinal(n)) for n in _days(first, request.end)]
    if request.start is None:
        windows.insert(0, (BEGINNING, first - timedelta(days=1)))
    for start, end in windows:
        call = calls.events.list(limit=PAGE, start_date=start, end_date=end)
        yield Spec(
            kind="events",
            project=project,
            call=_plain(call, without=("offset",)),
            context=(("window_start", str(start)), ("window_end", str(end))),
            paged=True,
        )


def _days(first: date, last: date) -> range:
    return range(first.toordinal(), last.toordinal() + 1)


def _reports(
    project: str, experiment: Mapping[str, Any], builder: "Builder", state: State | None
) -> Iterable[Spec]:
    request = builder.request
    start = min(request.start or _created(experiment), request.end)
    about = _about(experiment)
    for wanted in _combinations(request):
        spec = builder.spec(project, about, start, wanted)
        if state is None:
            yield spec
        elif not state.finished(spec, concluded(experiment)):
            if spec.kind == "timeseries":
                again = min(state.window_start(spec, start), request.end)
                spec = builder.spec(project, about, again, wanted)
            yield spec


def _about(experiment: Mapping[str, Any]) -> Pairs:
    """Shared by all calls of an experiment: a plan of thousands should be small."""
    pairs = ((name, str(experiment.get(name) or "")) for name in ("test_id", "test_name"))
    return tuple(pair for pair in pairs if pair[1])


Combination = tuple[str, tuple[str, Any], str | int | None, str | None]
"""Kind, segment, goal, breakdown."""


def _combinations(request: Request) -> Iterator[Combination]:
    for kind in request.kinds:
        if kind in REPORTS:
            yield from product(
                (kind,),
                request.segments.items(),
                request.goals if kind != "metrics" else (None,),
                request.breakdowns if kind == "results" else (None,),
            )


class Builder:
    """Builds the calls of a request; those that differ by their experiment alone are built once."""

    BUILDERS: Mapping[str, Callable[..., Call[Any]]] = {
        "results": calls.experiments.result,
        "metrics": calls.experiments.metrics,
        "timeseries": calls.experiments.timeseries,
    }

    def __init__(self, request: Request) -> None:
        self.request = request
        self._built: dict[tuple[date, Any], tuple[Call[Any], Pairs]] = {}

    def spec(self, project: str, about: Pairs, start: date, wanted: Combination) -> Spec:
        """One report of the experiment whose number and name these are."""
        kind, (segment, _), goal, breakdown = wanted
        key = (start, (kind, segment, goal, breakdown))
        found = self._built.get(key)
        if found is None:
            found = self._built[key] = self._build(start, wanted)
        call, context = found
        path = call.path.replace("/experiment/1/", f"/experiment/{about[0][1]}/")
        return Spec(
            kind=kind,
            project=project,
            call=attrs.evolve(call, path=path),
            context=(*about, *context),
        )

    def _build(self, start: date, wanted: Combination) -> tuple[Call[Any], Pairs]:
        """For experiment 1, and what the rows of anybody will say about it."""
        kind, (segment, where), goal, breakdown = wanted
        options: dict[str, Any] = {
            "start_date": start,
            "end_date": self.request.end,
            "where": where,
            "filter_by": self.request.filter_by,
            "goal_key": goal if isinstance(goal, str) else None,
            "goal_profile_id": goal if isinstance(goal, int) else None,
            "breakdown_by": breakdown,
            "report_phase": self.request.report_phase,
            "tz": self.request.tz,
        }
        given = {name: value for name, value in options.items() if value is not None}
        call = _plain(self.BUILDERS[kind](1, **given))
        query = dict(call.query)
        context = {
            "segment": segment,
            "filter_by": query.get("filter_by", ""),
            "custom_filter": query.get("custom_filter", ""),
            "window_start": query["start_date"],
            "window_end": query["end_date"],
            "tz": query.get("tz", ""),
            "report_phase": query.get("report_phase", ""),
            "goal_key": query.get("goal_key", ""),
            "goal_profile_id": query.get("goal_profile_id", ""),
        }
        return call, tuple((name, value) for name, value in context.items() if value)


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
        return BEGINNING


def _check_length(spec: Spec) -> None:
    if sum(len(name) + len(value) for name, value in spec.call.query) < LONGEST_TARGET // 12 - 100:
        return  # a sign becomes twelve at most
    length = len(spec.call.target(project_key=spec.project))
    if length > LONGEST_TARGET:
        name = spec.label().get("segment", "")
        raise InvalidRequest(
            f"segment {name!r}" if name else "filter_by",
            f"its URL would be {length} characters long; proxies refuse more than {LONGEST_TARGET}",
        )
