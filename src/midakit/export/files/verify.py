"""`verify`: does a place hold what its plan promised?"""

from collections import Counter
from typing import Any

import attrs

from midakit.errors import ConfigurationError
from midakit.export.files.duckdb_file import DuckDb
from midakit.export.files.folders import Folder
from midakit.export.files.formats import FORMATS, Damaged
from midakit.export.files.stores import Store, open_store
from midakit.export.files.targets import Files, Target, open_target
from midakit.export.plan.frozen_plan import (
    current_output,
    current_plan,
    past_plans,
    plan_to_resume,
)
from midakit.export.plan.spec import FILE

Found = Counter[tuple[str, str]]
"""(table, spec id) -> in how many files."""


@attrs.frozen(kw_only=True)
class Verdict:
    """What was found."""

    plan_id: str
    total: int
    missing: tuple[str, ...]
    twice: tuple[str, ...]
    unknown: tuple[str, ...]
    """In the files and in none of the place's plans."""
    damaged: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Every spec is there once, and every file is whole."""
        return not (self.missing or self.twice or self.unknown or self.damaged)

    def __str__(self) -> str:
        if self.ok:
            return f"whole: all {self.total} calls of plan {self.plan_id} are there once"
        named = ("missing", "twice", "unknown", "damaged")
        parts = [f"{len(getattr(self, name))} {name}" for name in named if getattr(self, name)]
        return f"not whole: {', '.join(parts)} of {self.total} calls"


def form_of(store: Store) -> str:
    """The format that a place holds: its plan says it, else its files do."""
    told = current_output(store)
    if told is not None:
        return told.form
    for name in store.names():
        if name == DuckDb.FILE:
            return "duckdb"
        for form, format in FORMATS.items():
            if name.endswith(format.suffix) and "/" in name and not name.startswith("_"):
                return form
    return "parquet"


def verify(place: Any) -> Verdict:
    """Read every file and its ids and compare them with the plan; changes nothing."""
    store = open_store(place)
    expect(store)
    plan = plan_to_resume(store)
    output = current_output(store)
    tables = ("raw",) if output is not None and output.keep_raw else ()
    planned = {(table, spec.id) for spec in plan.specs for table in (spec.kind, *tables)}
    before = {(spec.kind, spec.id) for old in past_plans(store) for spec in old.specs}
    before |= {("raw", one) for _, one in before}
    found, damaged = _read(store)
    return Verdict(
        plan_id=plan.id,
        total=len(plan.specs),
        missing=_ids(planned - set(found)),
        twice=_ids({key for key, count in found.items() if count > 1}),
        unknown=_ids(set(found) - planned - before),
        damaged=tuple(damaged),
    )


def expect(store: Store) -> None:
    """An export must be there, whole or not."""
    if current_plan(store) is None:
        gone = isinstance(store, Folder) and not store.path.exists()
        said = (
            "does not exist, so it holds no export"
            if gone
            else f"holds no export: there is no {FILE}"
        )
        raise ConfigurationError(f"{store} {said}")


def _ids(keys: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({one for _, one in keys}))


def _read(store: Store) -> tuple[Found, list[str]]:
    form = form_of(store)
    if form == "duckdb" and DuckDb.FILE not in store.names():
        return Counter(), []
    target = open_target(store, form, read_only=True)
    try:
        return _found(target)
    finally:
        target.close()


def _found(target: Target) -> tuple[Found, list[str]]:
    if not isinstance(target, Files):
        covered = target.covered()
        return Counter((table, one) for table, ids in covered.items() for one in ids), []
    found: Found = Counter()
    damaged = []
    for name in target.files():
        try:
            covers = target.form.covered(target.store, name)
            target.form.read(target.store, name)
        except (Damaged, OSError, ValueError):
            damaged.append(name)
            continue
        found.update((name.split("/")[0], one) for one in covers.specs)
    return found, damaged
