"""Object stores whose answers get lost, and runs that wake up after another one took over."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta

import pytest

from midakit import MidakitError
from midakit.export import compact, vacuum
from midakit.export.files.buckets import Bucket
from midakit.export.files.buffer import Limits
from midakit.export.files.verify import verify
from midakit.export.plan.spec import FILE
from support.account import Account
from support.daily import Daily, days, each_once
from support.exports import TABLE_FORMATS, rows, run

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
SMALL = {"limits": Limits(specs=2), "concurrency": 1}
FIRST = {"s3": 0, "gs": 1, "az": 2}
"""The first change at which a writer dies, then every third: all stores together have each of them."""
STRIDE = {"iceberg": 13}
"""A commit of Iceberg changes more, and the changes of one are like those of the others."""


@pytest.mark.parametrize("form", ["parquet", "csv", *TABLE_FORMATS])
@pytest.mark.parametrize("cut", [True, False], ids=["cut", "500"])
@pytest.mark.parametrize("what", ["results/", "_midakit/log/"])
def test_a_lost_answer_to_a_put_doubles_nothing(proxy, place_of, tmp_path, form, cut, what):
    """The repeat hears that the name is taken: what stands there says that it was ours."""
    account = Account(4)
    run(
        account.client(),
        tmp_path,
        format="parquet" if form in ("delta", "iceberg") else form,
        **SMALL,
        **ASKED,
    )
    place = place_of(f"lost-{form}-{cut}-{len(what)}")
    proxy.tell(cut=cut, loses=what)
    report = run(account.client(), place, format=form, **SMALL, **ASKED)
    assert proxy.lost
    assert report.ok, report
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path, name)
    assert verify(place).ok


@pytest.mark.parametrize("form", ["parquet", *TABLE_FORMATS])
def test_of_two_writers_the_one_that_was_taken_over_stops(
    proxy, place_of, tmp_path, monkeypatch, form
):
    """It sleeps past its lease in mid-run; when it wakes, nothing of it counts any more."""
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    place = place_of(f"two-writers-{form}")
    other, ended = Account(4), []
    run(other.client(), tmp_path, **SMALL, **ASKED)

    class Sleeper(Account):
        """In the middle of its work it sleeps until another run has come and gone."""

        async def send(self, request):
            if len(self.reports) == 5 and not ended:
                ended.append(None)
                ended[0] = await asyncio.to_thread(
                    run, other.client(), place, resume=True, limits=Limits(specs=2)
                )
            return await super().send(request)

    report = run(Sleeper(4).client(), place, format=form, **SMALL, **ASKED)
    assert ended[0].ok
    assert report.exit_code == 4
    assert "taken over the place" in report.why
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path, name)
    assert verify(place).ok
    again = run(other.client(), place, resume=True)
    assert (again.ok, again.fetched) == (True, 0)
    assert Counter(other.reports).most_common(1)[0][1] <= 2


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", "csv", *TABLE_FORMATS])
def test_a_writer_that_dies_at_any_change_of_the_store_loses_and_doubles_nothing(
    proxy, place_of, tmp_path, monkeypatch, form
):
    """From one request on nothing comes through; what a resume makes of it are the rows of a calm run."""
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    account, step = Account(3), FIRST[proxy.scheme]
    run(account.client(), tmp_path, **SMALL, **ASKED)
    while True:
        place = place_of(f"dies-{form}-{step}")
        proxy.tell(dies_at=step)
        with suppress(OSError, MidakitError):
            if run(account.client(), place, format=form, **SMALL, **ASKED).ok:
                break
        proxy.tell()
        planned = FILE in set(Bucket(place).names())
        again = {"resume": True} if planned else {**ASKED, "format": form}
        assert run(account.client(), place, **SMALL, **again).ok
        for name in ASKED["kinds"]:
            assert rows(place, name) == rows(tmp_path, name)
        assert verify(place).ok
        step += STRIDE.get(form, 3)
    assert step > 12


@pytest.mark.slow
@pytest.mark.parametrize("form", ["parquet", *TABLE_FORMATS])
def test_an_increment_that_dies_at_any_change_of_the_store_ends_with_each_day_once(
    proxy, place_of, monkeypatch, form
):
    """What was replaced leaves, once."""
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    step = FIRST[proxy.scheme]
    while True:
        account, place = Daily(2), place_of(f"increment-{form}-{step}")
        run(account.client(), place, format=form, kinds=("timeseries",), end_date="2026-01-09")
        proxy.tell(dies_at=step)
        with suppress(OSError, MidakitError):
            if run(account.client(), place, since_last=True, end_date="2026-01-10").ok:
                break
        proxy.tell()
        assert run(account.client(), place, resume=True).ok
        assert run(account.client(), place, since_last=True, end_date="2026-01-10").ok
        assert days(place) == each_once([1, 2], range(1, 11))
        assert verify(place).ok
        step += STRIDE.get(form, 3)
    assert step > 9


def test_few_files_are_made_of_many_in_any_store(proxy, place_of, tmp_path):
    """Compacted and vacuumed as on a disk."""
    account, place = Account(3), place_of("compacted")
    run(account.client(), tmp_path, **ASKED)
    run(account.client(), place, **SMALL, **ASKED)
    assert {folder: after for folder, (_, after) in compact(place).items()} == dict.fromkeys(
        ASKED["kinds"], 1
    )
    assert vacuum(place, keep=timedelta(0)) == 4
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path, name)
    assert verify(place).ok
