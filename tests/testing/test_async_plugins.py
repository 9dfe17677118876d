"""`async_mida` under the plugins that run `async` tests, each in a pytest of its own where any warning fails."""

import asyncio
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from midakit import AsyncMida, ConfigurationError
from midakit.testing.client_end import close_client

ROOT = Path(__file__).parents[2]
STRICT = """
import asyncio
import pytest
import pytest_asyncio

async def visitors(mida):
    return (await mida.experiments.result(1001)).total_visitors

@pytest.mark.asyncio
async def test_a_loop_of_its_own(async_mida):
    assert await visitors(async_mida) > 0

@pytest.mark.asyncio
async def test_a_client_that_is_closed_already(async_mida):
    async with async_mida as mida:
        assert await visitors(mida) > 0

@pytest.mark.asyncio(loop_scope="session")
async def test_a_loop_of_all_tests(async_mida):
    assert await visitors(async_mida) > 0

@pytest.mark.asyncio(loop_scope="session")
async def test_the_same_loop_again(async_mida):
    assert await visitors(async_mida) > 0

@pytest_asyncio.fixture
async def stopped(async_mida):
    await async_mida.experiments.stop(1001)
    yield async_mida
    assert (await async_mida.experiments.start(1001)).success

@pytest.mark.asyncio
async def test_a_fixture_on_top_of_it(stopped, async_mida):
    assert stopped is async_mida
    assert (await async_mida.experiments.get(1001)).status == 0

def test_loops_that_the_test_runs(async_mida):
    assert asyncio.run(visitors(async_mida)) == asyncio.run(visitors(async_mida)) > 0

def test_no_loop_at_all(async_mida):
    assert not async_mida.limits.in_flight
"""
AUTO = """
import pytest

@pytest.fixture
async def stopped(async_mida):
    await async_mida.experiments.stop(1001)
    yield
    assert (await async_mida.experiments.start(1001)).success

async def test_a_test_without_a_mark(async_mida):
    assert (await async_mida.experiments.result(1001)).total_visitors > 0

async def test_a_fixture_without_a_mark(stopped, async_mida):
    assert (await async_mida.experiments.get(1001)).status == 0

def test_a_blocking_one_beside_them(mida):
    assert mida.experiments.get(1001).status == 1
"""
ANYIO = """
import pytest

pytestmark = pytest.mark.anyio

@pytest.fixture(params=["asyncio", "trio"])
def anyio_backend(request):
    return request.param

@pytest.fixture
async def stopped(async_mida):
    await async_mida.experiments.stop(1001)
    yield
    assert (await async_mida.experiments.start(1001)).success

async def test_a_loop_of_its_own(async_mida):
    assert (await async_mida.experiments.result(1001)).total_visitors > 0

async def test_a_fixture_on_top_of_it(stopped, async_mida):
    assert (await async_mida.experiments.get(1001)).status == 0
"""
XDIST = """
import os
import pytest

@pytest.mark.parametrize("turn", range(4))
async def test_it(async_mida, mida_sandbox, turn):
    await async_mida.experiments.delete(1002)
    assert [request["method"] for request in mida_sandbox.requests()] == ["DELETE"]
    assert os.environ["PYTEST_XDIST_WORKER"]
"""


@pytest.mark.parametrize(
    ("text", "options", "passed"),
    [
        pytest.param(STRICT, ["-p", "pytest_asyncio.plugin"], 7, id="asyncio-strict"),
        pytest.param(
            AUTO, ["-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto"], 3, id="asyncio-auto"
        ),
        pytest.param(ANYIO, ["-p", "anyio.pytest_plugin"], 4, id="anyio"),
        pytest.param(
            XDIST,
            ["-p", "pytest_asyncio.plugin", "-o", "asyncio_mode=auto", "-p", "xdist.plugin", "-n2"],
            4,
            id="xdist",
        ),
    ],
)
def test_async_mida_works_and_leaves_nothing_open(text, options, passed, tmp_path):
    """Tests, and fixtures on top of it; a client or a socket that stays open would be a warning."""
    if "pytest_asyncio.plugin" in options:
        pytest.importorskip("pytest_asyncio")
        options = [*options, "-o", "asyncio_default_fixture_loop_scope=function"]
    (tmp_path / "test_it.py").write_text(text)
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "midakit.testing.plugin",
            "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'run'}", *options, str(tmp_path),
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
        env={
            **os.environ, "PYTHONPATH": str(ROOT / "src"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "",
        },
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert f"{passed} passed" in said
    assert "Warning" not in said


@pytest.fixture
def client(mida_sandbox):
    return AsyncMida(
        mida_sandbox.api_key,
        project_key=mida_sandbox.project_key,
        base_url=mida_sandbox.base_url,
    )


def test_a_closed_client_sends_nothing_any_more(client):
    """Whether it was used or not."""
    close_client(client)
    close_client(client)
    with pytest.raises(ConfigurationError, match="closed"):
        asyncio.run(client.experiments.get(1001))


def test_connections_close_in_a_loop_that_runs_in_another_thread(client):
    """Both those of the loop that was used last and those of one before it."""
    loops = [asyncio.new_event_loop() for _ in range(2)]
    threads = [threading.Thread(target=loop.run_forever) for loop in loops]
    for loop, thread in zip(loops, threads, strict=True):
        thread.start()
        asyncio.run_coroutine_threadsafe(client.experiments.get(1001), loop).result(60)
    pools = [transport._pool for transport in transports(client)]
    assert [len(pool.connections) for pool in pools] == [1, 1]
    close_client(client)
    for pool in pools:
        asyncio.run_coroutine_threadsafe(emptied(pool), pool.loop).result(60)
    for loop, thread in zip(loops, threads, strict=True):
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
        loop.close()


def transports(client):
    engine = client._engine
    every = [engine._transports, *(found for found, _ in engine._elsewhere.values())]
    return [transport for found in every for transport in found.values()]


async def emptied(pool):
    while pool.connections:  # noqa: ASYNC110  # a pool has no event for this
        await asyncio.sleep(0)
