"""`report`: one fan-out, then everything else off the event loop."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeAlias, Unpack

from midakit.core.concurrency.aio import run_blocking
from midakit.core.options import expand_options
from midakit.errors import InvalidRequest, NotFound
from midakit.mida.models import Status
from midakit.mida.options import PageOptions
from midakit.report.experiment_data import Outcomes, experiments_data
from midakit.report.report import Report, titled
from midakit.report.report_request import ReportRequest, identifiers, report_request

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

Tests: TypeAlias = "int | str | Sequence[int | str] | None"


@expand_options
async def report(
    client: "AsyncMida", tests: Tests = None, **options: Unpack[PageOptions]
) -> Report:
    """Make one page about one experiment, several, or every live one of the project.

    Args:
        client: A client of the project; it sends the calls of the report.
        tests: One id or many; when left out, every live experiment of the project.
        start_date: The first day, inclusive: a `date`, or text such as `2026-01-31`, `yesterday` or `-7d`.
        end_date: The last day, inclusive.
        goal_key: Key of the goal to count; when left out, the experiment's primary goal.
        goal_profile_id: Id of the goal to count, instead of `goal_key`.
        filter_by: Preset filters such as `desktop` or `country-US`: text with commas, or a list.
        where: Only visitors of this segment: an expression of `F`, text such as `device == mobile`, or the
            API's nested list.
        event_where: Counts only events with these attributes: an expression of `E`, text such as
            `event.revenue > 100`, or the API's nested list.
        min_count: How many events a visitor needs to count as converted; 1 or more.
        timeframe_days: Counts only events within so many days after the visitor entered the experiment.
        tz: Time zone in which days begin: hours from UTC such as 2 or -5.5, or a zone such as
            `Europe/Berlin`; when left out, UTC.
        report_phase: Counts the time before a winner was served (`pre_deploy`), after it (`post_deploy`), or
            `all_time`.
        metric: Decides by the conversion rate (`conversion`), revenue per visitor (`rpv`) or order value
            (`aov`); when left out, by the conversion rate.
        horizon: The planned end, as visitors of all arms or as the last day: verdicts are then safe at every
            look.
        spending: How a planned end spends the error rate: nearly all at the end (`obrien-fleming`, when left
            out), or evenly (`pocock`).
        min_effect: Relative lifts smaller than this count as no difference; when left out, 0.05 for 5 %.
        guardrails: Metrics that must not get worse, such as `rpv`, or with the loss that is tolerated, as
            `rpv=0.02`.
        engine: Which rule decides; when left out, the project's.
        threshold: The chance to beat Control that is needed, or 1 minus the p-value, such as 0.95; when left
            out, the project's.
        alternative: Tails of the frequentist test; when left out, the project's.
        correction: How evidence is corrected; when left out, `holm` over variants, and `bh` over segments and
            variants.
        tuning: Visitors in two arms at which always-valid figures are tightest; when left out, four weeks of
            the traffic.
        level: Level of the intervals; when left out, 0.95.
        prior: Beta prior of every rate, by name or as its two parameters; when left out, `jeffreys`.
        min_visitors: An arm with fewer visitors makes no winner and no loser; when left out, 100.
        min_conversions: An arm with fewer conversions makes no winner and no loser; when left out, 25.
        assumed_spend_cv: The coefficient of variation of spending that is assumed without sums of squares;
            when left out, 1.
        srm_alpha: The p-value below which the traffic split is off at one look; when left out, 0.001.
        path: Also saves the page as this HTML file.
        segments: Adds the result of each of these segments, by name.
        breakdown_by: Adds the result for each value of this dimension.
        comments: Adds the discussion of each experiment.
        title: The title of the page; when left out, it names the experiments.

    Raises:
        InvalidRequest: An option does not exist or breaks its rule, or there is no experiment.
        MidakitError: The project could not be read; parts that are missing are named in the report.

    Example:
        page = await report(mida, [1001, 1002], min_effect=0.02)
        print(page)  # as text; `page.save("weekly.html")` writes the page
    """
    asked = report_request(options)
    listed = tests is None
    if listed:
        found = client.experiments.list()
        ids = [str(one.test_id) async for one in found if one.status == Status.LIVE]
    else:
        ids = identifiers(tests)
    calls = asked.calls(ids)
    outcomes = await client.gather(calls.values(), on_error="collect")
    parts = dict(zip(calls, outcomes, strict=True))
    return await run_blocking(_report, ids, asked, parts, options, listed)


def _report(
    ids: Sequence[str],
    asked: ReportRequest,
    outcomes: Outcomes,
    options: PageOptions,
    listed: bool,
) -> Report:
    if listed:  # the listing is the whole account's: what another project owns is not missing here
        ids = [one for one in ids if not isinstance(outcomes[one, "result"].error, NotFound)]
    if not ids:
        raise InvalidRequest("tests", "no experiment to report on: none of the project is live")
    errors = [outcomes[one, "result"].error for one in ids]
    if isinstance(errors[0], NotFound) and all(isinstance(one, NotFound) for one in errors):
        raise errors[0]  # a page about nothing would look like an answer
    found = experiments_data(ids, asked, outcomes)
    made = Report(found, options.get("title") or titled(found), datetime.now(UTC), limits(asked))
    path = options.get("path")
    if path is not None:
        made.save(path)
    return made


def limits(asked: ReportRequest) -> str:
    """Say in words what a report is limited to.

    Args:
        asked: The options of `mida.report`.
    """
    options = asked.verdict.options
    told = []
    if "start_date" in options or "end_date" in options:
        begin, end = options.get("start_date", "the start"), options.get("end_date", "today")
        told.append(f"from {begin} to {end}")
    names = {
        "goal_key": "goal", "goal_profile_id": "goal", "filter_by": "filter", "where": "only",
        "event_where": "events", "min_count": "at least", "timeframe_days": "within days",
        "tz": "time zone", "report_phase": "phase",
    }  # fmt: skip
    told += [
        f"{names.get(name, name.replace('_', ' '))} {value}"
        for name, value in options.items()
        if name not in ("start_date", "end_date")
    ]
    return ", ".join(told)
