"""One client in several event loops at once, and in a forked child."""

import asyncio
import gc
import os
import subprocess
import sys
import threading

import pytest

from midakit import AsyncMida
from support.bad_server import BadServer
from support.forms import KEY, call
from support.hostile import BEHAVIOURS

THREADS, ROUNDS, AT_ONCE = 4, 10, 3


@pytest.fixture
def server():
    with BadServer(BEHAVIOURS) as running:
        yield running


@pytest.mark.parametrize("transport", ["own", "httpx"])
def test_a_client_serves_the_loops_of_several_threads_at_once(server, transport):
    """Every call is answered, and each loop keeps connections of its own instead of making new ones."""
    client = AsyncMida(KEY, project_key="p", base_url=server.url, transport=transport)
    answers, together = [], threading.Barrier(THREADS)

    async def main():
        assert client is not None
        for _ in range(ROUNDS):
            together.wait(30)  # so that the loops take turns at every round
            answers.extend(await asyncio.gather(*(client.send(call("ok")) for _ in range(AT_ONCE))))

    threads = [threading.Thread(target=lambda: asyncio.run(main())) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    asyncio.run(client.aclose())
    client = None
    gc.collect()  # what is left to it warns, and warnings are errors here
    assert len(answers) == THREADS * ROUNDS * AT_ONCE
    assert len(server._open) <= THREADS * AT_ONCE


def test_closing_in_one_loop_closes_the_connections_of_others(server):
    """They are closed in their own loops, which go on."""
    client = AsyncMida(KEY, project_key="p", base_url=server.url, transport="own")
    used, closed = threading.Event(), threading.Event()
    left = []

    async def other():
        await client.send(call("ok"))
        pool = client._engine.transport._pool
        used.set()
        await asyncio.to_thread(closed.wait, 10)
        for _ in range(200):
            if not pool.connections:
                break
            await asyncio.sleep(0.01)
        left.append(len(pool.connections))

    thread = threading.Thread(target=lambda: asyncio.run(other()))
    thread.start()
    assert used.wait(10)

    async def here():
        await client.send(call("ok"))
        await client.aclose()

    asyncio.run(here())
    closed.set()
    thread.join(10)
    assert left == [0]


CHILD = """
import asyncio, gc, os, sys, warnings
warnings.filterwarnings("ignore", category=DeprecationWarning)
from midakit import AsyncMida, Mida
from support.forms import call
kind, transport, url = sys.argv[1:]
options = {"project_key": "p", "base_url": url, "transport": transport}
if kind == "async":
    client = AsyncMida("key", **options)
    runner = asyncio.Runner()
    use = lambda: runner.run(client.send(call("ok")))
    close = lambda: runner.run(client.aclose())
else:
    client = Mida("key", **options)
    use = lambda: client.gather([call("ok")] * 4) if kind == "bulk" else client.send(call("ok"))
    close = client.close
use()
child = os.fork()
if not child:
    if kind == "async":
        asyncio.events._set_running_loop(None)
        runner = asyncio.Runner()
    use()
    close()
    if kind == "async":
        runner.close()
    del client
    gc.collect()
    os._exit(0)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
use()
close()
if kind == "async":
    runner.close()
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.parametrize("transport", ["own", "httpx"])
@pytest.mark.parametrize("kind", ["sync", "bulk", "async"])
def test_a_forked_child_says_nothing_about_its_parents_connections(server, kind, transport):
    """With warnings on, parent and child send, close and end in silence."""
    done = subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", CHILD, kind, transport, server.url],
        capture_output=True, text=True, check=False, timeout=60,
        env={**os.environ, "PYTHONPATH": "tests"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
