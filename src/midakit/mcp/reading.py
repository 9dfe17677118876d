"""The tools that read: few and deep, each a question that people ask."""

from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import anyio

from midakit import stats
from midakit.errors import InvalidRequest, MidakitError
from midakit.mcp import answers
from midakit.mcp.account import JUDGED, Progress, judged, live_experiments
from midakit.mcp.bounded import (
    LONGEST_LINE,
    MOST_CHARACTERS,
    cut,
    few,
    fitting,
    name,
    page,
    rounded,
    start_of,
)
from midakit.mcp.explaining import explanation
from midakit.mcp.problems import problems

if TYPE_CHECKING:
    from midakit.export import ExportReport
    from midakit.export.run.event import ProgressEvent
    from midakit.mida._async.client import AsyncMida

PAGE = 25
SPACE_FOR_ROWS = MOST_CHARACTERS - 200
"""What the rows of an answer may take; the rest is for its other fields."""
MOST_SEGMENTS = 12
MOST_FOUND = 20
EVENTS_READ = 500
STOPPABLE = ("winner", "loser", "no_difference", "inconclusive")

Status = Literal["any", "draft", "live", "inactive"]
Table = Literal["experiments", "results", "timeseries", "metrics", "goals"]


class Reading:
    """What an assistant may ask; nothing here changes anything on the server.

    Args:
        mida: The client.
        folder: Where exports are written; None where no export is allowed.
    """

    def __init__(self, mida: "AsyncMida", folder: Path | None = None) -> None:
        self.mida = mida
        self.folder = folder

    async def find_experiments(
        self, text: str, status: Status, cursor: str | None
    ) -> answers.ExperimentPage:
        """Return experiments whose name or address has a text.

        Args:
            text: Part of the name or the address; empty for all.
            status: Only these.
            cursor: From an earlier answer.

        Raises:
            InvalidRequest: The cursor is not ours.
        """
        start = start_of(cursor)
        wanted = text.casefold().strip()
        listed = await self.mida.experiments.list(page_size=500).collect()
        matching = [
            one for one in listed
            if (status == "any" or (one.status is not None and str(one.status) == status))
            and (wanted in (one.test_name or "").casefold() or wanted in (one.url or "").casefold())
        ]  # fmt: skip
        matching.sort(key=lambda one: -(one.test_id or 0))
        shown, more = page(matching, start, PAGE)
        rows = [
            answers.ExperimentRow(
                one.test_id or 0, name(one.test_name), str(one.status), cut(one.url) or None,
                one.created_at.date().isoformat() if one.created_at else None,
            )
            for one in shown
        ]  # fmt: skip
        fits = fitting(rows, SPACE_FOR_ROWS)
        return answers.ExperimentPage(fits, more if fits == rows else str(start + len(fits)))

    async def explain(
        self, test_id: int, start_date: str | None, end_date: str | None, goal_key: str | None
    ) -> answers.Explanation:
        """Return what an experiment is, what it shows, and what to decide.

        Args:
            test_id: The experiment.
            start_date: The first day; None for the beginning.
            end_date: The last day; None for today.
            goal_key: Another goal than the primary one.

        Raises:
            MidakitError: It could not be read.
        """
        given = {"start_date": start_date, "end_date": end_date, "goal_key": goal_key}
        options = {key: value for key, value in given.items() if value}
        details = await self.mida.experiments.get(test_id)
        verdict = await self.mida.verdict(test_id, **options)  # type: ignore[arg-type]
        return explanation(details, verdict)

    async def compare(self, test_id: int, segments: Mapping[str, str]) -> answers.SegmentComparison:
        """Return the verdict on each segment, with evidence corrected over all of them.

        Args:
            test_id: The experiment.
            segments: Conditions by name, such as `device == mobile`.

        Raises:
            InvalidRequest: There are none or too many, or a condition is wrong.
        """
        if not 1 <= len(segments) <= MOST_SEGMENTS:
            raise InvalidRequest("segments", f"give 1 to {MOST_SEGMENTS} segments")
        verdict = await self.mida.verdict(test_id, segments=segments)
        rows = []
        for segment, found in (verdict.segments or {}).items():
            analysis = found.analysis
            lifts = [one.conversion.lift for one in analysis.comparisons] if analysis else []
            known = [one for one in lifts if one is not None]
            rows.append(
                answers.SegmentRow(
                    name(segment), sum(arm.visitors for arm in analysis.arms) if analysis else 0,
                    found.kind, cut(found.headline, LONGEST_LINE),
                    rounded(max(known, key=abs)) if known else None,
                )
            )  # fmt: skip
        title = verdict.analysis.test_name if verdict.analysis else None
        return answers.SegmentComparison(test_id, name(title), rows)

    async def stoppable(self, cursor: str | None, progress: Progress) -> answers.StopList:
        """Return live experiments whose verdict is out.

        Args:
            cursor: From an earlier answer.
            progress: Told how far it is.

        Raises:
            InvalidRequest: The cursor is not ours.
        """
        rows, more = page(await live_experiments(self.mida), start_of(cursor), JUDGED)
        found, lost = await judged(self.mida, rows, progress)
        stops = [
            answers.StopRow(
                details.test_id or 0, name(details.test_name), verdict.kind,
                cut(verdict.headline, LONGEST_LINE), verdict.peek_safe,
                details.serving_variant_id,
            )
            for details, verdict in found
            if verdict.kind in STOPPABLE
        ]  # fmt: skip
        return answers.StopList(stops, len(found), few(lost), more)

    async def broken(self, cursor: str | None, progress: Progress) -> answers.ProblemList:
        """Return live experiments with something wrong.

        Args:
            cursor: From an earlier answer.
            progress: Told how far it is.

        Raises:
            InvalidRequest: The cursor is not ours.
        """
        rows, more = page(await live_experiments(self.mida), start_of(cursor), JUDGED)
        found, lost = await judged(self.mida, rows, progress)
        goals = await self.mida.goals.list(page_size=500).collect()
        keys, now = frozenset(one.goal_profile_id for one in goals), datetime.now(UTC)
        wrong = [
            answers.ProblemRow(details.test_id or 0, name(details.test_name), few(said, 3))
            for details, verdict in found
            if (said := problems(details, verdict, now, keys))
        ]
        return answers.ProblemList(wrong, len(found), few(lost), more)

    async def search(self, text: str) -> answers.GoalsAndEvents:
        """Return goals and lately recorded events whose names have a text.

        Args:
            text: Part of a key, a name or a value; empty for all.
        """
        wanted = text.casefold().strip()
        goals = [
            answers.GoalRow(
                name(one.goal_key), name(one.goal_name), str(one.goal_type), name(one.goal_value)
            )
            for one in await self.mida.goals.list(page_size=500).collect()
            if any(wanted in str(part or "").casefold()
                   for part in (one.goal_key, one.goal_name, one.goal_value))
        ]  # fmt: skip
        events = await self.mida.events.list(page_size=500, max_items=EVENTS_READ).collect()
        seen = Counter(
            one.event_text for one in events if wanted in (one.event_text or "").casefold()
        )
        rows = [answers.EventRow(name(text), count) for text, count in seen.most_common(MOST_FOUND)]
        shown = fitting(goals[:MOST_FOUND], SPACE_FOR_ROWS * 2 // 3)
        return answers.GoalsAndEvents(
            shown, fitting(rows, SPACE_FOR_ROWS // 3), len(goals) - len(shown)
        )

    async def export(
        self, kinds: list[Table], start_date: str | None, progress: Progress
    ) -> answers.Exported:
        """Write reports as Parquet into the folder that was allowed at the start.

        Args:
            kinds: Which tables.
            start_date: The first day of every report; None for each experiment's start.
            progress: Told how far it is.

        Raises:
            InvalidRequest: No folder was allowed.
        """
        if self.folder is None:
            raise InvalidRequest("export", "is off: start `midakit mcp` with --folder")
        place = self.folder / f"export-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        report = await self._exported(place, kinds or ["results"], start_date, progress)
        return answers.Exported(
            str(place), dict(report.rows), report.exit_code == 0, cut(report.why or report.state)
        )

    async def _exported(
        self, place: Path, kinds: list[Table], start_date: str | None, progress: Progress
    ) -> "ExportReport":
        """Export, while a task of its own tells how far it is."""
        events, latest = anyio.create_memory_object_stream[tuple[int, int]](1)

        def listen(event: "ProgressEvent") -> None:
            with suppress(
                anyio.WouldBlock, anyio.BrokenResourceError
            ):  # it is read slowly, or no more
                events.send_nowait((event.done + event.failed, event.total))

        async def tell() -> None:
            async with latest:
                async for done, total in latest:
                    await progress(done, total)

        outcome: ExportReport | Exception = MidakitError("the export did not begin")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(tell)
            with events:
                try:
                    outcome = await self.mida.export(
                        place, kinds=kinds, start_date=start_date, on_progress=listen
                    )
                except (MidakitError, OSError) as error:
                    outcome = error  # raised below: here it would end in a group
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def plan_test(
    baseline_rate: float, smallest_lift: float, daily_visitors: float | None, variants: int
) -> answers.TestPlan:
    """Return how many visitors a test needs for 80 % power at 5 %.

    Args:
        baseline_rate: The conversion rate of Control, as a share.
        smallest_lift: The smallest relative lift that matters, as a share.
        daily_visitors: Visitors of the page per day; None where it is not known.
        variants: How many variants there are beside Control.

    Raises:
        InvalidRequest: A number is out of its bounds.
    """
    for field, value in (("baseline_rate", baseline_rate), ("smallest_lift", smallest_lift)):
        if not 0 < value < 1:
            raise InvalidRequest(field, f"{value:g} is not between 0 and 1; 0.05 is 5 %")
    if not 1 <= variants <= 20:
        raise InvalidRequest("variants", "must be 1 to 20, Control not counted")
    size = stats.plan.sample_size(baseline=baseline_rate, lift=smallest_lift, treatments=variants)
    days = None
    if daily_visitors is not None:
        if daily_visitors <= 0:
            raise InvalidRequest("daily_visitors", "must be more than 0")
        days = stats.plan.days(size.total, daily_visitors=daily_visitors)
    said = (
        f"To see a lift of {smallest_lift:.1%} on a rate of {baseline_rate:.2%} takes "
        f"{size.per_treatment:,} visitors per variant"
    )
    return answers.TestPlan(
        size.per_treatment, size.total, days, f"{said}, about {days} days." if days else f"{said}."
    )
