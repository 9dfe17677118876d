"""What a run leaves beside its data: the manifest, the failures, and `_SUCCESS` when nothing is missing."""

import json
from contextlib import suppress
from typing import Any

import attrs

from midakit.export.files.commit_log import CommitLog
from midakit.export.files.log_rules import check_writer
from midakit.export.files.publish import publish
from midakit.export.files.stores import Store
from midakit.export.files.targets import FileTarget, Target
from midakit.export.plan.plan import Plan
from midakit.export.run.report import ExportReport
from midakit.export.schemas import NUMBER
from midakit.export.text import describe

MANIFEST = "_manifest.json"
FAILURES = "failures.jsonl"
SUCCESS = "_SUCCESS"


def finish_run(
    target: Target, report: ExportReport, missing: frozenset[str], plan: Plan
) -> ExportReport:
    """Publish an increment, write the files about the export, and return the report.

    Args:
        target: Where the run has committed.
        report: How the run ended.
        missing: Ids of the calls that the place still lacks.
        plan: The plan that was worked off.

    Returns:
        The report; it says that the run was stopped where the disk is full now, or another run goes on.
    """
    try:
        if isinstance(target, FileTarget) and target.log.snapshot.staged():
            files = tuple(publish(target, plan))
            report = attrs.evolve(report, files=files)
        target.log.refresh()
        check_writer(target.log.snapshot, target.log.epoch, target.log.writer)
        report = attrs.evolve(report, contents=_contents(target))
        _write_about(target, report, missing)
        target.log.commit(state=report.state)
        target.log.write_checkpoint()
        if report.ok:
            target.note(SUCCESS, f"{report.plan_id}\n".encode())
    except OSError as error:
        return attrs.evolve(report, state="stopped", why=report.why or describe(error))
    return report


def _contents(target: Target) -> dict[str, int]:
    """Return table -> rows of all its files."""
    found: dict[str, int] = {}
    for name, rows in target.row_counts().items():
        table = name.partition("/")[0]
        found[table] = found.get(table, 0) + rows
    return found


def _write_about(target: Target, report: ExportReport, missing: frozenset[str]) -> None:
    lines = [attrs.asdict(failure) for failure in report.failures]
    new = {line["spec_id"] for line in lines}
    # failures of earlier runs that this one did not come to
    lines += [
        line
        for line in _failures(target.store)
        if line["spec_id"] in missing and line["spec_id"] not in new
    ]
    if lines:
        target.note(FAILURES, "".join(f"{json.dumps(line)}\n" for line in lines).encode())
    else:
        target.store.remove(FAILURES)
    run = report.to_dict()
    del run["contents"]  # the manifest has it file by file
    manifest = {
        "schema": NUMBER,
        **{name: run.pop(name) for name in ("plan_id", "state", "total", "warnings")},
        "contents": target.row_counts(),
        "damaged": target.damaged,
        "run": run,
    }
    target.note(MANIFEST, json.dumps(manifest, indent=1).encode())


def update_row_counts(target: Target) -> None:
    """Let the manifest name the files that are there after a compaction.

    Args:
        target: What was compacted.
    """
    try:
        manifest = json.loads(target.store.get(MANIFEST))
    except FileNotFoundError:
        return
    manifest["contents"] = target.row_counts()
    target.note(MANIFEST, json.dumps(manifest, indent=1).encode())


def succeeded(log: CommitLog, plan_id: str) -> bool:
    """Return whether the last run of this very plan ended with nothing missing.

    Args:
        log: The log of the place.
        plan_id: The id of the plan to compare with the one that is in force.
    """
    return log.snapshot.plan == plan_id and log.snapshot.state == "whole"


def remove_success(store: Store) -> None:
    """Take the success back when a run begins: the place may be incomplete until it ends.

    Args:
        store: The folder or bucket of the export.
    """
    store.remove(SUCCESS)


def failed_ids(store: Store) -> frozenset[str]:
    """Return the ids of the calls that earlier runs gave up.

    Args:
        store: The folder or bucket of the export.
    """
    return frozenset(line["spec_id"] for line in _failures(store))


def _failures(store: Store) -> list[dict[str, Any]]:
    """Return what was given up; a damaged line is left out, since a resume asks for its call too."""
    try:
        lines = store.get(FAILURES).splitlines()
    except FileNotFoundError:
        return []
    found = []
    for line in lines:
        with suppress(ValueError):
            one = json.loads(line)
            if isinstance(one, dict) and "spec_id" in one:
                found.append(one)
    return found
