"""`verify`: does a place hold what its plan promised?"""

from collections import Counter
from os import PathLike

import attrs

from midakit.errors import ConfigurationError
from midakit.export.files import open_store
from midakit.export.files.contents import SIDECAR, DamagedFile, digest
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.folders import Folder
from midakit.export.files.formats import FORMATS
from midakit.export.files.log_rules import LoggedFile, epoch_of
from midakit.export.files.stores import Store
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.targets import FileTarget, Target, open_target
from midakit.export.plan.frozen_plan import (
    current_output,
    current_plan,
    past_plans,
    plan_to_resume,
)
from midakit.export.plan.spec import FILE
from midakit.export.text import counted

Found = Counter[tuple[str, str]]
"""(table, id of a call) -> in how many files."""


@attrs.frozen(kw_only=True)
class Verification:
    """What a place holds, compared with its plan.

    Example:
        found = export.verify("out")
        print(found.total, found.missing, found.twice)
    """

    plan_id: str
    """The id of the plan."""
    total: int
    """Calls of the plan."""
    missing: tuple[str, ...]
    """Ids of calls whose rows are in no file."""
    twice: tuple[str, ...]
    """Ids of calls whose rows are in two files or more."""
    unknown: tuple[str, ...]
    """Ids that are in the files and in none of the place's plans."""
    damaged: tuple[str, ...]
    """Names of files that cannot be read."""

    @property
    def ok(self) -> bool:
        """Whether every call is there once and every file can be read."""
        return not (self.missing or self.twice or self.unknown or self.damaged)

    def __str__(self) -> str:
        calls = counted(self.total, "call")
        if self.ok:
            there = "is" if self.total == 1 else "are"
            return f"whole: all {calls} of plan {self.plan_id} {there} there once"
        named = ("missing", "twice", "unknown", "damaged")
        parts = [f"{len(getattr(self, name))} {name}" for name in named if getattr(self, name)]
        return f"not whole: {', '.join(parts)} of {calls}"


def format_of(store: Store) -> str:
    """Return the name of the format that a place holds: its plan says it, else its files do.

    Args:
        store: The folder or bucket of the export.
    """
    output = current_output(store)
    if output is not None:
        return output.format_or_default
    for name in store.names():
        if name == DuckDbTarget.FILE:
            return "duckdb"
        for form, format in FORMATS.items():
            if name.endswith(format.suffix) and "/" in name and not name.startswith("_"):
                return form
    return "parquet"


def verify(place: "str | PathLike[str] | Store") -> Verification:
    """Read every file of an export and compare the ids in it with the plan; change nothing.

    Args:
        place: The folder or URL of the export.

    Returns:
        What is missing, there twice, unknown or damaged.

    Raises:
        ConfigurationError: There is no export.

    Example:
        found = export.verify("out")
        print(found)
        assert found.ok and not found.damaged
    """
    store = open_store(place)
    require_export(store)
    plan = plan_to_resume(store)
    output = current_output(store)
    tables = ("raw",) if output is not None and output.keep_raw else ()
    planned = {(table, spec.id) for spec in plan.specs for table in (spec.kind, *tables)}
    found, damaged = _read(store)
    unknown = set(found) - planned
    if unknown:
        before = {(spec.kind, spec.id) for old in past_plans(store) for spec in old.specs}
        unknown -= before | {("raw", one) for _, one in before}
    return Verification(
        plan_id=plan.id,
        total=len(plan.specs),
        missing=_ids(planned - set(found)),
        twice=_ids({key for key, count in found.items() if count > 1}),
        unknown=_ids(unknown),
        damaged=tuple(damaged),
    )


def require_export(store: Store) -> None:
    """Refuse a place without an export.

    Args:
        store: The folder or bucket of the export.

    Raises:
        ConfigurationError: There is no plan, and perhaps no folder.
    """
    if current_plan(store) is None:
        gone = isinstance(store, Folder) and not store.path.exists()
        raise ConfigurationError(
            f"{store} does not exist, so there is no export"
            if gone
            else f"{store} is not an export: it has no {FILE}"
        )


def _ids(keys: set[tuple[str, str]]) -> tuple[str, ...]:
    return tuple(sorted({one for _, one in keys}))


def _read(store: Store) -> tuple[Found, list[str]]:
    form = format_of(store)
    if form == "duckdb" and DuckDbTarget.FILE not in store.names():
        return Counter(), []
    target = open_target(store, form, read_only=True)
    try:
        return _found(target)
    finally:
        target.close()


def _found(target: Target) -> tuple[Found, list[str]]:
    if not isinstance(target, FileTarget):
        covered = target.covered()
        broken = target.broken() if isinstance(target, TableTarget) else []
        return Counter((table, one) for table, ids in covered.items() for one in ids), broken
    found: Found = Counter()
    damaged = []
    for file in target.log.snapshot.files.values():
        if not _as_written(target, file):
            damaged.append(file.name)
            continue
        found.update((file.table, one) for one in file.specs)
    return found, sorted(damaged)


def _as_written(target: FileTarget, file: LoggedFile) -> bool:
    """Return whether a file is as it was written: its name says it, or it can be read to its end."""
    try:
        if epoch_of(file.name):
            get = target.store.get
            about = get(file.name + SIDECAR) if target.format.sidecar else b""
            return f"-{digest(get(file.name), about)}." in file.name
        target.format.read_contents(target.store, file.name)
        target.read(file.name)
    except (DamagedFile, OSError, ValueError):
        return False
    return True
