"""Stores of assignments: a visitor keeps the variant, in every process, until the experiment ends."""

import pytest

from midakit.core.concurrency import aio as concurrency
from midakit.delivery import AnswerReason, AsyncMemoryStore, AsyncMidaDelivery, AsyncRedisStore
from midakit.delivery.sticky import record_key

pytestmark = pytest.mark.anyio

TEST, KEY = 1003, "demo-form-length"


def queries(sandbox):
    return [one for one in sandbox.requests() if one["path"] == "/experiment/query"]


def change(sandbox, **fields):
    """Change what only the dashboard can."""
    state = sandbox.state
    state.change_experiment(state.records.find("experiment", TEST), fields)


def everybody_gets_variant_1(sandbox):
    """The service has forgotten who saw what, and gives all of the traffic to Variant 1."""
    sandbox.reset()
    change(sandbox, distribution={"0": 0, "1": 100})


async def a_visitor_of_control(delivery):
    for number in range(99):
        if await delivery.variant(KEY, f"u{number}") == "Control":
            return f"u{number}"
    raise AssertionError("nobody got Control")


async def test_another_process_uses_what_the_store_has(sandbox, options):
    """It does not even ask the service while the assignment is fresh."""
    store = AsyncMemoryStore()
    async with AsyncMidaDelivery(**options, store=store) as delivery:
        found = {f"u{n}": await delivery.variant(KEY, f"u{n}") for n in range(10)}
    sandbox.state.requests.clear()
    async with AsyncMidaDelivery(**options, store=store) as delivery:
        for visitor, name in found.items():
            again = await delivery.variant(KEY, visitor)
            assert (again, again.reason) == (name, AnswerReason.STICKY)
            assert (await delivery.variant(KEY, visitor)).reason is AnswerReason.CACHED
    assert queries(sandbox) == []


async def test_a_changed_split_moves_nobody(sandbox, options):
    """The service would give Variant 1 now; who had Control keeps it, also when it is asked again."""
    store = AsyncMemoryStore()
    async with AsyncMidaDelivery(**options, store=store) as delivery:
        visitor = await a_visitor_of_control(delivery)
    everybody_gets_variant_1(sandbox)
    async with AsyncMidaDelivery(**options, store=store, fresh_for=0.01) as delivery:
        for _ in range(5):
            await concurrency.sleep(0.02)
            assert await delivery.variant(KEY, visitor) == "Control"
        while [one["status"] for one in queries(sandbox)][:1] != [200]:
            await concurrency.sleep(0.02)
        assert await delivery.variant(KEY, visitor) == "Control"
    async with AsyncMidaDelivery(**options) as delivery:
        assert await delivery.variant(KEY, visitor) == "Variant 1"


async def test_the_end_of_an_experiment_ends_assignments(sandbox, options):
    """When the service says that the visitor is in no experiment the store forgets the visitor."""
    store = AsyncMemoryStore()
    async with AsyncMidaDelivery(**options, store=store, fresh_for=0.05) as delivery:
        await delivery.variant(KEY, "u1")
        change(sandbox, status=0)
        while not (await delivery.variant(KEY, "u1", "old page")).is_default:
            await concurrency.sleep(0.02)
    assert await store.get(record_key(sandbox.project_key, KEY, "u1")) is None


class BrokenStore:
    """Fails at everything."""

    asked = 0

    async def get(self, key):
        self.asked += 1
        raise OSError("the store is away")

    async def set(self, key, value, seconds):
        raise OSError("the store is away")

    async def delete(self, key):
        raise OSError("the store is away")


async def test_a_store_that_fails_hurts_no_page(sandbox, options):
    """The service is asked instead; after some failures the store is left alone for a while."""
    store = BrokenStore()
    async with AsyncMidaDelivery(**options, store=store) as delivery:
        for number in range(40):
            found = await delivery.variant(KEY, f"u{number}")
            assert found.reason is AnswerReason.ASSIGNED
        assert delivery.stats.store_errors >= 5
        assert store.asked < 40


async def test_the_memory_store_forgets_in_time_and_by_size():
    """An assignment ends with its time; the oldest one makes place."""
    store = AsyncMemoryStore(size=2)
    await store.set("a", "1", 1000)
    await store.set("b", "2", 0.0)
    assert await store.get("a") == "1"
    assert await store.get("b") is None
    await store.set("c", "3", 1000)
    assert await store.get("a") is None
    await store.delete("c")
    await store.delete("c")
    assert await store.get("c") is None


async def test_redis_keeps_assignments_between_clients(sandbox, options, redis_url):
    """A real server: what one client stores another one finds, with a time to live."""
    if concurrency.is_trio():
        pytest.skip("redis-py knows asyncio only")
    one, other = AsyncRedisStore(redis_url, timeout=5), AsyncRedisStore(redis_url, timeout=5)
    async with AsyncMidaDelivery(**options, store=one) as delivery:
        visitor = await a_visitor_of_control(delivery)
        assert delivery.stats.store_errors == 0
    everybody_gets_variant_1(sandbox)
    async with AsyncMidaDelivery(**options, store=other, sticky_for=500) as delivery:
        found = await delivery.variant(KEY, visitor)
        assert (found, found.reason) == ("Control", AnswerReason.STICKY)
        await delivery.variant(KEY, "new")
    key = record_key(sandbox.project_key, KEY, "new")
    assert 400_000 < await other._connections.client().pttl(key) <= 500_000
    await other.delete(key)
    assert await other.get(key) is None
    for store in (one, other):
        await store.aclose()


async def test_redis_that_is_away_hurts_no_page(options):
    """Nobody listens at the address: the service is asked."""
    store = AsyncRedisStore("redis://127.0.0.1:9/0")
    async with AsyncMidaDelivery(**options, store=store) as delivery:
        assert (await delivery.variant(KEY, "u1")).reason is AnswerReason.ASSIGNED
        assert delivery.stats.store_errors > 0
    if not concurrency.is_trio():
        await store.aclose()


async def test_redis_leaves_no_connection_behind(sandbox, options, redis_url):
    """Neither where pages are served nor where answers are renewed: warnings would fail this."""
    if concurrency.is_trio():
        pytest.skip("redis-py knows asyncio only")
    store = AsyncRedisStore(redis_url, timeout=5)
    async with AsyncMidaDelivery(**options, store=store, fresh_for=0.01) as delivery:
        while len(queries(sandbox)) < 4:
            await delivery.variant(KEY, "u1")
            await concurrency.sleep(0.02)
        assert delivery.stats.store_errors == 0
    await store.aclose()
    assert store._connections._clients == {}
