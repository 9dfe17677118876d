"""`verify`: does a place hold what its plan promised?"""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from os import PathLike

import attrs

from midakit.errors import ConfigurationError
from midakit.export.files import open_store, verified
from midakit.export.files.commit_log import CommitLog, broken
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.file_checks import FileChecks
from midakit.export.files.folders import Folder
from midakit.export.files.formats import FORMATS
from midakit.export.files.log_rules import Snapshot
from midakit.export.files.stores import PlaceUnwritable, Store
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.targets import FileTarget, open_target
from midakit.export.files.verified import Verified, parse_verified
from midakit.export.plan.frozen_plan import (
    Output,
    current_output,
    current_plan,
    output_of,
    past_plans,
)
from midakit.export.plan.plan import FILE, Plan
from midakit.export.text import counted

Key = tuple[str, str]
"""A table, and the id of a call."""


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
    """Names of files that cannot be read, or hold something else than what was written."""
    unlisted: tuple[str, ...] = ()
    """Names of data files that no commit names: `open` does not read them, but a glob over the folders
    counts their rows."""
    read: int = 0
    """How many data files were read to their end."""
    known: int = 0
    """How many were not: an earlier verification has read them, and nothing has changed them since."""

    @property
    def ok(self) -> bool:
        """Whether every call is there once and every file can be read."""
        return not (self.missing or self.twice or self.unknown or self.damaged)

    def __str__(self) -> str:
        calls = counted(self.total, "call")
        if self.ok:
            there = "is" if self.total == 1 else "are"
            found = f"whole: all {calls} of plan {self.plan_id} {there} there once"
        else:
            named = ("missing", "twice", "unknown", "damaged")
            parts = [f"{len(getattr(self, name))} {name}" for name in named if getattr(self, name)]
            found = f"not whole: {', '.join(parts)} of {calls}"
        return "; ".join([found, *self._of_files()])

    def _of_files(self) -> Iterable[str]:
        if self.read or self.known:
            yield f"{counted(self.read, 'file')} read, {self.known} known from before"
        if self.unlisted:
            yield f"{counted(len(self.unlisted), 'file')} in no commit"


def format_of(log: CommitLog) -> str:
    """Return the name of the format that a place holds: its plan says it, else its files do.

    Args:
        log: The log of the place.
    """
    output = current_output(log)
    if output is not None:
        return output.format_or_default
    for name in log.store.names():
        if name == DuckDbTarget.FILE:
            return "duckdb"
        for form, format in FORMATS.items():
            if name.endswith(format.suffix) and "/" in name and not name.startswith("_"):
                return form
    return "parquet"


def verify(place: "str | PathLike[str] | Store", *, full: bool = False) -> Verification:
    """Compare an export with its plan, and read the data files that are new or changed.

    What was read, and found to be as it was written, is noted in `_midakit/verified.json` in the place. A
    file that has the same length, times and number since, in an object store the same ETag, is not read
    again. Who may not write there reads all files every time. Nothing else is changed.

    Args:
        place: The folder or URL of the export.
        full: Read every file and every entry of the log, whatever was read before: the only way to see a
            disk that lost bits without anybody writing. Of a DuckDB file, the rows are read only then.

    Returns:
        What is missing, there twice, unknown or damaged, and how many files were read.

    Raises:
        ConfigurationError: There is no export.

    Example:
        found = export.verify("out")
        print(found)
        assert found.ok and not found.damaged
        assert export.verify("out", full=True).ok
    """
    log = CommitLog(open_store(place))
    return verify_plan(log, require_export(log), full=full)


def verify_plan(log: CommitLog, plan: Plan, *, full: bool = False) -> Verification:
    """Compare an export with its plan, where both were read already.

    Args:
        log: The log of the place.
        plan: The plan that is in force in it.
        full: Whether to read what was read before, too.
    """
    store, logged, output = log.store, log.snapshot, output_of(plan.settings)
    before = _verified(store)
    # one of version 0.1 has none
    damage = broken(log, Snapshot() if full else before.snapshot) if logged.version else []
    checks = FileChecks(before.files, full=full)
    found, unlisted = _found(log, output.format_or_default, checks)
    planned = _planned(plan, raw=bool(output.keep_raw))
    now = Verified(before.snapshot if damage else logged, checks.files)
    if now != before:
        with suppress(OSError):  # who may only read
            store.put(verified.FILE, now.dump(), replace=True)
    return Verification(
        plan_id=plan.id,
        total=len(plan.specs),
        missing=_ids(planned - set(found)),
        twice=_ids(key for key, count in found.items() if count > 1),
        unknown=_ids(_unknown(log, set(found) - planned)),
        damaged=tuple(sorted([*damage, *checks.damaged])),
        unlisted=tuple(unlisted),
        read=checks.read,
        known=checks.known,
    )


def require_export(log: CommitLog) -> Plan:
    """Return the plan of a place; refuse one without an export.

    Args:
        log: The log of the place.

    Raises:
        ConfigurationError: There is no plan, and perhaps no folder.
    """
    plan = current_plan(log)
    if plan is None:
        raise _no_export(log.store)
    return plan


def require_output(log: CommitLog) -> Output:
    """Return how the files of a place look, from the first line of its plan; refuse one without an export.

    Args:
        log: The log of the place.

    Raises:
        ConfigurationError: There is no plan, and perhaps no folder.
    """
    output = current_output(log)
    if output is None:
        raise _no_export(log.store)
    return output


def _no_export(store: Store) -> ConfigurationError:
    gone = isinstance(store, Folder) and not store.path.exists()
    return ConfigurationError(
        f"{store} does not exist, so there is no export"
        if gone
        else f"{store} is not an export: it has no {FILE}"
    )


def _verified(store: Store) -> Verified:
    try:
        return parse_verified(store.get(verified.FILE))
    except FileNotFoundError:
        return Verified()


def _planned(plan: Plan, *, raw: bool) -> set[Key]:
    tables = ("raw",) if raw else ()
    return {(table, id) for kind, id in plan.specs.kinds_and_ids() for table in (kind, *tables)}


def _unknown(log: CommitLog, keys: set[Key]) -> set[Key]:
    """Return the ids that are in none of the place's plans."""
    if not keys:
        return keys
    before = {key for old in past_plans(log) for key in old.specs.kinds_and_ids()}
    return keys - before - {("raw", one) for _, one in before}


def _ids(keys: Iterable[Key]) -> tuple[str, ...]:
    return tuple(sorted({one for _, one in keys}))


def _found(log: CommitLog, form: str, checks: FileChecks) -> tuple[Counter[Key], list[str]]:
    """Return in how many files the ids of calls are, and the data files that no commit names."""
    if form == "duckdb":
        return _in_database(log, checks), []
    with closing(open_target(log.store, form, log=log, read_only=True)) as target:
        if isinstance(target, FileTarget):
            good, unlisted = checks.of_files(target)
            return Counter((file.table, one) for file in good for one in file.specs), unlisted
        assert isinstance(target, TableTarget)
        checks.of_tables(target)
        return _counted(target.covered()), []


def _in_database(log: CommitLog, checks: FileChecks) -> Counter[Key]:
    try:
        log.store.size(DuckDbTarget.FILE)
        with closing(open_target(log.store, "duckdb", log=log, read_only=True)) as target:
            assert isinstance(target, DuckDbTarget)
            checks.of_database(target)
            return _counted(target.covered())
    except FileNotFoundError:
        return Counter()
    except PlaceUnwritable:
        checks.damaged.append(DuckDbTarget.FILE)
        return Counter()


def _counted(covered: Mapping[str, set[str]]) -> Counter[Key]:
    return Counter((table, one) for table, ids in covered.items() for one in ids)
