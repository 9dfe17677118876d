"""The pytest plugin: fixtures that work, and nothing paid for before they are used."""

import os
import subprocess
import sys
from pathlib import Path

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
