"""A kill at any step: what is committed stays, once, and a resume ends in the rows of a calm run."""

from shutil import copytree, rmtree

import pytest

from midakit.export.files.buffer import Limits
from midakit.export.files.compact import compact
from midakit.export.files.verify import verify
from midakit.export.plan.spec import FILE
from support.account import Account, dying, survives
from support.exports import FILES, FORMATS, TABLE_FORMATS, committed, plan_of, rows, run

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
KILLED = [
    *FORMATS[:-1],
    pytest.param("iceberg", marks=[*TABLE_FORMATS[-1].marks, pytest.mark.slow]),  # a minute each
]


def go_on(account, place, **first):
    """Resume, or begin where no plan was frozen."""
    wanted = {"resume": True} if (place / FILE).exists() else {**ASKED, **first}
    return run(account.client(), place, limits=Limits(specs=2), concurrency=2, **wanted)


@pytest.mark.parametrize("form", KILLED)
def test_a_kill_at_every_step_of_a_run_loses_and_doubles_nothing(tmp_path, form):
    """Whatever step to the disk is the last one: ids are committed once, the resume ends whole.

    One format is killed at each of the first steps, the others at every third or fifth.
    """
    account, step = Account(4), 0
    calm = tmp_path / "calm"
    run(account.client(), calm, format=form, **ASKED)
    while True:
        place = tmp_path / f"{step}"
        with dying(step):
            if survives(lambda: go_on(account, place, format=form)):  # noqa: B023
                break
        if (place / FILE).exists():
            assert set(committed(place).values()) <= {1}
        assert go_on(account, place, format=form).ok
        for name in ASKED["kinds"]:
            assert rows(place, name) == rows(calm, name)
        assert verify(place).ok
        assert not list(place.rglob(".*.tmp"))
        step += 5 if step >= 24 or form == "iceberg" else 1 if form == "parquet" else 3
    assert step > (40 if form in FILES else 24)


def test_a_kill_at_every_step_of_a_compaction_loses_and_doubles_nothing(tmp_path):
    """Both the merged file and the ones it replaces may be there: whoever writes next tidies up."""
    account, step = Account(3), 0
    run(account.client(), tmp_path / "many", limits=Limits(specs=1), concurrency=1, **ASKED)
    before = rows(tmp_path / "many", "timeseries")
    while True:
        place = copytree(tmp_path / "many", tmp_path / f"{step}")
        with dying(step):
            if survives(lambda: compact(place)):  # noqa: B023
                break
        assert run(account.client(), place, resume=True).ok
        assert rows(place, "timeseries") == before
        assert verify(place).ok
        compact(place)
        assert rows(place, "timeseries") == before
        assert len(list((place / "timeseries").iterdir())) == 1
        step += 1
    assert step > 10
    assert rows(place, "timeseries") == before


@pytest.mark.parametrize("form", KILLED)
def test_an_increment_that_is_killed_anywhere_ends_with_each_day_once(tmp_path, form):
    """At every step readers see the tables of before or those of after; a resume ends in the latter.

    A database and table formats change one table at a time, each from what was before to what is after.
    """
    account, step, seen = Account(2), 0, set()
    kinds = ("experiments", "timeseries")
    place = tmp_path / "place"  # where an Iceberg table was made, it stays
    run(account.client(), place, kinds=kinds, format=form, end_date="2026-01-02")
    copytree(place, tmp_path / "first")
    account.ids.append(3)

    def counted():
        return len(rows(place, "experiments")), len(rows(place, "timeseries"))

    while True:
        rmtree(place)
        copytree(tmp_path / "first", place)
        with dying(step):
            if survives(
                lambda: run(account.client(), place, since_last=True, end_date="2026-01-05")
            ):
                break
        seen.add(counted())
        assert (place / FILE).exists()  # a copy of a plan is there for people at any time
        if plan_of(place).settings.get("round"):
            assert run(account.client(), place, resume=True).ok
            assert counted() == (3, 3 * 3 * 2)
            assert verify(place).ok
            assert not list((place / "_midakit" / "staged").rglob("*.*"))
        step += 1 if step < 30 and form in ("parquet", "csv") else 5 if form == "iceberg" else 3
    assert step > 40
    if form in FILES:
        assert seen == {(2, 2 * 3 * 2), (3, 3 * 3 * 2)}
    assert seen <= {(count, rows * 3 * 2) for count in (2, 3) for rows in (2, 3)}
    assert counted() == (3, 3 * 3 * 2)


def test_finished_calls_are_not_fetched_again(tmp_path):
    """After a kill only what was in flight or waiting for its file is asked a second time."""
    account = Account(20)
    account.die_at = 31
    assert not survives(
        lambda: run(account.client(), tmp_path, limits=Limits(specs=2), concurrency=1, **ASKED)
    )
    account.die_at = None
    done, asked = len(committed(tmp_path)), len(account.reports)
    assert run(account.client(), tmp_path, resume=True).ok
    assert done >= 26
    assert len(account.reports) - asked == 40 - done
