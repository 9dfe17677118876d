"""A script that does not close its client ends in silence, or with a warning where warnings are on."""

import os
import subprocess
import sys

import pytest

SYNC = """\
from midakit import Mida
mida = Mida()
print(mida.experiments.get(1001).test_id)
"""
ASYNC = """\
import asyncio
from midakit import AsyncMida
mida = AsyncMida()
async def main():
    print((await mida.experiments.get(1001)).test_id)
asyncio.run(main())
"""
BULK = """\
from midakit import Mida
from midakit.mida import calls
mida = Mida()
print(*{one.test_id for one in mida.gather([calls.experiments.get(1001)] * 8)})
"""


@pytest.fixture(params=[SYNC, ASYNC, BULK], ids=["sync", "async", "bulk"])
def script(request, tmp_path):
    found = tmp_path / "script.py"
    found.write_text(request.param)
    return found


@pytest.fixture
def run(mida_sandbox, script):
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env |= {
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
    }

    def run(*flags):
        done = subprocess.run(
            [sys.executable, *flags, script], capture_output=True, text=True, env=env, check=True
        )
        assert done.stdout == "1001\n"
        return done.stderr

    return run


def test_nothing_is_said_at_the_end(run):
    """As with httpx: the system closes what is open, and no traceback ends the script."""
    assert run() == ""


def test_where_warnings_are_on_it_is_said_where_the_client_was_made(run, script):
    """One warning that names the line, and no traceback."""
    said = run("-W", "default::ResourceWarning")
    line = 1 + script.read_text().splitlines().index(
        next(line for line in script.read_text().splitlines() if line.startswith("mida ="))
    )
    assert said.count("a midakit client made at") == 1
    assert f"made at {script}:{line} was not closed" in said
    assert "Traceback" not in said
