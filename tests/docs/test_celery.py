"""The tasks of the page about Celery, with a real worker process and a real Redis."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import midakit
from midakit.export import verify
from support import redis
from support.pages import ROOT, blocks

PAGE = ROOT / "docs" / "how-to" / "celery.md"
pytestmark = [
    pytest.mark.skipif(not PAGE.exists(), reason="the docs are not part of the wheel"),
    pytest.mark.skipif(redis.COMMAND is None, reason="Debian's redis-server is not installed"),
]
HANGING = "/experiment/1003/result$"


def wait_until(condition):
    """Look until it holds; a minute or two on a machine that has much to do."""
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(f"never: {condition}")


@pytest.fixture
def tasks(mida_sandbox, monkeypatch, tmp_path):
    """The folder of the page's modules, with Redis on a free port, and the environment they need."""
    pytest.importorskip("celery")
    with redis.running() as port:
        for block in blocks(PAGE):
            if block.file in ("mida_client.py", "mida_tasks.py"):
                text = block.text.replace(":6379/", f":{port}/")
                (tmp_path / block.file).write_text(text, encoding="utf-8")
        environment = {
            "MIDA_API_KEY": mida_sandbox.api_key,
            "MIDA_PROJECT_KEY": mida_sandbox.project_key,
            "MIDA_BASE_URL": mida_sandbox.base_url,
            "PYTHONPATH": os.pathsep.join((str(Path(midakit.__file__).parents[1]), str(tmp_path))),
        }
        yield tmp_path, {**os.environ, **environment}


def sent(tasks, name, *arguments):
    """Send a task from a process of its own; returns the process, which ends with the answer."""
    folder, environment = tasks
    program = f"import mida_tasks\nprint(mida_tasks.{name}.delay{arguments!r}.get(timeout=300))"
    return subprocess.Popen(
        [sys.executable, "-c", program], cwd=folder, env=environment, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip


def test_a_killed_export_is_delivered_again_and_completed(tasks, mida_sandbox):
    """Its process is killed in the middle of a run; another one does what was missing."""
    folder, environment = tasks
    mida_sandbox.faults({"action": "hang", "path": HANGING, "times": 1})
    log = folder / "worker.log"
    with log.open("w") as out:
        worker = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "mida_tasks", "worker", "--concurrency", "1"],
            cwd=folder, env=environment, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        asked = sent(tasks, "export_day", "2026-05-19")
        wait_until(lambda: hung(mida_sandbox) == 1)
        (busy,) = [one for one in psutil.Process(worker.pid).children() if one.is_running()]
        busy.kill()
        answer, _ = asked.communicate(timeout=600)
    finally:
        worker.terminate()
        worker.wait(300)
    assert worker.returncode == 0, log.read_text()
    assert re.search(r"'fetched': [1-9]", answer), log.read_text()
    assert hung(mida_sandbox) == 2
    assert verify(folder / "exports" / "2026-05-19").ok


def hung(sandbox):
    """How often the report was asked for at which the first run hangs."""
    return sum(re.search(HANGING, one["path"]) is not None for one in sandbox.requests())
