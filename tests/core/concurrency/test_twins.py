"""The contract that `aio` and `threads` both keep, on asyncio, trio and threads."""

import contextlib
import contextvars
import re
import threading
import time
from pathlib import Path

import anyio
import pytest

import midakit
from midakit.core.concurrency import aio, threads
from midakit.core.concurrency.aio_stream import stream
from midakit.core.limits import Gate, Signal
from midakit.errors import DeadlineExceeded

SOURCES = [*Path(midakit.__file__).parent.rglob("_async/*.py")]


def run(backend, function, *args):
    return anyio.run(function, *args, backend=backend)


class AioRunner:
    """Runs the same little programs with tasks."""

    def __init__(self, backend):
        self.backend = backend

    def fan_out(self, call, items, limit):
        async def work(item):
            await aio.sleep(0)
            return await self.wrap(call, item)

        async def main():
            return await aio.fan_out(work, items, limit=limit)

        return run(self.backend, main)

    async def wrap(self, call, item):
        seconds = call(item) if not isinstance(item, tuple) else item[1]
        if isinstance(item, tuple):
            await aio.sleep(seconds)
            return call(item)
        return seconds

    def stream(self, call, items, limit, take=None):
        async def work(item):
            await aio.sleep(0)
            return call(item)

        async def main():
            got = []
            async with stream(work, items, limit=limit) as results:
                async for result in results:
                    got.append(result)
                    if take is not None and len(got) >= take:
                        break
            return got

        return run(self.backend, main)


class ThreadRunner:
    """Runs them with threads."""

    def fan_out(self, call, items, limit):
        def work(item):
            if isinstance(item, tuple):
                threads.sleep(item[1])
            return call(item)

        return threads.fan_out(work, items, limit=limit)


@pytest.fixture(params=["asyncio", "trio", "threads"])
def runner(request):
    return ThreadRunner() if request.param == "threads" else AioRunner(request.param)


@pytest.fixture(params=["asyncio", "trio"])
def task_runner(request):
    return AioRunner(request.param)


def test_the_twins_have_equal_names():
    """Renaming one module into the other finds every name that `_async` folders use."""
    used = {
        name
        for source in SOURCES
        for name in re.findall(r"\bconcurrency\.(\w+)", source.read_text(encoding="utf-8"))
    } - {"aio", "aio_bulk", "blocking_bulk"}
    assert len(used) > 12
    for name in used:
        assert callable(getattr(aio, name)) is callable(getattr(threads, name))


def test_fan_out_keeps_the_order_of_the_items(runner):
    """Slow items do not change places with quick ones."""
    items = [(n, 0.02 if n % 2 == 0 else 0.0) for n in range(12)]
    assert runner.fan_out(lambda item: item[0], items, 4) == list(range(12))


def test_fan_out_of_nothing_is_nothing(runner):
    """No items, no results, no hang."""
    assert runner.fan_out(lambda item: item, [], 4) == []


def test_fan_out_takes_any_iterable_and_pulls_it_lazily(runner):
    """Items are taken as workers come free, not all at once."""
    pulled = []

    def items():
        for n in range(1_000_000):  # a machine that is busy lets another worker go on for a while
            pulled.append(n)
            yield n

    def call(n):
        if n == 5:
            raise RuntimeError("stop")
        return n

    with pytest.raises(RuntimeError):
        runner.fan_out(call, items(), 2)
    assert len(pulled) < 1_000_000


def test_the_first_failure_comes_bare(runner):
    """Callers catch the error itself, never a group."""

    def call(n):
        if n == 3:
            raise KeyError(n)
        return n

    with pytest.raises(KeyError) as caught:
        runner.fan_out(call, range(10), 2)
    assert type(caught.value) is KeyError


def test_stream_hands_out_everything(task_runner):
    """Each item's result comes once."""
    assert sorted(task_runner.stream(lambda n: n * 2, range(50), 8)) == [n * 2 for n in range(50)]


def test_stream_can_be_left_early_and_holds_little(task_runner):
    """Breaking out stops the work: not all thousand items were started."""
    started = []

    def call(n):
        started.append(n)
        return n

    assert len(task_runner.stream(call, range(1000), 4, take=3)) == 3
    assert len(started) <= 3 + 2 * 4 + 1


def test_stream_raises_an_unexpected_failure_bare(task_runner):
    """A bug in the call reaches the loop that reads the results."""

    def call(n):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        task_runner.stream(call, range(3), 2)


def test_context_variables_reach_the_work(runner):
    """A trace started by the caller is the parent of what the workers do."""
    variable = contextvars.ContextVar("variable", default="none")
    variable.set("outer")
    if isinstance(runner, AioRunner):

        async def main():
            variable.set("inner")

            async def work(_):
                return variable.get()

            return await aio.fan_out(work, range(3), limit=2)

        assert run(runner.backend, main) == ["inner"] * 3
    else:
        assert threads.fan_out(lambda _: variable.get(), range(3), limit=2) == ["outer"] * 3


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_cancelling_a_fan_out_cancels_its_work(backend):
    """A caller that gives up leaves nothing running."""
    finished = []

    async def work(n):
        await aio.sleep(5)
        finished.append(n)

    async def main():
        with anyio.move_on_after(0.05):
            await aio.fan_out(work, range(10), limit=5)

    started = time.monotonic()
    run(backend, main)
    assert finished == []
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_at_most_limit_at_once_with_tasks(backend):
    """Never more than `limit` are under way."""
    inside, most = 0, 0

    async def work(_):
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        await aio.sleep(0.002)
        inside -= 1

    async def main():
        await aio.fan_out(work, range(40), limit=7)

    run(backend, main)
    assert most == 7


def test_at_most_limit_at_once_with_threads():
    """Never more than `limit` are under way."""
    inside, most, lock = 0, 0, threading.Lock()

    def work(_):
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.002)
        with lock:
            inside -= 1

    threads.fan_out(work, range(40), limit=7)
    assert 1 <= most <= 7


def test_nested_fan_outs_do_not_deadlock(runner):
    """A fan-out inside a fan-out has workers of its own."""
    if isinstance(runner, AioRunner):

        async def inner(n):
            return await aio.fan_out(leaf, range(n), limit=2)

        async def leaf(n):
            return n

        async def main():
            return await aio.fan_out(inner, range(4), limit=2)

        assert run(runner.backend, main) == [[], [0], [0, 1], [0, 1, 2]]
    else:
        found = threads.fan_out(
            lambda n: threads.fan_out(lambda m: m, range(n), limit=2), range(4), limit=2
        )
        assert found == [[], [0], [0, 1], [0, 1, 2]]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_the_limiter_lets_as_many_in_as_there_is_room_with_tasks(backend):
    """Three places, ten tasks: all get through, never more than three inside."""
    most = 0

    async def main():
        limiter = aio.Limiter(Gate(3))

        async def work(_):
            nonlocal most
            await limiter.acquire()
            most = max(most, limiter.gate.in_flight)
            await aio.sleep(0.001)
            limiter.release(Signal.GOOD)

        await aio.fan_out(work, range(10), limit=10)
        assert limiter.gate.in_flight == 0

    run(backend, main)
    assert most == 3


def test_the_limiter_lets_as_many_in_as_there_is_room_with_threads():
    """Three places, ten threads: all get through, never more than three inside."""
    limiter, most = threads.Limiter(Gate(3)), []

    def work(_):
        limiter.acquire()
        most.append(limiter.gate.in_flight)
        time.sleep(0.001)
        limiter.release(Signal.GOOD)

    threads.fan_out(work, range(10), limit=10)
    assert max(most) <= 3
    assert limiter.gate.in_flight == 0


@pytest.mark.parametrize("backend", ["asyncio", "trio", "threads"])
def test_a_deadline_counts_while_waiting_for_a_place(backend):
    """A full client cannot hold a caller past its deadline."""
    if backend == "threads":
        limiter = threads.Limiter(Gate(1))
        limiter.acquire()
        with pytest.raises(DeadlineExceeded):
            limiter.acquire(threads.now() + 0.05)
        return

    async def main():
        limiter = aio.Limiter(Gate(1))
        await limiter.acquire()
        with pytest.raises(DeadlineExceeded):
            await limiter.acquire(aio.now() + 0.05)
        limiter.release()
        await limiter.acquire(aio.now() + 0.05)

    run(backend, main)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_waiter_that_gives_up_does_not_swallow_the_wake_up(backend):
    """Cancelling one waiter leaves the place for the next."""

    async def main():
        limiter = aio.Limiter(Gate(1))
        await limiter.acquire()
        entered = []

        async def impatient():
            with anyio.move_on_after(0.01):
                await limiter.acquire()

        async def patient():
            await limiter.acquire()
            entered.append(True)

        async with anyio.create_task_group() as group:
            group.start_soon(impatient)
            group.start_soon(patient)
            await aio.sleep(0.05)
            limiter.release()
        assert entered == [True]

    run(backend, main)


def test_a_thread_that_gives_up_does_not_swallow_the_wake_up(monkeypatch):
    """A wake-up that comes with a pause beyond one thread's deadline reaches the next one all the same."""
    moment, refused, entered = [1000.0], threading.Semaphore(0), []
    monkeypatch.setattr(threads, "now", lambda: moment[0])

    class CountingGate(Gate):
        def enter(self, now):
            inside = super().enter(now)
            if not inside:
                refused.release()
            return inside

    def wait(name, deadline):
        with contextlib.suppress(DeadlineExceeded):
            limiter.acquire(deadline)
            entered.append(name)

    limiter = threads.Limiter(CountingGate(1))
    limiter.acquire()
    waiting = []
    for name, deadline in (("hurried", 1000.01), ("patient", None)):
        waiting.append(threading.Thread(target=wait, args=(name, deadline), daemon=True))
        waiting[-1].start()
        assert refused.acquire(timeout=60)
    limiter.release(Signal.REFUSED, since=1000.0, pause=0.02)
    waiting[0].join(60)
    moment[0] = 1001.0  # the pause is over
    waiting[1].join(5)
    assert entered == ["patient"]
