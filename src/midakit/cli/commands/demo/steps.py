"""The steps of the demo; each prints what it found."""

import asyncio
import shutil
import sys
from collections.abc import Sequence
from contextlib import AsyncExitStack
from inspect import getsource
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.style import Style
from rich.syntax import Syntax
from rich.text import Text

from midakit import AsyncMida, F, stats
from midakit.cli.commands.demo import program
from midakit.cli.commands.demo.truth import Score, expected, judge, lost_traffic, true_lifts
from midakit.cli.commands.experiments import COLUMNS
from midakit.cli.options import current
from midakit.cli.output.draw_table import console, drawn
from midakit.cli.output.progress import listeners
from midakit.cli.output.tables import Column, Table
from midakit.errors import ConfigurationError
from midakit.sandbox import Sandbox
from midakit.sandbox.data.truth import TRUTH
from midakit.stats.decision.findings.verdict import NAMES
from midakit.stats.types import Interval, Metric
from midakit.stats.wording import lift, lift_range

SEED = 42
WIDEST = 100
FOREST = 24
"""How many characters wide the drawing of the segments is."""
SEGMENTED = 1001
SEGMENTS = {
    "desktop": F.device == "desktop",
    "mobile": F.device == "mobile",
    "US and CA": F.country.in_("US", "CA"),
    "US, mobile": (F.device == "mobile") & (F.country == "US"),
}
LISTED = ("test_id", "test_name", "status", "created_at")
LIFT = (
    Column("visitors", "Visitors", "count"),
    Column("lift", "Lift", "lift"),
    Column("interval", "95% interval"),
)
DECISIONS = (
    Column("test_id", "ID", "id"),
    Column("metric", "Metric"),
    *LIFT,
    Column("verdict", "Verdict", "state"),
    Column("truth", "Truth"),
    Column("score", "", "state"),
)
FILES = {
    "report.html": "open it in a browser",
    "export": "Parquet, with a plan that resumes",
    "demo.py": "the code above, ready to run",
}


class Steps:
    """The demo, step by step.

    Args:
        place: The folder for its files.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.finished = False
        self._number = 0
        self._screen = console(sys.stdout, min(WIDEST, shutil.get_terminal_size().columns))
        self._screen.quiet = current().quiet

    async def run(self, port: int, visitors: int, *, keep: bool) -> None:
        """Serve a local Mida and show every step on it.

        Args:
            port: Port of the local server; 0 takes a free one.
            visitors: How many visitors to make up.
            keep: Keep serving afterwards.

        Raises:
            ConfigurationError: The port cannot be used.
        """
        begun = perf_counter()
        opening = "a local Mida, made-up visitors; nothing leaves this machine"
        self._screen.print(Text.assemble(("midakit demo", "bold"), f"  {opening}"))
        async with AsyncExitStack() as stack:
            sandbox = Sandbox(seed=SEED, visitors=visitors, port=port)
            self._head("A local Mida")
            try:
                await stack.enter_async_context(sandbox)
            except OSError as error:
                raise ConfigurationError(
                    f"port {port} cannot be used ({error.strerror}); choose another with --port, "
                    "or leave it out to use a free port"
                ) from None
            self._say(f"Serving at {sandbox.url}: {visitors:,} visitors, drawn from known rates.")
            mida = await stack.enter_async_context(
                AsyncMida(
                    sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url
                )
            )
            await self._decide(mida, await self._list(mida))
            await self._compare(mida)
            await self._export(mida)
            await self._report(mida)
            self._ending(perf_counter() - begun)
            if keep:
                self._say(
                    f"\nStill serving at {sandbox.url} (open it in a browser); Ctrl-C ends it."
                )
                settings = (
                    f"MIDA_BASE_URL={sandbox.base_url} MIDA_PROJECT_KEY={sandbox.project_key} "
                    f"MIDA_API_KEY={sandbox.api_key}"
                )
                self._screen.print(f"export {settings}", soft_wrap=True)
                await asyncio.Event().wait()

    def _head(self, title: str, code: str = "") -> None:
        """Begin a step; `code` is what does the same."""
        self._number += 1
        head = Text.assemble((f"\n{self._number}  {title}", "bold"), (f"   {code}", "dim"))
        head.rstrip()
        self._screen.print(head)

    def _say(self, text: str) -> None:
        self._screen.print(text)

    def _show(self, columns: Sequence[Column], rows: Sequence[Any]) -> None:
        self._screen.print(drawn(Table(rows, columns), self._screen.width)[0])

    async def _list(self, mida: AsyncMida) -> set[int | None]:
        self._head("Experiments", "mida.experiments.list()")
        found = await mida.experiments.list().collect()
        self._show([one for one in COLUMNS if one.key in LISTED], found)
        return {one.test_id for one in found}

    async def _decide(self, mida: AsyncMida, listed: set[int | None]) -> None:
        """Show the verdicts on the experiments of known truth, held against the truth."""
        self._head("Results and verdicts", "mida.verdict(test_id)")
        rows, scores, doubts = [], [], []
        for truth in (one for one in TRUTH if one.project == 0 and one.test_id in listed):
            found = (await mida.verdict(truth.test_id)).analysis
            analyses: list[tuple[Metric, stats.Analysis]] = [("conversion", found)]
            if found.comparisons and found.comparisons[0].rpv:
                verdict = await mida.verdict(truth.test_id, metric="rpv")
                analyses.append(("rpv", verdict.analysis))
            for metric, found in analyses:
                wanted = expected(truth, metric, found.method.min_effect)
                scores.append(judge(found, wanted))
                at = int(wanted.variant_id or len(found.comparisons)) - 1
                one = found.comparisons[at]
                split = "skewed" if lost_traffic(truth) else None
                rows.append({
                    "test_id": truth.test_id,
                    "metric": "RPV" if metric == "rpv" else "rate",
                    **_lift(found, one.rpv if metric == "rpv" and one.rpv else one.conversion),
                    "verdict": NAMES[found.verdict.kind].title,
                    "truth": split or lift(true_lifts(truth, metric)[at]),
                    "score": scores[-1],
                })  # fmt: skip
            if found.verdict.kind == "invalid":
                why = found.verdict.why[0]
                doubts.append(f"{truth.test_id} looks like a win, but {why}.")
        self._show(DECISIONS, rows)
        self._say("\n".join([summary(scores), *doubts]))

    async def _compare(self, mida: AsyncMida) -> None:
        """Show segments side by side, as a forest plot."""
        self._head("Segments", f"mida.verdict({SEGMENTED}, segments=...), side by side")
        verdict = await mida.verdict(SEGMENTED, segments=SEGMENTS)
        parts = {name: one.analysis for name, one in verdict.segments.items()}
        found = {"everyone": verdict.analysis, **parts}
        rates = {name: one.comparisons[0].conversion for name, one in found.items()}
        ends = [end for one in rates.values() for end in one.lift_interval or ()]
        scale = min([*ends, 0.0]), max([*ends, 0.0])
        rows = [
            {
                "segment": name,
                **_lift(found[name], one),
                "drawn": forest(one.lift, one.lift_interval, scale),
            }
            for name, one in rates.items()
        ]
        left, right = (f"{round(100 * end):+d}%".replace("+0%", "0%") for end in scale)
        axis = left + right.rjust(FOREST - len(left))
        self._show((Column("segment", "Segment"), *LIFT, Column("drawn", axis, "figures")), rows)

    async def _export(self, mida: AsyncMida) -> None:
        self._head("Bulk export", "mida.export(folder, segments=..., breakdowns=...)")
        async with AsyncExitStack() as stack:
            report = await mida.export(
                str(self.place / "export"), segments=SEGMENTS, breakdowns=["country", "device"],
                on_progress=listeners(stack),
            )  # fmt: skip
        rows = ", ".join(f"{count:,} {table}" for table, count in report.rows.items())
        size = sum(file.bytes for file in report.files) / 1e3
        self._say(f"{rows} in {len(report.files)} Parquet files, {size:,.0f} kB.")
        if report.absent:
            self._say(
                "2001 has no report here: listings are of the whole account, and it belongs to its "
                "second project."
            )

    async def _report(self, mida: AsyncMida) -> None:
        self._head("HTML report", "mida.report(path=..., segments=...)")
        page = self.place / "report.html"
        made = await mida.report(path=page, segments=SEGMENTS, title="The demo's experiments")
        self._say(
            f"{len(made)} experiments on one page of {page.stat().st_size / 1e3:,.0f} kB: verdicts, "
            "charts, segments, and how each figure was made. It needs no network."
        )

    def _ending(self, took: float) -> None:
        """Print the code, and where everything is."""
        code = getsource(program)
        (self.place / "demo.py").write_text(code, encoding="utf-8")
        self._head("The same in code", f"{self.place / 'demo.py'}")
        drawing = Syntax("", "python", theme="ansi_dark").highlight(code.strip())
        drawing.rstrip()
        self._screen.print(drawing, soft_wrap=True)
        self._head("Where everything is")
        for name, what in FILES.items():
            path = self.place / name
            link = Text(str(path), style=Style(link=path.resolve().as_uri()))
            told = " " * (13 - len(name)) + what
            self._screen.print(Text.assemble(link, (told, "dim")), soft_wrap=True)
        self._say(f"\nAll of it took {took:.1f} s. With an account of yours: midakit login")
        self.finished = True


def _lift(analysis: stats.Analysis, figures: Any) -> dict[str, Any]:
    """Return the visitors, the lift, and its interval as the engine of the project has it."""
    exact = analysis.method.engine == "bayesian" and getattr(figures, "lift_interval", None)
    return {
        "visitors": sum(arm.visitors for arm in analysis.arms),
        "lift": None if figures.lift is None else 100 * figures.lift,
        "interval": lift_range(exact or figures.lift_ci),
    }


def summary(scores: Sequence[Score]) -> str:
    """Say how many verdicts were right.

    Args:
        scores: The score of each verdict.

    Returns:
        One sentence.
    """
    right, waiting, wrong = (scores.count(word) for word in ("right", "open", "wrong"))
    text = f"Against the truth: {right} of {len(scores)} verdicts right, {wrong} wrong"
    return f"{text}, {waiting} open (too few visitors yet to decide)." if waiting else f"{text}."


def forest(middle: float | None, ends: Interval | None, scale: Interval) -> str:
    """Draw an interval with its middle, and where zero is.

    Args:
        middle: Where the dot stands.
        ends: Both ends of the interval.
        scale: The lifts at the left and the right end of the drawing.

    Returns:
        The drawing in characters; empty without an interval.
    """
    low, high = scale
    if middle is None or ends is None or high <= low:
        return ""
    begin, zero, dot, end = (
        round((value - low) / (high - low) * (FOREST - 1))
        for value in (ends[0], 0.0, middle, ends[1])
    )
    cells = [" "] * begin + ["─"] * (end + 1 - begin) + [" "] * (FOREST - 1 - end)
    cells[zero] = "┼" if cells[zero] == "─" else "│"
    cells[dot] = "●"
    return "".join(cells)
