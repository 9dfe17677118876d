"""Fan-outs over a socket: order, limits, partial failure."""

import pytest

from midakit import AsyncMida, E, F, InvalidRequest, NotFound, ServerError
from midakit.mida import calls

pytestmark = pytest.mark.anyio

IDS = [1001, 1002, 1003, 1004]
MISSING = 999_999


async def test_gather_keeps_the_order_of_its_calls(options):
    """Answers come in the order of the calls, whichever was first to finish."""
    async with AsyncMida(**options) as mida:
        found = await mida.gather([calls.experiments.get(test_id) for test_id in IDS * 5], limit=3)
    assert [experiment.test_id for experiment in found] == IDS * 5


async def test_gather_raises_the_first_failure_bare(options):
    """No ExceptionGroup: the caller catches the error itself."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(NotFound) as caught:
            await mida.gather([calls.experiments.get(test_id) for test_id in [MISSING, *IDS]])
    assert str(MISSING) in str(caught.value.call)


async def test_gather_collects_failures_beside_answers(options):
    """With `collect` every call has its Outcome, in order."""
    async with AsyncMida(**options) as mida:
        asked = [calls.experiments.get(test_id) for test_id in (1001, MISSING, 1002)]
        outcomes = await mida.gather(asked, on_error="collect")
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert isinstance(outcomes[1].error, NotFound)
    assert [outcome.call for outcome in outcomes] == asked
    assert all(len(outcome.attempts) == 1 and outcome.seconds > 0 for outcome in outcomes)


@pytest.mark.parametrize("on_error", ["raise", "collect"])
async def test_what_is_no_call_is_refused(sandbox, options, on_error):
    """A method of the client sends at once, and what it returns is no call; `gather` takes one list."""
    async with AsyncMida(**options) as mida:
        answer = await mida.goals.get(101)
        sending = mida.goals.get(101)
        asked = len(sandbox.requests())
        for thing in (sending, answer, None):
            with pytest.raises(
                InvalidRequest, match=r"^call: .* not sent yet, as `calls` builds it"
            ):
                await mida.gather([thing], on_error=on_error)
        with pytest.raises(InvalidRequest, match=r"^calls: must be a list of calls"):
            await mida.gather(calls.goals.get(101), on_error=on_error)
        with pytest.raises(InvalidRequest, match=r"^limit: 'collect' is not a whole number"):
            await mida.gather([calls.goals.get(101)], "collect")
        assert len(sandbox.requests()) == asked
    if hasattr(sending, "close"):  # a coroutine that nobody awaits warns
        sending.close()


async def test_stream_gives_outcomes_as_they_finish_and_may_be_left(options):
    """The calls may be endless: leaving the block ends the work."""

    def endless():
        while True:
            yield calls.experiments.get(1001)

    seen = 0
    async with AsyncMida(**options) as mida:
        async with mida.stream(endless(), limit=4) as outcomes:
            async for outcome in outcomes:
                assert outcome.answer.test_id == 1001
                seen += 1
                if seen == 20:
                    break
        assert mida.limits.in_flight == 0
    assert seen == 20


async def test_the_limit_is_never_exceeded(sandbox, options):
    """With a limit of three the server never holds more than three at once."""
    sandbox.faults("latency;ms=20")
    async with AsyncMida(**options, max_concurrency=3) as mida:
        widest = 0
        async with mida.stream(calls.experiments.get(1001) for _ in range(30)) as outcomes:
            async for _ in outcomes:
                widest = max(widest, mida.limits.in_flight)
    assert 1 <= widest <= 3


async def test_metrics_in_batches_equal_metrics_at_once(sandbox, options):
    """Split, computed side by side and merged, the definitions and rows are those of one request."""
    async with AsyncMida(**options) as mida:
        whole = await mida.experiments.metrics(1001)
        for size in (1, 2, whole.metric_count + 3):
            parts = await mida.experiments.metrics(1001, batch_size=size)
            assert parts.failed == ()
            assert parts.raw["metric_definitions"] == whole.raw["metric_definitions"]
            assert parts.raw["metrics"] == whole.raw["metrics"]


async def test_a_failed_batch_is_named_and_the_others_stay(sandbox, options):
    """One group of definitions that the server cannot compute costs that group alone."""
    async with AsyncMida(**options, retry=1) as mida:
        count = (await mida.experiments.metrics(1001)).metric_count
        assert count >= 2
        sandbox.faults("status;code=500", path="/metrics$", skip=1, times=1)
        parts = await mida.experiments.metrics(1001, batch_size=1, limit=1)
    (failed,) = parts.failed
    assert failed.indexes == (1,)
    assert isinstance(failed.error, ServerError)
    for row in parts.raw["metrics"]:
        assert {name for name in row if name.startswith("result_")} == {
            f"result_{number}" for number in range(1, count + 1) if number != 2
        }


@pytest.mark.parametrize("size", [1, 2])
async def test_a_first_batch_that_fails_costs_itself_alone(sandbox, options, size):
    """The second group tells how many there are, so that the others come as they do otherwise."""
    async with AsyncMida(**options, retry=1) as mida:
        count = (await mida.experiments.metrics(1001)).metric_count
        assert count > size
        sandbox.faults("status;code=500", path="/metrics$", times=1)
        parts = await mida.experiments.metrics(1001, batch_size=size, limit=1)
    (failed,) = parts.failed
    assert failed.indexes == tuple(range(size))
    assert isinstance(failed.error, ServerError)
    names = {name for row in parts.raw["metrics"] for name in row if name.startswith("result_")}
    assert names == {f"result_{number}" for number in range(size + 1, count + 1)}
    assert len(parts.raw["metric_definitions"]) == count


async def test_without_the_first_two_batches_nothing_is_known(sandbox, options):
    """The error is that of the first group; a group that is all there is fails as a single call does."""
    async with AsyncMida(**options, retry=1) as mida:
        sandbox.faults("status;code=500", path="/metrics$", times=1)
        sandbox.faults("status;code=503", path="/metrics$", skip=1, times=1)
        with pytest.raises(ServerError) as caught:
            await mida.experiments.metrics(1001, batch_size=1)
        assert caught.value.status == 500
        sandbox.faults("status;code=500", path="/metrics$", times=1)
        with pytest.raises(ServerError):
            await mida.experiments.metrics(1001, batch_size=50)


@pytest.mark.parametrize("size", [0, 1.5, "5"])
async def test_a_batch_has_one_metric_or_more(options, size):
    async with AsyncMida(**options) as mida:
        with pytest.raises(
            InvalidRequest, match=r"^batch_size: .* is not a whole number from 1 up"
        ):
            await mida.experiments.metrics(1001, batch_size=size)


async def test_segments_are_reports_by_name(options):
    """Each name has the report of its filter; together the devices are everyone."""
    devices = ("desktop", "mobile", "tablet")
    async with AsyncMida(**options) as mida:
        whole = await mida.experiments.result(1001)
        found = await mida.experiments.segments(
            1001, {device: f"device == {device}" for device in devices}
        )
        bought = await mida.experiments.result(1001, event_where=E.attr("revenue") > 0)
    assert list(found) == list(devices)
    assert sum(found[device].answer.total_visitors for device in devices) == whole.total_visitors
    assert bought.total_visitors == whole.total_visitors


async def test_a_failed_segment_is_an_outcome_with_its_error(sandbox, options):
    """The other segments keep their answers."""
    sandbox.faults("status;code=500", path="/result$", skip=1, times=1)
    async with AsyncMida(**options, retry=1) as mida:
        found = await mida.experiments.segments(
            1001, {"us": F.country == "US", "de": F.country == "DE", "all": None}, limit=1
        )
    assert [found[name].ok for name in ("us", "de", "all")] == [True, False, True]
    assert isinstance(found["de"].error, ServerError)


@pytest.mark.parametrize(
    ("segments", "said"),
    [
        (
            {"us": "country == US", "phones": "device = "},
            r"^segment 'phones': .* a value is missing",
        ),
        (
            {"phones": [[{"criteria": "device", "operator": "==", "value": "phone"}]]},
            "^segment 'phones': 'phone' is",
        ),
        ({"us": 5}, "^segment 'us': must be an expression"),
        (["device == mobile"], "^segments: must be segments by name"),
        (F.device == "mobile", "^segments: must be segments by name"),
    ],
)
async def test_what_is_wrong_with_a_segment_names_it(sandbox, options, segments, said):
    """Reports by segment, verdicts and pages say which segment it is, and send nothing."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(InvalidRequest, match=said):
            await mida.experiments.segments(1001, segments)
        with pytest.raises(InvalidRequest, match=said):
            await mida.verdict(1001, segments=segments)
        with pytest.raises(InvalidRequest, match=said):
            await mida.report(1001, segments=segments)
    assert sandbox.requests() == []


@pytest.mark.parametrize(
    ("field", "ask"),
    [
        ("report", {"report": "people"}),
        ("where", {"where": F.device == "desktop"}),
    ],
)
async def test_segments_that_cannot_be_asked_for_are_refused(sandbox, options, field, ask):
    """The field is named and nothing is sent."""
    async with AsyncMida(**options) as mida:
        with pytest.raises(InvalidRequest) as caught:
            await mida.experiments.segments(1001, {"us": F.country == "US"}, **ask)
    assert caught.value.field == field
    assert sandbox.requests() == []
