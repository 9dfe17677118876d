"""The OpenFeature provider, through OpenFeature's own client."""

from datetime import date

import pytest

from midakit.core.concurrency import aio as concurrency
from midakit.delivery import AsyncMidaDelivery, MidaDelivery

openfeature = pytest.importorskip("openfeature")
from openfeature import api  # noqa: E402
from openfeature.evaluation_context import EvaluationContext  # noqa: E402
from openfeature.exception import ErrorCode  # noqa: E402
from openfeature.flag_evaluation import Reason  # noqa: E402
from openfeature.track import TrackingEventDetails  # noqa: E402

from midakit.delivery.openfeature import MidaProvider  # noqa: E402

KEY = "homepage-headline"
USER = EvaluationContext("user-42")


@pytest.fixture
def client(options):
    api.set_provider(MidaProvider(MidaDelivery(**options)))
    yield api.get_client()
    api.shutdown()
    api.clear_providers()


@pytest.fixture
def async_delivery(options):
    delivery = AsyncMidaDelivery(**options)
    api.set_provider(MidaProvider(delivery))
    yield delivery
    api.shutdown()
    api.clear_providers()


def test_experiments_are_string_flags(client, options):
    """The value and the variant are Mida's; the reason is SPLIT, then CACHED."""
    with MidaDelivery(**options) as delivery:
        expected = delivery.variant(KEY, "user-42")
    first = client.get_string_details(KEY, "none", USER)
    again = client.get_string_details(KEY, "none", USER)
    assert (first.value, first.variant, first.reason) == (expected, expected, Reason.SPLIT)
    assert (again.value, again.reason) == (expected, Reason.CACHED)
    assert first.flag_metadata["reason"] == "assigned"


@pytest.mark.anyio
@pytest.mark.parametrize("kind", [MidaDelivery, AsyncMidaDelivery])
async def test_overrides_hold_without_asking_and_without_a_visitor(kind):
    """The reason is STATIC; nobody answers at this address."""
    forced = {KEY: "Variant 1", "dark": True, "old": False}
    delivery = kind("any", base_url="http://127.0.0.1:9", overrides=forced)
    api.set_provider(MidaProvider(delivery))
    client = api.get_client()
    details = [
        await client.get_string_details_async(KEY, "none"),
        await client.get_boolean_details_async("dark", False, USER),
        await client.get_boolean_details_async("old", True),
    ]
    assert [(one.value, one.reason) for one in details] == [
        ("Variant 1", Reason.STATIC), (True, Reason.STATIC), (False, Reason.STATIC)
    ]  # fmt: skip
    if kind is MidaDelivery:
        assert client.get_string_details(KEY, "none").variant == "Variant 1"
        assert client.get_boolean_value("dark", False) is True
    assert delivery.stats.answers == {}
    api.shutdown()
    api.clear_providers()
    if kind is AsyncMidaDelivery:
        await delivery.aclose()


def test_who_is_not_in_the_experiment_gets_the_default(client):
    """No error: the reason is DEFAULT."""
    found = client.get_string_details("no-such-experiment", "none", USER)
    assert (found.value, found.variant, found.reason) == ("none", None, Reason.DEFAULT)
    assert found.error_code is None


def test_flags_are_boolean_flags(client, sandbox):
    """On is true, off is false, and unknown is the default."""
    sandbox.flags(on=100, off=0)
    assert client.get_boolean_value("on", False, USER) is True
    assert client.get_boolean_value("off", True, USER) is False
    sandbox.faults("status;code=400", path="/feature-flag$")
    found = client.get_boolean_details("off", True, EvaluationContext("somebody else"))
    sandbox.clear_faults()
    assert (found.value, found.reason, found.error_code) == (True, Reason.ERROR, ErrorCode.GENERAL)


def test_what_mida_does_not_have_is_a_type_mismatch(client):
    """Numbers and objects; the default is returned."""
    for ask, default in (
        (client.get_integer_details, 3),
        (client.get_float_details, 0.5),
        (client.get_object_details, {"a": 1}),
    ):
        found = ask(KEY, default, USER)
        assert (found.value, found.error_code) == (default, ErrorCode.TYPE_MISMATCH)


def test_a_context_without_a_visitor_is_said_so(client, sandbox):
    """Nothing is sent; tracking without a visitor records nothing."""
    found = client.get_string_details(KEY, "none")
    assert (found.value, found.error_code) == ("none", ErrorCode.TARGETING_KEY_MISSING)
    assert client.get_boolean_details("on", True).error_code is ErrorCode.TARGETING_KEY_MISSING
    client.track("checkout_started")
    assert sandbox.requests() == []


def test_attributes_of_the_context_are_told_before_the_question(client, sandbox):
    """Dates become text; they are sent once."""
    context = EvaluationContext(
        "user-42", {"plan": "pro", "since": date(2026, 1, 31), "tags": ["a"]}
    )
    for _ in range(3):
        client.get_string_value(KEY, "none", context)
    seen = [(one["path"].split("/")[1], one["body"]) for one in sandbox.requests()]
    assert [path for path, _ in seen] == ["track", "experiment"]
    assert seen[0][1] == '{"plan":"pro","since":"2026-01-31","tags":["a"],"id":"user-42"}'


def test_tracking_records_an_event_with_its_value_as_revenue(client, sandbox):
    """The tracking API of OpenFeature; shutting down sends what waits."""
    client.track("checkout_started", USER, TrackingEventDetails(99.5, {"currency": "EUR"}))
    client.track("", USER)
    api.shutdown()
    bodies = [one["body"] for one in sandbox.requests() if one["path"] == "/experiment/event"]
    assert len(bodies) == 1
    assert '\\"currency\\":\\"EUR\\",\\"revenue\\":99.5' in bodies[0]


@pytest.mark.anyio
async def test_async_methods_with_an_async_client(async_delivery, sandbox):
    """The `_async` methods do not block the loop; the blocking ones say what to use."""
    client = api.get_client()
    found = await client.get_string_details_async(KEY, "none", USER)
    assert found.reason == Reason.SPLIT
    assert (await client.get_boolean_details_async("dark-mode", False, USER)).value is True
    assert (await client.get_string_details_async(KEY, "x")).error_code is (
        ErrorCode.TARGETING_KEY_MISSING
    )
    blocking = client.get_string_details(KEY, "none", USER)
    assert (blocking.value, blocking.error_code) == ("none", ErrorCode.GENERAL)
    assert "_async" in blocking.error_message
    client.track("checkout_started", USER)
    assert await async_delivery.flush(60)
    assert async_delivery.stats.events.sent == 1
    await async_delivery.aclose()


@pytest.mark.anyio
async def test_async_methods_with_a_blocking_client(client):
    """They ask in a thread, so that the loop goes on."""
    found = await client.get_string_details_async(KEY, "none", USER)
    assert found.reason == Reason.SPLIT
    assert (await client.get_boolean_details_async("dark-mode", False, USER)).value is True
    await concurrency.sleep(0)
