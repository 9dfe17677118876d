"""What a report asks the API, as calls that nobody has sent yet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from midakit.core.call import Call
from midakit.core.unset import UNSET
from midakit.errors import InvalidRequest
from midakit.mida import calls
from midakit.mida.filters import Filter, parse_segment

if TYPE_CHECKING:
    from midakit.mida.models import BreakdownBy
    from midakit.mida.options import Dimension

Part: TypeAlias = tuple[str, str]
"""An experiment and what is asked of it: ("1234", "result")."""

CONFIGURATION: Part = ("", "configuration")
SEGMENT = "segment "

_SHARED = frozenset({
    "start_date", "end_date", "filter_by", "where", "tz", "report_phase",
})  # fmt: skip
_OPTIONS = _SHARED | {"goal_key", "goal_profile_id", "event_where", "min_count", "timeframe_days"}


@dataclass(frozen=True, slots=True)
class Question:
    """The same for every experiment of a report."""

    segments: Mapping[str, Any] = field(default_factory=dict)
    breakdown_by: "BreakdownBy | Dimension | None" = None
    comments: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def calls(self, tests: Sequence[str]) -> dict[Part, Call[Any]]:
        """Every call of the report, by its part; they do not wait for each other."""
        asked: dict[Part, Call[Any]] = {CONFIGURATION: calls.projects.configuration()}
        for test in tests:
            asked |= {(test, part): call for part, call in self._of(test).items()}
        return asked

    def _of(self, test: str) -> dict[str, Call[Any]]:
        ask = calls.experiments
        shared = {name: value for name, value in self.options.items() if name in _SHARED}
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


def question(
    segments: Mapping[str, Any] | None,
    breakdown_by: "BreakdownBy | Dimension | None",
    options: Mapping[str, Any],
    *,
    comments: bool,
) -> Question:
    """A question, checked: a misspelt option must not become a report about something else."""
    unknown = sorted(set(options) - _OPTIONS)
    if unknown:
        raise InvalidRequest(
            unknown[0], f"no option of a report; there are: {', '.join(sorted(_OPTIONS))}"
        )
    given = {name: value for name, value in options.items() if value is not None}
    where = given.get("where", UNSET)
    narrowed = {name: _within(where, one) for name, one in (segments or {}).items()}
    return Question(narrowed, breakdown_by, comments, given)


def _within(where: Any, segment: Any) -> Any:
    """A segment of those whom the report is about."""
    if isinstance(segment, str):
        segment = parse_segment(segment)
    if segment is None:
        return where
    if where is UNSET:
        return segment
    if isinstance(where, Filter) and isinstance(segment, Filter):
        return where & segment
    if isinstance(where, list) and isinstance(segment, list):
        return [*where, *segment]  # the outer list means "and"
    raise InvalidRequest("where", "where and segments are both expressions, or both raw lists")


def identifiers(tests: Any) -> list[str]:
    """One id or many, each once, in their order."""
    many = [tests] if isinstance(tests, int | str) else list(tests)
    for test in many:
        if isinstance(test, bool) or not str(test).isdigit():
            raise InvalidRequest("test_id", f"{test!r} is no experiment's id")
    if not many:
        raise InvalidRequest("tests", "no experiment to report on")
    return list(dict.fromkeys(str(test) for test in many))
