"""How an export ended."""

from collections.abc import Mapping
from typing import Any, Literal

import attrs

from midakit.errors import APIError, MidakitError
from midakit.export.files.contents import CommittedFile
from midakit.export.plan.spec import Spec
from midakit.export.text import rows_told

State = Literal["whole", "partial", "stopped", "interrupted"]

EXIT = {"whole": 0, "misused": 2, "partial": 3, "stopped": 4, "interrupted": 130}


@attrs.frozen(kw_only=True)
class FailedCall:
    """A call of the plan that was given up."""

    spec_id: str
    """The call's id in the plan."""
    kind: str
    """The table that its rows would have gone to."""
    label: str
    """The experiment's number and the segment's name."""
    error: str
    """The class of the last error."""
    message: str
    """What the last error says."""
    status: int | None = None
    """The HTTP status of the last answer; None where there was none."""
    attempts: int = 0
    """How often it was sent."""

    @classmethod
    def of(cls, spec: Spec, error: MidakitError, attempts: int) -> "FailedCall":
        """Return the failure of a call.

        Args:
            spec: The call of the plan.
            error: Its last error.
            attempts: How often it was sent.
        """
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


@attrs.frozen(kw_only=True, repr=False)
class ExportReport:
    """What was fetched, what was there already, what failed, and where it all is.

    Example:
        report = await mida.export("out2", kinds=["results"], test_ids=[1001])
        print(report.state, report.rows, report.files, report.failures)
    """

    state: State
    """`whole`; `partial`, where calls failed; `stopped`, where the run ended early and can be resumed;
    or `interrupted`."""
    place: str
    """The folder or URL that holds the files."""
    plan_id: str
    """The id of the plan that was worked off."""
    total: int
    """Calls of the plan."""
    fetched: int
    """Calls whose rows this run committed."""
    skipped: int
    """Calls that the place held already."""
    absent: int
    """Experiments of the listing that are not in the project."""
    failures: tuple[FailedCall, ...] = ()
    """The calls that were given up."""
    files: tuple[CommittedFile, ...] = ()
    """The files that this run committed."""
    rows: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    """Table -> rows that this run committed."""
    contents: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    """Table -> rows that the place holds now."""
    drift: Mapping[str, int] = attrs.field(factory=dict, hash=False)
    """`table.field` -> how often the server sent a field that has no column (kept in `_extra`)."""
    seconds: float = 0.0
    """How long the run took."""
    retries: int = 0
    """Requests that were repeats."""
    throttled: int = 0
    """Requests that were answered with 429."""
    why: str = ""
    """Why the run stopped, or what is still to be done."""
    warnings: tuple[str, ...] = ()
    """What is odd about the data: fields without a column, a listing that changed while it was read."""

    @property
    def exit_code(self) -> int:
        """The exit code for a shell: 0 whole, 3 partial, 4 stopped but resumable, 130 interrupted."""
        return EXIT[self.state]

    @property
    def ok(self) -> bool:
        """Whether every call of the plan is done."""
        return self.state == "whole"

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, ready for JSON.

        Example:
            import json

            report = await mida.export("out2", kinds=["results"], test_ids=[1001])
            print(json.dumps(report.to_dict()))
        """
        return {
            **attrs.asdict(self, recurse=False),
            "failures": [attrs.asdict(failure) for failure in self.failures],
            "files": [file._asdict() for file in self.files],
            "exit_code": self.exit_code,
        }

    def __repr__(self) -> str:
        return f"<ExportReport {self}>"

    def _repr_html_(self) -> str:
        """Show in a notebook what was written, what is there, and what failed."""
        from midakit.export.run.report_html import report_html

        return report_html(self)

    def __str__(self) -> str:
        if self.ok and not self.fetched:
            text = f"up to date: nothing new; {self.place} holds {rows_told(self.contents)}"
        else:
            text = (
                f"{self.state}: {rows_told(self.rows)} in {self.place}; {self.fetched} fetched, "
                f"{self.skipped} already there"
            )
        if self.absent:
            text += f", {self.absent} not in the project"
        if self.failures:
            text += f", {len(self.failures)} failed (failures.jsonl)"
        return f"{text}{f'; {self.why}' if self.why else ''}"
