"""The second export of a place: what cannot have changed is left, what can is read again and merged."""

import json
from collections import Counter

import pytest

from midakit import F, Mida
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.verify import verify
from midakit.export.plan.frozen_plan import plan_to_resume
from midakit.export.plan.increment import ROUNDS
from support.account import Account, survives
from support.exports import FORMATS, rows, run, table

KIND = {"kinds": ("timeseries",)}


class Living(Account):
    """Each read brings larger figures, as late events do; some experiments have ended."""

    def __init__(self, count, ended=()):
        super().__init__(count)
        self.ended = set(ended)
        self.reads = 0
        self.spoil = self.later

    def later(self, kind, body):
        self.reads += 1
        for row in body.get(kind) or body.get("variants"):
            row["visitors"] += 1000 * self.reads
        return body

    def _answer(self, path, query):
        status, body = super()._answer(path, query)
        for one in body.get("experiments", ()):
            one["is_completed"] = int(one["test_id"] in self.ended)
        if path[-1] == "timeseries" and status == 200:
            first = query["start_date"][0]
            body["timeseries"] = [row for row in body["timeseries"] if row["created_at"] >= first]
        return status, body


def asked_from(account):
    return sorted(account.reports)


@pytest.mark.parametrize("form", FORMATS)
def test_each_day_is_there_once_with_its_last_figures(tmp_path, form):
    """Whatever the format: rows of the look-back replace those of before."""
    account = Living(3)
    run(account.client(), tmp_path, format=form, end_date="2026-01-02", **KIND)
    first = account.reads
    report = run(account.client(), tmp_path, since_last=True, lookback=1, end_date="2026-01-04")
    assert report.ok
    found = [json.loads(row) for row in rows(tmp_path, "timeseries")]
    assert len(found) == 3 * 3 * 2
    for row in found:
        fresh = row["date"] >= "2026-01-01"  # from the last window's end, less one day
        assert (int(row["visitors"]) > 1000 * first) == fresh
    assert verify(tmp_path).ok


def test_only_the_days_of_the_look_back_are_read_again(tmp_path):
    """They begin some days before the last window's end, and are asked for with a lead of 30 days."""
    account = Living(2)
    run(
        account.client(),
        tmp_path,
        segments={"m": F.device == "mobile"},
        end_date="2026-03-01",
        **KIND,
    )
    run(account.client(), tmp_path, since_last=True, end_date="2026-03-10")
    plan = plan_to_resume(CommitLog(open_store(tmp_path)))
    windows = {
        (
            spec.label().get("segment", ""),
            spec.label()["window_start"],
            dict(spec.call.query)["start_date"],
            dict(spec.call.query)["end_date"],
        )
        for spec in plan.specs
    }
    days = ("2026-02-22", "2026-01-23", "2026-03-10")
    assert windows == {("", *days), ("m", *days)}


def test_what_has_ended_is_read_once_more_and_then_left(tmp_path):
    """Until the look-back after its end has passed, because late events still come."""
    account = Living(3, ended={2})  # ended on 2 January
    run(account.client(), tmp_path, end_date="2026-01-03", kinds=("results", "timeseries"))
    account.seen.clear()
    run(account.client(), tmp_path, since_last=True, end_date="2026-01-10")
    assert {number for number, _ in account.reports} == {1, 2, 3}
    account.seen.clear()
    run(account.client(), tmp_path, since_last=True, end_date="2026-01-20")
    assert asked_from(account) == [
        (1, "result"), (1, "timeseries"), (3, "result"), (3, "timeseries"),
    ]  # fmt: skip
    assert verify(tmp_path).ok


def test_what_failed_is_read_as_if_for_the_first_time(tmp_path):
    """An increment after a partial run does not think that it has what it lacks."""
    account = Living(3)
    account.status = {2: 400}
    assert run(account.client(), tmp_path, end_date="2026-01-02", **KIND).exit_code == 3
    account.status = {}
    assert run(account.client(), tmp_path, since_last=True, lookback=0, end_date="2026-01-04").ok
    found = [json.loads(row) for row in rows(tmp_path, "timeseries")]
    assert len([row for row in found if row["test_id"] == "2"]) == 3 * 2


def test_new_experiments_join_and_the_listing_is_that_of_today(tmp_path):
    """The table of experiments holds each once, as it was listed last."""
    account = Living(2)
    kinds = ("experiments", "timeseries")
    run(account.client(), tmp_path, end_date="2026-01-02", kinds=kinds)
    account.ids.append(7)
    account.ended = {1}
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-03").ok
    found = {row["test_id"]: row for row in map(json.loads, rows(tmp_path, "experiments"))}
    assert sorted(found) == ["1", "2", "7"]
    assert found["1"]["is_completed"] == "True"
    assert len(rows(tmp_path, "timeseries")) == 3 * 3 * 2


def test_the_first_increment_is_a_whole_export(tmp_path):
    """A nightly job needs no special first night."""
    account = Living(2)
    report = run(account.client(), tmp_path, since_last=True, end_date="2026-01-05", **KIND)
    assert report.ok
    assert len(rows(tmp_path, "timeseries")) == 2 * 3 * 2


class Eventful(Account):
    """One event a day, as an account has that sends them; each day is a listing of its own."""

    def _answer(self, path, query):
        if path[-1] != "events":
            return super()._answer(path, query)
        first, last = query["start_date"][0], query["end_date"][0]
        self.days.append(last)
        if last in self.broken:
            return 400, {"success": False, "error": "not today"}
        events = (
            [{"event_id": int(last.replace("-", "")), "event_name": "buy"}] if first == last else []
        )
        return 200, {"success": True, "count": len(events), "events": events}

    def asked(self, place, end, **options):
        """The days of events that an increment up to this day asks for."""
        self.days = []
        run(self.client(), place, kinds=("events",), since_last=True, end_date=end, **options)
        return sorted(self.days)

    broken = ()


def test_days_of_events_that_cannot_change_are_not_asked_for_again(tmp_path):
    """Every day once more after the look-back, then never; not all days of the account every night."""
    account = Eventful(1)
    assert len(account.asked(tmp_path, "2026-03-01")) == 31 + 28 + 1 + 1  # and all before
    assert account.asked(tmp_path, "2026-03-02") == [
        "2026-02-23", "2026-02-24", "2026-02-25", "2026-02-26", "2026-02-27", "2026-02-28",
        "2026-03-01", "2026-03-02",
    ]  # fmt: skip
    assert account.asked(tmp_path, "2026-03-03", lookback=1) == ["2026-03-02", "2026-03-03"]
    assert account.asked(tmp_path, "2026-03-04", lookback=0) == ["2026-03-03", "2026-03-04"]
    assert len(rows(tmp_path, "events")) == 31 + 28 + 4
    assert verify(tmp_path).ok


def test_a_day_of_events_that_failed_is_asked_for_however_old_it_is(tmp_path):
    """What was never read is not finished."""
    account = Eventful(1)
    account.broken = ("2026-01-05",)
    account.asked(tmp_path, "2026-03-01")
    account.broken = ()
    assert account.asked(tmp_path, "2026-03-02", lookback=1) == [
        "2026-01-05", "2026-03-01", "2026-03-02",
    ]  # fmt: skip
    assert len(rows(tmp_path, "events")) == 31 + 28 + 2


class Evening(Eventful):
    """Each day's event is late on that day, in UTC."""

    def _answer(self, path, query):
        status, body = super()._answer(path, query)
        for event in body.get("events", ()):
            event["created_at"] = f"{query['end_date'][0]}T20:00:00.000Z"
        return status, body


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/New_York"])
def test_a_database_counts_days_in_utc_wherever_it_is(tmp_path, monkeypatch, zone):
    """DuckDB takes a time for a day of the machine's zone, so that a day that is not read again lost rows."""
    duckdb = pytest.importorskip("duckdb")
    connect = duckdb.connect

    def connected_there(*args, **options):
        made = connect(*args, **options)
        made.execute(f"set TimeZone = '{zone}'")
        return made

    monkeypatch.setattr(duckdb, "connect", connected_there)
    account = Evening(1)
    account.asked(tmp_path, "2026-02-03", format="duckdb", start_date="2026-02-01")
    assert account.asked(tmp_path, "2026-02-04", lookback=1) == ["2026-02-03", "2026-02-04"]
    found = sorted(json.loads(row)["event_id"] for row in rows(tmp_path, "events"))
    assert found == ["20260201", "20260202", "20260203", "20260204"]


def test_a_snapshot_that_failed_is_asked_for_by_the_next_increment(tmp_path):
    """The results of that night, by its window: nothing else would ever bring them."""
    account = Living(3)
    kinds = ("results", "timeseries")
    assert run(account.client(), tmp_path, end_date="2026-01-05", kinds=kinds).ok
    account.status = {2: 400}
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-06").exit_code == 3
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-07").exit_code == 3
    account.status = {}
    account.seen.clear()
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-08").ok
    found = [json.loads(row) for row in rows(tmp_path, "results")]
    nights = {(row["test_id"], row["window_end"]) for row in found}
    assert nights == {(one, f"2026-01-0{day}") for one in "123" for day in (5, 6, 7, 8)}
    # one timeseries stands for those of before
    assert Counter(account.reports)[2, "timeseries"] == 1
    assert verify(tmp_path).ok
    account.seen.clear()
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-09").ok
    assert len(account.reports) == 3 * 2


def test_what_a_killed_run_did_not_come_to_is_asked_for_by_the_next_increment(tmp_path):
    """Untried is as open as failed."""
    account = Living(3)
    account.die_at = 3  # the listing, two reports
    wanted = {"kinds": ("results",), "concurrency": 1}
    assert not survives(lambda: run(account.client(), tmp_path, end_date="2026-01-05", **wanted))
    account.die_at = None
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-06").ok
    found = [json.loads(row) for row in rows(tmp_path, "results")]
    assert {row["window_end"] for row in found if row["test_id"] == "3"} == {
        "2026-01-05", "2026-01-06",
    }  # fmt: skip


def test_a_call_that_always_fails_does_not_let_plans_grow_for_ever(tmp_path):
    """Its snapshots of some nights are tried again, not those of a year."""
    account = Living(1)
    account.status = {1: 400}
    for day in range(1, 14):
        run(
            account.client(), tmp_path, kinds=("results",), since_last=True,
            end_date=f"2026-01-{day:02}",
        )  # fmt: skip
    assert len(plan_to_resume(CommitLog(open_store(tmp_path))).specs) == 1 + ROUNDS


def test_what_comes_within_reach_is_read_from_its_beginning(tmp_path):
    """An experiment of another project, or a 404 by mistake, is not taken for one that was read."""
    account = Living(2)
    account.status = {2: 404}
    kinds = ("results", "timeseries")
    assert run(account.client(), tmp_path, end_date="2026-03-01", kinds=kinds).ok
    account.seen.clear()
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-03-02").ok
    assert [kind for number, kind in account.reports if number == 2] == ["result"]
    account.status = {}
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-03-03").ok
    assert len(rows(tmp_path, "timeseries")) == 2 * 3 * 2
    assert verify(tmp_path).ok


def test_a_concluded_experiment_of_another_project_is_left_as_others_are(tmp_path):
    """A night does not ask for every experiment that other projects ever had, or were given."""
    account = Living(3)
    account.status = {2: 404}
    assert run(account.client(), tmp_path, end_date="2026-01-03", **KIND).ok
    account.ended, account.status = {2, 3}, {2: 404, 3: 404}
    asked = []
    for day in ("2026-01-20", "2026-01-21"):
        account.seen.clear()
        assert run(account.client(), tmp_path, since_last=True, end_date=day).ok
        asked.append([number for number, _ in asked_from(account)])
    assert asked == [[1, 2, 3], [1]]


@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_an_increment_leaves_no_file_without_rows(tmp_path, form):
    """A table that is listed anew each night stays one file, and says whose calls it holds."""
    account = Living(3)
    kinds = ("experiments", "timeseries")
    for day in range(2, 6):
        assert run(
            account.client(), tmp_path, kinds=kinds, format=form, since_last=True,
            end_date=f"2026-01-0{day}",
        ).ok  # fmt: skip
        contents = json.loads((tmp_path / "_manifest.json").read_text())["contents"]
        assert all(contents.values())
        assert len([name for name in contents if name.startswith("experiments/")]) == 1
        assert verify(tmp_path).ok
    assert len(rows(tmp_path, "experiments")) == 3


def test_an_experiment_says_whose_account_it_is_in(tmp_path):
    """The listing says it once, beside its items."""
    account = Account(2)
    genuine = account._answer

    def answer(path, query):
        status, body = genuine(path, query)
        return status, {**body, "company_id": 1001}

    account._answer = answer
    run(account.client(), tmp_path, kinds=("experiments",), end_date="2026-01-02")
    assert {json.loads(row)["company_id"] for row in rows(tmp_path, "experiments")} == {"1001"}


def test_nights_have_the_conversions_of_visitors_who_entered_before_their_windows(
    tmp_path, mida_sandbox
):
    """A server counts, for a window, the visitors who enter in it: days that are read again keep the others."""
    mida = Mida(
        mida_sandbox.api_key, project_key=mida_sandbox.project_key, base_url=mida_sandbox.base_url
    )
    asked = {"kinds": ("timeseries",), "test_ids": [1001, 1005]}
    with mida:
        for day in range(10, 15):
            end = f"2026-04-{day}"
            assert mida.export(
                tmp_path / "nightly", end_date=end, since_last=True, lookback=2, **asked
            ).ok
        assert mida.export(tmp_path / "whole", end_date=end, **asked).ok
    found = [
        {
            (row["test_id"], row["date"], row["variant_id"]): (row["visitors"], row["converted"])
            for row in table(tmp_path / name, "timeseries").to_pylist()
        }
        for name in ("nightly", "whole")
    ]
    assert found[0] == found[1]
    assert sum(converted for _, converted in found[0].values()) > 0
