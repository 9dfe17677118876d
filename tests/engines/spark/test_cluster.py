"""A cluster for real, and what a kill of each part of it costs.

The cluster of all tests has its master and its workers in the Java of the driver; `soak` has one whose parts
are processes of their own, on two addresses.
"""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from midakit.engines.spark import register
from midakit.engines.spark.cluster import slots
from support import spark as local
from support.engines import HOURS, exported, frame, of_export, of_frame, reports
from support.spark import MARKS, of_sandbox, until

pytestmark = [*MARKS, pytest.mark.filterwarnings("ignore::FutureWarning")]

TESTS = str(Path(__file__).resolve().parents[2])
TIMESERIES = {"segments": HOURS, "test_ids": "1001,1002,1003"}
CALLS = 3 * 20
BATCH = 12
DRIVER = """
import json, sys
from midakit.engines.spark import register
from support import spark as local
from support.engines import frame, of_frame, streamed

def tell(**what):
    print(json.dumps(what), flush=True)

master, wanted = sys.argv[1], json.loads(sys.argv[2])
spark = local.session(master, **wanted.get("settings", {}))
tell(slots=register(spark, rps=wanted.get("rps"), slots=wanted.get("slots")).session.slots)
for table, where, options in wanted.get("reads", ()):
    found = frame(spark, table, **options)
    tell(rows=of_frame(found.where(where) if where else found))
if "stream" in wanted:
    place, options = wanted["stream"]
    streamed(spark, place, "timeseries", **options)
    sink = spark.read.parquet(f"{place}/sink")
    plan = frame(spark, "timeseries", plan=f"{place}/plan", end_date=None)
    tell(sink=of_frame(sink), plan=of_frame(plan))
"""


@pytest.fixture(scope="module")
def cluster(server, tmp_path_factory):
    """The URL of a master with two workers of two cores."""
    with (
        local.environment(**of_sandbox(server)),
        local.standalone(tmp_path_factory.mktemp("cluster")) as found,
    ):
        yield found


@contextmanager
def driver(sandbox, master, **wanted):
    """A program on the cluster; yields it, and a function that reads what it says next."""
    paths = [TESTS, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **of_sandbox(sandbox), "PYTHONPATH": os.pathsep.join(paths)}
    with subprocess.Popen(
        [sys.executable, "-c", DRIVER, master, json.dumps(wanted)],
        env=environment, start_new_session=True, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip

        def said():
            for line in process.stdout:
                if line.startswith("{"):
                    return json.loads(line)
            raise AssertionError(f"the driver ended with {process.wait()}")

        try:
            yield process, said
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def executors():
    """The Java processes that run tasks."""
    found = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "org.apache.spark.executor.CoarseGrainedExecutorBackend" in process.cmdline():
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


def moments(sandbox):
    """When the reports were asked for, in seconds, in order."""
    return sorted(
        datetime.fromisoformat(seen["at"]).timestamp()
        for seen in sandbox.requests()
        if seen["path"].endswith("timeseries")
    )


ONE = "test_id = 1002 and segment = 'h3'"


def rows_of_export(sandbox, place):
    """What an export has of the same calls; the sandbox forgets it."""
    exported(
        sandbox, place, kinds=("timeseries",), segments=json.loads(HOURS),
        test_ids=[1001, 1002, 1003], end_date="2026-06-30",
    )  # fmt: skip
    sandbox.reset()
    return of_export(place, "timeseries")


def assert_rows_and_rate(sandbox, plain, rps, read):
    """A filter leaves calls out, and all calls take as long as at the rate."""
    before = len(reports(sandbox))
    rows = read("")
    asked = reports(sandbox)[before:]
    assert len(asked) == len(set(asked)) == CALLS
    arrived = moments(sandbox)
    at_that_rate = (CALLS - 4) / rps  # the first of each slot does not wait
    assert arrived[-1] - arrived[0] > at_that_rate / 2  # a quarter of it, were the rate each slot's
    assert rows == plain
    one = read(ONE)
    assert len(reports(sandbox)[before:]) == CALLS + 1
    segments = ((json.loads(row).get("segment"), json.loads(row)["test_id"], row) for row in plain)
    assert one == [row for segment, test, row in segments if (segment, test) == ("h3", "1002")]


def test_a_cluster_reads_what_an_export_reads_at_one_rate(session, sandbox, tmp_path):
    """All four cores are slots, counted without a setting that names them."""
    plain = rows_of_export(sandbox, tmp_path)
    assert len(executors()) == 2
    assert slots(session, {"spark.master": session.sparkContext.master}) == 4

    def read(where):
        found = frame(session, "timeseries", **TIMESERIES)
        return of_frame(found.where(where) if where else found)

    with register(session, rps=25) as registration:
        assert registration.session.slots == 4
        assert_rows_and_rate(sandbox, plain, 25, read)


@pytest.mark.soak
def test_a_cluster_of_processes_reads_what_an_export_reads_at_one_rate(cluster, sandbox, tmp_path):
    """The same with a master and two workers that are processes of their own."""
    plain = rows_of_export(sandbox, tmp_path)
    reads = [("timeseries", where, TIMESERIES) for where in ("", ONE)]
    with driver(sandbox, cluster, rps=25, reads=reads) as (_, said):
        assert said()["slots"] == 4
        assert_rows_and_rate(sandbox, plain, 25, lambda _: said()["rows"])


@pytest.mark.soak
def test_an_executor_killed_in_mid_task_costs_no_row_and_doubles_none(cluster, sandbox, tmp_path):
    """Its tasks run again elsewhere: only their calls are asked a second time."""
    wanted = {"test_ids": [1001, 1002, 1003], "segments": json.loads(HOURS)}
    exported(sandbox, tmp_path, kinds=("timeseries",), end_date="2026-06-30", **wanted)
    sandbox.reset()
    before = len(reports(sandbox))
    sandbox.faults({"action": "latency", "args": {"ms": 600}, "path": "timeseries$"})
    read = ("timeseries", "", {**TIMESERIES, "concurrency": 1, "partitions": 4})
    with driver(sandbox, cluster, reads=[read]) as (_, said):
        said()
        until(lambda: len(reports(sandbox)) - before >= 8)  # nobody is done with a slice of fifteen
        executors()[0].kill()
        sandbox.clear_faults()
        assert said()["rows"] == of_export(tmp_path, "timeseries")
    asked = Counter(reports(sandbox)[before:])
    assert len(asked) == CALLS
    assert CALLS < asked.total() <= CALLS + 2 * 15  # the slices of two cores


@pytest.mark.soak
def test_a_driver_killed_in_mid_stream_goes_on_where_it_was(cluster, sandbox, tmp_path):
    """Another driver with the same checkpoint: no row missing, none twice, one batch asked again."""
    sandbox.faults({"action": "latency", "args": {"ms": 120}, "path": "timeseries$"})
    stream = (str(tmp_path), {**TIMESERIES, "requests_per_trigger": BATCH, "concurrency": 2})
    done = tmp_path / "checkpoint/commits"
    before = len(reports(sandbox))
    with driver(sandbox, cluster, stream=stream) as (process, _):
        until(lambda: done.is_dir() and sum(one.name.isdigit() for one in done.iterdir()) >= 2)
        seen = len(reports(sandbox))
        until(lambda: len(reports(sandbox)) >= seen + 3)
        os.killpg(process.pid, signal.SIGKILL)
    assert 2 * BATCH < len(reports(sandbox)) - before < CALLS
    sandbox.clear_faults()
    with driver(sandbox, cluster, stream=stream) as (_, said):
        said()
        tables = said()
    assert tables["sink"] == tables["plan"]
    exported(
        sandbox, tmp_path / "out", kinds=("timeseries",), segments=json.loads(HOURS),
        test_ids=[1001, 1002, 1003], end_date="2026-06-30",
    )  # fmt: skip
    assert tables["sink"] == of_export(tmp_path / "out", "timeseries")


@pytest.mark.soak
def test_spark_connect_reads_what_an_export_reads(sandbox, tmp_path):
    """A client that sees no cluster: it names the slots, and filters leave calls out as ever."""
    pytest.importorskip("grpc", reason="Spark Connect needs grpcio")
    exported(sandbox, tmp_path, kinds=("results",), end_date="2026-06-30")
    sandbox.reset()
    before = len(reports(sandbox))
    reads = [("results", "", {}), ("results", "test_id = 1001", {"test_ids": "1001,1002"})]
    with driver(sandbox, "connect:local[2,3]", slots=2, reads=reads) as (_, said):
        assert said()["slots"] == 2
        assert said()["rows"] == of_export(tmp_path, "results")
        first = len(reports(sandbox))
        assert len(said()["rows"]) > 0
        assert len(reports(sandbox)) == first + 1
    assert first > before
