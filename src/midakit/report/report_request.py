"""What a report asks the API, as calls that nobody has sent yet."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from numbers import Integral
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeAlias

from midakit.core.call import Call
from midakit.core.checks import a_kind, several
from midakit.errors import InvalidRequest
from midakit.mida import calls, verdicts
from midakit.mida.options import Dimension, PageOptions
from midakit.mida.verdicts import VerdictRequest, options_of_metrics, verdict_request

if TYPE_CHECKING:
    from midakit.mida.models import BreakdownBy

Part: TypeAlias = tuple[str, str]
"""An experiment and what is asked of it: ("1234", "result")."""

CONFIGURATION: Part = ("", verdicts.CONFIGURATION)


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """The same for every experiment of a report."""

    verdict: VerdictRequest = field(default_factory=VerdictRequest)
    breakdown_by: "BreakdownBy | Dimension | None" = None
    comments: bool = False

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
        ask, options = calls.experiments, self.verdict.options
        found: dict[str, Call[Any]] = {
            "details": ask.get(test),
            **self.verdict.calls(test),
            "metrics": ask.metrics(test, **options_of_metrics(options)),
        }
        if self.breakdown_by:
            found["breakdown"] = ask.result(test, breakdown_by=self.breakdown_by, **options)
        if self.comments:
            found["comments"] = calls.comments.list(test)
        return found


def report_request(options: PageOptions) -> ReportRequest:
    """Return what a report asks; a misspelt option must not become a report about something else.

    Args:
        options: The options of `mida.report`; None means the same as left out.

    Raises:
        InvalidRequest: An option does not exist, or a segment or `path` cannot be read.
    """
    path = options.get("path")
    if path is not None and not isinstance(path, str | PathLike):
        raise InvalidRequest("path", f"the path of a file, not {a_kind(path)}")
    request = verdict_request(options, owner="report", fields=PageOptions)
    return ReportRequest(request, options.get("breakdown_by"), bool(options.get("comments")))


def identifiers(tests: Any) -> list[str]:
    """Return ids as text, each once, in their order.

    Args:
        tests: One id or many, as numbers or text.

    Raises:
        InvalidRequest: One is no id, or there is none.
    """
    rule = "must be an experiment's id, or a list of ids"
    many = [tests] if isinstance(tests, Integral | str) else several("tests", tests, rule)
    for test in many:
        if isinstance(test, bool) or not str(test).isdigit():
            raise InvalidRequest("test_id", f"{test!r} is no experiment's id")
    if not many:
        raise InvalidRequest("tests", "no experiment to report on")
    return list(dict.fromkeys(str(test) for test in many))
