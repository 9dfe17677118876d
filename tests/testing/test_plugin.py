"""The pytest plugin: fixtures that work, and nothing paid for before they are used."""

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from midakit.testing.shared_server import shared_sandbox

ROOT = Path(__file__).parents[2]


def run(*arguments, cwd=ROOT):
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True, text=True, env=environment, cwd=cwd, check=False,
    )  # fmt: skip


def test_importing_the_plugin_is_cheap():
    """Neither the server's nor the client's libraries are loaded by it, nor by midakit.sandbox."""
    heavy = ("starlette", "uvicorn", "duckdb", "httpx", "numpy", "pyarrow", "sqlite3")
    script = (
        "import sys, midakit.testing.plugin, midakit.sandbox\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = run("-c", script)
    assert done.stdout.strip() == "[]", done.stderr


def test_the_sandbox_fixture_is_reset_for_every_test(tmp_path):
    """What one test did, the next one does not see; the server is the same."""
    (tmp_path / "test_it.py").write_text(
        "import urllib.request\n"
        "seen = []\n"
        "def ask(sandbox, method):\n"
        "    url = f'{sandbox.base_url}/project/{sandbox.project_key}/experiment/1001'\n"
        "    call = urllib.request.Request(url, method=method, headers={'x-api-key': 'sandbox'})\n"
        "    with urllib.request.urlopen(call) as answer:\n"
        "        return answer.status\n"
        "def test_one(mida_sandbox):\n"
        "    seen.append(mida_sandbox.url)\n"
        "    assert ask(mida_sandbox, 'DELETE') == 200\n"
        "def test_two(mida_sandbox):\n"
        "    assert seen == [mida_sandbox.url]\n"
        "    assert ask(mida_sandbox, 'GET') == 200\n"
    )
    done = run("-m", "pytest", "-q", "-W", "error", "-p", "midakit.testing.plugin",
               "-p", "no:cacheprovider", str(tmp_path), cwd=tmp_path)  # fmt: skip
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_the_client_fixtures_reach_the_sandbox(tmp_path):
    """`mida` and `async_mida` read the seeded result."""
    (tmp_path / "test_it.py").write_text(
        "import pytest\n"
        "def test_sync(mida):\n"
        "    assert mida.experiments.result(1001).total_visitors > 0\n"
        "@pytest.mark.anyio\n"
        "@pytest.mark.parametrize('anyio_backend', ['asyncio', 'trio'])\n"
        "async def test_async(async_mida):\n"
        "    assert (await async_mida.experiments.result(1001)).total_visitors > 0\n"
    )
    done = run("-m", "pytest", "-q", "-W", "error", "-p", "midakit.testing.plugin",
               "-p", "anyio.pytest_plugin", "-p", "no:cacheprovider", str(tmp_path), cwd=tmp_path)  # fmt: skip
    assert "3 passed" in done.stdout, done.stdout + done.stderr


SHARED = """
import json, os, time, urllib.request
from pathlib import Path
import pytest

HERE = Path(__file__).parent

@pytest.fixture(scope="session")
def mida_sandbox_prepared(mida_sandbox_server):
    from midakit import Mida
    server = mida_sandbox_server
    with Mida(server.api_key, project_key=server.project_key, base_url=server.base_url) as mida:
        mida.experiments.stop(1003)

@pytest.mark.parametrize("turn", range(12))
def test_it(mida, mida_sandbox, turn):
    assert mida.experiments.get(1003).status == 0
    mida.experiments.delete(1002)
    mida_sandbox.faults("status;code=503", path="/goals$")
    seen = [request["method"] for request in mida_sandbox.requests()]
    assert seen == ["GET", "DELETE"]
    (HERE / f"{os.environ['PYTEST_XDIST_WORKER']}-{turn}.json").write_text(json.dumps(mida_sandbox.server))
"""


def test_workers_share_one_server_and_see_nothing_of_each_other(tmp_path):
    """Four workers: one address, twelve tests that each start with the prepared data, then nothing is left."""
    (tmp_path / "test_it.py").write_text(SHARED)
    done = run("-m", "pytest", "-q", "-W", "error", "-p", "xdist.plugin", "-p", "midakit.testing.plugin",
               "-p", "no:cacheprovider", "-n", "4", f"--basetemp={tmp_path / 'run'}", str(tmp_path),
               cwd=tmp_path)  # fmt: skip
    assert "12 passed" in done.stdout, done.stdout + done.stderr
    told = [*tmp_path.glob("gw*.json")]
    assert len({path.name.partition("-")[0] for path in told}) > 1
    (url,) = {json.loads(path.read_text()) for path in told}
    until(lambda: refused(url))
    until(lambda: not [*tmp_path.glob("run/midakit-sandbox-*.json")])


def test_the_server_ends_when_its_workers_were_killed(tmp_path):
    """A lock that a dead process had is free."""
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from midakit.testing.shared_server import shared_sandbox\n"
        "with shared_sandbox(Path(sys.argv[1]), {'visitors': 20}, 'gw0') as sandbox:\n"
        "    print(sandbox.server, sandbox.project_key, flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    done = run("-c", script, str(tmp_path))
    url, project = done.stdout.split()
    assert project.startswith("SANDBOX")
    until(lambda: refused(url))


def test_a_server_that_cannot_start_is_an_error(tmp_path):
    """The first worker says so, and no other waits for it."""
    worker = shared_sandbox(tmp_path, {"visitors": -1}, "gw0")
    with pytest.raises(RuntimeError, match="did not start"), worker:
        pass


def refused(url):
    try:
        urllib.request.urlopen(f"{url}/__sandbox__/health", timeout=5).close()
    except urllib.error.URLError:
        return True
    return False


def until(condition):
    for _ in range(600):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError("never true")
