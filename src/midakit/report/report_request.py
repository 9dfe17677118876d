"""What a report asks the API, as calls that nobody has sent yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from midakit.core.call import Call
from midakit.core.options import check_names, option_table
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.mida import calls
from midakit.mida.filters.accepted import as_filter
from midakit.mida.options import (
    DecisionOptions,
    Dimension,
    MetricsOptions,
    PageOptions,
    TimeseriesOptions,
)
from midakit.stats import analyze

if TYPE_CHECKING:
    from midakit.mida.models import BreakdownBy

Part: TypeAlias = tuple[str, str]
"""An experiment and what is asked of it: ("1234", "result")."""

CONFIGURATION: Part = ("", "configuration")
SEGMENT = "segment "


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The same for every experiment of a report."""

    segments: Mapping[str, Any] = field(default_factory=dict)
    breakdown_by: "BreakdownBy | Dimension | None" = None
    comments: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    decision: Mapping[str, Any] = field(default_factory=dict)
    """Options of the statistics, `DecisionOptions`."""

    def calls(self, tests: Sequence[str]) -> dict[Part, Call[Any]]:
        """Return every call of the report, by its part; they do not wait for each other.

        Args:
            tests: Ids of the experiments.
        """
        asked: dict[Part, Call[Any]] = {CONFIGURATION: calls.projects.configuration()}
        for test in tests:
            asked |= {(test, part): call for part, call in self._of(test).items()}
        return asked

    def _of(self, test: str) -> dict[str, Call[Any]]:
        ask = calls.experiments
        shared = {
            name: value
            for name, value in self.options.items()
            if name in option_table(MetricsOptions)
        }
        found: dict[str, Call[Any]] = {
            "details": ask.get(test),
            "result": ask.result(test, **self.options),
            "timeseries": ask.timeseries(test, **self.options),
            "metrics": ask.metrics(test, **shared),
        }
        for name, where in self.segments.items():
            narrowed = {**self.options, "where": where}
            found[SEGMENT + name] = ask.result(test, **narrowed)
        if self.breakdown_by:
            found["breakdown"] = ask.result(test, breakdown_by=self.breakdown_by, **self.options)
        if self.comments:
            found["comments"] = calls.comments.list(test)
        return found


def report_request(options: PageOptions) -> ReportRequest:
    """Return what a report asks; a misspelt option must not become a report about something else.

    Args:
        options: The options of `mida.report`; None means the same as left out.

    Raises:
        InvalidRequest: An option does not exist, or a segment cannot be read.
    """
    check_names("report", options, option_table(PageOptions))
    told = {name: value for name, value in options.items() if value is not None}
    given = {name: told[name] for name in option_table(TimeseriesOptions) if name in told}
    where = given.get("where", UNSET)
    segments = {name: _within(where, one) for name, one in (options.get("segments") or {}).items()}
    decision = {name: told[name] for name in option_table(DecisionOptions) if name in told}
    check_decision(decision)
    return ReportRequest(
        segments, options.get("breakdown_by"), bool(options.get("comments")), given, decision
    )


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
        raise InvalidRequest(str(wrong).split(" ", 1)[0], str(wrong)) from None


def _within(where: Any, segment: Any) -> Any:
    """Return a segment of the visitors whom the report is about."""
    if segment is None or where is UNSET:
        return where if segment is None else segment
    return as_filter(where) & as_filter(segment)


def identifiers(tests: Any) -> list[str]:
    """Return ids as text, each once, in their order.

    Args:
        tests: One id or many, as numbers or text.

    Raises:
        InvalidRequest: One is no id, or there is none.
    """
    many = [tests] if isinstance(tests, int | str) else list(tests)
    for test in many:
        if isinstance(test, bool) or not str(test).isdigit():
            raise InvalidRequest("test_id", f"{test!r} is no experiment's id")
    if not many:
        raise InvalidRequest("tests", "no experiment to report on")
    return list(dict.fromkeys(str(test) for test in many))
