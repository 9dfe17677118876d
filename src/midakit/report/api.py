"""`report` as a verb of the clients: one fan-out, then everything else off the loop."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from midakit.core.concurrency.aio import run_blocking
from midakit.core.extras import need
from midakit.errors import InvalidRequest, NotFound
from midakit.mida.models import Status
from midakit.report.experiment_data import Outcomes, dossiers
from midakit.report.report import Report, titled
from midakit.report.report_request import Question, identifiers, question

Tests: TypeAlias = "int | str | Sequence[int | str] | None"


async def areport(
    client: Any,
    tests: Tests = None,
    *,
    path: str | Path | None = None,
    segments: Mapping[str, Any] | None = None,
    breakdown_by: str | None = None,
    comments: bool = False,
    title: str | None = None,
    **options: Any,
) -> Report:
    """`await AsyncMida.report(...)`."""
    _ready(path)
    asked = question(segments, breakdown_by, options, comments=comments)
    listed = tests is None
    ids = _running(await client.experiments.list().collect()) if listed else identifiers(tests)
    calls = asked.calls(ids)
    outcomes = await client.gather(calls.values(), on_error="collect")
    parts = dict(zip(calls, outcomes, strict=True))
    return await run_blocking(_report, ids, asked, parts, title, path, listed)


def report(
    client: Any,
    tests: Tests = None,
    *,
    path: str | Path | None = None,
    segments: Mapping[str, Any] | None = None,
    breakdown_by: str | None = None,
    comments: bool = False,
    title: str | None = None,
    **options: Any,
) -> Report:
    """`Mida.report(...)`."""
    _ready(path)
    asked = question(segments, breakdown_by, options, comments=comments)
    listed = tests is None
    ids = _running(client.experiments.list().collect()) if listed else identifiers(tests)
    calls = asked.calls(ids)
    outcomes = client.gather(calls.values(), on_error="collect")
    return _report(ids, asked, dict(zip(calls, outcomes, strict=True)), title, path, listed)


def _ready(path: str | Path | None) -> None:
    """A page needs charts, which is told before anything is fetched; verdicts and figures do not."""
    if path is not None:
        need("matplotlib", extra="report")


def _running(experiments: Sequence[Any]) -> list[str]:
    """Those that are live."""
    return [str(one.test_id) for one in experiments if one.status == Status.LIVE]


def _report(
    ids: Sequence[str],
    asked: Question,
    outcomes: Outcomes,
    title: str | None,
    path: str | Path | None,
    listed: bool,
) -> Report:
    if listed:  # the listing is the whole account's: what another project owns is not missing here
        ids = [one for one in ids if not isinstance(outcomes[one, "result"].error, NotFound)]
    if not ids:
        raise InvalidRequest("tests", "no experiment to report on: none of the project is live")
    errors = [outcomes[one, "result"].error for one in ids]
    if isinstance(errors[0], NotFound) and all(isinstance(one, NotFound) for one in errors):
        raise errors[0]  # a page about nothing would look like an answer
    found = dossiers(ids, asked, outcomes)
    made = Report(found, title or titled(found), datetime.now(UTC), limits(asked))
    if path is not None:
        made.save(path)
    return made


def limits(asked: Question) -> str:
    """What narrows a report, in words."""
    options = asked.options
    told = []
    if "start_date" in options or "end_date" in options:
        begin, end = options.get("start_date", "the start"), options.get("end_date", "today")
        told.append(f"from {begin} to {end}")
    names = {
        "goal_key": "goal", "goal_profile_id": "goal", "filter_by": "filter", "where": "only",
        "event_where": "events", "min_count": "at least", "timeframe_days": "within days",
        "tz": "time zone", "report_phase": "phase",
    }  # fmt: skip
    told += [f"{label} {options[name]}" for name, label in names.items() if name in options]
    return ", ".join(told)
