"""What a run leaves behind beside its data: manifest, failures, and `_SUCCESS` when it is whole."""

import json
from typing import Any

import attrs

from midakit.export.files.merge import merge
from midakit.export.files.stores import Store, said
from midakit.export.files.targets import Files, Target
from midakit.export.plan.spec import Plan
from midakit.export.run.report import ExportReport
from midakit.export.schemas import NUMBER

MANIFEST = "_manifest.json"
FAILURES = "failures.jsonl"
SUCCESS = "_SUCCESS"


def close(
    target: Target, report: ExportReport, missing: frozenset[str], *, merging: bool
) -> ExportReport:
    """Merge an increment, write the notes; a disk that is full now stops the run, and the report says so."""
    try:
        if merging and report.ok and isinstance(target, Files):
            merge(target)
        _close(target, report, missing)
    except OSError as error:
        return attrs.evolve(report, state="stopped", why=report.why or said(error))
    return report


def _close(target: Target, report: ExportReport, missing: frozenset[str]) -> None:
    lines = [attrs.asdict(failure) for failure in report.failures]
    new = {line["spec_id"] for line in lines}
    # failures of earlier runs that this one did not come to
    lines += [
        line
        for line in _lines(target.store)
        if line["spec_id"] in missing and line["spec_id"] not in new
    ]
    if lines:
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        target.note(FAILURES, text.encode())
    else:
        target.store.remove(FAILURES)
    run = report.to_dict()
    manifest = {
        "schema": NUMBER,
        **{name: run.pop(name) for name in ("plan_id", "state", "total", "warnings")},
        "contents": target.contents(),
        "damaged": target.damaged,
        "run": run,
    }
    target.note(MANIFEST, json.dumps(manifest, indent=1).encode())
    if report.ok:
        target.note(SUCCESS, f"{report.plan_id}\n".encode())


def recount(target: Target) -> None:
    """After a compaction: the manifest names the files that are there."""
    try:
        manifest = json.loads(target.store.get(MANIFEST))
    except FileNotFoundError:
        return
    manifest["contents"] = target.contents()
    target.note(MANIFEST, json.dumps(manifest, indent=1).encode())


def succeeded(store: Store, plan: Plan) -> bool:
    """Whether the last run of this very plan ended whole."""
    try:
        return store.get(SUCCESS).decode().strip() == plan.id
    except FileNotFoundError:
        return False


def reopen(store: Store) -> None:
    """A run begins: what is there is no success before it ends as one."""
    store.remove(SUCCESS)


def _lines(store: Store) -> list[dict[str, Any]]:
    try:
        text = store.get(FAILURES).decode()
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in text.splitlines() if line]


def failed_ids(store: Store) -> frozenset[str]:
    """The specs that earlier runs could not have."""
    return frozenset(line["spec_id"] for line in _lines(store))
