"""A dlt source over an export folder: loaded, killed, loaded again, and nothing is fetched twice."""

import json
import os
import signal
import subprocess
import sys
import time
from importlib.util import find_spec

import pytest

from midakit.export.files.buffer import Limits
from midakit.export.files.compact import compact
from support.engines import exported, merged, of_export, plain
from support.spark import until

pytestmark = [
    pytest.mark.skipif(find_spec("dlt") is None, reason="dlt is not installed (the extra `dlt`)"),
    pytest.mark.xdist_group("dlt"),  # one process imports it
]

KINDS = ("experiments", "results", "timeseries")
WANTED = {"kinds": KINDS, "end_date": "2026-05-31", "breakdowns": ["country"]}

# dlt keeps settings, hooks and telemetry in module state: each load is a process of its own, as users have it;
# they are forks of one that has imported dlt and done nothing else
LOADER = """
import json, os, sys, time, traceback
import dlt
from midakit.engines.dlt import source

def load(place, home, slow):
    found = source(place)
    if slow:
        def slowly(rows):
            print("reading", flush=True)
            time.sleep(0.3)
            return rows
        for resource in found.resources.values():
            resource.add_map(slowly)
    pipeline = dlt.pipeline("midakit", pipelines_dir=f"{home}/pipelines", dataset_name="mida",
                            destination=dlt.destinations.duckdb(f"{home}/warehouse.duckdb"))
    print(pipeline.run(found))
    print(sum(pipeline.last_trace.last_normalize_info.row_counts.get(table, 0)
              for table in ("experiments", "results", "timeseries")), "rows", flush=True)

for line in sys.stdin:
    place, home, slow = json.loads(line)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            os.chdir(home)
            log = os.open("load.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 1), os.dup2(log, 2)
            load(place, home, slow)
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    print(child, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(scope="module")
def loader(tmp_path_factory):
    """The process whose forks load."""
    folder = tmp_path_factory.mktemp("loader")
    environment = {
        **os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_PROJECT_DIR": str(folder)
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", LOADER], cwd=folder, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process


def start(loader, out, home, *, slow=False):
    """Begin a load; the number of its process."""
    home.mkdir(exist_ok=True)
    loader.stdin.write(json.dumps([str(out), str(home), slow]) + "\n")
    loader.stdin.flush()
    return int(loader.stdout.readline())


def load(loader, out, home):
    """Run it to its end; how many rows went through."""
    start(loader, out, home)
    code = int(loader.stdout.readline())
    output = (home / "load.log").read_text()
    assert code == 0, output[-3000:]
    return int(output.split()[-2])


def rows(home, table):
    """A table of the warehouse, as exports have it."""
    import duckdb

    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as db:
        db.execute("set timezone = 'UTC'")
        found = db.sql(f"select * exclude (row_key) from mida.{table}").to_arrow_table()
        twice = db.sql(f"select count(*) - count(distinct row_key) from mida.{table}").fetchall()
        assert twice == [(0,)]
    listed = found.to_pylist()
    for row in listed:
        if "projects" in row:  # dlt loads lists as JSON
            row["projects"] = json.loads(row["projects"])
    return plain(listed)


def test_a_folder_is_loaded_and_the_second_load_has_nothing_to_do(loader, sandbox, tmp_path):
    """The warehouse holds the export's rows; run again, no row goes through."""
    out, home = tmp_path / "out", tmp_path / "home"
    exported(sandbox, out, limits=Limits(specs=3), concurrency=1, **WANTED)
    assert load(loader, out, home) == sum(len(of_export(out, table)) for table in KINDS)
    for table in KINDS:
        assert rows(home, table) == of_export(out, table)
    assert load(loader, out, home) == 0


def test_a_load_that_is_killed_reads_files_again_and_fetches_nothing(loader, sandbox, tmp_path):
    """kill -9 in mid-extract: the next load ends with every row once, without one request."""
    out, home = tmp_path / "out", tmp_path / "home"
    exported(sandbox, out, limits=Limits(specs=3), concurrency=1, **WANTED)
    before = len(sandbox.requests())
    process = start(loader, out, home, slow=True)
    until(lambda: (home / "load.log").is_file() and "reading" in (home / "load.log").read_text())
    time.sleep(0.5)
    os.kill(process, signal.SIGKILL)
    assert int(loader.stdout.readline()) == -signal.SIGKILL
    load(loader, out, home)
    for table in KINDS:
        assert rows(home, table) == of_export(out, table)
    assert len(sandbox.requests()) == before


def test_an_export_that_went_on_is_merged(loader, sandbox, tmp_path):
    """Only what was read anew goes through, whatever files it is in; days read again replace themselves."""
    out, home = tmp_path / "out", tmp_path / "home"
    exported(sandbox, out, kinds=("experiments", "timeseries"), end_date="2026-04-10")
    load(loader, out, home)
    earlier = {table: of_export(out, table) for table in ("experiments", "timeseries")}
    compact(out)
    exported(sandbox, out, end_date="2026-04-20", since_last=True)
    went = load(loader, out, home)
    for table, rows_then in earlier.items():
        assert rows(home, table) == merged(table, rows_then, of_export(out, table))
    assert 0 < went < len(of_export(out, "timeseries"))
