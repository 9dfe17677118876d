"""Object stores whose answers get lost, and runs that wake up after another one took over.

What is tried with what: each format with each store, and each way of losing an answer and each kind of
step with each format and with several stores. `nox -s soak` tries everything with everything.
"""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import product

import pytest

from midakit import MidakitError
from midakit.export import compact, vacuum
from midakit.export.files.buckets import Bucket
from midakit.export.files.buffer import Limits
from midakit.export.files.stores import NameTaken, PlaceUnwritable
from midakit.export.files.verify import verify
from midakit.export.plan.plan import FILE
from support.account import Account
from support.daily import outlives_deaths
from support.exports import TABLE_FORMATS, all_rows, run
from support.object_stores import MOTO, STORES
from support.steps import numbered, once_of_each_kind

# of pyiceberg, whose commit has succeeded by then
pytestmark = pytest.mark.filterwarnings("ignore:Failed to delete old metadata:UserWarning")

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
KIND = {"kinds": ("timeseries",)}
SMALL = {"limits": Limits(specs=2), "concurrency": 1}
FORMS = {"parquet": (), "csv": (), **{one.values[0]: one.marks for one in TABLE_FORMATS}}
KILLED_AT = pytest.mark.parametrize(
    ("steps", "shares"),
    [(once_of_each_kind, len(STORES)), pytest.param(numbered, 1, marks=pytest.mark.soak)],
    ids=["kinds", "all"],
)
"""Gives a test the function that chooses its steps, and how many stores share them."""


def share(chosen, scheme, form, shares):
    """The steps that are this store's: those that one format tries with a store, the next has elsewhere."""
    turn = list(STORES).index(scheme) + list(FORMS).index(form)
    return chosen[turn % shares :: shares]


def losses():
    """Store, format, whether the connection is cut, and whose answer is lost: every pair, or all."""
    ways = product((True, False), ("results/", "_midakit/log/"))
    for (i, scheme), (j, form), (cut, what) in product(enumerate(STORES), enumerate(FORMS), ways):
        paired = (cut, what == "results/") == ((i + j) % 2 == 0, (i + j // 2) % 2 == 0)
        marks = [*STORES[scheme], *FORMS[form], *([] if paired else [pytest.mark.soak])]
        yield pytest.param(scheme, form, cut, what, marks=marks)
    for form, cut, what in product(FORMS, (True, False), ("results/", "_midakit/log/")):
        yield pytest.param(*MOTO.values, form, cut, what, marks=[*MOTO.marks, *FORMS[form]])


def writers():
    """Store and format: each once, or all with all."""
    forms = [form for form in FORMS if form != "csv"]
    for (i, scheme), (j, form) in product(enumerate(STORES), enumerate(forms)):
        marks = [*STORES[scheme], *FORMS[form], *([] if i == j else [pytest.mark.soak])]
        yield pytest.param(scheme, form, marks=marks)
    for form in forms:
        yield pytest.param(*MOTO.values, form, marks=[*MOTO.marks, *FORMS[form]])


@pytest.mark.parametrize(("proxy", "form", "cut", "what"), list(losses()), indirect=["proxy"])
def test_a_lost_answer_to_a_put_doubles_nothing(proxy, place_of, calm, form, cut, what):
    """The repeat hears that the name is taken: what stands there says that it was ours."""
    place = place_of(f"lost-{form}-{cut}-{len(what)}")
    proxy.tell(cut=cut, loses=what)
    report = run(Account(4).client(), place, format=form, **SMALL, **ASKED)
    assert proxy.lost
    assert report.ok, report
    assert all_rows(place, ASKED["kinds"]) == calm(4, **ASKED)
    assert verify(place).ok


@pytest.mark.parametrize(("proxy", "form"), list(writers()), indirect=["proxy"])
def test_of_two_writers_the_one_that_was_taken_over_stops(proxy, place_of, calm, monkeypatch, form):
    """It sleeps past its lease in mid-run; when it wakes, nothing of it counts any more."""
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    place = place_of(f"two-writers-{form}")
    other, ended = Account(4), []

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
    assert all_rows(place, ASKED["kinds"]) == calm(4, **ASKED)
    assert verify(place).ok
    again = run(other.client(), place, resume=True)
    assert (again.ok, again.fetched) == (True, 0)
    assert Counter(other.reports).most_common(1)[0][1] <= 2


@pytest.mark.slow
@KILLED_AT
@pytest.mark.parametrize("form", ["parquet", "csv", *TABLE_FORMATS])
def test_a_writer_that_dies_at_any_change_of_the_store_loses_and_doubles_nothing(
    proxy, place_of, calm, monkeypatch, form, steps, shares
):
    """From one request on nothing comes through; what a resume makes of it are the rows of a calm run."""
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    account = Account(4)
    asked = {**SMALL, **KIND, "end_date": "2026-01-31", "format": form}
    assert run(account.client(), place_of(f"lives-{form}"), **asked).ok
    for number, step in enumerate(share(steps(proxy.changes), proxy.scheme, form, shares)):
        place = place_of(f"dies-{form}-{number}-{shares}")
        proxy.tell(dies_at=step)
        with suppress(OSError, MidakitError):
            run(account.client(), place, **asked)
        assert proxy.dead, step
        proxy.tell()
        planned = FILE in set(Bucket(place).names())
        again = {**SMALL, "resume": True} if planned else asked
        assert run(account.client(), place, **again).ok, step
        assert all_rows(place, KIND["kinds"]) == calm(4, **KIND, end_date="2026-01-31"), step
        assert verify(place).ok, step


@pytest.mark.slow
@KILLED_AT
@pytest.mark.parametrize("form", ["parquet", *TABLE_FORMATS])
def test_increments_that_die_at_any_change_of_the_store_end_with_each_day_once(
    proxy, place_of, monkeypatch, form, steps, shares
):
    """Night after night, each dies at another step: a resume leaves the days of before, or all, once."""
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    place = place_of(f"increment-{form}-{shares}")
    outlives_deaths(
        proxy, place, form, lambda changes: share(steps(changes), proxy.scheme, form, shares)
    )


def test_few_files_are_made_of_many_in_any_store(proxy, place_of, calm):
    """Compacted and vacuumed as on a disk."""
    account, place = Account(3), place_of("compacted")
    run(account.client(), place, **SMALL, **ASKED)
    assert {folder: after for folder, (_, after) in compact(place).items()} == dict.fromkeys(
        ASKED["kinds"], 1
    )
    assert vacuum(place, keep=timedelta(0)) == 4
    assert all_rows(place, ASKED["kinds"]) == calm(3, **ASKED)
    assert verify(place).ok


def test_a_name_is_given_once_in_any_store(place_of, monkeypatch):
    """And a lock that is taken over is that of the later run alone."""
    place = place_of("one-name")
    first, second = Bucket(place), Bucket(place)
    first.put("part-1", b"first")
    with pytest.raises(NameTaken):
        second.put("part-1", b"second")
    assert second.get("part-1") == b"first"
    assert second.tail("part-1", 3) == b"rst"
    first.lock()
    monkeypatch.setattr(Bucket, "LEASE", -1.0)
    second.lock()
    monkeypatch.setattr(Bucket, "EVERY", -1.0)
    with pytest.raises(PlaceUnwritable, match="taken over the place"):
        first.renew()
    second.renew()
