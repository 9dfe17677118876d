"""What an increment replaces, what readers see, and places of version 0.1."""

import errno
import json
import shutil
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from midakit import ConfigurationError, InvalidRequest, MidakitError
from midakit.export import compact, vacuum, verify
from midakit.export import open as open_export
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.folders import Folder
from midakit.export.files.merging import FAN
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.targets import FileTarget
from midakit.export.plan import planner
from midakit.export.run import call_runner
from support.account import Account, survives
from support.daily import Daily, days, each_once
from support.exports import FILES, FORMATS, TABLE_FORMATS, plan_of, rows, run

OLD = Path(__file__).parents[1] / "data" / "export_0_1"
KIND = {"kinds": ("timeseries",)}


@pytest.mark.parametrize("form", FORMATS)
def test_a_night_that_failed_in_part_doubles_nothing(tmp_path, form):
    """What it did read has replaced its windows; the rest is as it was."""
    account = Daily(3)
    run(account.client(), tmp_path, format=form, end_date="2026-01-09", **KIND)
    account.status = {2: 400}
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-10").exit_code == 3
    assert days(tmp_path) == sorted(each_once([1, 3], range(1, 11)) + each_once([2], range(1, 10)))
    account.status = {}
    assert run(account.client(), tmp_path, retry_failed=True).ok
    assert days(tmp_path) == each_once([1, 2, 3], range(1, 11))
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", FORMATS)
def test_a_day_that_vanished_from_the_window_leaves_and_one_before_it_stays(tmp_path, form):
    """Exactly the window that was asked for is replaced."""
    account = Daily(2)
    run(account.client(), tmp_path, format=form, end_date="2026-01-09", **KIND)
    account.vanished = {1, 8}
    assert run(account.client(), tmp_path, since_last=True, lookback=2, end_date="2026-01-10").ok
    assert days(tmp_path) == each_once([1, 2], [1, 2, 3, 4, 5, 6, 7, 9, 10])


@pytest.mark.parametrize("form", FORMATS)
def test_a_clock_that_was_wrong_does_not_decide_which_rows_are_newer(tmp_path, form, monkeypatch):
    """The first night was stamped two days into the future: the second one still replaces it."""

    class Ahead(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime.now(tz) + timedelta(days=2)

    account = Daily(2)
    with monkeypatch.context() as patched:
        patched.setattr(call_runner, "datetime", Ahead)
        run(account.client(), tmp_path, format=form, end_date="2026-01-09", **KIND)
    reads = account.reads
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-10").ok
    found = [json.loads(row) for row in rows(tmp_path, "timeseries")]
    again = [row for row in found if int(row["visitors"]) > reads]
    assert {int(row["date"][8:]) for row in again} == set(range(2, 11))
    assert days(tmp_path) == each_once([1, 2], range(1, 11))


@pytest.mark.parametrize("form", FORMATS)
def test_an_experiment_that_left_the_listing_is_marked_and_keeps_its_history(tmp_path, form):
    """It is not live, and has no place in the list; when it comes back, it is as others are."""
    account = Daily(3)
    kinds = ("experiments", "timeseries")
    run(account.client(), tmp_path, format=form, kinds=kinds, end_date="2026-01-09")
    account.ids = [1, 3]
    for day in ("10", "11"):
        assert run(account.client(), tmp_path, since_last=True, end_date=f"2026-01-{day}").ok
        found = {row["test_id"]: row for row in map(json.loads, rows(tmp_path, "experiments"))}
        assert [number for number, row in found.items() if "deleted_at" in row] == ["2"]
        assert "list_position" not in found["2"]
        assert {row["list_position"] for row in found.values() if "list_position" in row} == {
            "0",
            "1",
        }
        if day == "10":
            first = found["2"]["deleted_at"]
            # the call that told it brought the row, so that whoever loads new calls hears of it
            assert found["2"]["spec_id"] == found["1"]["spec_id"]
    assert found["2"]["deleted_at"] == first
    assert (2, 9, "0") in days(tmp_path)
    account.ids = [1, 2, 3]
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-12").ok
    assert not any("deleted_at" in row for row in map(json.loads, rows(tmp_path, "experiments")))


def test_a_night_about_some_experiments_says_nothing_about_others(tmp_path):
    """They were not listed because nobody asked."""
    account = Daily(3)
    run(account.client(), tmp_path, kinds=("experiments",))
    assert run(account.client(), tmp_path, since_last=True, test_ids=[1]).ok
    found = [json.loads(row) for row in rows(tmp_path, "experiments")]
    assert len(found) == 3
    assert not any("deleted_at" in row for row in found)


def test_an_experiment_that_answers_404_keeps_its_rows(tmp_path):
    """Nothing was read, so nothing is replaced."""
    account = Daily(2)
    run(account.client(), tmp_path, end_date="2026-01-09", **KIND)
    account.status = {2: 404}
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-10").ok
    assert days(tmp_path) == sorted(each_once([1], range(1, 11)) + each_once([2], range(1, 10)))


def test_files_without_a_day_of_the_window_are_left_alone(tmp_path, monkeypatch):
    """A night reads and rewrites the files of the last days; every eighth merges small ones of before."""
    account = Daily(2)
    names, counts, opened = [], [], []
    genuine = FileTarget.read
    monkeypatch.setattr(
        FileTarget, "read", lambda self, name: opened.append(name) or genuine(self, name)
    )
    kinds = ("experiments", "results", "timeseries")
    for day in range(1, 17):
        assert run(
            account.client(), tmp_path, since_last=True, lookback=2, end_date=f"2026-01-{day:02}", kinds=kinds
        ).ok  # fmt: skip
        names.append(set(open_export(tmp_path).files("timeseries")))
        counts.append(len(set(opened)))
        opened.clear()
    assert days(tmp_path) == each_once([1, 2], range(1, 17))
    merged = 0
    for count, before, after in zip(counts[5:], names[4:], names[5:], strict=False):
        merged += len(before - after) == 1 + FAN
        # what the night read; the listing and the days before it; the small files of two tables
        assert count <= 3 + 1 + 1 + (2 * FAN if len(before - after) > 1 else FAN)
        # the last night's file loses its days of the look-back
        assert (len(before - after), len(after - before)) in ((1, 2), (1 + FAN, 3))
    assert merged == 1


@pytest.mark.parametrize("form", ["parquet", "duckdb", *TABLE_FORMATS])
def test_a_table_that_somebody_deleted_is_missed_and_asked_for_again(tmp_path, form):
    """By verify, and by a resume."""
    account = Daily(2)
    for day in (5, 6):
        run(
            account.client(),
            tmp_path,
            since_last=True,
            format=form,
            end_date=f"2026-01-0{day}",
            **KIND,
        )
    if form == "duckdb":
        (tmp_path / "export.duckdb").unlink()
    else:
        shutil.rmtree(tmp_path / "timeseries")
    assert len(verify(tmp_path).missing) == 2
    assert run(account.client(), tmp_path, resume=True).ok
    assert days(tmp_path) == each_once([1, 2], range(1, 7))
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", FILES)
def test_a_damaged_file_is_named_where_it_is_read(tmp_path, form):
    """With the way out, which leads to a whole export again."""
    account = Daily(2)
    run(account.client(), tmp_path, format=form, end_date="2026-01-09", **KIND)
    (name,) = open_export(tmp_path).files("timeseries")
    file = tmp_path / name
    data = bytearray(file.read_bytes())
    data[10 : len(data) // 2] = b'"\xff' * (len(data) // 4)
    file.write_bytes(data[: file.stat().st_size].ljust(file.stat().st_size, b"\xff"))
    for read in (open_export(tmp_path).arrow, open_export(tmp_path).pandas):
        with pytest.raises(
            MidakitError, match=f"{name} is damaged .* delete it, and a resume asks"
        ):
            read("timeseries")
    file.unlink()
    assert run(account.client(), tmp_path, resume=True).ok
    assert verify(tmp_path).ok
    assert days(tmp_path) == each_once([1, 2], range(1, 10))


def test_an_iceberg_export_that_was_moved_is_refused_and_not_taken_for_deleted(tmp_path):
    """Its catalog knows where its tables stood; nothing of it is forgotten, so that it can be moved back."""
    pytest.importorskip("pyiceberg")
    account, first, second = Daily(1), tmp_path / "first", tmp_path / "second"
    run(account.client(), first, format="iceberg", end_date="2026-01-05", **KIND)
    first.rename(second)
    for work in (verify, lambda place: run(account.client(), place, resume=True)):
        with pytest.raises(ConfigurationError, match="timeseries was moved"):
            work(second)
    second.rename(first)
    assert verify(first).ok
    assert run(account.client(), first, since_last=True, end_date="2026-01-06").ok
    assert days(first) == each_once([1], range(1, 7))


def test_a_night_that_misses_files_of_earlier_ones_says_so(tmp_path):
    """Their days are before the windows that it reads."""
    account = Daily(1)
    for day in (5, 25):
        report = run(
            account.client(),
            tmp_path,
            since_last=True,
            end_date=f"2026-01-{day:02}",
            lookback=1,
            **KIND,
        )
    assert report.warnings == ()
    for file in (tmp_path / "timeseries").iterdir():
        file.write_bytes(b"")
    report = run(
        account.client(), tmp_path, since_last=True, end_date="2026-01-26", lookback=1, **KIND
    )
    assert days(tmp_path) == each_once([1], range(24, 27))
    assert [one for one in report.warnings if "data files damaged or gone" in one]


@pytest.mark.parametrize("form", FILES)
def test_a_night_reads_no_answers_that_earlier_nights_have_kept(tmp_path, form, monkeypatch):
    """But for merging small files: of sixteen nights no two read the same one."""
    account = Daily(2)
    kinds, nights, opened = ("experiments", "results"), [], set()
    genuine = Folder.get
    monkeypatch.setattr(Folder, "get", lambda self, name: opened.add(name) or genuine(self, name))
    for day in range(1, 17):
        assert run(
            account.client(), tmp_path, since_last=True, end_date=f"2026-01-{day:02}", format=form,
            kinds=kinds, keep_raw=True,
        ).ok  # fmt: skip
        nights.append({name for name in opened if name.startswith("raw/")})
        opened.clear()
    assert sum(map(len, nights)) == len(set().union(*nights))
    assert sum(map(bool, nights)) <= 16 // FAN
    assert len(rows(tmp_path, "raw")) == 16 * (1 + 2)


@pytest.mark.parametrize("form", FORMATS)
def test_an_answer_that_was_kept_without_its_rows_is_kept_once(tmp_path, form, monkeypatch):
    """The night ended between the two tables, and the next one asks again for what it left open."""
    account, full = Daily(2), True

    def night(last, **more):
        return run(
            account.client(), tmp_path, since_last=True, end_date=f"2026-01-{last:02}", **more
        )

    night(3, format=form, kinds=("experiments", "results"), keep_raw=True)
    for target in (FileTarget, DuckDbTarget, TableTarget):

        def commit(self, table, *file, genuine=target.commit):
            if full and table == "results":
                raise OSError(errno.ENOSPC, "No space left on device")
            return genuine(self, table, *file)

        monkeypatch.setattr(target, "commit", commit)
    assert night(4).exit_code == 4
    full = False
    assert night(5).ok
    kept = [json.loads(row) for row in rows(tmp_path, "raw")]
    calls = Counter(row["spec_id"] for row in kept)
    assert (len(calls), set(calls.values())) == (3 + 3 + 3, {1})
    assert verify(tmp_path).ok


def test_files_do_not_grow_in_number_with_the_nights(tmp_path):
    """After forty nights there are no more than a few of each size, and each row is there once."""
    account = Daily(2)
    for day in range(1, 41):
        end = date(2026, 1, 1) + timedelta(days=day)
        assert run(
            account.client(), tmp_path, since_last=True, lookback=2, end_date=str(end),
            kinds=("results", "timeseries"),
        ).ok  # fmt: skip
    tables = open_export(tmp_path)
    assert len(tables.files("results")) < 2 * FAN
    assert len(tables.files("timeseries")) < 2 * FAN
    ends = [row["window_end"] for row in map(json.loads, rows(tmp_path, "results"))]
    assert (len(ends), len(set(ends))) == (40 * 2 * 2, 40)  # nights, experiments, variants
    assert days(tmp_path) == each_once([1, 2], range(1, 29))  # the account has no more days
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", [*FILES, *TABLE_FORMATS])
def test_a_snapshot_stays_as_it_was_opened(tmp_path, form):
    """Through an increment and a compaction; until vacuum, earlier ones can be opened too."""
    account = Daily(2)
    run(account.client(), tmp_path, format=form, end_date="2026-01-09", **KIND)
    first = open_export(tmp_path)
    before = sorted(first.arrow("timeseries").column("date").to_pylist())
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-12").ok
    compact(tmp_path)
    now = open_export(tmp_path)
    assert now.version > first.version
    assert len(now.arrow("timeseries")) == 2 * 12 * 2
    assert now.names() == ["timeseries"]
    for again in (
        first,
        open_export(tmp_path, as_of=first.version),
        open_export(tmp_path, first.at),
    ):
        assert sorted(again.arrow("timeseries").column("date").to_pylist()) == before
    vacuum(tmp_path)  # not yet: a reader may still be at work
    assert len(first.arrow("timeseries")) == len(before)
    assert vacuum(tmp_path, keep=timedelta(0)) > 0
    with pytest.raises(ConfigurationError, match="vacuum"):
        first.arrow("timeseries")
    for keep in (7, timedelta(days=-1)):
        with pytest.raises(InvalidRequest, match="keep: a timedelta"):
            vacuum(tmp_path, keep=keep)
    with pytest.raises(ConfigurationError, match="as_of: a number or a time, not a date"):
        open_export(tmp_path, as_of=date(2026, 1, 1))
    assert len(open_export(tmp_path).arrow("timeseries")) == 2 * 12 * 2
    assert verify(tmp_path).ok


def test_a_glob_over_a_table_counts_each_row_once(tmp_path):
    """Between runs: what left the tables stands elsewhere."""
    import duckdb

    account = Daily(2)
    for day in ("09", "10", "11"):
        run(account.client(), tmp_path, since_last=True, end_date=f"2026-01-{day}", **KIND)
    compact(tmp_path)
    [(count,)] = duckdb.sql(f"select count(*) from '{tmp_path}/timeseries/**/*.parquet'").fetchall()
    assert count == 2 * 11 * 2


def test_a_duckdb_file_knows_the_calls_of_the_plan_in_force_alone(tmp_path):
    """Those of all nights before are not asked any more, and would be read every night."""
    account = Daily(2)
    for day in ("09", "10", "11"):
        run(
            account.client(),
            tmp_path,
            format="duckdb",
            since_last=True,
            end_date=f"2026-01-{day}",
            **KIND,
        )
        import duckdb

        with duckdb.connect(str(tmp_path / "export.duckdb"), read_only=True) as database:
            known = database.sql("select spec_id from _midakit_specs").fetchall()
        assert {one for (one,) in known} == {spec.id for spec in plan_of(tmp_path).specs}
    for path in (tmp_path / "_plans").iterdir():  # a plan of before is not read either
        if plan_of(tmp_path).id not in path.name:
            path.write_bytes(b"damaged")
    assert verify(tmp_path).ok
    assert days(tmp_path) == each_once([1, 2], range(1, 12))


@pytest.mark.parametrize("form", FORMATS)
def test_every_reader_sees_the_same_rows(tmp_path, form):
    """Arrow, a dataset, DuckDB, polars and pandas."""
    import duckdb

    run(Daily(2).client(), tmp_path, format=form, end_date="2026-01-03", **KIND)
    tables = open_export(tmp_path)
    expected = 2 * 3 * 2
    assert len(tables.arrow("timeseries")) == expected
    assert tables.dataset("timeseries").count_rows() == expected
    with duckdb.connect() as connection:  # not the default one, which other tests use
        assert len(tables.duckdb("timeseries", connection)) == expected
    assert len(tables.pandas("timeseries")) == expected
    polars = pytest.importorskip("polars")
    assert tables.polars("timeseries").select(polars.len()).collect().item() == expected
    assert len(tables.arrow("goals")) == 0
    with pytest.raises(ConfigurationError, match="is not one of"):
        tables.arrow("nothing")


def test_what_cannot_be_opened_is_said(tmp_path):
    """A place without an export, a moment before it, a time without a zone, and no time."""
    with pytest.raises(ConfigurationError, match="there is no export"):
        open_export(tmp_path / "nowhere")
    run(Daily(1).client(), tmp_path, end_date="2026-01-03", **KIND)
    with pytest.raises(ConfigurationError, match="held nothing yet"):
        open_export(tmp_path, datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(ConfigurationError, match="time zone"):
        open_export(tmp_path, "2026-01-01T00:00:00")
    with pytest.raises(ConfigurationError, match="as_of: 'yesterday' is not a time such as"):
        open_export(tmp_path, "yesterday")


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_place_of_version_0_1_is_read_and_taken_over(tmp_path, form):
    """Verified, opened, continued: its rows stay, and the windows that are read again are replaced."""
    place = tmp_path / "old"
    shutil.copytree(OLD / form, place)
    assert verify(place).ok
    tables = open_export(place)
    counts = {name: len(tables.arrow(name)) for name in tables.names()}
    assert counts == {"experiments": 3, "results": 4 + 6, "timeseries": 18}
    account = Account(3)
    resumed = run(account.client(), place, resume=True)
    assert (resumed.ok, resumed.fetched) == (True, 0)
    account.ids = [1, 2]
    kinds = ("experiments", "results", "timeseries")
    assert run(account.client(), place, since_last=True, kinds=kinds, end_date="2026-01-04").ok
    tables = open_export(place)
    counts = {name: len(tables.arrow(name)) for name in tables.names()}
    assert counts == {"experiments": 3, "results": 4 + 6 + 4, "timeseries": 18}
    assert [
        row["test_id"] for row in tables.arrow("experiments").to_pylist() if row["deleted_at"]
    ] == [3]
    assert verify(place).ok


def test_a_file_that_version_0_1_has_doubled_is_counted_once(tmp_path):
    """As a lost answer from an object store left it."""
    place = tmp_path / "old"
    shutil.copytree(OLD / "parquet", place)
    victim = min((place / "results").iterdir())
    shutil.copy(victim, victim.with_name(f"{victim.stem}-1.parquet"))
    assert run(Account(3).client(), place, resume=True).ok
    assert len(open_export(place).arrow("results")) == 4 + 6
    assert len(list((place / "results").iterdir())) == 3
    assert verify(place).ok


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("again", [{"since_last": True}, {}, {"resume": True}])
def test_a_place_with_data_is_never_given_default_kinds_or_another_format(tmp_path, form, again):
    """Its plan is gone, whoever removed it: nothing is guessed."""
    run(Daily(1).client(), tmp_path, format=form, end_date="2026-01-03", **KIND)
    before = sorted(tmp_path.rglob("*"))
    shutil.rmtree(tmp_path / "_plans")
    with pytest.raises(ConfigurationError, match="plan .* is gone"):
        run(Daily(1).client(), tmp_path, **again)
    shutil.rmtree(tmp_path / "_midakit")
    (tmp_path / "_midakit_plan.jsonl").unlink()
    with pytest.raises(ConfigurationError, match="holds data and no plan"):
        run(Daily(1).client(), tmp_path, **again)
    assert {path for path in before if path.is_file() and path.parent.name == "timeseries"} <= set(
        tmp_path.rglob("*")
    )


def test_a_kill_between_two_plans_leaves_one_or_the_other(tmp_path, monkeypatch):
    """The log names the plan in force; its copy for people comes after."""
    account = Daily(2)
    run(account.client(), tmp_path, format="csv", end_date="2026-01-09", **KIND)
    assert planner.PAGE  # the listing of the next plan is read, and then the process dies
    account.die_at = 1
    assert not survives(
        lambda: run(
            account.client(), tmp_path, since_last=True, end_date="2026-01-10", concurrency=1
        )
    )
    account.die_at = None
    assert run(account.client(), tmp_path, resume=True).ok
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-11").ok
    assert days(tmp_path) == each_once([1, 2], range(1, 12))
    assert not list(tmp_path.rglob("*.parquet"))
