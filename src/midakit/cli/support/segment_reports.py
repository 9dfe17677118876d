"""Reports for segments, asked for side by side."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from midakit import stats
from midakit.cli.input.arguments import given
from midakit.cli.input.segments import segments
from midakit.cli.output.draw_table import working
from midakit.cli.output.figures import filled
from midakit.cli.output.print_answer import note, show
from midakit.cli.output.tables import Column, Table
from midakit.cli.run import DONE, FAILED, PARTIAL
from midakit.cli.support.session import client
from midakit.core.outcome import Outcome
from midakit.mida import calls
from midakit.mida.verdicts import (
    CONFIGURATION,
    SegmentAnswers,
    analyzed_segments,
    needs_metrics,
    options_of_metrics,
    with_missing,
)
from midakit.stats import Analysis, analyze


def reports_of_verdict(
    options: Mapping[str, Any], decision: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """Return the reports that a verdict is judged by, with their options.

    Args:
        options: Options of the result.
        decision: Options of the statistics.
    """
    days = {name: value for name, value in options.items() if name != "breakdown_by"}
    found: dict[str, Mapping[str, Any]] = {"result": options, "timeseries": days}
    if needs_metrics(decision):
        found["metrics"] = options_of_metrics(days)
    return found


class SegmentReports:
    """Reports for segments, asked for side by side; what failed does not stop the rest.

    Args:
        test_id: The experiment.
        asked: The segments by name; None is everyone.
        reports: The options of each report by its name, the one that is shown first.
        config: Ask for the project's configuration too, for the statistics.
        decision: Options of the statistics.
    """

    def __init__(
        self,
        test_id: int,
        asked: Mapping[str, Any],
        reports: Mapping[str, Mapping[str, Any]],
        *,
        config: bool = False,
        decision: Mapping[str, Any] | None = None,
    ) -> None:
        self.decision = decision or {}
        self.asked = asked
        self.first = next(iter(reports))
        places = [(report, name) for report in reports for name in asked]
        wanted = [
            getattr(calls.experiments, report)(
                test_id, **reports[report], **given(where=asked[name])
            )
            for report, name in places
        ]
        wanted += [calls.projects.configuration()] if config else []
        requests = f" ({len(wanted)} requests)" if len(wanted) > 1 else ""
        with client() as mida, working(f"asking{requests}"):
            outcomes: list[Outcome[Any]] = mida.gather(wanted, on_error="collect")
        self.config = outcomes.pop() if config else None
        self.found = dict(zip(places, outcomes, strict=True))

    def answers(self, report: str) -> Iterator[tuple[str, Any]]:
        """Yield the answers that came, by segment.

        Args:
            report: Which report: `result`, `metrics` or `timeseries`.
        """
        for (asked, name), outcome in self.found.items():
            if asked == report and outcome.ok:
                yield name, outcome.answer

    def variants(self, name: str) -> dict[str, str]:
        """Return what the result of a segment calls its variants, by id.

        Args:
            name: The segment.
        """
        result = self.found.get(("result", name))
        found = result.answer.variants if result and result.ok else []
        return {one.variant_id or "": one.nickname or one.name or "" for one in found}

    def analysis(self, name: str) -> Analysis | None:
        """Return the statistics of a segment, of as much as came; None without a result.

        Args:
            name: The segment.
        """
        return self._analyses.get(name)

    @cached_property
    def _analyses(self) -> dict[str, Analysis]:
        """The statistics of everyone, and of the segments, corrected over all of them."""
        results = dict(self.answers("result"))
        days, metrics = dict(self.answers("timeseries")), dict(self.answers("metrics"))
        config = self.config.answer if self.config and self.config.ok else None
        everyone = [name for name in results if self.asked[name] is None]
        found = {
            name: analyze(
                results[name],
                config=config,
                timeseries=days.get(name),
                metrics=metrics.get(name),
                **self.decision,
            )
            for name in everyone
        }
        parts = [
            SegmentAnswers(name, results[name], days.get(name), metrics.get(name))
            for name in results
            if name not in found
        ]
        whole = results[everyone[0]] if everyone else None
        judged = analyzed_segments(parts, whole, config, self.decision)
        found |= {one.name: one.analysis for one in judged}
        return {name: with_missing(found[name], self._lost(name)) for name in results}

    def of_parts(self, answer: Any) -> list[Analysis]:
        """Return the statistics of the parts of a breakdown, corrected over all of them.

        Args:
            answer: A result with or without `breakdowns`.
        """
        if not answer.breakdowns:
            return []
        config = self.config.answer if self.config and self.config.ok else None
        found = stats.segments(answer, config=config, whole=answer, **self.decision)
        return [one.analysis for one in found]

    def _lost(self, name: str) -> dict[str, Exception]:
        """Return the errors that came instead of what a verdict is judged by."""
        lost = {
            report: outcome.error
            for (report, segment), outcome in self.found.items()
            if segment == name and outcome.error is not None
        }
        if self.config and self.config.error is not None:
            lost[CONFIGURATION] = self.config.error
        return dict(lost)

    def show(
        self, answers: dict[str, Any], tables: list[Table], rows: Table, *, named: bool
    ) -> int:
        """Print the answers and note what failed.

        Args:
            answers: What JSON shows of each segment.
            tables: What people see.
            rows: What CSV shows.
            named: Show each answer under its segment's name; else there is only one.

        Returns:
            The exit code.

        Raises:
            MidakitError: No report came; this is the first error.
        """
        failed = {
            name: outcome.error
            for (report, name), outcome in self.found.items()
            if report == self.first and outcome.error is not None
        }
        if failed and not answers:
            raise next(iter(failed.values()))
        data = {**answers, **{name: {"error": str(error)} for name, error in failed.items()}}
        first = tables[0]._replace(whole=rows.whole or rows)
        show(data if named else next(iter(answers.values())), first, *tables[1:])
        for name, error in failed.items():
            note(f"segment {name} failed: {error}")
        return (PARTIAL if answers else FAILED) if failed else DONE


def show_rows(
    test_id: int,
    texts: Sequence[str] | None,
    reports: Mapping[str, Mapping[str, Any]],
    columns: Sequence[Column],
    rows_of: Callable[[SegmentReports, str, Any], list[dict[str, Any]]],
) -> int:
    """Ask for reports and print the first one as one table, with a column for the segment.

    Args:
        test_id: The experiment.
        texts: The segments as they were typed; None is everyone, without a name.
        reports: The options of each report by its name.
        columns: The columns of the table.
        rows_of: Makes rows of an answer, given all reports and the segment's name.

    Returns:
        The exit code.
    """
    found = SegmentReports(test_id, segments(texts or ["*"]), reports, config="result" in reports)
    answers = dict(found.answers(found.first))
    rows = [
        {**row, "segment": name} if texts else row
        for name, answer in answers.items()
        for row in rows_of(found, name, answer)
    ]
    table = filled(rows, columns)
    return found.show(answers, [table], table, named=bool(texts))
