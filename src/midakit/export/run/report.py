"""How an export ended."""

from collections.abc import Mapping
from typing import Any

import attrs

from midakit.errors import APIError, MidakitError
from midakit.export.files.formats import File
from midakit.export.plan.spec import Spec

EXIT = {"whole": 0, "misused": 2, "partial": 3, "stopped": 4, "interrupted": 130}


@attrs.frozen(kw_only=True)
class Failure:
    """One spec that could not be had."""

    spec_id: str
    kind: str
    label: str
    error: str
    message: str
    status: int | None = None
    attempts: int = 0

    @classmethod
    def of(cls, spec: Spec, error: MidakitError, attempts: int) -> "Failure":
        """Which call, what came, and how often it was tried."""
        label = spec.label()
        return cls(
            spec_id=spec.id,
            kind=spec.kind,
            label=" ".join(filter(None, (label.get("test_id"), label.get("segment")))),
            error=type(error).__name__,
            message=str(error),
            status=error.status if isinstance(error, APIError) else None,
            attempts=attempts,
        )


@attrs.frozen(kw_only=True)
class ExportReport:
    """What was fetched, what was there already, what failed, and where it all is."""

    state: str
    """whole, partial, stopped or interrupted."""
    place: str
    plan_id: str
    total: int
    fetched: int
    skipped: int
    absent: int
    """Experiments of the listing that are not in the project."""
    failures: tuple[Failure, ...] = ()
    files: tuple[File, ...] = ()
    rows: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    drift: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    seconds: float = 0.0
    retries: int = 0
    throttled: int = 0
    why: str = ""
    warnings: tuple[str, ...] = ()
    """What is odd about the data: fields without a column, a listing that kept moving."""

    @property
    def exit_code(self) -> int:
        """For a shell: 0 whole, 3 partial, 4 stopped but resumable, 130 interrupted."""
        return EXIT[self.state]

    @property
    def ok(self) -> bool:
        """Every spec of the plan is done."""
        return self.state == "whole"

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            **attrs.asdict(self, recurse=False),
            "failures": [attrs.asdict(failure) for failure in self.failures],
            "files": [file._asdict() for file in self.files],
            "exit_code": self.exit_code,
        }

    def __str__(self) -> str:
        rows = ", ".join(f"{count:,} {table}" for table, count in self.rows.items()) or "no rows"
        text = f"{self.state}: {rows} in {self.place}; {self.fetched} fetched, {self.skipped} already there"
        if self.absent:
            text += f", {self.absent} not in the project"
        if self.failures:
            text += f", {len(self.failures)} failed (failures.jsonl)"
        return f"{text}{f'; {self.why}' if self.why else ''}"
