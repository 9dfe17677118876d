"""A kill at any step: what is committed stays, once, and a resume ends in the rows of a calm run.

Steps of each kind are tried: the first, one in the middle and the last. `nox -s soak` tries them all.
"""

from shutil import copytree, rmtree

from midakit.export.files.buffer import Limits
from midakit.export.files.compact import compact
from midakit.export.files.verify import verify
from midakit.export.plan.plan import FILE
from support.account import Account, dying, survives
from support.exports import (
    FILES,
    FORMATS,
    KILLED_AT,
    all_rows,
    committed,
    killed_at,
    plan_of,
    rows,
    run,
    tables,
)

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
ONE = {**ASKED, "kinds": ("timeseries",)}


def go_on(account, place, **first):
    """Resume, or begin where no plan was frozen."""
    wanted = {"resume": True} if (place / FILE).exists() else {**ONE, **first}
    return run(account.client(), place, limits=Limits(specs=2), concurrency=2, **wanted)


@killed_at(*FORMATS)
def test_a_kill_at_every_step_of_a_run_loses_and_doubles_nothing(tmp_path, form, steps):
    """Whatever step to the disk is the last one: ids are committed once, the resume ends whole."""
    account, calm = Account(4), tmp_path / "calm"
    with dying(None, form) as taken:
        go_on(account, calm, format=form)
    whole = rows(calm, "timeseries")
    for number, step in enumerate(steps(taken)):
        place = tmp_path / f"{number}"
        with dying(step, form):
            assert not survives(lambda: go_on(account, place, format=form)), step  # noqa: B023
        if (place / FILE).exists():
            assert set(committed(place).values()) <= {1}, step
        assert go_on(account, place, format=form).ok, step
        assert rows(place, "timeseries") == whole, step
        assert verify(place).ok, step
        assert not list(place.rglob(".*.tmp")), step


@KILLED_AT
def test_a_kill_at_every_step_of_a_compaction_loses_and_doubles_nothing(tmp_path, steps):
    """Both the merged file and the ones it replaces may be there: whoever writes next tidies up."""
    account, many = Account(3), tmp_path / "many"
    run(account.client(), many, limits=Limits(specs=1), concurrency=1, **ASKED)
    before = all_rows(many, ASKED["kinds"])
    calm = copytree(many, tmp_path / "calm")
    with dying(None) as taken:
        compact(calm)
    for number, step in enumerate(steps(taken)):
        place = copytree(many, tmp_path / f"{number}")
        with dying(step):
            assert not survives(lambda: compact(place)), step  # noqa: B023
        assert run(account.client(), place, resume=True).ok, step
        assert all_rows(place, ASKED["kinds"]) == before, step
        assert verify(place).ok, step
        compact(place)
        assert all_rows(place, ASKED["kinds"]) == before, step
        assert len(list((place / "timeseries").iterdir())) == 1, step
    assert all_rows(calm, ASKED["kinds"]) == before


@killed_at(*FORMATS)
def test_an_increment_that_is_killed_anywhere_ends_with_each_day_once(tmp_path, form, steps):
    """At every step readers see the tables of before or those of after; a resume ends in the latter.

    A database and table formats change one table at a time, each from what was before to what is after.
    """
    account, seen = Account(2), set()
    kinds = ("experiments", "timeseries")
    place = tmp_path / "place"  # where an Iceberg table was made, it stays
    run(account.client(), place, kinds=kinds, format=form, end_date="2026-01-02")
    copytree(place, tmp_path / "first")
    account.ids.append(3)

    def night():
        return run(account.client(), place, since_last=True, end_date="2026-01-05")

    def counted():
        return tuple(map(len, tables(place, *kinds).values()))

    with dying(None, form) as taken:
        assert night().ok
    assert counted() == (3, 3 * 3 * 2)
    for step in steps(taken):
        rmtree(place)
        copytree(tmp_path / "first", place)
        with dying(step, form):
            assert not survives(night), step
        seen.add(counted())
        assert (place / FILE).exists()  # a copy of a plan is there for people at any time
        if plan_of(place).settings.get("round"):
            assert run(account.client(), place, resume=True).ok, step
            assert counted() == (3, 3 * 3 * 2), step
            assert verify(place).ok, step
            assert not list((place / "_midakit" / "staged").rglob("*.*")), step
    if form in FILES:
        assert seen == {(2, 2 * 3 * 2), (3, 3 * 3 * 2)}
    assert seen <= {(count, rows * 3 * 2) for count in (2, 3) for rows in (2, 3)}


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
