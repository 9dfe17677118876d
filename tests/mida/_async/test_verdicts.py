"""`mida.verdict`: everything that decides is loaded at once, and what is missing is said."""

from itertools import count

import pytest

from midakit import AsyncMida, F, InvalidRequest, NotFound, stats
from midakit.delivery import MidaDelivery
from midakit.guard import AsyncGuard

pytestmark = pytest.mark.anyio

NOTHING = {"action": "status", "args": {"code": 400}}


async def test_a_verdict_is_that_of_all_that_there_is(options):
    """The same, to the last digit, as what `stats.analyze` says of the three answers."""
    async with AsyncMida(**options) as mida:
        verdict = await mida.verdict(1005, metric="rpv", horizon=5_000, min_effect=0.02)
        analysis = stats.analyze(
            await mida.experiments.result(1005),
            config=await mida.projects.configuration(),
            timeseries=await mida.experiments.timeseries(1005),
            metric="rpv",
            horizon=5_000,
            min_effect=0.02,
        )
    assert verdict.analysis == analysis
    assert verdict == analysis.verdict
    assert verdict.missing == ()
    assert verdict.analysis.timeline


async def test_everything_is_asked_once_and_side_by_side(sandbox, options):
    """Three calls; metrics only where a guardrail needs them; two for each segment."""
    async with AsyncMida(**options) as mida:
        for more, count in (
            ({}, 3),
            ({"guardrails": ["rpv"]}, 3),
            ({"guardrails": {"signup": 0.05}}, 4),
            ({"segments": {"mobile": F.device == "mobile", "us": "country == US"}}, 7),
        ):
            before = len(sandbox.requests())
            await mida.verdict(1005, **more)
            assert len(sandbox.requests()) - before == count


async def test_visitors_who_come_between_the_requests_cost_nothing(sandbox, options, tmp_path):
    """On a live site somebody comes between any two requests; the timeseries is used all the same.

    By a verdict, by a report and by the guard.
    """
    project, url = options["project_key"], sandbox.url
    with MidaDelivery(project, base_url=url, budget=30) as site:
        async with AsyncMida(**options, max_concurrency=1) as mida:
            before = (await mida.experiments.result(1005)).total_visitors
            numbers = count()
            mida.hooks.on_answer(lambda _: site.variant("1005", f"visitor {next(numbers)}"))
            verdict = await mida.verdict(1005, segments={"everyone": None})
            report = await mida.report(1005)
            look = await AsyncGuard(mida, tmp_path / "watch.json").look()
    assert verdict.missing == ()
    assert verdict.analysis.timeline
    assert verdict.segments["everyone"].missing == ()
    assert sum(arm.visitors for arm in verdict.analysis.arms) > before
    assert report[1005].analysis.verdict.missing == ()
    assert (look.looked_at > 1, look.failures) == (True, [])


async def test_segments_are_judged_together(options):
    """Each has a verdict of its own, corrected as `stats.segments` does, within `where`."""
    segments = {"mobile": F.device == "mobile", "desktop": F.device == "desktop"}
    async with AsyncMida(**options) as mida:
        verdict = await mida.verdict(1005, where=F.country == "US", segments=segments)
        results, rows = {}, {}
        for name, where in segments.items():
            results[name] = await mida.experiments.result(1005, where=(F.country == "US") & where)
            rows[name] = await mida.experiments.timeseries(1005, where=(F.country == "US") & where)
        config = await mida.projects.configuration()
    found = stats.segments(results, timeseries=rows, config=config)
    assert {name: one.analysis for name, one in verdict.segments.items()} == {
        one.name: one.analysis for one in found
    }
    assert [*verdict.segments] == [*segments]
    assert "segments: mobile " in repr(verdict)


async def test_what_does_not_come_is_said(sandbox, options):
    """Without its days the totals are judged, and the error is told."""
    sandbox.faults({**NOTHING, "path": ".*/experiment/1005/timeseries"})
    async with AsyncMida(**options) as mida:
        verdict = await mida.verdict(1005)
        totals = stats.analyze(
            await mida.experiments.result(1005), config=await mida.projects.configuration()
        )
    [missing] = verdict.missing
    assert missing.startswith("timeseries: ")
    assert "400" in missing
    assert verdict.kind == totals.verdict.kind
    assert verdict.analysis.comparisons == totals.comparisons
    assert "(without the timeseries)" in repr(verdict)


async def test_a_configuration_that_does_not_come_is_said(sandbox, options):
    """The verdict stands on the result's engine then."""
    sandbox.faults({**NOTHING, "path": ".*/configuration.*"})
    async with AsyncMida(**options) as mida:
        verdict = await mida.verdict(1005)
    assert [one.partition(":")[0] for one in verdict.missing] == ["configuration"]


async def test_a_segment_that_does_not_come_is_said(sandbox, options):
    """The others are judged; the whole names what is missing."""
    sandbox.faults({**NOTHING, "path": ".*/experiment/1005/result", "skip": 2, "times": 1})
    async with AsyncMida(**options, max_concurrency=1) as mida:  # one after the other: "us" fails
        verdict = await mida.verdict(1005, segments={"all": None, "us": F.country == "US"})
    assert set(verdict.segments) == {"all"}
    [missing] = verdict.missing
    assert missing.startswith("segment us: ")


async def test_without_a_result_there_is_no_verdict(options):
    """The error of the result is raised."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(NotFound):
            await mida.verdict(999_999)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"metrik": "rpv"}, "verdict has no such option; did you mean 'metric'"),
        ({"metric": "clicks"}, "metric"),
        ({"horizon": "soon"}, "horizon"),
        ({"guardrails": {"rpv": 7}}, "margin of rpv"),
        ({"segments": {"m": "device === mobile"}}, "device"),
    ],
)
async def test_mistakes_are_told_before_anything_is_sent(sandbox, options, asked, says):
    """A misspelt option must not become a verdict about something else."""
    async with AsyncMida(**options) as mida:
        before = len(sandbox.requests())
        with pytest.raises(InvalidRequest, match=says):
            await mida.verdict(1005, **asked)
        assert len(sandbox.requests()) == before


async def test_metrics_are_loaded_for_guardrails_on_them(options):
    """A secondary metric guards, and one that does not exist is open with the reason."""
    async with AsyncMida(**options) as mida:
        metrics = await mida.experiments.metrics(1005)
        rates = [one for one in stats.secondary(metrics) if one.comparisons]
        key = rates[0].metric_key
        verdict = await mida.verdict(1005, guardrails={key: 0.9, "nothing": 0.5})
    guarded = {one.metric: one for one in verdict.guardrails}
    assert guarded[key].lower is not None
    assert guarded["nothing"].state == "open"
    assert guarded["nothing"].reason
