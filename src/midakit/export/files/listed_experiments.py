"""What a new listing makes of the experiments that were listed before: one row for each (pure).

Projects of one account list the same experiments. Rows that share a project are of one account, and so are
those that are linked by others in between. An account has one row for each experiment: that of the new
listing, else the one of before. Its `projects` are those that listed it when they were listed last.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from midakit.export.plan.listings import listed_projects
from midakit.export.plan.plan import Plan

TOLD = ("spec_id", "fetched_at")
"""The columns that say which call told of a row, and when."""
TICK = timedelta(microseconds=1)
"""How much newer than before a row is told at least, so that a loader takes it."""


def relisted(rows: Any, new: Any, read: Any, plan: Plan) -> tuple[Any, Any]:
    """Return the experiments of before that stay, and those of the new listing.

    An experiment that no project lists any more stays, marked as deleted.

    Args:
        rows: Experiments that were listed before.
        new: The new listing.
        read: The projects that were listed, as `windows` returns them.
        plan: The plan that holds the listing: one of some experiments only says nothing about others.
    """
    listed = frozenset(read.column("project").to_pylist())
    if plan.settings.get("wanted", {}).get("test_ids") is not None:
        listed = frozenset()
    old_projects, new_projects = _projects(rows), _projects(new)
    account = accounts([*old_projects, *new_projects])
    now: dict[Any, int] = {}
    then: dict[Any, int] = {}
    for key, place in _keyed(new, new_projects, account):
        first = now.setdefault(key, place)
        if first != place:
            _add(new_projects[first], new_projects[place])
    left = [[one for one in projects if one not in listed] for projects in old_projects]
    for key, place in _keyed(rows, old_projects, account):
        if key in now:
            _add(new_projects[now[key]], left[place])
        elif then.setdefault(key, place) != place:
            _add(left[then[key]], left[place])
            _add(old_projects[then[key]], old_projects[place])
    stay, news = sorted(then.values()), sorted(now.values())
    projects = [some or then for some, then in zip(left, old_projects, strict=True)]
    gone = [not left[place] for place in stay]
    kept = _told_by(_rows_at(rows, stay, projects), gone, new, plan)
    return _marked(kept, gone, plan), _rows_at(new, news, new_projects)


def accounts(together: Iterable[Sequence[str]]) -> Mapping[str, str]:
    """Return for each project one project of its account, the same for all of the account.

    Args:
        together: Projects that have listed the same experiment, for each experiment.
    """
    above: dict[str, str] = {}

    def top(one: str) -> str:
        while above.setdefault(one, one) != one:
            above[one] = one = above[above[one]]
        return one

    for projects in set(map(tuple, together)):
        for one in projects:
            above[top(one)] = top(projects[0])
    return {one: top(one) for one in above}


def _projects(rows: Any) -> list[list[str]]:
    """Return the projects of each row: an earlier schema knows one alone."""
    own, listed = (rows.column(name).to_pylist() for name in ("project", "projects"))
    return [some or [one] for one, some in zip(own, listed, strict=True)]


def _keyed(
    rows: Any, projects: Sequence[Sequence[str]], account: Mapping[str, str]
) -> Iterator[tuple[Any, int]]:
    """Yield account and experiment of each row, with its place; rows that are not deleted come first."""
    ids = rows.column("test_id").to_pylist()
    deleted = rows.column("deleted_at").is_valid().to_pylist()
    for place in sorted(range(len(ids)), key=deleted.__getitem__):
        yield (account[projects[place][0]], ids[place]), place


def _add(projects: list[str], others: Sequence[str]) -> None:
    projects += [one for one in others if one not in projects]


def _rows_at(rows: Any, places: Sequence[int], projects: Sequence[Sequence[str]]) -> Any:
    """Return the rows at these places, with their projects."""
    import pyarrow as pa

    field, number = rows.schema.field("projects"), rows.schema.get_field_index("projects")
    listed = pa.array([projects[place] for place in places], field.type)
    return rows.take(pa.array(places, pa.int64())).set_column(number, field, listed)


def _told_by(rows: Any, gone: Sequence[bool], new: Any, plan: Plan) -> Any:
    """Return rows with the call and the time of the listing for those that are gone with it.

    Whoever loads the rows of calls that were not loaded yet hears of them so.
    """
    import pyarrow as pa

    fresh = [
        lost and not marked
        for lost, marked in zip(gone, rows.column("deleted_at").to_pylist(), strict=True)
    ]
    if not any(fresh):
        return rows
    ids = {id for kind, id in plan.specs.kinds_and_ids() if kind == "experiments"}
    call_of = {project: spec.id for spec in plan.specs.of(ids) for project in listed_projects(spec)}
    times = dict(zip(*(new.column(name).to_pylist() for name in TOLD), strict=True))
    made = datetime.fromisoformat(plan.created_at)
    told = list(zip(*(rows.column(name).to_pylist() for name in TOLD), strict=True))
    for place, project in enumerate(rows.column("project").to_pylist()):
        if fresh[place] and project in call_of:
            call, (_, before) = call_of[project], told[place]
            told[place] = call, max(times.get(call, made), before + TICK)  # newer than it was
    for name, values in zip(TOLD, zip(*told, strict=True), strict=True):
        field, number = rows.schema.field(name), rows.schema.get_field_index(name)
        rows = rows.set_column(number, field, pa.array(values, field.type))
    return rows


def _marked(rows: Any, gone: Sequence[bool], plan: Plan) -> Any:
    """Return rows with those that are gone marked as deleted, at the time of the plan."""
    import pyarrow as pa
    import pyarrow.compute as pc

    at = pa.scalar(datetime.fromisoformat(plan.created_at), rows.schema.field("deleted_at").type)
    for name, value in (("deleted_at", at), ("list_position", pa.scalar(None, pa.int32()))):
        column = rows.column(name).combine_chunks()
        now = pc.call_function("if_else", [pa.array(gone, pa.bool_()), value, column])
        if name == "deleted_at":
            now = pc.call_function("coalesce", [column, now])
        rows = rows.set_column(rows.schema.get_field_index(name), rows.schema.field(name), now)
    return rows
