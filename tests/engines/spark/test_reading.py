"""A task at work, as a Spark worker runs it, without a Spark."""

import os
import subprocess
import sys
import threading
import time

import anyio.to_thread
import attrs
import pytest

from midakit import BadRequest, ConfigurationError, Unauthorized
from midakit.engines.spark import plans
from midakit.engines.spark import reader as reading
from midakit.engines.spark.connect import ApiAddress, SessionSettings
from midakit.engines.spark.options import parse_options
from midakit.engines.spark.plans import plan_of_read
from midakit.engines.spark.reader import ROWS, batches
from midakit.engines.spark.slices import of_table
from midakit.export import api as exporting
from midakit.export.rows.timestamps import in_micros
from midakit.export.schemas import arrow
from support.engines import END, exported, of_export, plain, reports
from support.spark import environment, of_sandbox


@pytest.fixture(autouse=True)
def surroundings(sandbox):
    """The environment of driver and worker."""
    with environment(**of_sandbox(sandbox)):
        yield


def specs(table, address=None, **options):
    """The calls of a table, and the read they belong to."""
    asked = parse_options({"table": table, "end_date": END, **options})
    shared = SessionSettings(address=address or ApiAddress.of_environment())
    return of_table(plan_of_read(asked, shared), table), asked, shared


def rows(found):
    """All rows of all batches."""
    return plain(row for batch in found for row in batch.to_pylist())


def threads():
    """Threads of this process that a task might have left."""
    return {
        thread.name
        for thread in threading.enumerate()
        if "AnyIO" in thread.name or "portal" in thread.name
    }


@pytest.mark.parametrize("table", ["results", "timeseries", "experiments", "goals"])
def test_a_slice_gives_the_rows_of_an_export(sandbox, tmp_path, table):
    """In Spark's own types, in batches of thousands, and again when the worker is used again."""
    exported(sandbox, tmp_path, kinds=(table,), end_date=END)
    work, asked, shared = specs(table)
    for _ in range(2):
        found = list(batches(work, asked, shared, tasks=2))
        assert all(batch.schema == in_micros(arrow(table)) for batch in found)
        assert rows(found) == of_export(tmp_path, table)
    # short and long answers are batches of their own
    assert len(found) <= 2 + sum(batch.num_rows for batch in found) // ROWS


def test_a_reader_that_stops_early_leaves_nothing_behind(sandbox, monkeypatch):
    """`limit` closes the task in the middle: no request more, no thread, no socket."""
    monkeypatch.setattr(reading, "ROWS", 1)
    sandbox.faults({"action": "latency", "args": {"ms": 30}, "path": "timeseries$"})
    work, asked, shared = specs("timeseries", concurrency="2")
    before = threads()
    found = batches(work * 40, asked, shared, tasks=1)
    assert next(found).num_rows > 0
    found.close()
    time.sleep(0.2)  # what was in flight arrives
    sent = len(reports(sandbox))
    assert sent < 20  # two batches may wait for Spark; the work does not run ahead of them
    time.sleep(0.2)
    assert len(reports(sandbox)) == sent
    assert threads() == before


def test_the_first_call_that_cannot_be_had_ends_the_task(sandbox):
    """With its own error, which says which call it was; not a group of errors."""
    sandbox.faults({"action": "status", "args": {"code": 400}, "path": "1002/result$"})
    with pytest.raises(BadRequest) as failure:
        list(batches(*specs("results"), tasks=1))
    assert "'test_id': '1002'" in "".join(failure.value.__notes__)


def test_a_server_that_restarts_costs_a_pause_and_not_the_task(sandbox, monkeypatch):
    """What a client's own attempts do not outlast, the task does; what is asked in vain is not."""
    monkeypatch.setattr(exporting, "ATTEMPTS", 1)
    work = specs("results")
    calm = rows(batches(*work, tasks=1))
    sandbox.faults({"action": "status", "args": {"code": 503}, "path": "result$", "times": 10})
    before = len(reports(sandbox))
    assert rows(batches(*work, tasks=1)) == calm
    assert len(reports(sandbox)) - before == len(work[0]) + 10
    sandbox.faults({"action": "status", "args": {"code": 401}, "path": "result$"})
    with pytest.raises(Unauthorized):
        list(batches(*work, tasks=1))
    assert len(reports(sandbox)) - before < 3 * len(work[0]) + 10


def test_without_a_key_the_error_says_where_it_belongs(monkeypatch, tmp_path):
    """Each process reads its own."""
    work = specs("results")
    monkeypatch.delenv("MIDA_API_KEY")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError) as failure:
        list(batches(*work, tasks=1))
    assert "register(spark, key=...)" in "".join(failure.value.__notes__)


def test_workers_go_where_the_driver_goes(sandbox, monkeypatch):
    """A worker whose environment names no address, or another one, calls the driver's."""
    monkeypatch.setenv("MIDA_REGION", "eu")  # an address goes before it, as for any client
    work, asked, shared = specs("results")
    monkeypatch.setenv("MIDA_BASE_URL", "https://elsewhere.invalid/v2")
    assert rows(batches(work, asked, shared, tasks=1))
    monkeypatch.delenv("MIDA_BASE_URL")
    assert rows(batches(work, asked, shared, tasks=1))


PROFILES = """
current = "work"
[work]
project_key = "WORKxPROJECTxKEY000001"
region = "eu"
"""


def test_the_driver_s_place_is_a_client_s(monkeypatch, tmp_path):
    """From the environment or the current profile; a read's own region or address goes before it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for name in ("MIDA_PROJECT_KEY", "MIDA_BASE_URL"):
        monkeypatch.delenv(name)
    assert ApiAddress.of_environment() == ApiAddress(region="us")
    (tmp_path / "midakit").mkdir()
    (tmp_path / "midakit/profiles.toml").write_text(PROFILES)
    found = ApiAddress.of_environment()
    assert found == ApiAddress(project="WORKxPROJECTxKEY000001", region="eu")
    asked = parse_options({"table": "goals", "base_url": "http://127.0.0.1:1"})
    assert found.with_options(asked).base_url == "http://127.0.0.1:1"
    assert found.with_options(asked).region is None
    assert ApiAddress(base_url="x").with_options(
        parse_options({"table": "goals", "region": "eu"})
    ) == ApiAddress(region="eu")


def test_no_project_is_said_before_anything_is_sent(sandbox):
    """Neither as an option nor in the environment."""
    with pytest.raises(ConfigurationError, match="option 'projects': not set"):
        specs("results", address=ApiAddress(base_url=sandbox.base_url))


def test_two_drivers_that_begin_at_once_work_off_one_plan(sandbox, monkeypatch, tmp_path):
    """The one that is late throws its own plan away."""
    asked = parse_options({"table": "results", "end_date": END, "plan": str(tmp_path)})
    shared = SessionSettings(address=ApiAddress.of_environment())
    make, others = plans._make, []

    async def late(*args):
        mine = await make(*args)
        monkeypatch.setattr(plans, "_make", make)
        others.append(await anyio.to_thread.run_sync(plan_of_read, asked, shared))
        return attrs.evolve(mine, created_at="later")

    monkeypatch.setattr(plans, "_make", late)
    found = plan_of_read(asked, shared)
    assert [list(found.lines())] == [list(other.lines()) for other in others]
    assert found.created_at != "later"


FORKED = """
import os, sys
from midakit.engines.spark import reader
from midakit.engines.spark.connect import ApiAddress, SessionSettings
from midakit.engines.spark.plans import plan_of_read
from midakit.engines.spark.options import parse_options
from midakit.engines.spark.reader import batches
asked, shared = parse_options({"table": "results", "end_date": "2026-06-30"}), SessionSettings(address=ApiAddress.of_environment())
work = [spec for spec in plan_of_read(asked, shared).specs if spec.kind == "results"]
def count():
    return sum(batch.num_rows for batch in batches(work, asked, shared, tasks=1))
mine = count()
children = []
for _ in range(3):
    child = os.fork()
    if child == 0:
        os._exit(0 if count() == mine else 1)
    children.append(child)
codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
assert codes == [0, 0, 0], codes
assert count() == mine > 0
"""


def test_forked_workers_start_afresh():
    """Spark forks its workers: children of a process that has worked itself work as well as it does."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED], env=os.environ, timeout=600, check=False
    )
    assert done.returncode == 0
