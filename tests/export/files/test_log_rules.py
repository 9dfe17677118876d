"""Which files exist, who may commit, and what is left over: rules without a disk."""

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.export.files.log_rules import (
    STAGED,
    BrokenLog,
    Entry,
    LoggedFile,
    Snapshot,
    WriterFenced,
    epoch_of,
    leftovers,
    parse_entry,
    parse_snapshot,
)
from midakit.export.files.windows import days_of, staying, windows
from midakit.export.plan.spec import Spec
from midakit.export.schemas import arrow, conform
from midakit.mida import calls

IDS = st.frozensets(st.sampled_from([f"{n:016x}" for n in range(9)]), max_size=4)


def entry(version, epoch=1, writer="a", **fields):
    return Entry(
        version=version, epoch=epoch, writer=writer, at="2026-01-01T00:00:00+00:00", **fields
    )


def file(name, specs=(), **fields):
    return LoggedFile(name=name, rows=1, bytes=1, specs=frozenset(specs), **fields)


@st.composite
def histories(draw):
    """Entries that follow each other, and what a set of names makes of them."""
    entries, there, covered = [], {}, set()
    for version in range(1, draw(st.integers(1, 8)) + 1):
        leaves = draw(st.lists(st.sampled_from(sorted(there)), unique=True)) if there else []
        plan = draw(st.sampled_from(["", "", "p1", "p2"]))
        for name in leaves:
            covered -= there.pop(name)
        if plan:
            covered, there = set(), {name: frozenset() for name in there}
        ids = draw(IDS) - covered
        joins = [
            file(f"results/part-{version:05}-x.csv", ids, first="2026-01-01", last="2026-01-02")
        ]
        there[joins[0].name] = ids
        covered |= ids
        entries.append(entry(version, plan=plan, joins=tuple(joins), leaves=tuple(leaves)))
    return entries, there


@given(history=histories())
def test_the_files_that_exist_are_those_that_joined_and_did_not_leave(history):
    """A new plan forgets the calls of the one before, and nothing else."""
    entries, there = history
    found = followed = Snapshot()
    for one in entries:
        assert parse_entry(one.dump()) == one
        followed = followed.apply(one)
        found = parse_snapshot(found.apply(one).dump())
        assert followed == found
        assert followed.ids_of_tables == found.ids_of_tables
    assert {name: one.specs for name, one in found.files.items()} == there
    assert found.covered().get("results", set()) == set().union(*there.values(), set())
    assert found.version == len(entries)


@pytest.mark.parametrize(
    ("epoch", "writer", "fenced"),
    [(3, "b", True), (4, "b", True), (4, "a", False), (5, "b", False)],
)
def test_a_run_is_over_when_a_later_one_has_begun(epoch, writer, fenced):
    """The number decides; of two runs with one number, the one that took it first."""
    there = Snapshot(version=7, epoch=4, writer="a")
    if fenced:
        with pytest.raises(WriterFenced, match="taken over the place"):
            there.apply(entry(8, epoch, writer))
    else:
        assert there.apply(entry(8, epoch, writer)).epoch == epoch


def test_a_log_that_contradicts_itself_is_refused():
    """A gap, a call twice, a file that leaves and was not there."""
    there = Snapshot().apply(entry(1, joins=(file("results/a.csv", ["1"]),)))
    for wrong in (
        entry(3),
        entry(2, joins=(file("results/b.csv", ["1"]),)),
        entry(2, joins=(file("results/a.csv"),)),
        entry(2, joins=(file(f"{STAGED}results/b.csv", ["1"]),)),
        entry(2, leaves=("results/c.csv",)),
    ):
        with pytest.raises(BrokenLog):
            there.apply(wrong)
    there.apply(
        entry(2, joins=(file("timeseries/b.csv", ["1"]),))
    )  # another table's rows of the call
    there.apply(entry(2, joins=(file("results/b.csv", ["1"]),), leaves=("results/a.csv",)))


def test_a_place_stays_whole_until_something_changes():
    """A run that begins and finds nothing to do takes nothing back."""
    whole = Snapshot().apply(entry(1, plan="p", state="whole"))
    assert whole.state == "whole"
    assert whole.apply(entry(2, epoch=2, writer="b")).state == "whole"
    assert whole.apply(entry(2, joins=(file("results/a.csv"),))).state == ""
    assert whole.apply(entry(2, plan="q")).state == ""


@given(
    names=st.lists(
        st.builds(
            "results/part-{:05}-{:016x}.csv".format, st.integers(0, 9), st.integers(0, 2**60)
        ),
        unique=True,
    ),
    epoch=st.integers(1, 9),
    data=st.data(),
)
def test_only_files_of_earlier_runs_are_left_over(names, epoch, data):
    """A run that is over, and does not know it, takes no file of a later run away."""
    live = data.draw(st.sets(st.sampled_from(names))) if names else set()
    there = Snapshot(files={name: file(name) for name in live})
    expected = [one for one in names if int(one[13:18]) < epoch and one not in live]
    assert leftovers(names, there, epoch) == expected


def test_files_without_a_run_in_their_name_are_of_before_the_log():
    """Their names begin with the id of a call, which may be all digits."""
    assert epoch_of("results/part-00003-9f3c.parquet") == 3
    for name in ("part-1234567890123456.csv", "part-1234567890123456-1.csv", "merged-00003.csv"):
        assert epoch_of(f"results/{name}") == 0


BEGIN = date(2026, 1, 1)
ROWS = st.fixed_dictionaries(
    {
        "project": st.just("p"),
        "test_id": st.integers(1, 2),
        "segment": st.sampled_from([None, "m"]),
        "variant_id": st.sampled_from(["0", "1"]),
        "date": st.integers(0, 9).map(lambda n: BEGIN + timedelta(days=n)),
    }
)
READS = st.tuples(
    st.integers(1, 2), st.sampled_from([None, "m"]), st.integers(0, 9), st.integers(0, 9)
)


def read_of(test, segment, first, last):
    context = (
        ("test_id", str(test)),
        *((("segment", segment),) if segment else ()),
        ("window_start", str(BEGIN + timedelta(days=first))),
        ("window_end", str(BEGIN + timedelta(days=last))),
    )
    return Spec(
        kind="timeseries", project="p", call=calls.experiments.timeseries(test), context=context
    )


def table_of(rows):
    schema = pa.schema([(name, arrow("timeseries").field(name).type) for name in
                        ("project", "test_id", "segment", "variant_id", "date")])  # fmt: skip
    return conform("timeseries", pa.Table.from_pylist(rows, schema))


@given(
    old=st.lists(ROWS, max_size=9),
    new=st.lists(ROWS, max_size=4),
    reads=st.lists(READS, max_size=4),
)
def test_exactly_the_windows_that_were_read_are_replaced(old, new, reads):
    """And rows that came again; a day beside the window, another segment and another experiment stay."""

    def leaves(row):
        day = (row["date"] - BEGIN).days
        asked = any(
            (row["test_id"], row["segment"]) == (test, segment) and first <= day <= last
            for test, segment, first, last in reads
        )
        return asked or row in new

    stays = staying(
        "timeseries", table_of(old), table_of(new),
        windows("timeseries", [read_of(*one) for one in reads]),
    )  # fmt: skip
    assert stays.to_pylist() == [not leaves(row) for row in old]


@given(
    rows=st.lists(ROWS, min_size=1, max_size=5), first=st.integers(0, 9), length=st.integers(0, 4)
)
def test_a_file_without_a_day_of_the_window_is_not_opened(rows, first, length):
    """Its entry in the log says its days; one that does not is always looked into."""
    start, end = BEGIN + timedelta(days=first), BEGIN + timedelta(days=first + length)
    days = [row["date"] for row in rows]
    kept = file(
        "timeseries/a.csv",
        **dict(zip(("first", "last"), days_of("timeseries", table_of(rows)), strict=True)),
    )
    assert kept.may_have(str(start), str(end)) == (min(days) <= end and max(days) >= start)
    assert file("timeseries/a.csv").may_have(str(start), str(end))
