"""`ExperimentData`: everything that came for one experiment, read; what did not come is named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from midakit.core.outcome import Outcome
from midakit.core.printable import one_line
from midakit.report.report_request import CONFIGURATION, SEGMENT, Part, ReportRequest
from midakit.report.secondary import SecondaryMetric, secondary
from midakit.stats import Analysis, Segment, StatsDataError, analyze, segments


@dataclass(frozen=True, slots=True)
class MissingPart:
    """A part that is missing, and why."""

    part: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentData:
    """One experiment of a report."""

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
        """For programs: the verdict and every figure."""
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
    got = {part: outcome.answer for part, outcome in parts.items() if outcome.ok}
    gaps = [
        MissingPart(part, str(outcome.error)) for part, outcome in parts.items() if not outcome.ok
    ]
    result, details = got.get("result"), got.get("details")
    config = outcomes[CONFIGURATION].answer
    analysis = None
    if result is not None:
        analysis = analyze(
            result, config=config, timeseries=got.get("timeseries"), metrics=got.get("metrics"),
            **question.decision,
        )  # fmt: skip
        gaps += shared
    metrics: tuple[SecondaryMetric, ...] = ()
    try:
        metrics = secondary(got["metrics"], result) if "metrics" in got else ()
    except StatsDataError as error:
        gaps.append(MissingPart("metrics", str(error)))
    named = result or details
    return ExperimentData(
        test_id=test,
        name=(named.test_name if named else None) or f"Experiment {test}",
        details=details,
        result=result,
        analysis=analysis,
        segments=_segments(question, got, config),
        secondary=metrics,
        comments=tuple(getattr(got.get("comments"), "comments", None) or ()),
        gaps=tuple(gaps),
    )


def _segments(question: ReportRequest, got: Mapping[str, Any], config: Any) -> tuple[Segment, ...]:
    answers = [(name, got.get(SEGMENT + name)) for name in question.segments]
    answers += _broken_down(got.get("breakdown"), question.breakdown_by)
    named = [(name, answer) for name, answer in answers if answer]
    shared = {k: v for k, v in question.decision.items() if k in ("metric", "min_effect")}
    found = segments(
        {str(at): answer for at, (_, answer) in enumerate(named)}, config=config, **shared
    )
    return tuple(replace(one, name=name) for one, (name, _) in zip(found, named, strict=True))


def _broken_down(answer: Any, dimension: str | None) -> list[tuple[str, Any]]:
    """Return a breakdown's rows as results of their own, largest first."""
    rows = sorted(
        getattr(answer, "breakdowns", None) or [], key=lambda row: -(row.total_visitors or 0)
    )
    whole = {} if answer is None else answer.raw
    common = {name: whole.get(name) for name in _WHOLE}
    return [
        (f"{dimension}: {_value(row.criteria)}", {**common, "variants": row.variants})
        for row in rows
    ]


_WHOLE = (
    "stats_engine", "confidence_threshold_percent", "is_mab", "distribution_mode", "report_phase",
)  # fmt: skip
"""What the rows of a breakdown share."""


def _value(criteria: Any) -> str:
    if isinstance(criteria, Mapping):
        criteria = criteria.get("value", ", ".join(map(str, criteria.values())))
    return "(none)" if criteria is None or criteria == "" else str(criteria)
