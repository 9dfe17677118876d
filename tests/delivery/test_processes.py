"""Processes, threads and event loops: events survive kills, children start afresh, nobody shares wrongly."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from midakit.delivery import AnswerReason, AsyncMidaDelivery, EventCounts, MidaDelivery

KEY = "homepage-headline"


def program(text, *arguments):
    return [sys.executable, "-c", textwrap.dedent(text), *map(str, arguments)]


def recorded(sandbox, name="seen"):
    found = sandbox.state.visits.list_events(limit=100_000, event_text=name)
    return sorted(json.loads(one["event_property"])["number"] for one in found)


ACCEPT_AND_WAIT = """
    import sys
    from midakit.delivery import MidaDelivery
    url, project, folder = sys.argv[1:]
    delivery = MidaDelivery(project, base_url=url, spill=folder, budget=30)
    for number in range(200):
        assert delivery.event("seen", f"u{number}", {"number": number})
    print("accepted", flush=True)
    while True:
        counts = delivery.stats.events
        if counts.sent >= 40:
            print("some are sent", flush=True)
            break
    sys.stdin.read()
"""


def test_a_killed_process_loses_nothing_and_sends_nothing_twice(sandbox, options, tmp_path):
    """kill -9 while some events are acknowledged and others on their way: each is recorded once."""
    sandbox.faults("hang", path="/experiment/event$", skip=60)
    words = program(ACCEPT_AND_WAIT, sandbox.url, sandbox.project_key, tmp_path)
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "accepted\n"
        assert process.stdout.readline() == "some are sent\n"
        process.send_signal(signal.SIGKILL)
    sandbox.clear_faults()
    before = recorded(sandbox)
    assert 40 <= len(before) < 200
    sandbox.state.requests.clear()
    with MidaDelivery(**options, spill=tmp_path) as delivery:
        assert delivery.flush(60)
        replayed = delivery.stats.events
    assert replayed.accepted == replayed.sent < 200
    assert recorded(sandbox) == [*range(200)]
    assert replayed.sent <= 200 - 40  # what was acknowledged is not sent again
    assert list(tmp_path.iterdir()) == []


def test_the_end_of_a_program_sends_what_waits(sandbox, options):
    """A script that forgets to close its client loses no events, and is told so."""
    text = """
        import sys
        from midakit.delivery import MidaDelivery
        delivery = MidaDelivery(sys.argv[2], base_url=sys.argv[1], flush_timeout=60)
        for number in range(50):
            assert delivery.event("seen", f"u{number}", {"number": number})
    """
    words = program(text, sandbox.url, sandbox.project_key)
    subprocess.run(words, check=True, timeout=300)
    assert recorded(sandbox) == [*range(50)]


def test_a_program_ends_although_the_service_hangs(sandbox):
    """Not later than `flush_timeout` allows."""
    sandbox.faults("hang", path="/experiment/event$")
    text = """
        import sys
        from midakit.delivery import MidaDelivery
        MidaDelivery(sys.argv[2], base_url=sys.argv[1], flush_timeout=0.1).event("seen", "u")
    """
    words = program(text, sandbox.url, sandbox.project_key)
    done = subprocess.run(words, check=False, timeout=300, capture_output=True, text=True)
    sandbox.clear_faults()
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


def test_a_repeated_event_loads_no_anyio(sandbox):
    """The pause before a repeat may fall into the end of the program, when modules cannot be loaded."""
    sandbox.faults("status;code=503", path="/experiment/event$")
    text = """
        import sys
        import time
        from midakit.delivery import MidaDelivery
        with MidaDelivery(sys.argv[2], base_url=sys.argv[1], flush_timeout=0.0) as delivery:
            delivery.event("seen", "u")
            while not delivery.stats.events.repeated:
                time.sleep(0.02)
            print("anyio" in sys.modules)
    """
    words = program(text, sandbox.url, sandbox.project_key)
    done = subprocess.run(words, check=True, timeout=300, capture_output=True, text=True)
    sandbox.clear_faults()
    assert done.stdout == "False\n"


def test_several_event_loops_share_one_client(sandbox, options):
    """One loop after the other, and loops in threads at once: the same answers, every event sent."""
    delivery = AsyncMidaDelivery(**options)

    async def visit(number):
        for step in range(5):
            await delivery.event("seen", f"u{number}", {"number": number * 5 + step})
        return str(await delivery.variant(KEY, "u1"))

    first = asyncio.run(visit(0))
    with ThreadPoolExecutor(4) as pool:
        found = {*pool.map(lambda number: asyncio.run(visit(number)), range(1, 9))}
    assert found == {first}
    asyncio.run(delivery.aclose())
    assert recorded(sandbox) == [*range(45)]


def test_threads_share_one_blocking_client(sandbox, options):
    """Many threads ask for one visitor: one question; each event of each thread is sent."""
    sandbox.faults("latency;ms=200", path="/experiment/query$")
    together = threading.Barrier(8)
    with MidaDelivery(**options) as delivery, ThreadPoolExecutor(8) as pool:

        def visit(number):
            together.wait()
            delivery.event("seen", f"u{number}", {"number": number})
            return str(delivery.variant(KEY, "u1"))

        assert len({*pool.map(visit, range(8))}) == 1
    asked = [one for one in sandbox.requests() if one["path"] == "/experiment/query"]
    assert len(asked) == 1
    assert recorded(sandbox) == [*range(8)]


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_starts_afresh(sandbox, options):
    """The child asks and sends on its own; what waits in the parent is the parent's alone."""
    sandbox.faults("latency;ms=300", path="/experiment/event$", times=1)
    with MidaDelivery(**options) as delivery:
        assert delivery.event("seen", "parent", {"number": 1})
        kept = delivery.variant(KEY, "u1")
        child = os.fork()
        if child == 0:
            status = 1
            try:
                fresh = delivery.stats.events == EventCounts()
                delivery.event("seen", "child", {"number": 2})
                same = delivery.variant(KEY, "u1") == kept
                other = delivery.variant(KEY, "u2").reason is AnswerReason.ASSIGNED
                sent = delivery.flush(60) and delivery.stats.events == EventCounts(1, 1)
                delivery.close()
                status = 0 if fresh and same and other and sent else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        delivery.event("seen", "parent", {"number": 3})
    assert recorded(sandbox) == [1, 2, 3]


def test_a_forked_child_of_asyncio_starts_afresh(sandbox):
    """As under a server that forks its workers after the application was made."""
    text = """
        import asyncio, os, sys
        from midakit.delivery import AsyncMidaDelivery
        delivery = AsyncMidaDelivery(
            sys.argv[2], base_url=sys.argv[1], budget=30, flush_timeout=60
        )
        asyncio.run(delivery.event("seen", "parent", {"number": 0}))
        async def worker(number):
            await delivery.event("seen", f"u{number}", {"number": number})
            found = await delivery.variant("homepage-headline", f"u{number}")
            await delivery.aclose()
            return found.is_default
        for number in (1, 2, 3):
            if os.fork() == 0:
                wrong = asyncio.run(worker(number))
                sys.stdout.flush()
                os._exit(int(wrong))
        for _ in range(3):
            assert os.waitstatus_to_exitcode(os.wait()[1]) == 0
        asyncio.run(delivery.aclose())
    """
    words = program(text, sandbox.url, sandbox.project_key)
    done = subprocess.run(words, check=False, timeout=300, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert recorded(sandbox) == [0, 1, 2, 3]


def test_a_cancelled_page_does_not_cancel_the_others(sandbox, options):
    """Who asked first goes away; another one who waits for the same asks anew."""
    sandbox.faults("latency;ms=400", path="/experiment/query$", times=1)

    async def main():
        async with AsyncMidaDelivery(**options) as delivery:
            first = asyncio.create_task(delivery.variant(KEY, "u1"))
            while not delivery._asking._flights:  # noqa: ASYNC110 -- nothing tells
                await asyncio.sleep(0)
            second = asyncio.create_task(delivery.variant(KEY, "u1"))
            await asyncio.sleep(0.05)
            first.cancel()
            assert (await second).reason is AnswerReason.ASSIGNED
            with pytest.raises(asyncio.CancelledError):
                await first
            assert delivery._asking._flights == {}

    asyncio.run(main())


def test_memory_stays_flat(sandbox, options):
    """A million visitors leave no more than `max_answers` behind, an outage no more than `max_events`."""
    sandbox.faults("hang", path="/experiment/event$")
    with MidaDelivery(**options, max_answers=50, max_events=40, flush_timeout=0) as delivery:
        for number in range(200):
            delivery.variant("no-such-experiment", f"u{number}")
            delivery.event("seen", f"u{number}", {"number": number})
        assert delivery.stats.cached == 50
        counts = delivery.stats.events
        assert (counts.accepted, counts.rejected) == (40, 160)
        assert delivery._asking._flights == {}
    sandbox.clear_faults()


def test_closing_waits_for_no_renewal_and_leaves_no_thread(sandbox, options):
    """An answer that is being fetched in the background for ten minutes keeps nobody from leaving."""
    before = {*threading.enumerate()}
    sandbox.faults("hang", path="/experiment/query$")
    settings = {**options, "budget": 0.05, "timeout": 600}
    with MidaDelivery(**settings) as delivery:
        assert delivery.variant(KEY, "u1").reason is AnswerReason.TIMEOUT
        assert delivery.event("seen", "u1", {"number": 1})

    async def main():
        async with AsyncMidaDelivery(**settings) as delivery:
            assert (await delivery.variant(KEY, "u1")).reason is AnswerReason.TIMEOUT
            assert await delivery.event("seen", "u1", {"number": 2})

    asyncio.run(main())
    sandbox.clear_faults()
    assert recorded(sandbox) == [1, 2]
    left = {*threading.enumerate()} - before
    assert not [one.name for one in left if one.name.startswith("midakit") and not one.daemon]
