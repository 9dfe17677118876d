"""What a run leaves behind beside its data: manifest, failures, and `_SUCCESS` when it is whole."""

import json
from typing import Any

from midakit.export.report import ExportReport, Failure
from midakit.export.schemas import NUMBER
from midakit.export.targets import Target

MANIFEST = "_manifest.json"
FAILURES = "failures.jsonl"
SUCCESS = "_SUCCESS"


def close(target: Target, report: ExportReport) -> None:
    """Write the notes; a full disk must not hide the report that says so."""
    try:
        lines = [json.dumps(_line(failure)) for failure in report.failures]
        if lines:
            target.note(FAILURES, ("\n".join(lines) + "\n").encode())
        else:
            target.store.remove(FAILURES)
        manifest = {"schema": NUMBER, **report.to_dict(), "damaged": target.damaged}
        target.note(MANIFEST, json.dumps(manifest, indent=1).encode())
        if report.ok:
            target.note(SUCCESS, f"{report.plan_id}\n".encode())
    except OSError:
        if report.state != "stopped":
            raise


def _line(failure: Failure) -> dict[str, Any]:
    import attrs

    return attrs.asdict(failure)


def failed_ids(target: Target) -> frozenset[str]:
    """The specs that the last run could not have."""
    try:
        text = target.store.get(FAILURES).decode()
    except FileNotFoundError:
        return frozenset()
    return frozenset(json.loads(line)["spec_id"] for line in text.splitlines() if line)
