"""What a plan settles, and that it is frozen."""

import asyncio
import gzip
import json
import pickle
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit import ConfigurationError, F, InvalidRequest
from midakit.export import ExportRequest, Plan, Spec, make_plan
from midakit.export.api import export
from midakit.export.plan.plan import FILE, parse
from midakit.export.plan.request import rendered
from midakit.mida import calls
from support.account import Account
from support.exports import plan_of, rows, run

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-06-30"}


def planned(accounts, **wanted):
    async def main():
        async with AsyncExitStack() as stack:
            clients = {}
            for key, account in accounts.items():
                client = await stack.enter_async_context(account.client())
                clients[key] = client.project(key)
            return (await make_plan(clients, ExportRequest(**wanted)))[0]

    return asyncio.run(main())


def test_every_call_says_both_days_and_all_it_was_asked_for():
    """Nothing is left to "today": each experiment from its first day, both ends in the call."""
    made = planned(
        {"p": Account(2)}, segments={"m": F.device == "mobile"}, goals=("buy", 7),
        breakdowns=("country",), filter_by=["desktop"], tz=2, **ASKED,
    )  # fmt: skip
    assert len(made.specs) == 2 * (
        2 * 2 * 2 + 2 * 2
    )  # segments, goals, breakdowns; timeseries has none
    for spec in made.specs:
        query = dict(spec.call.query)
        assert (query["start_date"], query["end_date"]) == ("2026-01-01", "2026-06-30")
        assert query["tz"] == "2"
        assert ("custom_filter" in query) == (spec.label().get("segment") == "m")
        assert query.get("goal_key") == "buy" or query["goal_profile_id"] == "7"
    assert len({spec.id for spec in made.specs}) == len(made.specs)


def test_ids_are_numbers_or_their_text():
    """As everywhere else; a text of another kind was an export of nothing, with exit code 0."""
    for same in ([2], ["2"], {2: ""}, iter([2])):
        made = planned({"p": Account(3)}, test_ids=same, goals=[7], **ASKED)
        assert {spec.label()["test_id"] for spec in made.specs} == {"2"}
        assert made.settings["wanted"]["test_ids"] == [2]


def test_an_empty_list_of_experiments_is_none_of_them(tmp_path):
    """As a script's own filter may leave none; what is wanted stays so in the next increment."""
    account = Account(3)
    assert run(account.client(), tmp_path, test_ids=[], since_last=True, **ASKED).ok
    assert run(account.client(), tmp_path, since_last=True).ok
    assert account.reports == []


def test_an_experiment_that_no_project_lists_is_told():
    """A slip of the hand is not an export without a word."""
    made = planned({"p": Account(3)}, test_ids=[2, 22], **ASKED)
    assert made.settings["warnings"] == ["no listing has these experiments: 22"]
    assert "warnings" not in planned({"p": Account(3)}, test_ids=[2], **ASKED).settings


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("test_ids", {"test_ids": ["abc"]}),
        ("test_ids", {"test_ids": 2}),
        ("test_ids", {"test_ids": "22"}),
        ("test_ids", {"test_ids": [True]}),
        ("goals", {"goals": "buy"}),
        ("goals", {"goals": [5.0]}),
        ("kinds", {"kinds": "results"}),
        ("breakdowns", {"breakdowns": "country"}),
        ("segments", {"segments": {1: "device == mobile"}}),
        ("segments: must be segments by name", {"segments": ["device == mobile"]}),
        ("projects", {"projects": "p1"}),
        ("projects", {"projects": []}),
        ("lookback", {"lookback": "7"}),
        ("lookback: -1 is not a whole number from 0 up", {"lookback": -1}),
        ("lookback: None is not a whole number from 0 up", {"lookback": None}),
        ("concurrency", {"concurrency": "4"}),
        ("concurrency", {"concurrency": -1}),
        ("concurrency: 0 is not a whole number from 1 up", {"concurrency": 0}),
        ("rps", {"rps": 0}),
        ("segments: a name holds half", {"segments": {"\ud83d": None}}),
        ("limits: must be Limits", {"limits": {"rows": 5}}),
        ("on_progress: must be a function", {"on_progress": 5}),
        ("on_progress: must be a function", {"on_progress": [print, "print"]}),
    ],
)
def test_an_option_of_the_wrong_kind_is_refused_by_name(tmp_path, field, wanted):
    """Before anything is sent, and before there is a folder."""
    account = Account(2)
    with pytest.raises((InvalidRequest, ConfigurationError), match=field):
        run(account.client(), tmp_path / "out", **{**ASKED, "since_last": True, **wanted})
    assert not account.seen
    assert not (tmp_path / "out").exists()


def test_a_look_back_may_be_longer_than_the_calendar(tmp_path):
    """Who wants whole series every night says a large number."""
    asked = {"since_last": True, "lookback": 10**12, **ASKED}
    assert run(Account(1).client(), tmp_path, **asked).ok
    assert run(Account(1).client(), tmp_path, **asked).ok


def test_ids_are_the_same_in_every_process():
    """A plan made again, elsewhere, of the same things is the same plan."""
    made = planned({"p": Account(3)}, **ASKED)
    code = (
        "import sys; sys.path[:0] = sys.argv[1:]\n"
        "from export.plan.test_planning import ASKED, Account, planned\n"
        "print(planned({'p': Account(3)}, **ASKED).id)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(Path(__file__).parents[2]), *filter(None, sys.path)], capture_output=True, text=True, check=True
    )  # fmt: skip
    assert done.stdout.strip() == made.id
    copy = pickle.loads(pickle.dumps(made))
    assert copy == made
    assert copy.id == made.id


words = st.text(max_size=8)
specs = st.builds(
    lambda kind, project, number, segment, paged, rows: Spec(
        kind=kind, project=project, call=calls.experiments.result(number), paged=paged, rows=rows,
        context=(("segment", segment),),
    ),
    st.sampled_from(["results", "events"]), words, st.integers(1, 99), words, st.booleans(),
    st.none() | words,
)  # fmt: skip


@settings(max_examples=40)
@given(st.lists(specs, max_size=5))
def test_a_plan_is_read_back_as_it_was_written(found):
    """Whatever the names hold."""
    made = Plan(specs=tuple(found), created_at="now", settings={"end_date": "2026-01-01"})
    again = parse(list(made.lines()))
    assert again.id == made.id
    assert [spec.id for spec in again.specs] == [spec.id for spec in made.specs]
    assert [(spec.kind, spec.project, spec.context, spec.rows) for spec in again.specs] == [
        (spec.kind, spec.project, spec.context, spec.rows) for spec in made.specs
    ]


@pytest.mark.parametrize(
    "harm",
    [
        lambda text: text[:-30],
        lambda text: "".join(text.splitlines(keepends=True)[:-1]),
        lambda text: text.replace('"2026-06-30"', '"2026-07-30"', 2),
        lambda text: "{}\n",
        lambda text: "",
    ],
)
def test_a_damaged_plan_is_an_error_and_not_a_smaller_export(tmp_path, harm):
    """Cut short, edited, emptied: a resume says so."""
    run(Account(3).client(), tmp_path, **ASKED)
    [path] = (tmp_path / "_plans").iterdir()
    path.write_bytes(gzip.compress(harm(gzip.decompress(path.read_bytes()).decode()).encode()))
    with pytest.raises(ConfigurationError, match="plan"):
        run(Account(3).client(), tmp_path, resume=True)


@pytest.mark.parametrize("harm", [lambda data: data[:-30], lambda data: b"", lambda data: b"odd"])
def test_a_plan_that_cannot_be_unpacked_is_an_error(tmp_path, harm):
    """Also when its copy for people is whole: it is not known that they are the same."""
    run(Account(3).client(), tmp_path, **ASKED)
    [path] = (tmp_path / "_plans").iterdir()
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(ConfigurationError, match="plan"):
        run(Account(3).client(), tmp_path, resume=True)


def test_a_plan_holds_no_key_and_a_resume_lists_nothing(tmp_path):
    """Who is new since is not in it; who was deleted is reported as absent."""
    account = Account(4)
    account.die_at = 6
    with pytest.raises(BaseException):  # noqa: B017  # whatever a kill looks like
        run(account.client(), tmp_path, concurrency=1, **ASKED)
    account.die_at = None
    account.ids.append(99)
    account.seen.clear()
    assert run(account.client(), tmp_path, resume=True).ok
    assert not [path for path in account.seen if path.endswith("/experiments")]
    assert {number for number, _ in account.reports} <= {1, 2, 3, 4}
    assert {spec.label()["test_id"] for spec in plan_of(tmp_path).specs} == set("1234")


def test_segments_as_text_make_the_plan_that_expressions_make():
    """What a command line takes, a program takes too; JSON text of the API's lists goes on."""
    where = (F.device == "mobile") & F.country.in_("US", "CA")
    plans = [
        planned({"p": Account(2)}, segments={"m": one}, **ASKED)
        for one in (where, "device == mobile & country in (US, CA)", json.dumps(rendered(where)))
    ]
    assert len({one.id for one in plans}) == 1
    assert len({json.dumps(one.settings) for one in plans}) == 1


def test_several_projects_go_in_turn_each_by_its_own_client(tmp_path):
    """Their rows are told apart by a column; without a client for one of them nothing begins."""
    one, two = Account(2), Account(5)
    made = planned({"north": one, "south": two}, kinds=("results",), end_date="2026-06-30")
    assert [spec.project for spec in made.specs[:4]] == ["north", "south", "north", "south"]

    async def main():
        async with one.client() as north, two.client() as south:
            projects = {"north": north, "south": south}
            return await export(north, tmp_path, projects=projects, **ASKED)

    assert asyncio.run(main()).ok
    found = [json.loads(row) for row in rows(tmp_path, "results")]
    counts = {
        key: len([row for row in found if row["project"] == key]) for key in ("north", "south")
    }
    assert counts == {"north": 4, "south": 10}
    assert all("/project/north/" in path for path in one.seen)
    assert all("/project/south/" in path for path in two.seen)
    with pytest.raises(ConfigurationError, match="no client for the project"):
        run(one.client(), tmp_path, resume=True)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"kinds": ("result",)}, "'result' is not one of: experiments"),
        ({"segments": {"": None}}, "a segment needs a name"),
        ({"segments": {"m": "nosuch == 1"}}, "segment 'm': column 1: unknown field 'nosuch'"),
        ({"segments": {"m": "device == mobile &"}}, "segment 'm': column 19: a field is missing"),
        ({"segments": {"m": "[[oops"}}, "segment 'm': is text that is not JSON"),
        (
            {"segments": {"m": "event.price > 5"}},
            "segment 'm': 'event.price > 5' is a condition on events",
        ),
        ({"start_date": "2026-07-01"}, "is after end_date"),
        ({"start_date": "1.7.2026"}, "is not a day: YYYY-MM-DD"),
        ({"segments": {"few": F.uuid.in_(*(f"{n:060d}" for n in range(150)))}}, "characters long"),
        ({"format": "xlsx"}, "'xlsx' is not one of: parquet"),
        ({"partition_by": "name"}, "'name' is not one of: project"),
        ({"format": "duckdb", "partition_by": "segment"}, "has no partitions"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_fetched_or_written(tmp_path, wanted, words):
    """In the user's words; the folder stays free for a better request."""
    account = Account(2)
    with pytest.raises((InvalidRequest, ConfigurationError), match=words):
        run(account.client(), tmp_path, **{**ASKED, **wanted})
    assert account.reports == []
    assert not (tmp_path / FILE).exists()
    assert run(account.client(), tmp_path, **ASKED).ok


def test_a_place_keeps_its_plan_and_its_format(tmp_path):
    """Another request, another format: refused with both named; what was begun goes on."""
    account = Account(2)
    assert run(account.client(), tmp_path, format="csv", **ASKED).ok
    with pytest.raises(ConfigurationError, match="begun with 'csv' and not 'parquet'"):
        run(account.client(), tmp_path, resume=True, format="parquet")
    with pytest.raises(ConfigurationError, match="holds another export"):
        run(account.client(), tmp_path, kinds=("results",), end_date="2026-06-30")
    with pytest.raises(ConfigurationError, match="leave out the options about what to export"):
        run(account.client(), tmp_path, resume=True, kinds=("results",))
    with pytest.raises(ConfigurationError, match="has no export to resume"):
        run(account.client(), tmp_path / "other", resume=True)
    assert not (tmp_path / "other").exists()
    assert (
        run(account.client(), tmp_path, **ASKED).fetched == 0
    )  # the same request is the same export


def test_a_folder_says_nothing_about_a_column_that_differs_from_row_to_row(tmp_path):
    """A listing of all experiments is of no experiment: readers took its folder for a null in each row."""
    import duckdb
    from pyarrow.dataset import dataset

    account, kinds = Account(3), {"kinds": ("experiments", "results")}
    for day in ("05", "06"):
        run(account.client(), tmp_path, partition_by="test_id", since_last=True,
            end_date=f"2026-01-{day}", **kinds)  # fmt: skip
        listed = dataset(tmp_path / "experiments", partitioning="hive").to_table()
        assert sorted(listed["test_id"].to_pylist()) == [1, 2, 3]
        with duckdb.connect() as db:
            found = db.sql(f"select test_id from '{tmp_path}/experiments/**/*.parquet'").fetchall()
        assert sorted(found) == [(1,), (2,), (3,)]
    assert {path.name for path in (tmp_path / "results").iterdir()} == {
        "test_id=1", "test_id=2", "test_id=3",
    }  # fmt: skip


def test_partitions_are_folders_that_readers_know(tmp_path):
    """`segment=mobile/` and so on, "everyone" as null; each file covers whole calls."""
    import duckdb
    from pyarrow.dataset import dataset

    named = {"mobile": F.device == "mobile", "a b/c.": F.device == "desktop"}
    report = run(Account(3).client(), tmp_path, segments=named, partition_by="segment", **ASKED)
    assert report.ok
    folders = {path.name for path in (tmp_path / "results").iterdir()}
    assert folders == {
        "segment=__HIVE_DEFAULT_PARTITION__",
        "segment=mobile",
        "segment=a%20b%2Fc%2E",
    }
    with duckdb.connect() as db:
        found = db.sql(
            f"select count(*) from read_parquet('{tmp_path}/results/**/*.parquet', hive_partitioning=true)"
        ).fetchall()
        everyone = db.sql(
            f"select count(*) from read_parquet('{tmp_path}/results/**/*.parquet', hive_partitioning=true) "
            "where segment is null"
        ).fetchall()
    assert found == [(3 * 3 * 2,)]
    old = int(duckdb.__version__.split(".")[0]) < 2  # DuckDB 1 takes the name for a text
    assert everyone == [(0 if old else 3 * 2,)]
    read = dataset(tmp_path / "results", partitioning="hive").to_table(columns=["segment"])
    assert sorted(read["segment"].to_pylist(), key=str) == 6 * [None] + 6 * ["a b/c."] + 6 * [
        "mobile"
    ]
