"""The public API as a user types it; checked by mypy and basedpyright, never run."""

from typing import assert_type

from midakit import AsyncMida, E, F, Mida, Outcome, RateLimited, Status
from midakit.mida import calls
from midakit.mida.models import (
    BatchedMetrics,
    CreatedExperiment,
    Experiment,
    ExperimentDetails,
    Result,
    Timeseries,
)


async def asynchronous() -> None:
    async with AsyncMida(api_key="k", project_key="p", region="eu") as mida:
        async for experiment in mida.experiments.list():
            assert_type(experiment, Experiment)
            assert_type(experiment.test_name, str | None)
            assert_type(experiment.status, Status | None)
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


def blocking() -> None:
    with Mida(api_key="k", project_key="p") as mida:
        for experiment in mida.experiments.list():
            assert_type(experiment, Experiment)
        try:
            assert_type(mida.experiments.result(1), Result)
        except RateLimited as error:
            assert_type(error.retry_after, float | None)
