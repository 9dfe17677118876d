"""Object stores, against a local S3 on loopback: put if absent, leases, the same rows."""

import re
from collections import Counter
from urllib.parse import unquote

import pytest

from midakit import ConfigurationError
from midakit.export import open as open_export
from midakit.export.files import open_store
from midakit.export.files.buckets import Bucket
from midakit.export.files.buffer import Limits
from midakit.export.files.commit_log import CHECKPOINT, CommitLog, entry_name
from midakit.export.files.compact import compact
from midakit.export.files.stores import NameTaken, PlaceInUse, PlaceUnwritable
from midakit.export.files.verify import verify
from midakit.export.schemas import TABLES
from support.account import KEY, Account, survives
from support.exports import TABLE_FORMATS, committed, rows, run
from support.object_stores import STORES, sql_catalog

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
[SEAWEEDFS] = STORES["s3"]
SERVERS = [
    pytest.param("s3", marks=SEAWEEDFS, id="seaweedfs"),
    pytest.param("moto", marks=pytest.mark.xdist_group("moto")),
]


@pytest.fixture(params=SERVERS)
def place(store_of, request):
    """A folder of its own in a bucket that exists."""
    store_of(request.param)
    return f"s3://exports/{re.sub(r'[^a-z0-9]+', '-', request.node.name)}"


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_an_export_into_a_bucket_holds_the_rows_of_one_into_a_folder(place, tmp_path, form):
    """Planned, committed, verified, resumed, compacted: as on a disk."""
    account = Account(5)
    run(account.client(), tmp_path, format=form, **ASKED)
    report = run(
        account.client(), place, format=form, limits=Limits(specs=2), concurrency=1, **ASKED
    )
    assert report.ok
    assert report.place == place
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path, name)
    assert verify(place).ok
    asked = len(account.seen)
    assert run(account.client(), place, resume=True).ok
    assert len(account.seen) == asked
    counts = compact(place)
    assert counts["results"][0] > counts["results"][1] == 1
    assert rows(place, "results") == rows(tmp_path, "results")
    assert "_SUCCESS" in set(open_store(place).names())


def test_a_killed_export_goes_on_after_its_lease(place, monkeypatch):
    """The lock of a dead run lapses; whoever comes earlier hears when."""
    account = Account(8)
    account.die_at = 9
    genuine = Bucket.unlock
    monkeypatch.setattr(Bucket, "unlock", lambda self: None)  # as a kill leaves it
    small = {"limits": Limits(specs=2), "concurrency": 1}
    assert not survives(lambda: run(account.client(), place, **small, **ASKED))
    monkeypatch.setattr(Bucket, "unlock", genuine)
    account.die_at = None
    done = len(committed(place))
    assert done
    with pytest.raises(PlaceInUse, match=r"expires in \d+ s"):
        run(account.client(), place, resume=True)
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    asked = len(account.reports)
    assert run(account.client(), place, resume=True).ok
    assert len(account.reports) - asked == 16 - done
    assert set(committed(place).values()) == {1}


def test_a_second_writer_cannot_overwrite(place):
    """PUT if absent: the first one's bytes stay, the second hears that the name is taken."""
    first, second = Bucket(place), Bucket(place)
    first.put("results/part-1.parquet", b"first")
    with pytest.raises(NameTaken):
        second.put("results/part-1.parquet", b"second")
    assert second.get("results/part-1.parquet") == b"first"
    assert second.tail("results/part-1.parquet", 3) == b"rst"
    assert second.size("results/part-1.parquet") == 5


def test_of_two_runs_the_second_is_refused_and_of_two_takers_one(place, monkeypatch):
    """A lock is an object put if absent; taking a lapsed one over replaces that very version."""
    first, second, third = Bucket(place), Bucket(place), Bucket(place)
    first.lock()
    with pytest.raises(PlaceInUse, match="another export holds the lock"):
        second.lock()
    monkeypatch.setattr(Bucket, "LEASE", -1.0)
    second.lock()
    with pytest.raises(PlaceUnwritable, match="taken over the place"):
        monkeypatch.setattr(Bucket, "EVERY", -1.0)
        first.renew()
    with pytest.raises(PlaceUnwritable, match="taken over the place"):
        first.put("results/late.parquet", b"of a run that is over")
    first.unlock()
    with pytest.raises(PlaceInUse):
        monkeypatch.setattr(Bucket, "LEASE", 300.0)
        third.lock()
    second.unlock()
    third.lock()
    third.unlock()


def test_a_store_that_refuses_stops_the_run(place, monkeypatch):
    """Exit 4 and the store's own words; no secret of the store in them."""
    account = Account(3)
    report = run(account.client(), place, **ASKED)
    assert report.ok
    genuine = Bucket._put

    def refuse(self, name, data, mode):
        if name.startswith("timeseries/"):
            raise PlaceUnwritable(f"{self.url}: PermissionDenied")
        return genuine(self, name, data, mode)

    monkeypatch.setattr(Bucket, "_put", refuse)
    other = f"{place}-other"
    report = run(account.client(), other, **ASKED)
    assert report.exit_code == 4
    assert "PermissionDenied" in report.why
    monkeypatch.setattr(Bucket, "_put", genuine)
    assert run(account.client(), other, resume=True).ok


def test_a_bucket_that_is_not_there_is_said_in_words(place):
    """Before anything is fetched."""
    account = Account(3)
    with pytest.raises((ConfigurationError, OSError), match="no-such-bucket"):
        run(account.client(), "s3://no-such-bucket/x", **ASKED)
    assert account.reports == []


def test_no_key_is_in_any_object(place):
    """As in files."""
    run(Account(3).client(), place, keep_raw=True, **ASKED)
    store = open_store(place)
    for name in store.names():
        assert KEY.encode() not in store.get(name)


def test_duckdb_needs_a_folder(place):
    """A database cannot be put into a bucket file by file."""
    with pytest.raises(ConfigurationError, match="needs a folder"):
        run(Account(1).client(), place, format="duckdb", **ASKED)


@SEAWEEDFS
def test_what_iceberg_keeps_about_a_table_is_read_in_one_request_for_each_file(
    store_of, tmp_path, monkeypatch
):
    """Nobody asks first how long a file is, nor whether it is there."""
    pytest.importorskip("pyiceberg", reason="the extra `iceberg` is not installed")
    for name, value in sql_catalog(tmp_path, "one-request").items():
        monkeypatch.setenv(name, value)
    store, place = store_of("s3"), "s3://exports/one-request"
    run(Account(3).client(), place, format="iceberg", **ASKED)
    store.tell()
    assert len(rows(place, "results")) == 3 * 2
    reads = [one for one in store.reads if one.endswith((".avro", ".json"))]
    about = [one for one in reads if "results/metadata/" in one]
    assert {one.rpartition(".")[2] for one in about} == {"avro", "json"}
    assert [one for one in about if not one.startswith("GET ")] == []
    assert len(set(about)) == len(about)


@SEAWEEDFS
@pytest.mark.parametrize("form", ["parquet", *TABLE_FORMATS[:1]])
def test_nothing_is_asked_about_tables_that_are_not_there(store_of, form):
    """Neither when an export is resumed, nor when it is read or verified; of seven tables it has two."""
    store, place = store_of("s3"), f"s3://exports/absent-{form}"
    account = Account(3)
    run(account.client(), place, format=form, **ASKED)
    store.tell()
    assert run(account.client(), place, resume=True).ok
    assert len(rows(place, "results")) == 3 * 2
    assert verify(place).ok
    about = {table for table in TABLES for one in store.reads if f"/{table}/" in f"/{_about(one)}"}
    assert about == set(ASKED["kinds"])


def _about(read):
    """The name or the prefix that a read is about."""
    return unquote(read.partition("prefix=")[2].partition("&")[0]) or read.partition(" ")[2]


@SEAWEEDFS
def test_the_log_and_the_plan_are_read_once(store_of, monkeypatch):
    """Who writes reads the last entry and the next one again when the place is locked, and nothing else."""
    store, place = store_of("s3"), "s3://exports/read-once"
    account = Account(8)
    account.die_at = 14
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    few = {"limits": Limits(specs=1), "concurrency": 1}
    assert not survives(lambda: run(account.client(), place, **few, **ASKED))
    account.die_at = None
    last = CommitLog(open_store(place)).snapshot.version
    entries = {entry_name(number) for number in range(1, last + 2)}
    assert last >= 10
    for read in (lambda: open_export(place), lambda: verify(place)):
        assert _kept(store, read) == dict.fromkeys([*entries, CHECKPOINT, "plan"], 1)
    for write in (
        lambda: run(account.client(), place, resume=True),
        lambda: compact(place),
        lambda: run(account.client(), place, resume=True),
    ):
        last = CommitLog(open_store(place)).snapshot.version
        found = _kept(store, write)
        again = {name for name, count in found.items() if count > 1}
        assert again <= {entry_name(last), entry_name(last + 1)}
        assert found[entry_name(last + 1)] == 2
        assert found["plan"] == found[CHECKPOINT] == 1
    night = _kept(
        store, lambda: run(account.client(), place, since_last=True, end_date="2026-02-01")
    )
    assert night["plan"] == night[CHECKPOINT] == 1
    assert _kept(store, lambda: verify(place))["plan"] == 1


def _kept(store, act):
    """How often an action reads each entry of the log, its checkpoint and the plan, there or not."""
    store.tell()
    act()
    names = [re.sub("^_plans/.*", "plan", one.removeprefix("GET ")) for one in store.reads]
    return Counter(name for name in names if name.startswith(("_midakit/log/", CHECKPOINT, "plan")))
