"""kill -9 of a worker and of the driver: the same rows, each once."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from support.engines import HOURS, frame, of_frame, reports, streamed
from support.spark import MARKS, of_sandbox, until

pytestmark = [*MARKS, pytest.mark.filterwarnings("ignore::FutureWarning")]

WORK = {"segments": HOURS, "test_ids": "1001,1002,1003"}
CALLS = 3 * 20
SLOW = {"action": "latency", "args": {"ms": 120}, "path": "timeseries$"}


def workers(sandbox):
    """Spark's Python processes that talk to the sandbox."""
    port = urlsplit(sandbox.url).port
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if any(
                line.raddr and line.raddr.port == port for line in process.net_connections("tcp")
            ):
                found.append(process.pid)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def test_a_worker_killed_in_mid_task_costs_no_row_and_doubles_none(spark, sandbox, tmp_path):
    """Its task is run again by another worker; what it had sent to Spark does not count."""
    calm = of_frame(frame(spark, "timeseries", plan=str(tmp_path), **WORK))
    before = sandbox.requests()[-1]["number"]
    sandbox.faults({"action": "latency", "args": {"ms": 400}, "path": "timeseries$"})
    found = frame(spark, "timeseries", plan=str(tmp_path), partitions=4, concurrency=2, **WORK)
    with ThreadPoolExecutor(1) as pool:
        rows = pool.submit(of_frame, found)
        until(lambda: len(reports(sandbox, before)) >= 4)  # nobody is done with a slice of fifteen
        victims = workers(sandbox)
        os.kill(victims[0], signal.SIGKILL)
        assert rows.result(600) == calm
    asked = Counter(reports(sandbox, before))
    assert len(asked) == CALLS
    assert CALLS < asked.total() <= CALLS + 15 + 2  # one slice again, and what was in flight


BATCH = 12
STREAM = {**WORK, "requests_per_trigger": BATCH, "concurrency": 2}
DRIVER = """
import json, sys
from midakit.engines.spark import register
from support import spark as local
from support.engines import streamed
spark = local.start("local[2,3]", **{"spark.ui.enabled": "false"})
with register(spark):
    streamed(spark, sys.argv[1], "timeseries", **json.loads(sys.argv[2]))
"""


def drive(sandbox, place):
    """A driver of its own, with its Java, in a process group of its own."""
    tests = str(Path(__file__).resolve().parents[2])
    paths = [tests, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **of_sandbox(sandbox), "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(
        [sys.executable, "-c", DRIVER, str(place), json.dumps(STREAM)],
        env=environment, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def committed(place):
    """The batches that the checkpoint knows as done."""
    folder = place / "checkpoint/commits"
    return [one for one in folder.iterdir() if one.name.isdigit()] if folder.is_dir() else []


def test_a_driver_killed_in_mid_stream_goes_on_where_it_was(spark, sandbox, tmp_path):
    """Another driver with the same checkpoint: no row missing, none twice, one batch asked again."""
    sandbox.faults(SLOW)
    driver = drive(sandbox, tmp_path)
    try:
        until(lambda: len(committed(tmp_path)) >= 2)
        seen = len(reports(sandbox))
        until(lambda: len(reports(sandbox)) >= seen + 3)
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.communicate()
    assert 2 * BATCH < len(reports(sandbox)) < CALLS
    assert len(committed(tmp_path)) < CALLS / BATCH
    sandbox.clear_faults()
    streamed(spark, tmp_path, "timeseries", **STREAM)
    asked = Counter(reports(sandbox))
    assert len(asked) == CALLS
    assert asked.total() <= CALLS + 2 * BATCH
    sink = spark.read.parquet(str(tmp_path / "sink"))
    plan = frame(spark, "timeseries", plan=str(tmp_path / "plan"), end_date=None)
    assert of_frame(sink) == of_frame(plan)
