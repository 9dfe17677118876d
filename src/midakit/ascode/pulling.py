"""From the state of the server to files (pure): which file each object gets, and what it says."""

from collections.abc import Mapping
from typing import Any

import attrs

from midakit.ascode.compare import NEVER_SHOWN, READ_TARGETING, fingerprint, hidden_fields
from midakit.ascode.known_ids import KnownFile, KnownIds
from midakit.ascode.live import LiveProject, group_document
from midakit.ascode.matching import NAMED_BY, Documents, documents, match
from midakit.ascode.names import free_name

Named = dict[str, dict[str, KnownFile]]
Contents = dict[str, dict[str, dict[str, Any]]]


@attrs.define
class Pulled:
    """What a pull did with the files, each as `goals/purchase`.

    Example:
        pulled = await ascode.AsyncCodeFolder("experiments", mida).pull()
        print(pulled.created, pulled.changed, pulled.removed)
    """

    created: list[str] = attrs.field(factory=list)
    """New files."""
    changed: list[str] = attrs.field(factory=list)
    """Files that say something else now."""
    removed: list[str] = attrs.field(factory=list)
    """Files whose object is gone from the server."""
    same: list[str] = attrs.field(factory=list)
    """Files that said it already."""

    def add(self, state: str, kind: str, name: str) -> None:
        """Count one file.

        Args:
            state: `created`, `changed`, `removed` or `same`.
            kind: The kind of the file.
            name: Its name.

        Example:
            pulled = await ascode.AsyncCodeFolder("experiments", mida).pull()
            pulled.add("created", "goals", "purchase")
        """
        getattr(self, state).append(name if kind == "project" else f"{kind}s/{name}")


def new_files(live: LiveProject, known: KnownIds, files: Documents) -> tuple[Contents, Named]:
    """Return the content of every file, and which object of the server each describes.

    A file keeps its name as long as its object exists. What the API does not show stays in the file.

    Args:
        live: What the server has.
        known: The ids that earlier runs wrote down.
        files: What the files say now.

    Raises:
        InvalidRequest: A file fits several objects of the server.
    """
    names = _names(live, known, files)
    by_id = {one.id: name for name, one in names["experiment"].items()}
    found: Contents = {"goal": {}, "experiment": {}, "group": {}}
    for name, one in names["goal"].items():
        found["goal"][name] = dict(live.goals[one.id])
    for name, one in names["experiment"].items():
        before = files.get("experiment", {}).get(name, {})
        found["experiment"][name] = _kept(live.experiments[one.id].document, before)
    for name, one in names["group"].items():
        found["group"][name] = group_document(live.groups[one.id], by_id)
    found["project"] = {"project": dict(live.defaults)}
    return found, names


def _names(live: LiveProject, known: KnownIds, files: Documents) -> Named:
    matched = match(files, live, known, strict=False)
    found: Named = {}
    for kind, field in NAMED_BY.items():
        server = documents(kind, live)
        entries: dict[str, KnownFile] = {}
        for name, number in matched[kind].items():
            last = known.get(kind, {}).get(name)
            document = files[kind][name]
            entries[name] = last if last and last.id == number else _assumed(kind, number, document)
        taken = {*entries, *files.get(kind, {})}
        placed = {one.id for one in entries.values()}
        for number in sorted(server):
            if number not in placed:
                old = _old_name(known.get(kind, {}), number, taken)
                name = old or free_name(str(server[number].get(field, "")), taken)
                taken.add(name)
                entries[name] = KnownFile(number)
        found[kind] = entries
    return found


def _old_name(known: Mapping[str, KnownFile], number: int, taken: set[str]) -> str | None:
    """Return the name of a file that somebody has deleted."""
    return next(
        (name for name, one in known.items() if one.id == number and name not in taken), None
    )


def _assumed(kind: str, number: int, document: Mapping[str, Any]) -> KnownFile:
    """Return what is known of a file without a record: what it says was sent when it was created."""
    hidden = hidden_fields(document) if kind == "experiment" else {}
    return KnownFile(number, {name: fingerprint(value) for name, value in hidden.items()})


def _kept(document: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the server's document with what the API does not show, as the file has it."""
    found = {**document, **{name: before[name] for name in NEVER_SHOWN if name in before}}
    if "test_type" in before:
        found["test_type"] = before["test_type"]
    rules = before.get("targeting") or {}
    hidden = {name: one for name, one in rules.items() if name not in READ_TARGETING}
    blocked = [one for one in rules.get("allowed_country") or [] if one.get("rule") != "whitelist"]
    shown = dict(found.get("targeting", {}))
    if blocked:
        shown["allowed_country"] = [*shown.get("allowed_country", []), *blocked]
    if hidden or shown:
        found["targeting"] = {**shown, **hidden}
    old = before.get("variants") or []
    found["variants"] = [
        {**one, **{part: old[place][part] for part in ("layer", "targeting")
                   if place < len(old) and part in old[place]}}
        for place, one in enumerate(document["variants"])
    ]  # fmt: skip
    return found
