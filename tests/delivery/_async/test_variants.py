"""What a page gets for a visitor, whatever the service does."""

import pytest

from midakit import ConfigurationError, InvalidRequest, MidakitError, NotFound
from midakit.core.concurrency import aio as concurrency
from midakit.delivery import AnswerReason, AsyncMidaDelivery

pytestmark = pytest.mark.anyio

KEY = "homepage-headline"


def queries(sandbox):
    return [one for one in sandbox.requests() if one["path"] == "/experiment/query"]


def about(visitor, sandbox):
    """What was asked and told about a visitor: the renewal of a client that is closed may arrive late."""
    return [one for one in sandbox.requests() if f'"{visitor}"' in one["body"]]


async def test_a_variant_is_asked_for_once_and_kept(sandbox, options):
    """The first answer is the service's, the next ones are kept: one request, one exposure."""
    async with AsyncMidaDelivery(**options) as delivery:
        first = await delivery.variant(KEY, "u1")
        again = [await delivery.variant(KEY, "u1") for _ in range(5)]
    assert first in ("Control", "Variant 1")
    assert first.reason is AnswerReason.ASSIGNED
    assert {one.reason for one in again} == {AnswerReason.CACHED}
    assert {*again} == {first}
    assert len(queries(sandbox)) == 1


async def test_visitors_and_experiments_are_kept_apart(sandbox, options):
    """Each pair has its own answer; a number is the text of it."""
    async with AsyncMidaDelivery(**options) as delivery:
        found = {
            (key, visitor): await delivery.variant(key, visitor)
            for key in (KEY, "demo-form-length")
            for visitor in range(20)
        }
        for (key, visitor), name in found.items():
            kept = await delivery.variant(key, str(visitor))
            assert (kept, kept.reason) == (name, AnswerReason.CACHED)
    assert len(queries(sandbox)) == 40
    assert len(set(found.values())) == 2


async def test_who_is_not_in_the_experiment_gets_the_default(sandbox, options):
    """The service says null: that is kept too, and every caller has a default of its own."""
    async with AsyncMidaDelivery(**options) as delivery:
        first = await delivery.variant("no-such-experiment", "u1")
        again = await delivery.variant("no-such-experiment", "u1", "old page")
    assert (first, again) == ("Control", "old page")
    assert {first.reason, again.reason} == {AnswerReason.NOT_ASSIGNED}
    assert first.is_default
    assert first.error is None
    assert len(queries(sandbox)) == 1


async def test_many_pages_of_one_visitor_ask_once(sandbox, options):
    """Single flight: who asks while the question is on its way waits for the same answer."""
    sandbox.faults("latency;ms=200", path="/experiment/query$")
    async with AsyncMidaDelivery(**options) as delivery:
        found = await concurrency.fan_out(
            lambda _: delivery.variant(KEY, "u1"), range(20), limit=20
        )
    assert len(set(found)) == 1
    assert len(queries(sandbox)) == 1


async def test_a_refusal_is_not_kept(sandbox, options):
    """The page gets the default with the reason; the next page asks again."""
    sandbox.faults("status;code=400", times=1)
    async with AsyncMidaDelivery(**options) as delivery:
        refused = await delivery.variant(KEY, "u1", "old page")
        assert refused == "old page"
        assert refused.reason is AnswerReason.REFUSED
        assert refused.error.status == 400
        assert (await delivery.variant(KEY, "u1")).reason is AnswerReason.ASSIGNED


async def test_a_transient_failure_is_repeated_within_the_budget(sandbox, options):
    """One 503, one reset: the page does not notice."""
    async with AsyncMidaDelivery(**options) as delivery:
        for number, fault in enumerate(["status;code=503", "reset"]):
            sandbox.faults(fault, path="/experiment/query$", times=1)
            assert (await delivery.variant(KEY, f"u{number}")).reason is AnswerReason.ASSIGNED
    assert [one["status"] for one in queries(sandbox)] == [503, 200, None, 200]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("hang", AnswerReason.TIMEOUT),
        ("drip;bytes=1;interval=0.1", AnswerReason.TIMEOUT),
        ("reset", AnswerReason.FAILED),
        ("close;at=0.5", AnswerReason.FAILED),
        ("status;code=503", AnswerReason.FAILED),
        ("badjson", AnswerReason.FAILED),
        ("html;code=200", AnswerReason.FAILED),
        ("redirect", AnswerReason.REFUSED),
    ],
)
async def test_whatever_the_service_does_the_page_gets_its_default(sandbox, options, fault, reason):
    """No exception, the caller's default, and the reason on it."""
    sandbox.faults(fault, path="/experiment/query$")
    budget = 0.4 if reason is AnswerReason.TIMEOUT else 30.0
    async with AsyncMidaDelivery(**{**options, "budget": budget}) as delivery:
        found = await delivery.variant(KEY, "u1", "old page")
        assert (found, found.reason) == ("old page", reason)
        assert isinstance(found.error, MidakitError)
    async with AsyncMidaDelivery(**options) as delivery:
        assert (await delivery.flags("u1")).known  # what the fault is not about works
    sandbox.clear_faults()


async def test_an_answer_that_was_late_is_there_for_the_next_page(sandbox, options):
    """The page had its default in time; the question went on in the background."""
    sandbox.faults("latency;ms=900", path="/experiment/query$")
    async with AsyncMidaDelivery(**{**options, "budget": 0.3}) as delivery:
        assert (await delivery.variant(KEY, "u1")).reason is AnswerReason.TIMEOUT
        sandbox.clear_faults()
        while delivery.stats.cached == 0:
            await concurrency.sleep(0.02)
        assert (await delivery.variant(KEY, "u1")).reason is AnswerReason.CACHED


async def test_an_open_circuit_asks_nobody_and_closes_by_itself(sandbox, options):
    """After failures in a row nobody waits; when the service is back a probe closes the circuit."""
    sandbox.faults("status;code=500", path="/experiment/query$")
    async with AsyncMidaDelivery(**options) as delivery:
        for number in range(5):
            assert (await delivery.variant(KEY, f"u{number}")).reason is AnswerReason.FAILED
        seen = len(queries(sandbox))
        for number in range(50):
            found = await delivery.variant(KEY, f"v{number}", "old page")
            assert (found, found.reason) == ("old page", AnswerReason.CIRCUIT_OPEN)
        assert delivery.stats.circuit_open
        assert len(queries(sandbox)) - seen < 10  # a probe now and then, not 50 questions
        sandbox.clear_faults()
        while (await delivery.variant(KEY, "later")).is_default:
            await concurrency.sleep(0.05)
        assert not delivery.stats.circuit_open


async def test_a_stale_answer_is_used_and_renewed_in_the_background(sandbox, options):
    """The page gets what was true before at once; the next one what is true now."""
    async with AsyncMidaDelivery(**options, fresh_for=0.05, stale_for=1000) as delivery:
        first = await delivery.variant(KEY, "stale")
        await concurrency.sleep(0.1)
        again = await delivery.variant(KEY, "stale")
        assert (again, again.reason) == (first, AnswerReason.STALE)
        while [one["status"] for one in about("stale", sandbox)] != [200, 200]:
            await concurrency.sleep(0.02)


async def test_a_stale_answer_serves_through_an_outage(sandbox, options):
    """While the service is away visitors keep what they had."""
    async with AsyncMidaDelivery(**options, fresh_for=0.01, stale_for=1000) as delivery:
        first = await delivery.variant(KEY, "u1")
        sandbox.faults("reset")
        for _ in range(10):
            await concurrency.sleep(0.02)
            assert await delivery.variant(KEY, "u1") == first
    sandbox.clear_faults()


async def test_flags_are_a_set_and_defaults_hold_when_nothing_is_known(sandbox, options):
    """A flag that is off is off; the default is for not knowing."""
    sandbox.flags(on=100, off=0)
    async with AsyncMidaDelivery(**options) as delivery:
        found = await delivery.flags("u1")
        assert set(found) == {"on"}
        assert found.known
        assert await delivery.is_enabled("on", "u1")
        assert not await delivery.is_enabled("off", "u1", default=True)
        assert (await delivery.flags("u1")).reason is AnswerReason.CACHED
        sandbox.faults("status;code=400", path="/feature-flag$")
        assert await delivery.is_enabled("off", "u2", default=True)
        assert not await delivery.is_enabled("on", "u2")
        assert not (await delivery.flags("u2")).known
    sandbox.clear_faults()


async def test_attributes_are_told_before_the_question_and_once(sandbox, options):
    """Mida knows the plan before it decides; the same attributes are not sent again, others are."""
    async with AsyncMidaDelivery(**options) as delivery:
        for plan in ("free", "free", "pro"):
            await delivery.variant(KEY, "told", attributes={"plan": plan})
        while [one["status"] for one in about("told", sandbox)] != [200] * 4:
            await concurrency.sleep(0.02)  # told, asked; told in the background, and asked again
    paths = [one["path"].split("/")[1] for one in about("told", sandbox)]
    assert paths == ["track", "experiment"] * 2
    visitors = sandbox.state.visits.visitors
    rows = range(len(visitors.values("visitor_id")))
    assert '{"plan":"pro"}' in {visitors.row(row)["attributes"] for row in rows}


async def test_attributes_can_bring_a_visitor_in(sandbox, options):
    """Who was not in the experiment is asked about again when something new is known."""

    def asked():
        """A renewal of a client that is closed may still arrive: of another experiment."""
        return sum('"nowhere"' in one["body"] for one in queries(sandbox))

    async with AsyncMidaDelivery(**options) as delivery:
        await delivery.variant("nowhere", "u1", attributes={"plan": "free"})
        await delivery.variant("nowhere", "u1", attributes={"plan": "free"})
        assert asked() == 1
        await delivery.variant("nowhere", "u1", attributes={"plan": "pro"})
        assert asked() == 2


@pytest.mark.parametrize("visitor", [None, "", [1], {"a": 1}, 1.5])
async def test_a_wrong_argument_hurts_no_page(options, visitor):
    """The default, with the rule that was broken; unless errors were asked for."""
    async with AsyncMidaDelivery(**options) as delivery:
        found = await delivery.variant(KEY, visitor)
        assert (found, found.reason) == ("Control", AnswerReason.INVALID)
        assert "visitor" in str(found.error)
        assert not (await delivery.flags(visitor)).known
        assert not await delivery.event("a", visitor)
        assert not await delivery.attributes(visitor, {"a": 1})
        assert not await delivery.event("", "u1")
        assert (await delivery.variant("", "u1")).reason is AnswerReason.INVALID
        assert (await delivery.variant(["a"], "u1")).reason is AnswerReason.INVALID
        assert await delivery.is_enabled(["a"], "u1", default=True)
        assert delivery.stats.events.rejected == 3
    async with AsyncMidaDelivery(**options, on_error="raise") as delivery:
        with pytest.raises(InvalidRequest, match="visitor"):
            await delivery.variant(KEY, visitor)
        with pytest.raises(InvalidRequest, match="visitor"):
            await delivery.event("a", visitor)


async def test_errors_are_raised_where_they_are_asked_for(options):
    """`on_error="raise"` is for scripts and tests."""
    wrong = {**options, "project_key": "nobody"}
    async with AsyncMidaDelivery(**wrong, on_error="raise") as delivery:
        with pytest.raises(NotFound, match="snippet"):
            await delivery.variant(KEY, "u1")
        with pytest.raises(NotFound):
            await delivery.is_enabled("a", "u1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"budget": 0}, {"on_error": "ignore"}, {"on_full": "maybe"}, {"max_events": -1}, {"max_events": 0.5},
        {"fresh_for": "soon"}, {"id_property": " "}, {"timeout": 0}, {"base_url": "http://x.example"},
    ],
)  # fmt: skip
async def test_settings_that_cannot_work_are_refused(options, wrong):
    """When the client is made, not at the first visitor."""
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        AsyncMidaDelivery(**{**options, **wrong})


async def test_a_view_remembers_the_visitor(sandbox, options):
    """The same answers without saying who asks."""
    async with AsyncMidaDelivery(**options) as delivery:
        visitor = delivery.visitor("u1")
        assert await visitor.variant(KEY) == await delivery.variant(KEY, "u1")
        assert await visitor.flags() == await delivery.flags("u1")
        assert await visitor.is_enabled("dark-mode")
        assert await visitor.event("seen", {"page": 1}, revenue=2.5, currency="EUR", quantity=1)
        assert await visitor.attributes({"plan": "pro"})
        assert await delivery.flush(60)
        assert "u1" not in repr(visitor)
    assert delivery.stats.events.sent in (0, 2)
    assert '\\"page\\":1' in next(
        one["body"] for one in sandbox.requests() if one["path"] == "/experiment/event"
    )


async def test_hooks_hear_of_pages_and_of_events(options):
    """Whoever counts calls counts those of the background too."""
    heard = []
    async with AsyncMidaDelivery(**options) as delivery:
        delivery.hooks.on_answer(lambda event: heard.append(event.call.operation))
        await delivery.variant(KEY, "u1")
        await delivery.event("seen", "u1")
        await delivery.flush(60)
    assert heard == ["query_experiment", "record_event"]


async def test_overrides_hold_without_asking(sandbox, options):
    """For tests and previews: the variant and the flags that were given, and nobody is counted."""
    forced = {KEY: "Variant 1", "no-such-experiment": "Variant 2", "dark-mode": False, "new": True}
    async with AsyncMidaDelivery(**options, overrides=forced) as delivery:
        found = await delivery.variant(KEY, "u1", attributes={"plan": "pro"})
        assert (found, found.reason) == ("Variant 1", AnswerReason.FORCED)
        assert not found.is_default
        assert await delivery.variant("no-such-experiment", "u1") == "Variant 2"
        assert await delivery.is_enabled("new", "u1")
        assert not await delivery.is_enabled("dark-mode", "u1", default=True)
        assert sandbox.requests() == []
        sandbox.flags(**{"dark-mode": 100, "old": 100})
        assert set(await delivery.flags("u1")) == {"new", "old"}
        assert (await delivery.variant("demo-form-length", "u1")).reason is AnswerReason.ASSIGNED
    with pytest.raises(ConfigurationError, match="overrides"):
        AsyncMidaDelivery(**options, overrides={KEY: 1})


async def test_overrides_hold_for_flags_that_cannot_be_asked_for():
    """The set has what is turned on; it says that the rest is not known, and why."""
    nobody, forced = "http://127.0.0.1:9", {"dark": True, "old": False}
    async with AsyncMidaDelivery("any", base_url=nobody, overrides=forced) as delivery:
        flags = await delivery.flags("user-42")
    assert (flags, flags.known, flags.error is None) == ({"dark"}, False, False)
