"""Tables of Delta and Iceberg: engines beside us, lost answers, earlier writers, earlier schemas."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from shutil import copytree, move

import pyarrow as pa
import pytest

from midakit import ConfigurationError
from midakit.export import compact, vacuum, verify
from midakit.export import open as open_export
from midakit.export.files.buffer import Limits
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.contents import FileContents
from midakit.export.files.folders import Folder
from midakit.export.files.log_rules import Snapshot, WriterFenced
from midakit.export.files.stores import PlaceUnwritable
from midakit.export.files.table_formats import delta
from midakit.export.files.targets import open_target
from midakit.export.schemas import arrow
from support.account import Account
from support.daily import Daily, days, each_once
from support.exports import rows, run

deltalake = pytest.importorskip("deltalake", reason="the extra `delta` is not installed")
pytest.importorskip("pyiceberg", reason="the extra `iceberg` is not installed")

TABLES = ("delta", "iceberg")
KIND = {"kinds": ("timeseries",)}


def native(form, place, table):
    """A table as its own library reads it, without us."""
    if form == "delta":
        return deltalake.DeltaTable(str(place / table))
    from pyiceberg.catalog.sql import SqlCatalog

    catalog = SqlCatalog(
        "midakit", uri=f"sqlite:///{place}/catalog.db", warehouse=f"file://{place}"
    )
    return catalog.load_table(f"midakit.{table}")


def native_rows(form, place, table):
    found = native(form, place, table)
    return found.to_pyarrow_table() if form == "delta" else found.scan().to_arrow()


def target_of(form, place):
    """A target as a run opens it, with an epoch of its own."""
    log = CommitLog(Folder(place))
    log.begin()
    made = open_target(log.store, form, log=log)
    made.tidy()
    return made


def batch(spec, *tests):
    """Rows of one call."""
    found = [{"project": "p1", "test_id": test, "spec_id": spec} for test in tests]
    return pa.Table.from_pylist(found, arrow("results")), FileContents(
        frozenset([spec]), frozenset()
    )


@pytest.mark.parametrize("form", TABLES)
def test_other_readers_find_the_rows_without_us(tmp_path, form):
    """Each table is a folder that its own library opens; commits say which run they are of."""
    run(Daily(2).client(), tmp_path, format=form, end_date="2026-01-09", **KIND)
    assert native_rows(form, tmp_path, "timeseries").num_rows == 2 * 9 * 2
    if form == "delta":
        [first, *_] = native(form, tmp_path, "timeseries").history()
        assert first["midakit.run"] == "1"
    else:
        now = native(form, tmp_path, "timeseries").current_snapshot()
        assert now.summary.additional_properties["midakit.run"] == "1"


@pytest.mark.parametrize("form", TABLES)
def test_an_earlier_run_cannot_write_after_a_later_one_has_begun(tmp_path, form):
    """However late it wakes up: its transaction stands on a version that is not the last one."""
    first = target_of(form, tmp_path)
    first.commit("results", *batch("a", 1))
    second = target_of(form, tmp_path)
    with pytest.raises(WriterFenced):
        first.commit("results", *batch("b", 2))
    first.log.snapshot = Snapshot(epoch=1, writer=first.log.writer)
    genuine, looks = first.log.refresh, []

    def refresh():  # as if it had looked just before the other one began
        looks.append(None)
        return genuine() if len(looks) > 1 else None

    first.log.refresh = refresh
    with pytest.raises(WriterFenced):
        first.commit("results", *batch("b", 2))
    assert len(looks) == 2
    second.commit("results", *batch("b", 2))
    assert sorted(second.rows("results").column("test_id").to_pylist()) == [1, 2]


@pytest.mark.parametrize("form", TABLES)
def test_a_transaction_whose_answer_was_lost_is_found_in_the_table(tmp_path, form, monkeypatch):
    """It is done: nothing is written a second time."""
    target = target_of(form, tmp_path)
    target.commit("results", *batch("a", 1))
    genuine, lost = type(target.format).write, []

    def write(self, *args):
        found = genuine(self, *args)
        if not lost:
            lost.append(found)
            raise PlaceUnwritable("the answer never came")
        return found

    monkeypatch.setattr(type(target.format), "write", write)
    target.commit("results", *batch("b", 2))
    assert lost
    assert native_rows(form, tmp_path, "results").num_rows == 2
    assert target.covered() == {"results": {"a", "b"}}


@pytest.mark.parametrize("form", TABLES)
def test_a_transaction_is_made_again_on_top_of_that_of_an_engine(tmp_path, form, monkeypatch):
    """A compaction came in between reading and writing."""
    account = Daily(2)
    for day in ("05", "06"):
        run(
            account.client(),
            tmp_path,
            format=form,
            since_last=True,
            end_date=f"2026-01-{day}",
            **KIND,
        )
    from midakit.export.files.table_formats.delta import DeltaTables
    from midakit.export.files.table_formats.iceberg import IcebergTables

    kind = {"delta": DeltaTables, "iceberg": IcebergTables}[form]
    genuine, engine = kind.write, []

    def write(self, handle, table, rows, *rest):
        if rows is not None and not engine:
            engine.append(table)
            found = native(form, tmp_path, table)
            if form == "delta":
                found.optimize.z_order(["test_id"])
            else:
                found.overwrite(found.scan().to_arrow())
        return genuine(self, handle, table, rows, *rest)

    monkeypatch.setattr(kind, "write", write)
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-08", **KIND).ok
    assert engine == ["timeseries"]
    assert days(tmp_path) == each_once([1, 2], range(1, 9))
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", TABLES)
def test_a_compaction_leaves_the_rows_and_few_files(tmp_path, form):
    """By `compact` or by an engine; the next night goes on from there."""
    account = Daily(2)
    run(account.client(), tmp_path, format=form, limits=Limits(specs=1), concurrency=1,
        end_date="2026-01-07", **KIND)  # fmt: skip
    assert compact(tmp_path) == {"timeseries": (2, 1)}
    assert days(tmp_path) == each_once([1, 2], range(1, 8))
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-08", **KIND).ok
    assert days(tmp_path) == each_once([1, 2], range(1, 9))
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", TABLES)
def test_what_a_night_reads_of_a_table_does_not_grow_with_all_nights_before(tmp_path, form):
    """Delta has a checkpoint of its log; Iceberg few manifests, and few files of metadata."""
    account = Daily(1)
    for day in range(2, 16):
        end = f"2026-01-{day:02}"
        assert run(
            account.client(), tmp_path, format=form, since_last=True, end_date=end, **KIND
        ).ok
    found = native(form, tmp_path, "timeseries")
    if form == "delta":
        log = tmp_path / "timeseries" / "_delta_log"
        last = json.loads((log / "_last_checkpoint").read_text())
        assert found.version() - last["version"] <= 10
    else:
        assert len(found.current_snapshot().manifests(found.io)) < 10
        assert len(list((tmp_path / "timeseries" / "metadata").glob("*.metadata.json"))) <= 11
        assert len(found.snapshots()) > 30


def test_iceberg_computes_the_metadata_of_a_table_once_for_each_change(tmp_path, monkeypatch):
    """Not at each of pyiceberg's fifty looks: all snapshots are copied each time."""
    import pyiceberg.table

    account = Daily(1)
    run(account.client(), tmp_path, format="iceberg", end_date="2026-01-05", **KIND)
    genuine, times = pyiceberg.table.update_table_metadata, []

    def count(*args, **options):
        times.append(None)
        return genuine(*args, **options)

    monkeypatch.setattr(pyiceberg.table, "update_table_metadata", count)
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-06", **KIND).ok
    assert 0 < len(times) < 16


@pytest.mark.parametrize("form", TABLES)
def test_a_place_can_be_opened_as_any_commit_left_it(tmp_path, form):
    """By the number of an entry of the log, or by a time."""
    account, moments = Daily(2), {}
    for day in (5, 7, 9):
        run(
            account.client(),
            tmp_path,
            format=form,
            since_last=True,
            end_date=f"2026-01-{day:02}",
            **KIND,
        )
        moments[day] = open_export(tmp_path)
    for day, then in moments.items():
        for as_of in (then.version, then.at):
            found = open_export(tmp_path, as_of).arrow("timeseries")
            assert len(found) == 2 * day * 2
        assert then.dataset("timeseries").count_rows() == 2 * day * 2


@pytest.mark.parametrize("form", TABLES)
def test_a_table_of_an_earlier_schema_gets_the_columns_that_came_later(tmp_path, form, monkeypatch):
    """The next export adds them; rows of before have nulls there."""
    from midakit.export import schemas

    account = Daily(2)
    with monkeypatch.context() as patched:
        old = {
            name: kind for name, kind in schemas.TIMESERIES.items() if name not in schemas.REPORTED
        }
        patched.setitem(schemas.TABLES, "timeseries", old)
        schemas.arrow.cache_clear()
        run(account.client(), tmp_path, format=form, end_date="2026-01-05", **KIND)
    schemas.arrow.cache_clear()
    before = native_rows(form, tmp_path, "timeseries").schema.names
    assert not set(schemas.REPORTED) & set(before)
    assert open_export(tmp_path).arrow("timeseries").schema == arrow("timeseries")
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-06", **KIND).ok
    assert set(schemas.REPORTED) <= set(native_rows(form, tmp_path, "timeseries").schema.names)
    assert days(tmp_path) == each_once([1, 2], range(1, 7))


@pytest.mark.parametrize("form", TABLES)
def test_tables_are_parted_by_a_column_that_they_have(tmp_path, form):
    """Segments with any name; experiments have none and stay whole."""
    account, wanted = (
        Account(2),
        {"it's 5 %": [[{"criteria": "device", "operator": "==", "value": "mobile"}]]},
    )
    asked = {"kinds": ("experiments", "results"), "segments": wanted, "end_date": "2026-01-05"}
    run(account.client(), tmp_path / "plain", **asked)
    place = tmp_path / "parted"
    assert run(account.client(), place, format=form, partition_by="segment", **asked).ok
    for table in asked["kinds"]:
        assert rows(place, table) == rows(tmp_path / "plain", table)
    assert run(account.client(), place, since_last=True).ok
    assert verify(place).ok
    folders = {path.name for path in (place / "results").rglob("segment=*") if path.is_dir()}
    assert len(folders) == 2
    assert not list((place / "experiments").rglob("segment=*"))


@pytest.mark.parametrize("form", TABLES)
def test_a_project_with_quotes_in_its_name_is_replaced_like_others(tmp_path, form):
    """Names stand in conditions of the table, not in its language."""
    account = Daily(2)
    client = lambda: account.client().project('it\'s "x" -- 1')  # noqa: E731
    run(client(), tmp_path, format=form, end_date="2026-01-05", **KIND)
    assert run(client(), tmp_path, since_last=True, end_date="2026-01-06", **KIND).ok
    assert days(tmp_path) == each_once([1, 2], range(1, 7))


@pytest.mark.parametrize("form", TABLES)
def test_a_data_file_that_is_gone_or_cut_is_named(tmp_path, form):
    """`verify` compares the files with what the tables say of them."""
    run(Daily(2).client(), tmp_path, format=form, end_date="2026-01-05", **KIND)
    assert verify(tmp_path).damaged == ()
    victim = next(path for path in (tmp_path / "timeseries").rglob("*.parquet"))
    data = victim.read_bytes()
    victim.write_bytes(data[:-1])
    assert verify(tmp_path).damaged == (f"timeseries/{victim.name}",)
    victim.unlink()
    assert verify(tmp_path).damaged == (f"timeseries/{victim.name}",)
    victim.write_bytes(data)
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", TABLES[1:])
def test_the_files_about_versions_that_were_vacuumed_are_deleted_too(tmp_path, form):
    """Manifests and the lists of them: a folder that is vacuumed does not grow with its nights."""
    account, counts = Daily(1), []
    run(account.client(), tmp_path, format=form, end_date="2026-01-05", **KIND)
    for day in range(6, 11):  # each night would leave six
        wanted = {"since_last": True, "end_date": f"2026-01-{day:02}", **KIND}
        assert run(account.client(), tmp_path, **wanted).ok
        assert compact(tmp_path)
        assert vacuum(tmp_path, keep=timedelta(0)) > 0
        counts.append(len(list((tmp_path / "timeseries").rglob("*.avro"))))
    assert max(counts) < 5, counts
    assert days(tmp_path) == each_once([1], range(1, 11))
    assert verify(tmp_path, full=True).ok


def test_files_that_a_delta_table_has_forgotten_are_vacuumed_too(tmp_path, monkeypatch):
    """A table remembers for a while which files left it; vacuum is run later than that."""
    monkeypatch.setitem(delta.CONFIGURATION, delta.REMEMBERED, "interval 0 seconds")
    account = Daily(1)
    run(account.client(), tmp_path, format="delta", end_date="2026-01-05", **KIND)
    for day in range(6, 12):
        wanted = {"since_last": True, "end_date": f"2026-01-{day:02}", **KIND}
        assert run(account.client(), tmp_path, **wanted).ok
    native("delta", tmp_path, "timeseries").create_checkpoint()
    assert vacuum(tmp_path, keep=timedelta(0)) >= 6
    uris = native("delta", tmp_path, "timeseries").file_uris()
    there = {path.name for path in (tmp_path / "timeseries").glob("*.parquet")}
    assert there == {Path(uri).name for uri in uris}
    assert days(tmp_path) == each_once([1], range(1, 12))


def test_a_file_that_left_a_delta_table_today_is_kept_however_old_it_is(tmp_path):
    """It is the time when it left that counts: a snapshot of this morning can be opened."""
    account = Daily(1)
    run(account.client(), tmp_path, format="delta", end_date="2026-01-05", **KIND)
    before = open_export(tmp_path)
    wanted = {"since_last": True, "end_date": "2026-01-06", **KIND}
    assert run(account.client(), tmp_path, **wanted).ok
    for path in (tmp_path / "timeseries").glob("*.parquet"):
        os.utime(path, (0, 0))
    assert vacuum(tmp_path, keep=timedelta(hours=1)) == 0
    rows_then = open_export(tmp_path, as_of=before.version).arrow("timeseries")
    assert len(rows_then) == len(each_once([1], range(1, 6)))
    assert vacuum(tmp_path, keep=timedelta(0)) > 0


@pytest.mark.parametrize("form", TABLES)
def test_an_extra_that_is_missing_is_named(tmp_path, form):
    """Before anything is fetched."""
    module = {"delta": "deltalake", "iceberg": "pyiceberg"}[form]
    program = f"""
import sys
sys.modules[{module!r}] = None
from support.account import Account
from support.exports import run
account = Account(1)
try:
    run(account.client(), {str(tmp_path)!r}, format={form!r})
except ImportError as error:
    print(error, account.seen)
"""
    folder = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": folder},
    )  # fmt: skip
    assert f"pip install 'midakit[{form}]'" in done.stdout, done.stderr
    assert done.stdout.strip().endswith("[]")


def test_a_delta_folder_can_be_moved(tmp_path):
    """Its files name each other by where they stand in the folder."""
    account = Daily(1)
    run(account.client(), tmp_path / "here", format="delta", end_date="2026-01-05", **KIND)
    move(tmp_path / "here", tmp_path / "there")
    assert run(
        account.client(), tmp_path / "there", since_last=True, end_date="2026-01-06", **KIND
    ).ok
    assert days(tmp_path / "there") == each_once([1], range(1, 7))


def test_an_iceberg_folder_that_was_moved_is_refused(tmp_path):
    """Its files name each other by their whole path: a copy would write into the first one."""
    run(Daily(1).client(), tmp_path / "here", format="iceberg", end_date="2026-01-05", **KIND)
    copytree(tmp_path / "here", tmp_path / "there")
    with pytest.raises(ConfigurationError, match="moved"):
        open_export(tmp_path / "there")


def test_iceberg_uses_the_catalog_of_pyicebergs_settings(tmp_path, monkeypatch):
    """Named `midakit` there; two places need two namespaces."""
    monkeypatch.setenv("PYICEBERG_CATALOG__MIDAKIT__URI", f"sqlite:///{tmp_path}/shared.db")
    monkeypatch.setenv("PYICEBERG_CATALOG__MIDAKIT__WAREHOUSE", f"file://{tmp_path}")
    account = Daily(1)
    run(account.client(), tmp_path / "one", format="iceberg", end_date="2026-01-05", **KIND)
    assert days(tmp_path / "one") == each_once([1], range(1, 6))
    assert not (tmp_path / "one" / "catalog.db").exists()
    with pytest.raises(ConfigurationError, match="namespace"):
        run(account.client(), tmp_path / "two", format="iceberg", end_date="2026-01-05", **KIND)
    monkeypatch.setenv("PYICEBERG_CATALOG__MIDAKIT__NAMESPACE", "second")
    assert run(
        account.client(), tmp_path / "three", format="iceberg", end_date="2026-01-05", **KIND
    ).ok


def test_iceberg_in_an_object_store_needs_a_catalog():
    """SQLite is a file of this machine."""
    with pytest.raises(ConfigurationError, match="needs a catalog"):
        run(Account(1).client(), "s3://bucket/x", format="iceberg")
