"""`ExperimentData`: everything that came for one experiment, read; what did not come is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from midakit.core.outcome import Outcome
from midakit.core.printable import one_line
from midakit.mida.verdicts import SegmentAnswers, analyzed, sorted_outcomes
from midakit.report.report_request import CONFIGURATION, Part, ReportRequest
from midakit.report.secondary import SecondaryMetric, secondary
from midakit.stats import Analysis, Segment, StatsDataError


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that is missing, and why.

    Example:
        page = await mida.report(1001)
        for gap in page[1001].gaps:
            print(gap.part, gap.why)
    """

    part: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentData:
    """One experiment of a report.

    Example:
        page = await mida.report(1001)
        found = page[1001]
        print(found.name, found.analysis.verdict.kind, [one.name for one in found.secondary])
    """

    test_id: str
    name: str
    details: Any = None
    result: Any = None
    analysis: Analysis | None = None
    segments: tuple[Segment, ...] = ()
    """Their p-values are corrected over all segments and variants."""
    secondary: tuple[SecondaryMetric, ...] = ()
    comments: tuple[Any, ...] = ()
    gaps: tuple[MissingPart, ...] = ()

    @property
    def missing(self) -> dict[str, list[str]]:
        """Reason -> the parts that are missing for it."""
        found: dict[str, list[str]] = {}
        for gap in self.gaps:
            found.setdefault(gap.why, []).append(one_line(gap.part))
        return found

    def to_dict(self) -> dict[str, Any]:
        """For programs: the verdict and every figure.

        Example:
            page = await mida.report(1001)
            print(page[1001].to_dict()["analysis"]["verdict"])
        """
        return {
            "test_id": self.test_id,
            "name": self.name,
            "analysis": None if self.analysis is None else self.analysis.to_dict(),
            "segments": {one.name: one.analysis.to_dict() for one in self.segments},
            "missing": {gap.part: gap.why for gap in self.gaps},
        }


Outcomes = Mapping[Part, Outcome[Any]]


def experiments_data(
    tests: Sequence[str], question: ReportRequest, outcomes: Outcomes
) -> tuple[ExperimentData, ...]:
    """Return what a report holds of each experiment, in their order.

    Args:
        tests: Ids of the experiments.
        question: The options of `mida.report`.
        outcomes: What came back, by experiment and part.
    """
    configuration = outcomes[CONFIGURATION]
    shared = () if configuration.ok else (MissingPart("configuration", str(configuration.error)),)
    return tuple(_experiment_data(test, question, outcomes, shared) for test in tests)


def _experiment_data(
    test: str, question: ReportRequest, outcomes: Outcomes, shared: tuple[MissingPart, ...]
) -> ExperimentData:
    parts = {part: outcome for (owner, part), outcome in outcomes.items() if owner == test}
    answers, errors = sorted_outcomes(parts)
    gaps = [MissingPart(part, str(error)) for part, error in errors.items()]
    configured = {CONFIGURATION[1]: outcomes[CONFIGURATION]}
    known, unknown = sorted_outcomes(parts | configured)
    broken_down = _broken_down(answers.get("breakdown"), question.breakdown_by)
    found = analyzed(question.verdict, known, unknown, broken_down)
    result, details = answers.get("result"), answers.get("details")
    if result is not None:
        gaps += shared
    metrics: tuple[SecondaryMetric, ...] = ()
    try:
        metrics = secondary(answers["metrics"], result) if "metrics" in answers else ()
    except StatsDataError as error:
        gaps.append(MissingPart("metrics", str(error)))
    named = result or details
    return ExperimentData(
        test_id=test,
        name=(named.test_name if named else None) or f"Experiment {test}",
        details=details,
        result=result,
        analysis=found.analysis,
        segments=found.segments,
        secondary=metrics,
        comments=tuple(getattr(answers.get("comments"), "comments", None) or ()),
        gaps=tuple(gaps),
    )


def _broken_down(answer: Any, dimension: str | None) -> list[SegmentAnswers]:
    """Return a breakdown's rows as results of their own, largest first."""
    rows = sorted(
        getattr(answer, "breakdowns", None) or [], key=lambda row: -(row.total_visitors or 0)
    )
    whole = {} if answer is None else answer.raw
    common = {name: whole.get(name) for name in _WHOLE}
    return [
        SegmentAnswers(f"{dimension}: {_value(row.criteria)}", {**common, "variants": row.variants})
        for row in rows
    ]


_WHOLE = (
    "stats_engine", "confidence_threshold_percent", "is_mab", "distribution_mode", "report_phase",
    "days_running", "traffic_allocation",
)  # fmt: skip
"""What the rows of a breakdown share."""


def _value(criteria: Any) -> str:
    if isinstance(criteria, Mapping):
        criteria = criteria.get("value", ", ".join(map(str, criteria.values())))
    return "(none)" if criteria is None or criteria == "" else str(criteria)
