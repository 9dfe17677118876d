"""Delta tables from an export folder: loaded twice, killed, exported anew, and every row once."""

import subprocess
import sys

import pyarrow.parquet as pq
import pytest

from midakit.export.files.buffer import Limits
from midakit.export.files.compact import compact
from support.account import Account
from support.engines import exported, merged, of_export, plain
from support.exports import run

deltalake = pytest.importorskip(
    "deltalake", reason="deltalake is not installed (the extra `delta`)"
)

KINDS = ("experiments", "results", "timeseries")
WANTED = {"kinds": KINDS, "end_date": "2026-05-31", "breakdowns": ["country"]}


def rows(place, table):
    """The rows of a Delta table, without the key that the load added."""
    found = deltalake.DeltaTable(str(place / table)).to_pyarrow_table()
    assert len(set(found["row_key"].to_pylist())) == found.num_rows
    return plain(found.drop_columns(["row_key"]).to_pylist())


def test_loaded_twice_every_row_is_there_once(sandbox, tmp_path):
    """The second load finds nothing to do, and commits nothing."""
    from midakit.engines.delta import load

    out, lake = tmp_path / "out", tmp_path / "lake"
    exported(sandbox, out, limits=Limits(specs=3), concurrency=1, **WANTED)
    first = load(out, str(lake))
    assert all(first.values())
    for table in KINDS:
        assert rows(lake, table) == of_export(out, table)
    assert load(out, str(lake)) == dict.fromkeys(first, 0)
    assert deltalake.DeltaTable(str(lake / "results")).version() == 0


@pytest.mark.parametrize("left", [[1, 3], []], ids=["some", "none"])
def test_an_experiment_that_left_the_listing_is_marked_in_the_lake_too(tmp_path, left):
    """Once: the nights after it have nothing to say about it."""
    from midakit.engines.delta import load

    account, kinds = Account(3), {"kinds": ("experiments",), "since_last": True}
    out, lake = tmp_path / "out", tmp_path / "lake"
    run(account.client(), out, end_date="2026-01-05", **kinds)
    load(out, str(lake))
    account.ids = left
    for day, changed in (("06", 3), ("07", len(left))):
        run(account.client(), out, end_date=f"2026-01-{day}", **kinds)
        assert load(out, str(lake)) == {"experiments": changed}
        found = deltalake.DeltaTable(str(lake / "experiments")).to_pyarrow_table().to_pylist()
        assert {row["test_id"] for row in found if not row["deleted_at"]} == set(left)


def test_a_table_of_an_earlier_schema_gets_the_columns_that_came_later(tmp_path, monkeypatch):
    """With nulls in the rows of before."""
    from midakit.engines.delta import load
    from midakit.export import schemas

    account, kinds = Account(2), {"kinds": ("results",)}
    with monkeypatch.context() as patched:
        old = {name: kind for name, kind in schemas.RESULTS.items() if name not in schemas.REPORTED}
        patched.setitem(schemas.TABLES, "results", old)
        schemas.arrow.cache_clear()
        run(account.client(), tmp_path / "out", end_date="2026-01-05", **kinds)
        load(tmp_path / "out", str(tmp_path / "lake"))
    schemas.arrow.cache_clear()
    account.spoil = lambda kind, body: {**body, "goal": {"goal_profile_id": 7}}
    run(account.client(), tmp_path / "out", since_last=True, end_date="2026-01-06", **kinds)
    load(tmp_path / "out", str(tmp_path / "lake"))
    found = deltalake.DeltaTable(str(tmp_path / "lake" / "results")).to_pyarrow_table()
    assert set(schemas.REPORTED) <= set(found.schema.names)
    assert (
        sorted(map(str, found["reported_goal_profile_id"].to_pylist())) == ["7"] * 4 + ["None"] * 4
    )


def test_an_export_that_went_on_is_merged(sandbox, tmp_path):
    """Later days arrive, days read again replace themselves, and nothing else goes in again."""
    from midakit.engines.delta import load

    out, lake = tmp_path / "out", tmp_path / "lake"
    exported(sandbox, out, kinds=("experiments", "timeseries"), end_date="2026-04-10")
    load(out, str(lake))
    earlier = of_export(out, "timeseries")
    compact(out)
    assert not any(load(out, str(lake)).values())
    exported(sandbox, out, end_date="2026-04-20", since_last=True)
    again = load(out, str(lake))["timeseries"]
    now = of_export(out, "timeseries")
    assert rows(lake, "timeseries") == merged("timeseries", earlier, now)
    whole = tmp_path / "whole"
    exported(sandbox, whole, kinds=("experiments", "timeseries"), end_date="2026-04-20")
    assert 0 < again < len(of_export(whole, "timeseries")) == len(rows(lake, "timeseries"))


def test_an_older_row_replaces_no_newer_one(sandbox, tmp_path):
    """Folders loaded in the wrong order end as if they had been loaded in the right one."""
    from midakit.engines.delta import load

    for place in ("old", "new"):
        exported(sandbox, tmp_path / place, kinds=("results",), end_date="2026-05-31")
    for place in ("new", "old"):
        load(tmp_path / place, str(tmp_path / "lake"))
    found = deltalake.DeltaTable(str(tmp_path / "lake/results")).to_pyarrow_table()
    times = pq.read_table(tmp_path / "new/results")["fetched_at"]
    assert min(found["fetched_at"].to_pylist()) == min(times.to_pylist())


KILLED = """
import os, signal, sys
from midakit.engines import delta
delta.ROWS = 1
merge, done = delta._merge, []
def killed(*args):
    done.append(merge(*args))
    if len(done) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return done[-1]
delta._merge = killed
delta.load(sys.argv[1], sys.argv[2])
"""


def test_a_load_that_is_killed_goes_on(sandbox, tmp_path):
    """After some commits: those calls are known, the others follow, and nothing is there twice."""
    from midakit.engines.delta import load

    out, lake = tmp_path / "out", tmp_path / "lake"
    exported(sandbox, out, limits=Limits(specs=3), concurrency=1, **WANTED)
    killed = subprocess.run([sys.executable, "-c", KILLED, str(out), str(lake)], check=False)
    assert killed.returncode == -9
    assert load(out, str(lake))["timeseries"] > 0
    for table in KINDS:
        assert rows(lake, table) == of_export(out, table)


def test_tables_can_be_chosen_and_folders_of_other_exports_share_them(sandbox, tmp_path):
    """The same calls of another folder are other reads: an export made anew is not mistaken for the old."""
    from midakit.engines.delta import load

    for place in ("one", "two"):
        exported(sandbox, tmp_path / place, kinds=("goals",))
    assert load(tmp_path / "one", str(tmp_path / "lake"), ["goals"])["goals"] > 0
    assert load(tmp_path / "two", str(tmp_path / "lake"), ["goals"])["goals"] > 0
    assert rows(tmp_path / "lake", "goals") == of_export(tmp_path / "two", "goals")
