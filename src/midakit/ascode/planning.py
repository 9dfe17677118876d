"""From files and the state of the server to a plan (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

from midakit.ascode import danger
from midakit.ascode.compare import compare, hidden_changes
from midakit.ascode.documents import members_refused
from midakit.ascode.known_ids import KnownIds
from midakit.ascode.live import LiveExperiment, LiveProject, group_document, is_even
from midakit.ascode.matching import NAMED_BY, Documents, Ids, documents, match
from midakit.ascode.plan import Action, Change, ChangePlan, Kind, PlanStep, Unmanaged
from midakit.errors import InvalidRequest

PROJECT = "project"
"""The name of the file with the project's defaults."""
NO_CHANGE_OF = ("primary_goal_key", "primary_goal", "page_urls", "test_type", "secondary_goals",
                "secondary_goal_keys")  # fmt: skip
"""Fields that the API takes at the creation of an experiment and never again."""
ORDER: tuple[tuple[Kind, Action], ...] = (
    ("goal", "create"), ("goal", "update"), ("project", "update"),
    ("experiment", "stop"), ("experiment", "to_draft"), ("experiment", "create"),
    ("experiment", "update"), ("group", "create"), ("group", "update"), ("group", "delete"),
    ("experiment", "start"), ("experiment", "delete"), ("goal", "delete"),
)  # fmt: skip
"""The order of steps: what is referred to comes before what refers to it, traffic moves last."""


def make_plan(files: Documents, live: LiveProject, known: KnownIds) -> ChangePlan:
    """Return the steps that make the server say what the files say.

    Args:
        files: What the files say: by kind, then by the name of the file.
        live: What the server has.
        known: The ids that earlier runs wrote down.

    Raises:
        InvalidRequest: A file refers to what does not exist, or fits several objects of the server.
    """
    ids = match(files, live, known)
    check_references(files, live)
    steps = [
        *_goals(files.get("goal", {}), live, ids["goal"]),
        *_defaults(files.get(PROJECT, {}), live),
        *_experiments(files.get("experiment", {}), live, ids["experiment"], known),
        *_groups(files.get("group", {}), live, ids),
        *_deletions(live, known, ids),
    ]
    steps.sort(key=_place)
    return ChangePlan(live.project_key, tuple(steps), tuple(_unmanaged(live, known, ids)), ids)


def _place(step: PlanStep) -> int:
    """Return the place of a step in the order; what is new gets its status when all is there."""
    new = step.action in ("stop", "to_draft") and step.id is None
    return ORDER.index((step.kind, "start" if new else step.action))


def check_references(files: Documents, live: LiveProject) -> None:
    """Refuse a file that names a goal or an experiment that neither files nor the server have.

    Args:
        files: What the files say.
        live: What the server has.

    Raises:
        InvalidRequest: It names the file and what is missing.
    """
    keys = {one.get("goal_key") for one in (*files.get("goal", {}).values(), *live.goals.values())}
    for name, document in files.get("experiment", {}).items():
        key = document.get("primary_goal_key")
        if key is not None and key not in keys:
            raise InvalidRequest(
                f"experiments/{name}.yaml", f"primary_goal_key: no goal has the key {key!r}"
            )
    for name, document in files.get("group", {}).items():
        for test in document["tests"]:
            if test not in files.get("experiment", {}):
                raise InvalidRequest(
                    f"groups/{name}.yaml", f"tests: there is no experiments/{test}.yaml"
                )


def _goals(files: Mapping[str, Any], live: LiveProject, ids: Ids) -> Iterator[PlanStep]:
    for name, document in files.items():
        number = ids.get(name)
        if number is None:
            yield PlanStep(
                "create", "goal", name, changes=_all_of("goal", document), fields=document
            )
        elif changes := compare("goal", document, live.goals[number]):
            fields = {one.field: document.get(one.field) for one in changes}
            yield PlanStep("update", "goal", name, number, changes, fields,
                       danger=danger.goal_change(changes, number, live))  # fmt: skip


def _defaults(files: Mapping[str, Any], live: LiveProject) -> Iterator[PlanStep]:
    for name, document in files.items():
        if changes := compare("project", document, live.defaults):
            fields = {one.field: document.get(one.field) for one in changes}
            yield PlanStep("update", "project", name, live.project_key, changes, fields)


def _experiments(
    files: Mapping[str, Any], live: LiveProject, ids: Ids, known: KnownIds
) -> Iterator[PlanStep]:
    for name, document in files.items():
        number = ids.get(name)
        if number is None:
            fields = {key: value for key, value in document.items() if key != "status"}
            hidden = (attrs.evolve(one, readable=True) for one in hidden_changes(document, {}))
            changes = (*_all_of("experiment", fields), *hidden)
            yield PlanStep("create", "experiment", name, changes=changes, fields=fields)
            yield from _status(name, None, document, "draft", is_live=False)
        else:
            found = live.experiments[number]
            last = known.get("experiment", {}).get(name)
            sent = last.sent if last and last.id == number else None
            document = _goal_by_key(document, found, live)
            yield from _update(name, number, document, found, sent)
            before = str(found.document["status"])
            yield from _status(name, number, document, before, is_live=found.is_live)


def _update(
    name: str, number: int, document: Mapping[str, Any], found: LiveExperiment,
    sent: Mapping[str, str] | None,
) -> Iterator[PlanStep]:  # fmt: skip
    """Yield the change of an experiment; `sent` is None where nothing was ever sent from this file."""
    changes = compare("experiment", document, found.document)
    changes = tuple(one for one in changes if one.field != "status")
    hidden = hidden_changes(document, sent or {})
    if sent is None:  # what it was created with cannot be known
        hidden = tuple(one for one in hidden if one.field not in NO_CHANGE_OF)
    changes = (*changes, *hidden)
    refused = [one for one in changes if one.field in NO_CHANGE_OF]
    if not changes:
        return
    fields = _to_send(document, found.document, changes)
    yield PlanStep(
        "update", "experiment", name, number, changes, fields,
        danger=danger.experiment_change(changes) if found.is_live else None,
        blocked=_no_change_of(refused),
    )  # fmt: skip


def _goal_by_key(
    document: Mapping[str, Any], found: LiveExperiment, live: LiveProject
) -> Mapping[str, Any]:
    """Return a document in which a goal that is spelled out is named by its key, if it is the one."""
    spelled, stored = document.get("primary_goal"), live.goals.get(found.goal_id or -1, {})
    parts = ("goal_name", "goal_type", "goal_value")
    if spelled is None or any(str(spelled[one]) != str(stored.get(one)) for one in parts):
        return document
    rest = {name: value for name, value in document.items() if name != "primary_goal"}
    return {**rest, "primary_goal_key": stored["goal_key"]}


def _no_change_of(refused: list[Change]) -> str | None:
    if not refused:
        return None
    what = ", ".join(one.field for one in refused)
    return f"the API cannot change {what} of an experiment; put it back, or create a new experiment"


def _to_send(
    document: Mapping[str, Any], found: Mapping[str, Any], changes: tuple[Change, ...]
) -> dict[str, Any]:
    """Return whole top-level fields: whether the server merges nested ones is not documented."""
    names = dict.fromkeys(one.field.partition("[")[0].partition(".")[0] for one in changes)
    fields = {name: document.get(name, {}) for name in names if name not in NO_CHANGE_OF}
    if "configuration" in fields:
        stored = found.get("configuration", {})
        cleared = {one.field.partition(".")[2]: None for one in changes
                   if one.field.startswith("configuration.") and one.after is None}  # fmt: skip
        fields["configuration"] = {**stored, **document.get("configuration", {}), **cleared}
    if "targeting" in fields:
        gone = [one.field.partition(".")[2] for one in changes
                if one.after is None and one.field.startswith("targeting.")]  # fmt: skip
        empty: dict[str, Any] = {name: [] for name in gone}
        fields["targeting"] = {**empty, **fields["targeting"]}
    if "control" in fields:
        fields["control"] = {"nickname": "", "customCSS": "", "customJS": "", **fields["control"]}
    return fields


def _status(
    name: str, number: int | None, document: Mapping[str, Any], before: str, *, is_live: bool
) -> Iterator[PlanStep]:
    wanted = str(document.get("status", before))
    if wanted == before:
        return
    change = (Change("status", before, wanted),)
    if wanted == "live":
        yield PlanStep("start", "experiment", name, number, change)
        return
    if before != "inactive":
        risk = danger.STOP if is_live else None
        if before == "live" or wanted == "inactive":
            yield PlanStep("stop", "experiment", name, number, change, danger=risk)
    if wanted == "draft":
        yield PlanStep("to_draft", "experiment", name, number, change)


def _groups(
    files: Mapping[str, Any], live: LiveProject, ids: Mapping[str, Ids]
) -> Iterator[PlanStep]:
    names = {number: name for name, number in ids["experiment"].items()}
    for name, document in files.items():
        number = ids["group"].get(name)
        members = {ids["experiment"].get(test) for test in document["tests"]}
        if number is None:
            _check_members(name, document["tests"])
            changes = _all_of("group", document)
            yield PlanStep("create", "group", name, changes=changes, fields=document,
                       danger=danger.group_change(members, live))  # fmt: skip
            continue
        found = live.groups[number]
        before = group_document(found, names)
        same = _members(document["tests"]) == _members(before["tests"])
        changes = tuple(
            one for one in compare("group", document, before) if one.field != "tests" or not same
        )
        if changes:
            moved = any(one.field == "tests" for one in changes)
            if moved:
                _check_members(name, document["tests"])
            members |= {test for test, _ in found.members}
            yield PlanStep(
                "update", "group", name, number, changes,
                {one.field: document.get(one.field, "") for one in changes},
                danger=danger.group_change(members, live) if moved else None,
            )  # fmt: skip


def _check_members(name: str, tests: Any) -> None:
    if refused := members_refused(tests):
        raise InvalidRequest(f"groups/{name}.yaml", refused)


def _members(tests: Any) -> dict[str, float | None]:
    """Return members with percents, or without them where the split is even."""
    if isinstance(tests, Mapping) and not is_even([*tests.values()]):
        return {name: float(percent) for name, percent in tests.items()}
    return dict.fromkeys(tests)


def _deletions(live: LiveProject, known: KnownIds, ids: Mapping[str, Ids]) -> Iterator[PlanStep]:
    """Yield a step for each file that is gone and whose object the server still has."""
    kinds: tuple[Kind, ...] = ("group", "experiment", "goal")
    for kind in kinds:
        server, matched = documents(kind, live), set(ids[kind].values())
        for name, one in known.get(kind, {}).items():
            if one.id in server and one.id not in matched:
                yield PlanStep("delete", kind, name, one.id, danger=danger.deletion(kind))


def _unmanaged(live: LiveProject, known: KnownIds, ids: Mapping[str, Ids]) -> Iterator[Unmanaged]:
    kinds: tuple[Kind, ...] = ("goal", "experiment", "group")
    for kind in kinds:
        planned = {*ids[kind].values(), *(one.id for one in known.get(kind, {}).values())}
        for number, document in documents(kind, live).items():
            if number not in planned:
                yield Unmanaged(kind, number, str(document.get(NAMED_BY[kind], "")))


def _all_of(kind: str, document: Mapping[str, Any]) -> tuple[Change, ...]:
    return tuple(one for one in compare(kind, document, {}) if one.after not in (None, "", []))
