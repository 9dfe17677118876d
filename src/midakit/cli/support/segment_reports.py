"""Reports for segments, asked for side by side."""

from collections.abc import Callable, Mapping
from typing import Any

from midakit.cli.input.arguments import given
from midakit.cli.output.draw_table import working
from midakit.cli.output.figures import analysis_of
from midakit.cli.output.print_answer import note, show
from midakit.cli.output.tables import Table
from midakit.cli.run import DONE, FAILED, PARTIAL
from midakit.cli.support.session import client
from midakit.core.outcome import Outcome
from midakit.errors import MidakitError
from midakit.mida import calls


class SegmentReports:
    """Some reports for some segments, asked for side by side; what failed does not stop the rest."""

    def __init__(
        self,
        test_id: int,
        asked: Mapping[str, Any],
        reports: Mapping[str, Mapping[str, Any]],
        *,
        config: bool = False,
    ) -> None:
        self.names = list(asked)
        builders: dict[str, Callable[..., Any]] = {
            "result": calls.experiments.result,
            "metrics": calls.experiments.metrics,
            "timeseries": calls.experiments.timeseries,
        }
        places = [(report, name) for report in reports for name in asked]
        wanted = [
            builders[report](test_id, **reports[report], **given(where=asked[name]))
            for report, name in places
        ]
        wanted += [calls.projects.configuration()] if config else []
        with (
            client() as mida,
            working(f"asking ({len(wanted)} requests)" if len(wanted) > 1 else "asking"),
        ):
            outcomes: list[Outcome[Any]] = mida.gather(wanted, on_error="collect")
        self.config = outcomes.pop().answer if config else None
        self.first = next(iter(reports))
        self.found = dict(zip(places, outcomes, strict=True))

    def good(self, report: str) -> list[tuple[str, Any]]:
        """The answers that came, by segment."""
        return [
            (name, self.found[report, name].answer)
            for name in self.names
            if self.found[report, name].ok
        ]

    def variants(self, name: str) -> dict[str, str]:
        """What the result calls the variants of one segment."""
        result = self.found.get(("result", name))
        found = getattr(result.answer, "variants", None) or [] if result else []
        return {one.variant_id or "": one.nickname or one.name or "" for one in found}

    def analysis(self, name: str) -> Any:
        """The statistics of one segment, of as much as came."""
        result, days = self.found.get(("result", name)), self.found.get(("timeseries", name))
        if result is None or not result.ok:
            return None
        return analysis_of(result.answer, self.config, days.answer if days else None)

    @property
    def failed(self) -> dict[str, MidakitError]:
        """The errors of what was asked for, by segment."""
        return {
            name: outcome.error
            for (report, name), outcome in self.found.items()
            if report == self.first and outcome.error is not None
        }

    def show(
        self, answers: dict[str, Any], tables: list[Table], rows: Table, *, named: bool
    ) -> int:
        """Print it; one answer alone stands bare, and raises its own error."""
        failed = self.failed
        if failed and not answers:
            raise next(iter(failed.values()))
        data = {**answers, **{name: {"error": str(error)} for name, error in failed.items()}}
        first = tables[0]._replace(whole=rows.whole or rows)
        show(data if named else next(iter(answers.values())), first, *tables[1:])
        for name, error in failed.items():
            note(f"segment {name} failed: {error}")
        return (PARTIAL if answers else FAILED) if failed else DONE
