"""Where work is done: what is brief on the event loop in its turn, the rest in threads."""

import asyncio
import threading
import time
from types import SimpleNamespace

import pytest

from midakit.sandbox.server.endpoint_paths import EndpointPaths
from midakit.sandbox.server.workers import Workers
from midakit.sandbox.values import decode_json, encode_json

HERE = threading.get_ident


@pytest.fixture
def workers():
    made = Workers()
    yield made
    made.shutdown()


@pytest.fixture
def state():
    return SimpleNamespace(visits=SimpleNamespace(lock=threading.RLock()))


def brief(_state, place=0):
    return HERE(), place


def busy(_state):
    """Takes five milliseconds of the processor."""
    until = time.thread_time() + 0.005
    while time.thread_time() < until:
        pass
    return HERE()


def test_the_first_time_is_in_a_thread_then_brief_work_is_on_the_loop(workers, state):
    """Nobody knows how long new work takes; once it was brief it needs no thread."""

    async def run():
        return [(await workers.report(brief, state))[0] for _ in range(3)]

    first, second, third = asyncio.run(run())
    assert first != HERE()
    assert second == third == HERE()


def test_what_takes_long_stays_in_threads(workers, state):
    """Work of five milliseconds is never on the loop."""

    async def run():
        return [await workers.visits(busy, state) for _ in range(6)]

    assert HERE() not in asyncio.run(run())


def test_brief_work_does_not_wait_for_the_lock_on_the_loop(workers, state):
    """While somebody else holds the store, a thread waits for it, and the loop goes on."""
    held, free = threading.Event(), threading.Event()

    def hold():
        with state.visits.lock:
            held.set()
            free.wait(60)

    def needs_lock(state):
        with state.visits.lock:
            return HERE()

    async def run():
        await workers.report(needs_lock, state)
        threading.Thread(target=hold).start()
        held.wait(60)
        waiting = asyncio.create_task(workers.report(needs_lock, state))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        free.set()
        return await waiting

    assert asyncio.run(run()) != HERE()


def test_in_one_turn_there_is_only_so_much(workers, state):
    """A hundred pieces of a millisecond leave the loop after a few, in the order in which they came."""
    done = []

    async def one(place):
        workers._took[brief] = 0.001
        done.append((await workers.report(brief, state, place))[1])

    async def ticks():
        while len([item for item in done if item != "tick"]) < 100:
            done.append("tick")
            await asyncio.sleep(0)

    async def run():
        await asyncio.gather(*map(one, range(100)), ticks())

    asyncio.run(run())
    assert [item for item in done if item != "tick"] == list(range(100))
    runs = " ".join(map(str, done)).split("tick")
    assert max(len(run.split()) for run in runs) <= 8
    assert not workers._turning
    assert not workers._line


def test_an_error_of_brief_work_is_the_callers(workers, state):
    """It comes out as it is, and the lock is free again."""

    def wrong(_state):
        raise KeyError("x")

    async def run():
        for _ in range(2):
            with pytest.raises(KeyError):
                await workers.report(wrong, state)

    asyncio.run(run())
    taken = []
    thread = threading.Thread(target=lambda: taken.append(state.visits.lock.acquire(timeout=60)))
    thread.start()
    thread.join()
    assert taken == [True]


def test_a_caller_who_left_the_line_holds_nobody_up(workers, state):
    """A cancelled request in the line is passed over."""

    async def run():
        workers._took[brief] = 0.0015
        tasks = [asyncio.create_task(workers.report(brief, state, place)) for place in range(12)]
        await asyncio.sleep(0)
        for task in tasks[4:8]:
            task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    found = asyncio.run(run())
    assert [one[1] for one in found if isinstance(one, tuple)][-4:] == [8, 9, 10, 11]


def test_paths_find_their_endpoints():
    """A fixed part comes before one that varies; an empty part, a rest and another beginning lead on."""
    found = []

    def endpoint(name):
        async def answer(scope, _receive, _send):
            found.append((name, scope.get("path_params")))

        return answer

    paths = EndpointPaths("/v2/", endpoint("others"))
    for path in ("/p/{key}", "/p/{key}/goals", "/p/{key}/goal/{goal_id}", "/p/{key}/{kind}/x"):
        paths.add(path, endpoint(path))

    async def ask():
        for path in ("/v2/p/a", "/v2/p/a/goals", "/v2/p/a/goal/7", "/v2/p/a/other/x", "/v2/p/",
                     "/v2/p/a/", "/v2/p/a/goals/1", "/v3/p/a", "/v2", "/v2/p"):  # fmt: skip
            await paths({"type": "http", "path": path}, None, None)

    asyncio.run(ask())
    assert found[:4] == [
        ("/p/{key}", {"key": "a"}),
        ("/p/{key}/goals", {"key": "a"}),
        ("/p/{key}/goal/{goal_id}", {"key": "a", "goal_id": "7"}),
        ("/p/{key}/{kind}/x", {"key": "a", "kind": "other"}),
    ]
    assert {name for name, _ in found[4:]} == {"others"}
    assert len(found) == 10


@pytest.mark.parametrize("value", [2**64, -(2**70), 10**30, 1.5, "ü", {"a": [None, True]}])
def test_answers_are_json_of_any_size(value):
    """Numbers beyond 64 bits too."""
    assert decode_json(encode_json({"v": value})) == {"v": value}
