"""Making a plan: list the experiments, decide what was left open, put the calls in order."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import chain, zip_longest
from typing import TYPE_CHECKING, Any

import attrs

from midakit.core.call import Pairs
from midakit.core.pages import PagingReport
from midakit.errors import InvalidRequest
from midakit.export.plan.increment import LEAD, IncrementState, concluded, series, still_open
from midakit.export.plan.listings import Listing, listing_specs
from midakit.export.plan.packed_specs import PackedSpecs, Parts
from midakit.export.plan.plan import Plan
from midakit.export.plan.report_calls import ReportCalls, plain_call
from midakit.export.plan.request import ExportRequest
from midakit.export.plan.spec import LONGEST_TARGET, Spec
from midakit.mida import calls

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

PAGE = 500
BEGINNING = date(2000, 1, 1)


async def make_plan(
    clients: Mapping[str, "AsyncMida"],
    request: ExportRequest,
    state: IncrementState | None = None,
    *,
    round: int = 0,
    before: Iterable[Spec] = (),
) -> tuple[Plan, dict[str, PagingReport]]:
    """List the experiments of each project and return the calls that an export will send.

    Args:
        clients: The client of each project, by the project's key.
        request: The options of `mida.export`.
        state: What earlier exports have read, so that only what may have changed is asked for.
        round: The number of the increment; 0 for an export that is not one.
        before: Calls that the last plan of the place left open. They are asked for again, unless a
            new call stands for them.

    Returns:
        The plan, and by listing what its pages looked like.

    Raises:
        InvalidRequest: A call would have a longer URL than proxies let through.

    Example:
        wanted = export.ExportRequest(kinds=["results"], test_ids=[1001])
        plan, listings = await export.make_plan(clients, wanted)
        print(plan.counts())
    """
    listings: dict[str, PagingReport] = {}
    listed = [await _list(project, client, listings) for project, client in clients.items()]
    unlisted = _unlisted(listed, request.test_ids)
    listed = [_only(one, request.test_ids) for one in listed]
    accounts = listing_specs(listed, PAGE) if "experiments" in request.kinds else {}
    calls_of: list[PackedSpecs] = []
    while listed:
        one = listed.pop(0)
        goals = await _goals_of(one.project, clients[one.project], request, listings)
        first = [accounts.pop(one.project)] if one.project in accounts else []
        events = _events_of(one, request, state)
        reports = _reports_of(one, ReportCalls(request, round), state)
        own = (attrs.evolve(spec, round=round) for spec in chain(first, goals, events))
        calls_of.append(PackedSpecs(chain(own, reports)))
    specs = calls_of[0] if len(calls_of) == 1 else PackedSpecs(_in_turn(calls_of))
    wanted = (spec for spec in before if spec.project in clients and request.wants(spec))
    left = list(still_open(wanted, specs, round))
    specs = PackedSpecs(chain(specs, left)) if left else specs
    _check_lengths(specs)
    settings = request.settings()
    moving = [name for name, report in listings.items() if not report.settled]
    warnings = [f"{name} kept changing: rows may be missing" for name in moving]
    if unlisted:
        ids = ", ".join(map(str, unlisted))
        warnings.append(f"no listing has these experiments: {ids}")
    if warnings:
        settings["warnings"] = warnings
    if round:
        settings["round"] = round
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return Plan(specs=specs, created_at=made, settings=settings), listings


def _in_turn(projects: Iterable[Iterable[Spec]]) -> Iterator[Spec]:
    """Take one call of each project after the other: regions have limits of their own to use."""
    for specs in zip_longest(*projects):
        yield from (spec for spec in specs if spec is not None)


async def _list(project: str, client: "AsyncMida", listings: dict[str, PagingReport]) -> Listing:
    pager = client.experiments.list(page_size=PAGE, overlap=1)
    items = [experiment.raw async for experiment in pager]
    experiments = [one for one in items if isinstance(one.get("test_id"), int)]
    listings[f"the experiments of {project}"] = pager.report
    company = pager.answer.company_id
    # without an id, only views of one client are known to be of the same account
    account = id(client._engine) if company is None else (client._found.base, company)
    return Listing(project, account, company, experiments)


def _only(listing: Listing, test_ids: Collection[int] | None) -> Listing:
    if test_ids is None:
        return listing
    found = [one for one in listing.experiments if one["test_id"] in test_ids]
    return attrs.evolve(listing, experiments=found)


def _unlisted(listings: Iterable[Listing], test_ids: Collection[int] | None) -> list[int]:
    """Return the experiments that are wanted and that no project lists."""
    found = {experiment["test_id"] for one in listings for experiment in one.experiments}
    return sorted(set(test_ids or ()) - found)


async def _goals_of(
    project: str,
    client: "AsyncMida",
    request: ExportRequest,
    listings: dict[str, PagingReport],
) -> list[Spec]:
    if "goals" not in request.kinds:
        return []
    pager = client.goals.list(page_size=PAGE, overlap=1)
    goals = [goal.raw async for goal in pager]
    listings[f"the goals of {project}"] = pager.report
    return [_goals(project, goals)]


def _events_of(
    listing: Listing, request: ExportRequest, state: IncrementState | None
) -> Iterator[Spec]:
    if "events" not in request.kinds:
        return
    oldest = min(map(_created, listing.experiments), default=request.end)
    for spec in _events(listing.project, request, oldest):
        ended = date.fromisoformat(spec.label()["window_end"])
        if state is None or not state.finished(series(spec), ended):
            yield spec


def _goals(project: str, goals: list[dict[str, Any]]) -> Spec:
    text = json.dumps({"goals": goals}, ensure_ascii=False)
    call = plain_call(calls.goals.list(limit=PAGE))
    return Spec(kind="goals", project=project, call=call, rows=text)


def _events(project: str, request: ExportRequest, oldest: date) -> Iterable[Spec]:
    """Ask day by day, so that only today's pages can move and deep offsets stay small.

    Without a first day, everything before the oldest experiment is one more window.
    """
    first = request.start or min(oldest, request.end)
    windows = [(date.fromordinal(n), date.fromordinal(n)) for n in _days(first, request.end)]
    if request.start is None:
        windows.insert(0, (BEGINNING, first - timedelta(days=1)))
    for start, end in windows:
        call = calls.events.list(limit=PAGE, start_date=start, end_date=end)
        query = tuple(pair for pair in call.query if pair[0] != "offset")
        yield Spec(
            kind="events",
            project=project,
            call=attrs.evolve(plain_call(call), query=query),
            context=(("window_start", str(start)), ("window_end", str(end))),
            paged=True,
        )


def _days(first: date, last: date) -> range:
    return range(first.toordinal(), last.toordinal() + 1)


def _reports_of(
    listing: Listing, reports: ReportCalls, state: IncrementState | None
) -> Iterator[Parts]:
    project, request = listing.project, reports.request
    for experiment in listing.experiments:
        start = min(request.start or _created(experiment), request.end)
        about = _about(experiment)
        for wanted in reports.wanted:
            call = reports.parts(project, about, start, wanted)
            if state is not None:
                key = series(call.pattern.sample, call.path)
                if state.finished(key, concluded(experiment)):
                    continue
                if wanted[0] == "timeseries":
                    again = min(state.window_start(key, start), request.end)
                    lead = max(start, again - LEAD)
                    call = reports.parts(project, about, lead, wanted, again)
            yield call


def _about(experiment: Mapping[str, Any]) -> Pairs:
    number, name = str(experiment["test_id"]), str(experiment.get("test_name") or "")
    return (("test_id", number), *((("test_name", name),) if name else ()))


def _created(experiment: Mapping[str, Any]) -> date:
    try:
        return datetime.fromisoformat(str(experiment.get("created_at"))).date()
    except ValueError:
        return BEGINNING


def _check_lengths(specs: PackedSpecs) -> None:
    short: dict[Pairs, bool] = {}  # thousands of calls share a query
    for parts in specs.parts():
        query = parts.pattern.sample.call.query
        if query not in short:
            short[query] = _is_short(query)
        if not short[query]:
            _check_length(parts.spec())


def _is_short(query: Pairs) -> bool:
    """Return whether a query cannot be too long: a character becomes twelve at most."""
    return sum(len(name) + len(value) for name, value in query) < LONGEST_TARGET // 12 - 100


def _check_length(spec: Spec) -> None:
    length = len(spec.call.target(project_key=spec.project))
    if length > LONGEST_TARGET:
        name = spec.label().get("segment", "")
        raise InvalidRequest(
            f"segment {name!r}" if name else "filter_by",
            f"its URL would be {length} characters long; proxies refuse more than {LONGEST_TARGET}",
        )
