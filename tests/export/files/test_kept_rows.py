"""What an increment replaces, and the conditions under which a table format looks for it."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from midakit.export.files.kept_rows import bounds, kept, span
from midakit.export.files.listed_experiments import accounts, relisted
from midakit.export.files.windows import SPAN, in_window, outside, staying, windows
from midakit.export.plan.plan import Plan
from midakit.export.schemas import TABLES, arrow, arrow_types

PLAN = Plan(specs=(), created_at="2026-01-31T00:00:00+00:00")
EARLIER = datetime(2026, 1, 5, tzinfo=UTC)
DAYS = st.integers(0, 12).map(lambda number: date(2026, 1, 1) + timedelta(number))


def rows_of(table):
    """Rows with few values in the columns that decide, null among them."""
    if table == "raw":  # a call has one window, or none
        calls = st.sampled_from([("a", date(2026, 1, 3)), ("b", date(2026, 1, 9)), ("c", None)])
        answers = st.lists(st.tuples(calls, st.integers(0, 2)), max_size=8)
        return answers.map(
            lambda found: pa.Table.from_pylist(
                [{"spec_id": id, "window_end": end, "page": page} for (id, end), page in found],
                arrow(table),
            )
        )
    day = {"timeseries": "date", "results": "window_end", "metrics": "window_end"}.get(table)
    fields = {
        "project": st.sampled_from(["p1", "p'2"]), "test_id": st.integers(1, 3),
        "segment": st.sampled_from([None, "mobile"]), "variant_id": st.sampled_from(["0", "1"]),
        "goal_profile_id": st.integers(1, 2), "event_id": st.integers(1, 3),
    }  # fmt: skip
    chosen = {name: values for name, values in fields.items() if name in TABLES[table]}
    if day is not None:
        chosen[day] = DAYS | st.none()
    return st.lists(st.fixed_dictionaries(chosen), max_size=8).map(
        lambda found: pa.Table.from_pylist(found, arrow(table))
    )


def windows_of(table):
    """Windows that calls have read."""
    from midakit.export.files.windows import SERIES

    if table == "raw":
        return st.just(windows(table, ()))
    types = {name: TABLES[table][name] for name in SERIES[table]}
    schema = pa.schema(
        [(name, arrow_types()[kind]) for name, kind in types.items()]
        + [("start", pa.date32()), ("end", pa.date32())]
    )
    fields = {"project": st.sampled_from(["p1", "p'2"]), "start": DAYS, "end": DAYS}
    if "test_id" in types:
        fields["test_id"] = st.integers(1, 3)

    def labelled(read):
        return {**read, "window_end": read["end"]} if "window_end" in types else read

    return st.lists(st.fixed_dictionaries(fields).map(labelled), max_size=4).map(
        lambda found: pa.Table.from_pylist(found, schema)
    )


def meets(row, where):
    """Whether a row meets conditions; null meets none."""
    asks = {"in": lambda one, many: one in many, ">=": lambda one, least: one >= least,
            "<=": lambda one, most: one <= most}  # fmt: skip
    return all(row[name] is not None and asks[how](row[name], value) for name, how, value in where)


@given(st.sampled_from(["timeseries", "results", "metrics", "goals", "events", "raw"]), st.data())
def test_rows_that_do_not_meet_the_conditions_stay_and_new_ones_meet_them(table, data):
    """So a transaction that replaces what meets them, by what stays of it and what is new, is exact."""
    old, new, read = (
        data.draw(found) for found in (rows_of(table), rows_of(table), windows_of(table))
    )
    if not (new.num_rows or read.num_rows):
        return
    where = bounds(table, new, read)
    assert all(meets(row, where) for row in new.to_pylist())
    inside = pa.Table.from_pylist(
        [row for row in old.to_pylist() if meets(row, where)], arrow(table)
    )
    outside = [row for row in old.to_pylist() if not meets(row, where)]
    by_table = kept(table, old, new, read).to_pylist()
    by_transaction = [*kept(table, inside, new, read).to_pylist(), *outside]
    assert sorted(map(repr, by_transaction)) == sorted(map(repr, by_table))


@given(st.sampled_from(["timeseries", "results", "metrics", "goals", "events"]), st.data())
def test_new_rows_in_a_window_that_was_read_need_not_be_remembered(table, data):
    """What stays is the same without them, and so are the days in which rows are looked for."""
    old, new, read = (
        data.draw(found) for found in (rows_of(table), rows_of(table), windows_of(table))
    )
    needed = outside(table, new, read)
    stays = staying(table, old, new, read)
    assert staying(table, old, needed, read) == stays
    inside = in_window(table, new, read).to_pylist()
    assert needed.num_rows == (new.num_rows if table == "events" else inside.count(False))
    day = SPAN.get(table)
    first, last = span(table, needed, read)
    for row, stay in zip(old.to_pylist(), stays.to_pylist(), strict=True):
        found = day and row[day] and str(row[day])[:10]
        assert stay or not first or not found or first <= found <= last


PROJECTS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True)


@given(
    st.lists(st.tuples(st.integers(1, 4), PROJECTS, st.booleans()), max_size=8),
    st.dictionaries(st.integers(1, 4), PROJECTS, max_size=4),
    st.booleans(),
)
def test_an_account_has_one_row_for_each_experiment_whoever_listed_it(old, new, some):
    """Nothing that was there is lost, what is listed now is not deleted, and the rest is if all asked."""
    tonight = sorted({project for projects in new.values() for project in projects} | {"a"})
    rows, listing = (
        pa.Table.from_pylist(
            [
                {
                    "project": projects[0],
                    "projects": projects,
                    "test_id": test,
                    "list_position": 1,
                    "deleted_at": EARLIER if deleted else None,
                }
                for test, projects, deleted in items
            ],
            arrow("experiments"),
        )
        for items in (old, [(test, projects, False) for test, projects in new.items()])
    )
    read = pa.table({"project": tonight})
    wanted = {"test_ids": [1]} if some else {}
    plan = Plan(specs=(), created_at=PLAN.created_at, settings={"wanted": wanted})
    stay, now = relisted(rows, listing, read, plan)
    account = accounts([projects for _, projects, _ in old] + list(new.values()))
    keys = [
        (account[row["projects"][0]], row["test_id"])
        for row in [*stay.to_pylist(), *now.to_pylist()]
    ]
    assert sorted(keys) == sorted(
        {
            (account[projects[0]], test)
            for test, projects, _ in [*old, *((t, p, 0) for t, p in new.items())]
        }
    )
    before = {}
    for test, projects, _ in old:
        before.setdefault((account[projects[0]], test), set()).update(projects)
    asked = set() if some else set(tonight)
    for row in now.to_pylist():
        left = before.get((account[row["projects"][0]], row["test_id"]), set()) - asked
        listed = {one for test, ones in new.items() if test == row["test_id"] for one in ones
                  if account[one] == account[row["projects"][0]]}  # fmt: skip
        assert set(row["projects"]) == listed | left
        assert row["deleted_at"] is None
    for row in stay.to_pylist():
        there = before[account[row["projects"][0]], row["test_id"]]
        gone = there <= asked
        assert set(row["projects"]) == (there if gone else there - asked)
        live = any(not deleted for test, ones, deleted in old
                   if (account[ones[0]], test) == (account[row["projects"][0]], row["test_id"]))  # fmt: skip
        assert (row["deleted_at"] is not None) == (gone or not live)
        assert (row["list_position"] is None) == gone


def test_projects_that_others_link_are_of_one_account():
    """Two that never list the same experiment have listed others with the same third one."""
    found = accounts([["a", "b"], ["c"], ["b", "d"], ["e", "f"]])
    assert found["a"] == found["b"] == found["d"]
    assert len({found[one] for one in "ace"}) == 3
