"""`midakit demo`: a local Mida and everything worth seeing of it, in one process.

Nothing leaves the machine. Files go to a folder of their own, which is never one that exists.
"""

import asyncio
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from inspect import getsource
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from midakit.core.extras import need
from midakit.errors import ConfigurationError

if TYPE_CHECKING:
    from midakit import AsyncMida
    from midakit.cli.commands.demo.screen import Screen
    from midakit.mida.models.experiments import Experiment
    from midakit.sandbox import Sandbox

SEED, VISITORS = 42, 300_000
FOLDER = "midakit-demo"
SEGMENTED = 1001
NEEDS = (("rich", "cli"), ("uvicorn", "sandbox"), ("pyarrow", "export"), ("matplotlib", "report"))


def demo(
    folder: Path | None = None, *, port: int = 0, visitors: int = VISITORS, keep: bool = False
) -> int:
    """Show everything on made-up data: no account, no network, half a minute at most.

    Starts a local Mida with six experiments of known truth, lists them, decides them and holds
    each verdict against the truth, compares segments, exports to Parquet, writes a report.

    Parameters
    ----------
    folder
        Where the files go; a new folder midakit-demo when left out.
    port
        Of the local server; a free one when left out.
    visitors
        How many visitors to make up.
    keep
        Go on serving afterwards, until Ctrl-C.
    """
    _needed()
    from midakit.cli.commands.demo.screen import Screen
    from midakit.cli.options import current

    place = fresh(folder or current().output)
    screen = Screen(quiet=current().quiet, color=not current().no_color)
    try:
        asyncio.run(_show(screen, place, port, visitors, keep=keep))
    except KeyboardInterrupt:
        if screen.finished:  # it was only still serving
            return 0
        kept = f"what was written is in {place}" if _kept(place) else "nothing was written"
        raise KeyboardInterrupt(f"the local Mida is stopped; {kept}") from None
    except BaseException:
        _kept(place)
        raise
    return 0


def _kept(place: Path) -> bool:
    """Whether the folder holds anything; an empty one goes."""
    with suppress(OSError):
        place.rmdir()
    return place.exists()


def fresh(folder: Path | None, base: Path | None = None) -> Path:
    """A new folder: the one asked for, else midakit-demo here (-2, -3, ...), else a temporary one."""
    if folder is not None:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigurationError(f"{folder} is there already; name another folder")
        folder.mkdir(parents=True, exist_ok=True)
        return folder
    base = base or Path()
    number = 1
    while True:
        place = base / (FOLDER if number == 1 else f"{FOLDER}-{number}")
        try:
            place.mkdir()
        except FileExistsError:
            number += 1
        except OSError:  # a folder that we may not write to
            return Path(tempfile.mkdtemp(prefix=f"{FOLDER}-"))
        else:
            return place


async def _show(screen: "Screen", place: Path, port: int, visitors: int, *, keep: bool) -> None:
    from midakit import AsyncMida
    from midakit.sandbox import Sandbox

    begun = perf_counter()
    screen.opening()
    sandbox = Sandbox(seed=SEED, visitors=visitors, port=port)
    async with _serving(sandbox, port):
        screen.served(sandbox.url, visitors, perf_counter() - begun)
        async with AsyncMida(
            sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url
        ) as mida:
            experiments = await mida.experiments.list().collect()
            screen.listed(experiments)
            await _decide(screen, mida, experiments)
            await _segments(screen, mida)
            await _export(screen, mida, place)
            await _report(screen, mida, place)
        _write_program(place)
        screen.ending(program_text(), place, perf_counter() - begun)
        if keep:
            screen.serving_on(sandbox.url, sandbox.project_key, sandbox.api_key)
            await asyncio.Event().wait()


class _serving:  # noqa: N801  # reads as a verb
    """The sandbox, with a taken port in words."""

    def __init__(self, sandbox: "Sandbox", port: int) -> None:
        self._sandbox, self._port = sandbox, port

    async def __aenter__(self) -> None:
        try:
            await self._sandbox.__aenter__()
        except OSError as error:
            raise ConfigurationError(
                f"port {self._port} cannot be used ({error.strerror}); name another with --port, "
                "or leave it out and a free one is taken"
            ) from None

    async def __aexit__(self, *exc: Any) -> None:
        await self._sandbox.__aexit__(*exc)


async def _decide(screen: "Screen", mida: "AsyncMida", experiments: Sequence["Experiment"]) -> None:
    """Results and statistics of the experiments of known truth, held against the truth."""
    from midakit import stats
    from midakit.cli.commands.demo.truth import expected, judge
    from midakit.mida.models import ReportPhase
    from midakit.sandbox.data.truth import TRUTH

    listed = {experiment.test_id for experiment in experiments}
    known = [truth for truth in TRUTH if truth.project == 0 and truth.test_id in listed]
    begun = perf_counter()
    config = await mida.projects.configuration()
    rows = []
    for truth in known:
        result = await mida.experiments.result(truth.test_id)
        series = await mida.experiments.timeseries(
            truth.test_id, report_phase=ReportPhase(result.report_phase or "all_time")
        )
        for metric in ("conversion", "rpv") if result.has_revenue else ("conversion",):
            found = stats.analyze(result, config=config, timeseries=series, metric=metric)
            wanted = expected(truth, metric, found.method.min_effect)
            rows.append((truth, found, wanted, judge(found, wanted)))
    screen.decided(rows, perf_counter() - begun)


def segments() -> Mapping[str, Any]:
    """The segments of the demo, by name."""
    from midakit import F

    return {
        "everyone": None,
        "desktop": F.device == "desktop",
        "mobile": F.device == "mobile",
        "US and CA": F.country.in_("US", "CA"),
        "US, mobile": (F.device == "mobile") & (F.country == "US"),
    }


def _named() -> dict[str, Any]:
    return {name: where for name, where in segments().items() if where is not None}


async def _segments(screen: "Screen", mida: "AsyncMida") -> None:
    from midakit import stats

    begun = perf_counter()
    config = await mida.projects.configuration()
    outcomes = await mida.experiments.segments(SEGMENTED, segments())
    found = {
        name: stats.analyze(outcome.unwrap(), config=config) for name, outcome in outcomes.items()
    }
    screen.segmented(SEGMENTED, found, perf_counter() - begun)


async def _export(screen: "Screen", mida: "AsyncMida", place: Path) -> None:
    screen.exporting()
    with screen.progress() as progress:
        report = await mida.export(
            str(place / "export"),
            kinds=("experiments", "results", "timeseries"),
            segments=_named(),
            breakdowns=["country", "device"],
            on_progress=progress,
        )
    screen.exported(report)


async def _report(screen: "Screen", mida: "AsyncMida", place: Path) -> None:
    begun = perf_counter()
    page = place / "report.html"
    found = await mida.report(path=page, segments=_named(), title="The demo's experiments")
    screen.reported(len(found), page, perf_counter() - begun)


def program_text() -> str:
    """The code that does the same."""
    from midakit.cli.commands.demo import program

    return getsource(program)


def _write_program(place: Path) -> None:
    (place / "demo.py").write_text(program_text(), encoding="utf-8")


def _needed() -> None:
    """What the demo stands on, asked for before anything starts."""
    for module, extra in NEEDS:
        need(module, extra=extra)
