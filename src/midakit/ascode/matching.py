"""Which file belongs to which object of the server (pure)."""

from collections.abc import Mapping
from typing import Any

from midakit.ascode.known_ids import KnownIds
from midakit.ascode.live import LiveProject
from midakit.errors import InvalidRequest

Documents = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What the files say: by kind, then by the name of the file."""
Ids = dict[str, int]

NAMED_BY = {"goal": "goal_key", "experiment": "test_name", "group": "name"}
"""The field that tells objects apart where no id is known."""


def match(
    files: Documents, live: LiveProject, known: KnownIds, *, strict: bool = True
) -> dict[str, Ids]:
    """Return the server's ids by kind and name of the file; a file without one is new.

    An id that is known counts as long as the server has it; otherwise a goal is found by its key,
    an experiment or a group by its name.

    Args:
        files: What the files say.
        live: What the server has.
        known: The ids that were written down.
        strict: Refuse a name that fits several objects; else the oldest of them is taken.

    Raises:
        InvalidRequest: A name fits several objects of the server, or two files have one goal's key.
    """
    if strict:
        _check_keys(files.get("goal", {}))
    return {
        kind: _match(kind, files.get(kind, {}), documents(kind, live), known.get(kind, {}), strict)
        for kind in NAMED_BY
    }


def _check_keys(goals: Mapping[str, Mapping[str, Any]]) -> None:
    """Refuse two goals of one key: the server would have one, which each file changes in turn."""
    first: dict[Any, str] = {}
    for name, document in goals.items():
        other = first.setdefault(document.get("goal_key"), name)
        if other != name:
            key = document.get("goal_key")
            raise InvalidRequest(
                f"goals/{name}.yaml", f"goal_key: {key!r} is that of goals/{other}.yaml too"
            )


def documents(kind: str, live: LiveProject) -> dict[int, Mapping[str, Any]]:
    """Return the documents of the server by id.

    Args:
        kind: `goal`, `experiment` or `group`.
        live: What the server has.
    """
    if kind == "goal":
        return dict(live.goals)
    found = live.experiments if kind == "experiment" else live.groups
    return {number: one.document for number, one in found.items()}


def _match(
    kind: str, files: Mapping[str, Any], server: Mapping[int, Any], known: Mapping[str, Any],
    strict: bool,
) -> Ids:  # fmt: skip
    found: Ids = {
        name: known[name].id for name in files if name in known and known[name].id in server
    }
    field = NAMED_BY[kind]
    for name, document in files.items():
        if name in found:
            continue
        free = [number for number in server if number not in found.values()]
        fitting = [number for number in free if server[number].get(field) == document.get(field)]
        if len(fitting) > 1 and strict:
            raise InvalidRequest(
                f"{kind}s/{name}.yaml",
                f"{len(fitting)} {kind}s are called {document.get(field)!r} "
                f"(ids {', '.join(map(str, sorted(fitting)))}); run `midakit pull` first",
            )
        if fitting:
            found[name] = min(fitting)
    return found
