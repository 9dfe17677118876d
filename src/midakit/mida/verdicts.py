"""What a verdict asks of the API, and how the answers are judged: the same for clients, pages and commands.

request = verdict_request({"metric": "rpv", "segments": {"mobile": F.device == "mobile"}})
answers, errors = send(request.calls(1234))
analyzed(request, answers, errors).verdict
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from midakit.core.call import Call
from midakit.core.options import check_names, option_table
from midakit.core.outcome import Outcome
from midakit.core.printable import one_line
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.mida import calls
from midakit.mida.filters.accepted import as_filter, named_segments
from midakit.mida.options import DecisionOptions, MetricsOptions, TimeseriesOptions, VerdictOptions
from midakit.stats import Analysis, Segment, Verdict, analyze, segments

CONFIGURATION = "configuration"
SEGMENT = "segment "
_DAYS, _METRICS = "timeseries of segment ", "metrics of segment "
_OWN_METRICS = frozenset({"conversion", "rpv", "aov"})


@dataclass(frozen=True, slots=True)
class VerdictRequest:
    """What is asked of each experiment, and how it is judged."""

    options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the reports."""
    decision: Mapping[str, Any] = field(default_factory=dict)
    """Options of the statistics, `DecisionOptions`."""
    segments: Mapping[str, Any] = field(default_factory=dict)
    """Segments of the visitors whom the options leave, by name."""

    def calls(self, test_id: int | str) -> dict[str, Call[Any]]:
        """Return every call about one experiment, by its part; they do not wait for each other.

        Args:
            test_id: The experiment.

        Returns:
            The calls; that of the project's configuration, `CONFIGURATION`, is not among them.
        """
        found = self._of("result", "timeseries", "metrics", test_id, self.options)
        for name, where in self.segments.items():
            narrowed = {**self.options, "where": where}
            found |= self._of(SEGMENT + name, _DAYS + name, _METRICS + name, test_id, narrowed)
        return found

    def _of(
        self, result: str, days: str, metrics: str, test_id: int | str, options: Mapping[str, Any]
    ) -> dict[str, Call[Any]]:
        ask = calls.experiments
        found: dict[str, Call[Any]] = {
            result: ask.result(test_id, **options),
            days: ask.timeseries(test_id, **options),
        }
        if needs_metrics(self.decision):
            found[metrics] = ask.metrics(test_id, **options_of_metrics(options))
        return found


def needs_metrics(decision: Mapping[str, Any]) -> bool:
    """Tell whether a guardrail is a secondary metric.

    Args:
        decision: Options of the statistics.
    """
    asked = decision.get("guardrails") or ()
    texts = [asked] if isinstance(asked, str) else asked
    named = {part.partition("=")[0].strip() for one in texts for part in str(one).split(",")}
    return not named - {""} <= _OWN_METRICS


def options_of_metrics(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return those options of a result that the metrics take too.

    Args:
        options: Options of `experiments.result`.
    """
    return {name: value for name, value in options.items() if name in option_table(MetricsOptions)}


def verdict_request(
    options: Mapping[str, Any], *, owner: str = "verdict", fields: type = VerdictOptions
) -> VerdictRequest:
    """Return what a verdict asks; a misspelt option must not become a verdict about something else.

    Args:
        options: The options of `mida.verdict`; None means the same as left out.
        owner: Whose options they are, for the message.
        fields: Those that there are.

    Returns:
        The request.

    Raises:
        InvalidRequest: An option does not exist or is out of its range, or a segment cannot be read.
    """
    check_names(owner, options, option_table(fields))
    told = {name: value for name, value in options.items() if value is not None}
    given = {name: told[name] for name in option_table(TimeseriesOptions) if name in told}
    where = given.get("where", UNSET)
    asked = named_segments(told.get("segments", UNSET))
    if not all(isinstance(name, str) for name in asked):
        raise InvalidRequest("segments", "the name of a segment is text")
    named = {name: _within(where, one) for name, one in asked.items()}
    decision = {name: told[name] for name in option_table(DecisionOptions) if name in told}
    check_decision(decision)
    return VerdictRequest(given, decision, named)


def check_decision(decision: Mapping[str, Any]) -> None:
    """Refuse options of the statistics before anything is asked.

    Args:
        decision: Options of `analyze`.

    Raises:
        InvalidRequest: One of them is out of its range.
    """
    try:
        analyze({"variants": []}, **decision)
    except ValueError as wrong:
        field, _, rule = str(wrong).partition(" ")
        raise InvalidRequest(field.rstrip(":"), rule) from None


class SegmentAnswers(NamedTuple):
    """What came for one segment."""

    name: str
    result: Any
    timeseries: Any = None
    metrics: Any = None


def analyzed_segments(
    parts: Sequence[SegmentAnswers], whole: Any, config: Any, decision: Mapping[str, Any]
) -> tuple[Segment, ...]:
    """Judge segments together.

    Args:
        parts: What came for each; names may stand twice.
        whole: The result of everyone.
        config: The project's configuration.
        decision: Options of the statistics.

    Returns:
        One analysis per segment, in their order.
    """
    keyed = {str(at): one for at, one in enumerate(parts)}
    found = segments(
        {key: one.result for key, one in keyed.items()},
        timeseries={key: one.timeseries for key, one in keyed.items()},
        metrics={key: one.metrics for key, one in keyed.items()},
        whole=whole,
        config=config,
        **decision,
    )
    return tuple(replace(one, name=part.name) for one, part in zip(found, parts, strict=True))


class ExperimentAnalyses(NamedTuple):
    """What the answers about one experiment say."""

    analysis: Analysis | None
    """None without a result."""
    segments: tuple[Segment, ...]


def analyzed(
    request: VerdictRequest,
    answers: Mapping[str, Any],
    errors: Mapping[str, Exception],
    more: Sequence[SegmentAnswers] = (),
) -> ExperimentAnalyses:
    """Judge what came for one experiment; what did not come is named in the verdicts.

    Args:
        request: What was asked.
        answers: The answers that came, by part, with `CONFIGURATION`.
        errors: The errors that came instead.
        more: Segments that were asked for in another way, such as the parts of a breakdown.

    Returns:
        The analyses of everyone and of the segments.
    """
    config, whole = answers.get(CONFIGURATION), answers.get("result")
    everyone = None
    if whole is not None:
        everyone = analyze(
            whole, config=config, timeseries=answers.get("timeseries"),
            metrics=answers.get("metrics"), **request.decision,
        )  # fmt: skip
        parts = ("timeseries", "metrics", CONFIGURATION)
        lost = {part: errors[part] for part in parts if part in errors}
        lost |= {part: error for part, error in errors.items() if part.startswith(SEGMENT)}
        everyone = with_missing(everyone, lost)
    parts_of = [
        SegmentAnswers(name, answers[SEGMENT + name], answers.get(_DAYS + name), answers.get(_METRICS + name))
        for name in request.segments
        if SEGMENT + name in answers
    ]  # fmt: skip
    found = analyzed_segments([*parts_of, *more], whole, config, request.decision)
    return ExperimentAnalyses(everyone, tuple(_segment_with_missing(one, errors) for one in found))


def verdict(request: VerdictRequest, outcomes: Mapping[str, Outcome[Any]]) -> Verdict:
    """Return the verdict on one experiment.

    Args:
        request: What was asked.
        outcomes: What came for each part, with `CONFIGURATION`.

    Returns:
        The verdict with its analysis, and those of the segments.

    Raises:
        MidakitError: The result did not come.
    """
    outcomes["result"].unwrap()
    found = analyzed(request, *sorted_outcomes(outcomes))
    assert found.analysis is not None
    inner = {
        one.name: replace(one.analysis.verdict, made_from=one.analysis) for one in found.segments
    }
    return replace(found.analysis.verdict, segments=inner, made_from=found.analysis)


def sorted_outcomes(
    outcomes: Mapping[str, Outcome[Any]],
) -> tuple[dict[str, Any], dict[str, Exception]]:
    """Return answers and errors, each by its part.

    Args:
        outcomes: What came for each part.
    """
    answers = {part: one.answer for part, one in outcomes.items() if one.ok}
    errors = {part: one.error for part, one in outcomes.items() if one.error is not None}
    return answers, dict(errors)


def _within(where: Any, segment: Any) -> Any:
    """Return a segment of the visitors whom the options leave."""
    if segment is None or where is UNSET:
        return where if segment is None else segment
    return as_filter(where) & as_filter(segment)


def _segment_with_missing(one: Segment, errors: Mapping[str, Exception]) -> Segment:
    """Say of a segment what did not come for it."""
    lost = {
        part: errors[prefix + one.name]
        for part, prefix in (("timeseries", _DAYS), ("metrics", _METRICS))
        if prefix + one.name in errors
    }
    return replace(one, analysis=with_missing(one.analysis, lost))


def with_missing(analysis: Analysis, errors: Mapping[str, Exception]) -> Analysis:
    """Say in a verdict why parts are missing.

    Args:
        analysis: What was judged without them.
        errors: The error that came instead of each part.
    """
    if not errors:
        return analysis
    kept = [m for m in analysis.verdict.missing if m.partition(":")[0] not in errors]
    told = [f"{part}: {one_line(str(error))}" for part, error in errors.items()]
    return replace(analysis, verdict=replace(analysis.verdict, missing=(*told, *kept)))
