"""The public API as a user types it; checked by mypy and basedpyright, never run."""

# pyright: reportUnnecessaryTypeIgnoreComment=error

from pathlib import Path
from typing import assert_type

import polars
import pyarrow

from midakit import AsyncMida, E, F, Mida, MidakitError, Outcome, RateLimited, Status
from midakit.export.run.report import ExportReport
from midakit.mida import calls
from midakit.mida.models import (
    BatchedMetrics,
    CreatedExperiment,
    Experiment,
    ExperimentDetails,
    Metrics,
    Result,
    Timeseries,
)
from midakit.report.charts.chart import Chart
from midakit.stats import Comparison, Verdict


async def asynchronous() -> None:
    async with AsyncMida(api_key="k", project_key="p", region="eu") as mida:
        async for experiment in mida.experiments.list():
            assert_type(experiment, Experiment)
            assert_type(experiment.test_name, str)
            assert_type(experiment.status, Status)
            assert_type(experiment.serving_variant_id, str | None)
        result = await mida.experiments.result(
            1234, where=(F.device == "desktop") & F.country.in_("US", "CA"), start_date="2026-01-01"
        )
        assert_type(result, Result)
        assert_type(
            await mida.experiments.timeseries(1, event_where=E.attr("revenue") > 100), Timeseries
        )
        assert_type(await mida.experiments.metrics(1, batch_size=5), BatchedMetrics)
        assert_type(await mida.experiments.get(1), ExperimentDetails)
        assert_type(
            await mida.experiments.create(
                "Test", [{"nickname": "Red"}], url="https://example.com/"
            ),
            CreatedExperiment,
        )
        assert_type(await mida.send(calls.experiments.result(1)), Result)
        assert_type(await mida.experiments.list().collect(), list[Experiment])
        other = mida.project("q").with_options(timeout=5)
        assert_type(other, AsyncMida)
        async with mida.stream([calls.experiments.result(1)]) as outcomes:
            async for outcome in outcomes:
                assert_type(outcome, Outcome[Result])
                assert_type(outcome.error, MidakitError | None)
                if outcome.ok:
                    assert_type(outcome.answer, Result)


async def many() -> None:
    async with AsyncMida(api_key="k", project_key="p") as mida:
        asked = [calls.experiments.result(1)]
        assert_type(await mida.gather(asked), list[Result])
        assert_type(await mida.gather(asked, on_error="collect"), list[Outcome[Result]])
        assert_type(await mida.gather(asked, 2, "collect"), list[Outcome[Result]])
        named = {"everyone": None, "mobile": F.device == "mobile"}
        assert_type(await mida.experiments.segments(1, named), dict[str, Outcome[Result]])
        assert_type(
            await mida.experiments.segments(1, named, "timeseries", min_count=2),
            dict[str, Outcome[Timeseries]],
        )
        assert_type(
            await mida.experiments.segments(1, named, report="metrics", metric_keys="a,b"),
            dict[str, Outcome[Metrics]],
        )
        assert_type(await mida.experiments.metrics(1), Metrics)


async def tools() -> None:
    async with AsyncMida(api_key="k", project_key="p") as mida:
        assert_type(
            await mida.export("out", kinds=["results"], format="csv", breakdowns=("device",)),
            ExportReport,
        )
        verdict = await mida.verdict(1, horizon="2026-03-31", segments={"us": F.country == "US"})
        assert_type(verdict, Verdict)
        assert_type(verdict.analysis.comparisons, tuple[Comparison, ...])
        assert_type(verdict.segments["us"], Verdict)
        await mida.verdict(1, metrik="rpv")  # type: ignore[call-arg]
        page = await mida.report([1, 2], segments={"us": "country == US"}, breakdown_by="device")
        assert_type(page.save("weekly.html"), Path)
        result = await mida.experiments.result(1)
        assert_type(result.to_arrow(), pyarrow.Table)
        assert_type(result.to_polars(), polars.DataFrame)
        assert_type(await mida.experiments.list().to_polars(), polars.DataFrame)
        assert_type(result.plot("lift"), Chart)


async def mistakes() -> None:
    """Each line is an error to both checkers; an expectation that is not needed is one itself."""
    async with AsyncMida(api_key="k", project_key="p") as mida:
        await mida.experiments.result(1, goal_kye="x")  # type: ignore[call-arg]
        await mida.experiments.result(1, start_date=20260101)  # type: ignore[arg-type]
        await mida.experiments.result(1, breakdown_by="colour")  # type: ignore[arg-type]
        await mida.experiments.timeseries(1, breakdown_by="device")  # type: ignore[call-arg]
        await mida.experiments.segments(1, {}, goal_kye="x")  # type: ignore[call-overload]
        await mida.experiments.segments(1, {}, "results")  # type: ignore[call-overload]
        await mida.experiments.metrics(1, batch_sise=5)  # type: ignore[call-overload]
        await mida.export("out", kindz=["results"])  # type: ignore[call-arg]
        await mida.export("out", kinds=["result"])  # type: ignore[list-item]
        await mida.export("out", format="xml")  # type: ignore[arg-type]
        await mida.report(1, titel="x")  # type: ignore[call-arg]
        (await mida.experiments.result(1)).plot("pie")  # type: ignore[arg-type]
        mida.with_options(timeuot=3)  # type: ignore[call-arg]
        mida.with_options(timeout="3")  # type: ignore[arg-type]
        calls.experiments.metrics(1, min_count=2)  # type: ignore[call-arg]
    Mida(api_key="k").export("out", kindz=["results"])  # type: ignore[call-arg]


def blocking() -> None:
    with Mida(api_key="k", project_key="p") as mida:
        for experiment in mida.experiments.list():
            assert_type(experiment, Experiment)
        try:
            assert_type(mida.experiments.result(1), Result)
        except RateLimited as error:
            assert_type(error.retry_after, float | None)
