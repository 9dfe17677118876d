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

pytestmark = pytest.mark.skipif(
    find_spec("dlt") is None, reason="dlt is not installed (the extra `dlt`)"
)

KINDS = ("experiments", "results", "timeseries")
WANTED = {"kinds": KINDS, "end_date": "2026-05-31", "breakdowns": ["country"]}

# dlt keeps settings, hooks and telemetry in module state: a process of its own, as users have it
LOAD = """
import sys, time
import dlt
from midakit.engines.dlt import source
place, home, slow = sys.argv[1], sys.argv[2], sys.argv[3] == "slow"
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
          for table in ("experiments", "results", "timeseries")), "rows")
"""


def start(out, home, slow=""):
    """A load in a process of its own."""
    home.mkdir(exist_ok=True)
    environment = {**os.environ, "RUNTIME__DLTHUB_TELEMETRY": "false", "DLT_PROJECT_DIR": str(home)}
    return subprocess.Popen(
        [sys.executable, "-c", LOAD, str(out), str(home), slow], cwd=home, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def load(out, home):
    """Run it to its end; how many rows went through."""
    process = start(out, home)
    output, _ = process.communicate(timeout=600)
    assert process.returncode == 0, output[-3000:]
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


def test_a_folder_is_loaded_and_the_second_load_has_nothing_to_do(sandbox, tmp_path):
    """The warehouse holds the export's rows; run again, no row goes through."""
    out, home = tmp_path / "out", tmp_path / "home"
    exported(sandbox, out, limits=Limits(specs=3), concurrency=1, **WANTED)
    assert load(out, home) == sum(len(of_export(out, table)) for table in KINDS)
    for table in KINDS:
        assert rows(home, table) == of_export(out, table)
    assert load(out, home) == 0


def test_a_load_that_is_killed_reads_files_again_and_fetches_nothing(sandbox, tmp_path):
    """kill -9 in mid-extract: the next load ends with every row once, without one request."""
    out, home = tmp_path / "out", tmp_path / "home"
    exported(sandbox, out, limits=Limits(specs=3), concurrency=1, **WANTED)
    before = len(sandbox.requests())
    process = start(out, home, "slow")
    for line in process.stdout:
        if line == "reading\n":
            break
    time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -9
    load(out, home)
    for table in KINDS:
        assert rows(home, table) == of_export(out, table)
    assert len(sandbox.requests()) == before


def test_an_export_that_went_on_is_merged(sandbox, tmp_path):
    """Only what was read anew goes through, whatever files it is in; days read again replace themselves."""
    out, home = tmp_path / "out", tmp_path / "home"
    exported(sandbox, out, kinds=("experiments", "timeseries"), end_date="2026-04-10")
    load(out, home)
    earlier = {table: of_export(out, table) for table in ("experiments", "timeseries")}
    compact(out)
    exported(sandbox, out, end_date="2026-04-20", since_last=True)
    went = load(out, home)
    for table, rows_then in earlier.items():
        assert rows(home, table) == merged(table, rows_then, of_export(out, table))
    assert 0 < went < len(of_export(out, "timeseries"))
