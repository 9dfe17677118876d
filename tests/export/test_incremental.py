"""The second export of a place: what cannot have changed is left, what can is read again and merged."""

import json

import pytest

from midakit import F
from midakit.export.checking import verify
from midakit.export.freezing import frozen
from midakit.export.stores import open_store
from support.account import Account
from support.exports import FORMATS, rows, run

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


def test_only_the_days_of_the_look_back_are_asked_for_again(tmp_path):
    """The window begins some days before the last one's end; everything else is taken over."""
    account = Living(2)
    run(
        account.client(),
        tmp_path,
        segments={"m": F.device == "mobile"},
        end_date="2026-03-01",
        **KIND,
    )
    run(account.client(), tmp_path, since_last=True, end_date="2026-03-10")
    plan = frozen(open_store(tmp_path))
    windows = {
        (
            spec.label().get("segment", ""),
            dict(spec.call.query)["start_date"],
            dict(spec.call.query)["end_date"],
        )
        for spec in plan.specs
    }
    assert windows == {("", "2026-02-22", "2026-03-10"), ("m", "2026-02-22", "2026-03-10")}


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
