"""What the demo prints: the same words on a terminal, in a pipe and in a log."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.style import Style
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from midakit.cli.commands.demo.truth import Expected, Judgement, lost_traffic, true_lifts
from midakit.cli.output.figures import between

if TYPE_CHECKING:
    from midakit.export.run.report import ExportReport
    from midakit.sandbox.data.truth import Truth
    from midakit.stats import Analysis

Row = tuple["Truth", "Analysis", Expected, Judgement]
WIDEST = 100
FILES = {
    "report.html": "open it in a browser",
    "export": "Parquet, with a plan that resumes",
    "demo.py": "the code above, ready to run",
}
DECISIONS = ("id", "measure", "visitors", "lift", "95% interval", "verdict", "truth", "")
COLORS = {
    "winner": "green",
    "loser": "red",
    "invalid": "magenta",
    "no_difference": "blue",
    "keep_running": "yellow",
}
MARKS = {"right": "[green]right[/]", "open": "[yellow]open[/]", "wrong": "[bold red]wrong[/]"}


class Screen:
    """Prints each step as it is done."""

    def __init__(self, *, quiet: bool = False, color: bool = True) -> None:
        self.console = Console(highlight=False, quiet=quiet, no_color=None if color else True)
        self.console.width = min(self.console.width, WIDEST)
        self.finished = False
        self._step = 0

    def note(self, text: str) -> None:
        """A sentence, broken between words."""
        self.console.print(text)

    def opening(self) -> None:
        """What this is."""
        self.note(
            "[bold]midakit demo[/]  a local Mida, made-up visitors; nothing leaves this machine"
        )

    def _head(self, title: str, took: float | None = None, note: str = "") -> None:
        self._step += 1
        time = f" · {took:.1f} s" if took is not None else ""
        self.console.print(
            f"\n[bold]{self._step}  {title}[/][dim]{time}{f'   {note}' if note else ''}[/]"
        )

    def served(self, url: str, visitors: int, took: float) -> None:
        """The sandbox is up."""
        self._head("A local Mida", took)
        self.note(f"Serving at [cyan]{url}[/]: {visitors:,} visitors, drawn from known rates.")

    def listed(self, experiments: Sequence[Any]) -> None:
        """The listing."""
        self._head("Experiments", note="mida.experiments.list()")
        table = _table("id", "experiment", "status", "created")
        for one in experiments:
            created = f"{one.created_at:%Y-%m-%d}" if one.created_at else "-"
            table.add_row(str(one.test_id), escape(one.test_name or "-"), _status(one), created)
        self.console.print(table)

    def decided(self, rows: Sequence[Row], took: float) -> None:
        """Verdicts beside the truth."""
        self._head("Results and verdicts", took, "stats.analyze(result, config=...)")
        table = _table(*DECISIONS, right=(2, 3))
        for truth, found, wanted, judgement in rows:
            table.add_row(*_decision(truth, found, wanted, judgement))
        self.console.print(table)
        self.note(score([row[3] for row in rows]))
        for truth, found, _, _ in rows:
            if found.verdict.kind == "invalid":
                self.note(f"{truth.test_id} looks like a win, but {escape(found.verdict.why[0])}.")

    def segmented(self, test_id: int, found: Mapping[str, "Analysis"], took: float) -> None:
        """A forest plot."""
        self._head("Segments", took, f"mida.experiments.segments({test_id}, ...), side by side")
        scale = _scale([one.comparisons[0].conversion.lift_interval for one in found.values()])
        table = _table("segment", "visitors", "lift", "95% interval", _axis(scale), right=(1, 2))
        for name, one in found.items():
            rates = one.comparisons[0].conversion
            drawn = forest(rates.lift, rates.lift_interval, scale)
            visitors = sum(arm.visitors for arm in one.arms)
            table.add_row(
                name,
                f"{visitors:,.0f}",
                *_lift(rates, one.method.engine),
                Text(drawn, style="cyan"),
            )
        self.console.print(table)

    def exporting(self) -> None:
        """The heading above the bar."""
        self._head("Bulk export", note="mida.export(folder, segments=..., breakdowns=...)")

    @contextmanager
    def progress(self) -> Iterator[Callable[[Any], None]]:
        """A live bar on a terminal, lines elsewhere."""
        from midakit.export.run.progress import Bar, Lines

        if self.console.is_terminal:
            with Bar(self.console) as bar:
                yield bar
        else:
            yield Lines(StringIO() if self.console.quiet else self.console.file)

    def exported(self, report: "ExportReport") -> None:
        """What there is now."""
        rows = ", ".join(f"{count:,} {table}" for table, count in report.rows.items())
        size = sum(file.bytes for file in report.files)
        self.note(
            f"{rows} in {len(report.files)} Parquet files, {size / 1e3:,.0f} kB"
            f" ({report.fetched} calls in {report.seconds:.1f} s)."
        )
        if report.absent:
            self.note(
                "[dim]2001 has no report here: listings are of the whole account, and it belongs to "
                "its second project.[/]"
            )

    def reported(self, experiments: int, page: Path, took: float) -> None:
        """The report is written."""
        self._head("HTML report", took, "mida.report(path=..., segments=...)")
        self.note(
            f"{experiments} experiments on one page of {page.stat().st_size / 1e3:,.0f} kB: verdicts, "
            "charts, segments, and how each figure was made. It needs no network."
        )

    def ending(self, program: str, place: Path, took: float) -> None:
        """The code, and where everything is."""
        self._head("The same in code", note=f"{place / 'demo.py'}")
        code = Syntax("", "python", theme="ansi_dark").highlight(program.strip())
        code.rstrip()
        self.console.print(code, soft_wrap=True)
        self._head("Where everything is")
        widest = max(map(len, FILES))
        for name, what in FILES.items():
            self._place(place / name, " " * (widest - len(name) + 2) + what)
        self.note(f"\nAll of it took {took:.1f} s. With an account of yours: midakit login")
        self.finished = True

    def _place(self, path: Path, what: str) -> None:
        """A file to click on, where the terminal can; never broken, so that it can be copied."""
        name = Text(str(path), style=Style(link=path.resolve().as_uri()))
        self.console.print(Text.assemble(name, (what, "dim")), soft_wrap=True)

    def serving_on(self, url: str, project_key: str, api_key: str) -> None:
        """With --keep."""
        self.note(f"\nStill serving at [cyan]{url}[/] (open it in a browser); Ctrl-C ends it.")
        settings = f"MIDA_BASE_URL={url}/v2 MIDA_PROJECT_KEY={project_key} MIDA_API_KEY={api_key}"
        self.console.print(f"export {settings}", soft_wrap=True)


def _table(*titles: str, right: Sequence[int] = ()) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim")
    table.padding = (0, 1, 0, 0)
    for number, title in enumerate(titles):
        table.add_column(title, justify="right" if number in right else "left", no_wrap=True)
    return table


def _status(one: Any) -> str:
    name = getattr(one.status, "name", None) or str(one.status)
    return str(name).lower()


def _decision(
    truth: "Truth", found: "Analysis", wanted: Expected, judgement: Judgement
) -> list[str]:
    metric = found.method.metric
    at = int(wanted.variant_id or len(found.comparisons)) - 1
    one = found.comparisons[at]
    figures = one.rpv if metric == "rpv" and one.rpv else one.conversion
    kind = found.verdict.kind
    return [
        str(truth.test_id),
        "revenue" if metric == "rpv" else "rate",
        f"{sum(arm.visitors for arm in found.arms):,.0f}",
        *_lift(figures, found.method.engine),
        f"[{COLORS[kind]}]{kind.replace('_', ' ')}[/]",
        "bad split" if lost_traffic(truth) else f"{true_lifts(truth, metric)[at]:+.1%}",
        MARKS[judgement],
    ]


def _lift(figures: Any, engine: str) -> tuple[str, str]:
    """The lift, and its interval as the engine of the project has it."""
    exact = getattr(figures, "lift_interval", None) if engine == "bayesian" else None
    interval = between(exact or figures.lift_ci)
    if figures.lift is None or interval is None:
        return "-", "-"
    return f"{figures.lift:+.1%}", interval


def score(judgements: Sequence[Judgement]) -> str:
    """How many were right, said as it is."""
    right, waiting, wrong = (judgements.count(word) for word in ("right", "open", "wrong"))
    text = f"Against the truth: {right} of {len(judgements)} verdicts right, {wrong} wrong"
    return f"{text}, {waiting} open (too few visitors yet to decide)." if waiting else f"{text}."


def _scale(intervals: Sequence[tuple[float, float] | None]) -> tuple[float, float]:
    ends = [end for one in intervals if one for end in one]
    return min([*ends, 0.0]), max([*ends, 0.0])


FOREST = 24


def forest(lift: float | None, ends: tuple[float, float] | None, scale: tuple[float, float]) -> str:
    """An interval with its middle, and where zero is."""
    low, high = scale
    if lift is None or ends is None or high <= low:
        return ""

    def at(value: float) -> int:
        return round((value - low) / (high - low) * (FOREST - 1))

    cells = [" "] * FOREST
    for place in range(at(ends[0]), at(ends[1]) + 1):
        cells[place] = "─"
    cells[at(0.0)] = "┼" if cells[at(0.0)] == "─" else "│"
    cells[at(lift)] = "●"
    return "".join(cells)


def _axis(scale: tuple[float, float]) -> str:
    left, right = (f"{round(100 * end):+d}%".replace("+0%", "0%") for end in scale)
    return left + " " * max(1, FOREST - len(left) - len(right)) + right
