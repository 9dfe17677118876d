"""Events: accepted ones are sent, in order for each visitor, once each, and counted."""

import json
from decimal import Decimal

import pytest

from midakit import ConfigurationError
from midakit.core.concurrency import aio as concurrency
from midakit.delivery import AsyncMidaDelivery, EventCounts

pytestmark = pytest.mark.anyio


def recorded(sandbox, name="seen"):
    """The properties of the events that the service has, in the order in which it got them."""
    found = sandbox.state.visits.list_events(limit=10_000, event_text=name)
    return [json.loads(one["event_property"]) for one in reversed(found)]


async def test_events_arrive_with_their_properties(sandbox, options):
    """Revenue, currency and quantity are properties; the counts say that all were acknowledged."""
    async with AsyncMidaDelivery(**options) as delivery:
        assert await delivery.event("seen", "u1", {"page": "/a"}, revenue=9.5, currency="EUR")
        assert await delivery.event("seen", 7)
        assert await delivery.flush(60)
        assert delivery.stats.events == EventCounts(accepted=2, sent=2)
    assert sorted(map(str, recorded(sandbox))) == [
        "{'page': '/a', 'revenue': 9.5, 'currency': 'EUR'}",
        "{}",
    ]


async def test_events_of_one_visitor_keep_their_order(sandbox, options):
    """Whatever is on its way at once, a visitor's events arrive as they were recorded."""
    sandbox.faults("latency;dist=uniform;low=0;high=20", path="/experiment/event$")
    async with AsyncMidaDelivery(**options) as delivery:
        for number in range(12):
            for visitor in "abcdef":
                await delivery.event("seen", visitor, {"visitor": visitor, "number": number})
        assert await delivery.flush(60)
    found = recorded(sandbox)
    assert len(found) == 72
    for visitor in "abcdef":
        assert [one["number"] for one in found if one["visitor"] == visitor] == [*range(12)]


async def test_a_lost_answer_is_repeated_with_the_same_id_and_counts_once(sandbox, options):
    """The service recorded the event and its answer was lost: the repeat changes nothing."""
    for fault in (
        "status;code=503;after=1",
        "reset;at=headers",
        "status;code=500;after=1",
        "close;at=headers",
    ):
        sandbox.faults(fault, path="/experiment/event$", times=1)
    async with AsyncMidaDelivery(**options) as delivery:
        for number in range(3):
            await delivery.event("seen", f"u{number}", {"number": number})
        assert await delivery.flush(60)
        assert delivery.stats.events.sent == 3
    assert sorted(one["number"] for one in recorded(sandbox)) == [0, 1, 2]
    bodies = [one for one in sandbox.requests() if one["path"] == "/experiment/event"]
    assert len(bodies) > 3
    keys = {(one["body"], one["headers"]["idempotency-key"]) for one in bodies}
    assert len(keys) == 3


async def test_an_outage_loses_nothing(sandbox, options):
    """Events wait until the service is back."""
    sandbox.faults("status;code=503", path="/experiment/event$")
    async with AsyncMidaDelivery(**options) as delivery:
        for number in range(30):
            assert await delivery.event("seen", f"u{number}")
        while delivery.stats.events.repeated < 3:
            await concurrency.sleep(0.02)
        assert not await delivery.flush(0.05)
        sandbox.clear_faults()
        assert await delivery.flush(60)
        assert delivery.stats.events.sent == 30
    assert len(recorded(sandbox)) == 30


async def test_what_the_service_refuses_is_counted_and_not_repeated(sandbox, options, caplog):
    """A 400 will not get better; the others go on."""
    sandbox.faults("status;code=400", path="/experiment/event$", times=1)
    async with AsyncMidaDelivery(**options) as delivery:
        for number in range(3):
            await delivery.event("seen", f"u{number}")
        assert await delivery.flush(60)
        assert delivery.stats.events == EventCounts(accepted=3, sent=2, refused=1)
    assert "refused with status 400" in caplog.text


@pytest.mark.parametrize(
    ("on_full", "expected"),
    [
        ("drop_newest", EventCounts(accepted=5, pending=5, rejected=15)),
        ("drop_oldest", EventCounts(accepted=20, dropped=15, pending=5)),
    ],
)
async def test_a_full_queue_does_what_was_asked(sandbox, options, on_full, expected):
    """Memory is bounded, pages are not held up, and what is lost is counted."""
    sandbox.faults("hang", path="/experiment/event$")
    settings = {"max_events": 5, "on_full": on_full, "flush_timeout": 0, "event_concurrency": 1}
    async with AsyncMidaDelivery(**options, **settings) as delivery:
        found = [await delivery.event("seen", "u1", {"n": n}) for n in range(20)]
        assert delivery.stats.events._replace(repeated=0) == expected
        assert found.count(True) == expected.accepted
    sandbox.clear_faults()


async def test_waiting_for_a_place_takes_the_budget_at_most(sandbox, options):
    """`wait` accepts when a place comes free; when none does the event is not accepted."""
    sandbox.faults("hang", path="/experiment/event$")
    settings = {"max_events": 1, "on_full": "wait", "flush_timeout": 0}
    async with AsyncMidaDelivery(**{**options, "budget": 0.2}, **settings) as delivery:
        assert await delivery.event("seen", "u1")
        assert not await delivery.event("seen", "u2")
        assert delivery.stats.events.rejected == 1
    sandbox.clear_faults()
    async with AsyncMidaDelivery(**options, **settings) as delivery:
        for number in range(20):
            assert await delivery.event("seen", f"u{number}")
        assert await delivery.flush(60)
        assert delivery.stats.events.sent == 20


async def test_closing_sends_what_waits_and_says_what_it_could_not(sandbox, options, caplog):
    """`close` waits for `flush_timeout`; then what is left is dropped with a warning."""
    async with AsyncMidaDelivery(**options, flush_timeout=60) as delivery:
        for number in range(50):
            await delivery.event("seen", f"u{number}")
    assert len(recorded(sandbox)) == 50
    assert delivery.stats.events == EventCounts(accepted=50, sent=50)
    sandbox.faults("hang", path="/experiment/event$")
    async with AsyncMidaDelivery(**options, flush_timeout=0.05) as delivery:
        await delivery.event("seen", "late")
    assert "1 event(s) were dropped" in caplog.text
    assert delivery.stats.events == EventCounts(accepted=1, dropped=1)
    assert not await delivery.event("seen", "too late")
    sandbox.clear_faults()


async def test_an_id_can_be_a_property_too(sandbox, options):
    """For a service that ignores the header, the data tell a repeat."""
    async with AsyncMidaDelivery(**options, id_property="event_id") as delivery:
        await delivery.event("seen", "u1", {"a": 1})
        await delivery.flush(60)
    sent = next(one for one in sandbox.requests() if one["path"] == "/experiment/event")
    assert recorded(sandbox) == [{"a": 1, "event_id": sent["headers"]["idempotency-key"]}]


async def test_what_one_client_could_not_send_the_next_one_sends(sandbox, options, tmp_path):
    """With `spill` events outlive the client that accepted them, with their ids."""
    sandbox.faults("hang", path="/experiment/event$")
    async with AsyncMidaDelivery(**options, spill=tmp_path, flush_timeout=0.05) as delivery:
        for number in range(10):
            await delivery.event("seen", f"u{number}", {"number": number})
    sandbox.clear_faults()
    async with AsyncMidaDelivery(**options, spill=tmp_path) as delivery:
        assert await delivery.flush(60)
        assert delivery.stats.events == EventCounts(accepted=10, sent=10)
    assert sorted(one["number"] for one in recorded(sandbox)) == [*range(10)]
    assert list(tmp_path.iterdir()) == []


async def test_an_event_that_cannot_be_sent_stops_no_other(sandbox, options, tmp_path, caplog):
    """Somebody has damaged what is on disk: it is counted as refused, and the next one is sent."""
    lines = [
        ["+", "1", "attributes", "u1", "", '{"score":NaN}'], ["+", "2", "event", "u1", "seen", "{}"],
        ["+", "3", "event", "u1", 4, None],
    ]  # fmt: skip
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    (tmp_path / "events-1-abcd-000001.jsonl").write_text(text)
    async with AsyncMidaDelivery(**options, spill=tmp_path, flush_timeout=60) as delivery:
        assert await delivery.flush(60)
        assert delivery.stats.events == EventCounts(accepted=2, sent=1, refused=1)
    assert "track_attributes cannot be sent" in caplog.text
    assert len(recorded(sandbox)) == 1


@pytest.mark.parametrize(
    "arguments",
    [("Purchase", "u1", None, {"revenue": 10**400}), ("Purchase", 10**5000, None, {}),
     ("Purchase", "u1", {"score": Decimal("NaN")}, {})],
)  # fmt: skip
async def test_no_argument_hurts_a_page(options, arguments):
    """What cannot be sent is not accepted, and counted; nothing is raised."""
    name, visitor, properties, money = arguments
    async with AsyncMidaDelivery(**options) as delivery:
        assert not await delivery.event(name, visitor, properties, **money)
        assert delivery.stats.events == EventCounts(rejected=1)


async def test_a_folder_that_cannot_be_used_hurts_no_page(options, tmp_path):
    """Events are not accepted, and counted; who prepares the client or wants errors hears of it."""
    (tmp_path / "file").touch()
    options["spill"] = tmp_path / "file" / "events"
    delivery = AsyncMidaDelivery(**options)
    assert not await delivery.event("seen", "u1")
    assert not await delivery.attributes("u1", {"plan": "pro"})
    assert delivery.stats.events == EventCounts(rejected=2)
    with pytest.raises(ConfigurationError, match="spill: the folder cannot be used"):
        await delivery.preload()
    await delivery.aclose()
    strict = AsyncMidaDelivery(**options, on_error="raise")
    with pytest.raises(ConfigurationError, match="spill: the folder cannot be used"):
        await strict.event("seen", "u1")
    await strict.aclose()
