"""Exports of several projects of one account, which list the same experiments."""

import json
from shutil import copytree

import pyarrow.parquet as pq
import pytest

from midakit.export import verify
from support.account import CALLS, Account, dying, survives
from support.exports import FORMATS, killed_at, rows, run, table

KINDS = {"kinds": ("experiments", "results")}


class Shared(Account):
    """Projects p1 and p2 list all experiments; each project has the reports of its own ones alone."""

    def __init__(self, count, second=()):
        super().__init__(count)
        self.second = set(second)
        self.unlisted = {}
        """project -> experiments that it does not list"""

    def _answer(self, path, query):
        project = path[path.index("project") + 1]
        if path[-1] == "experiments":
            status, body = super()._answer(path, query)
            hidden = self.unlisted.get(project, ())
            found = [one for one in body["experiments"] if one["test_id"] not in hidden]
            return status, {**body, "experiments": found, "count": len(found)}
        if "experiment" in path:
            owner = "p2" if int(path[-2]) in self.second else "p1"
            if owner != project:
                return 404, {"success": False, "error": "of another project"}
        return super()._answer(path, query)


def listed(place):
    """test_id -> (project, projects, whether deleted); every experiment has one row."""
    found = table(place, "experiments").to_pylist()
    by_id = {
        row["test_id"]: (row["project"], row["projects"], bool(row["deleted_at"])) for row in found
    }
    assert len(by_id) == len(found)
    return by_id


@pytest.mark.parametrize("form", FORMATS)
def test_an_experiment_of_two_projects_has_one_row_that_names_both(tmp_path, form):
    """After the first export, a resume and an increment; what left the listing keeps its row."""
    account, asked = Shared(3, second=[2]), {**KINDS, "format": form, "projects": ["p1", "p2"]}
    assert run(account.client(), tmp_path, end_date="2026-01-05", **asked).ok
    both = ("p1", ["p1", "p2"])
    assert listed(tmp_path) == dict.fromkeys((1, 2, 3), (*both, False))
    assert run(account.client(), tmp_path, resume=True, projects=["p1", "p2"]).fetched == 0
    account.ids = [1, 3, 4]
    asked = {"since_last": True, "projects": ["p1", "p2"]}
    assert run(account.client(), tmp_path, end_date="2026-01-06", **asked).ok
    there = (*both, False)
    assert listed(tmp_path) == {1: there, 2: (*both, True), 3: there, 4: there}
    found = {(row["test_id"], row["project"]) for row in table(tmp_path, "results").to_pylist()}
    assert found == {(1, "p1"), (2, "p2"), (3, "p1"), (4, "p1")}
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", ["parquet", "duckdb"])
def test_projects_of_a_night_join_those_of_before(tmp_path, form):
    """Whichever projects a night lists, an experiment stays one row, and leaves when nobody lists it."""
    account = Shared(2)
    kinds = {"kinds": ("experiments",), "since_last": True}
    run(account.client(), tmp_path, format=form, projects=["p1"], end_date="2026-01-05", **kinds)
    assert listed(tmp_path) == dict.fromkeys((1, 2), ("p1", ["p1"], False))
    run(account.client(), tmp_path, projects=["p2", "p1"], end_date="2026-01-06", **kinds)
    assert listed(tmp_path) == dict.fromkeys((1, 2), ("p2", ["p2", "p1"], False))
    account.unlisted = {"p2": {2}}
    run(account.client(), tmp_path, projects=["p2"], end_date="2026-01-07", **kinds)
    assert listed(tmp_path) == {1: ("p2", ["p2", "p1"], False), 2: ("p2", ["p1"], False)}
    account.unlisted = {"p1": {2}}
    run(account.client(), tmp_path, projects=["p1"], end_date="2026-01-08", **kinds)
    assert listed(tmp_path)[2] == ("p2", ["p1"], True)


def test_projects_that_list_different_experiments_are_told_apart(tmp_path):
    """An account may show a project less than all."""
    account = Shared(3)
    account.unlisted = {"p1": {3}, "p2": {1}}
    run(account.client(), tmp_path, projects=["p1", "p2"], end_date="2026-01-05", **KINDS)
    found = {test: projects for test, (_, projects, _) in listed(tmp_path).items()}
    assert found == {1: ["p1"], 2: ["p1", "p2"], 3: ["p2"]}


def test_accounts_with_the_same_ids_keep_a_row_each(tmp_path):
    """Experiment 1 of another account is another experiment: its listing names another company."""
    account = Account(2)
    genuine = account._answer

    def answer(path, query):
        status, body = genuine(path, query)
        return status, {**body, "company_id": int(path[path.index("project") + 1][1:])}

    account._answer = answer
    asked = {"kinds": ("experiments",), "projects": ["p1", "p2"], "since_last": True}
    for day in ("05", "06"):
        run(account.client(), tmp_path, end_date=f"2026-01-{day}", **asked)
    found = [json.loads(row) for row in rows(tmp_path, "experiments")]
    assert sorted((row["company_id"], row["project"], row["test_id"]) for row in found) == [
        ("1", "p1", "1"), ("1", "p1", "2"), ("2", "p2", "1"), ("2", "p2", "2"),
    ]  # fmt: skip


@pytest.mark.parametrize("form", ["parquet", "csv", "duckdb"])
def test_a_place_with_a_row_for_each_project_is_taken_over(tmp_path, form, monkeypatch):
    """As earlier versions wrote it: the next night makes one row of two."""
    from midakit.export import schemas
    from midakit.export.plan import planner

    account = Shared(3)
    with monkeypatch.context() as patched:
        columns = {name: kind for name, kind in schemas.EXPERIMENTS.items() if name != "projects"}
        patched.setitem(schemas.TABLES, "experiments", columns)
        patched.setattr(planner, "listing_specs", one_for_each_project)
        schemas.arrow.cache_clear()
        run(
            account.client(),
            tmp_path,
            format=form,
            projects=["p1", "p2"],
            end_date="2026-01-05",
            **KINDS,
        )
    schemas.arrow.cache_clear()
    found = table(tmp_path, "experiments").to_pylist()
    assert [row["projects"] for row in found] == [None] * 6
    account.ids = [1, 2]
    assert run(
        account.client(), tmp_path, projects=["p1", "p2"], since_last=True, end_date="2026-01-06"
    ).ok
    both = ("p1", ["p1", "p2"])
    assert listed(tmp_path) == {1: (*both, False), 2: (*both, False), 3: (*both, True)}
    assert verify(tmp_path).ok


def one_for_each_project(listings, limit):
    from midakit.export.plan.listings import listing_specs

    found = {}
    for one in listings:
        [spec] = listing_specs([one], limit).values()
        found[one.project] = spec
    return found


def test_in_folders_by_project_a_row_moves_with_its_project(tmp_path):
    """Its folder is that of the first project that was named; no row is in two folders."""
    account = Shared(2)
    asked = {"kinds": ("experiments",), "since_last": True}
    run(
        account.client(),
        tmp_path,
        projects=["p1"],
        partition_by="project",
        end_date="2026-01-05",
        **asked,
    )
    account.ids = [2, 3]
    run(account.client(), tmp_path, projects=["p2", "p1"], end_date="2026-01-06", **asked)
    both = ["p2", "p1"]
    assert listed(tmp_path) == {
        1: ("p1", ["p1"], True), 2: ("p2", both, False), 3: ("p2", both, False),
    }  # fmt: skip
    for project, count in (("p1", 1), ("p2", 2)):
        [file] = (tmp_path / "experiments" / f"project={project}").glob("*.parquet")
        assert pq.read_metadata(file).num_rows == count
    assert verify(tmp_path).ok


@killed_at("parquet", "duckdb", most="")
def test_a_kill_at_every_step_of_a_night_leaves_one_row_for_each(tmp_path, form, steps):
    """Readers see the listing of before or that of after. Only what DuckDB does differs from other formats."""
    account, asked = (
        Shared(2),
        {"kinds": ("experiments",), "projects": ["p1", "p2"], "since_last": True},
    )
    run(account.client(), tmp_path / "first", format=form, end_date="2026-01-05", **asked)
    account.ids, both = [2, 3], ("p1", ["p1", "p2"])

    def night(place):
        return run(account.client(), place, end_date="2026-01-06", **asked)

    calm = copytree(tmp_path / "first", tmp_path / "calm")
    with dying(None) as taken:
        night(calm)
    own = [kind for kind in taken if form != "duckdb" or not kind.startswith(CALLS)]
    for number, step in enumerate(steps(own)):
        place = copytree(tmp_path / "first", tmp_path / f"{number}")
        with dying(step):
            assert not survives(lambda: night(place)), step  # noqa: B023
        assert set(listed(place)) in ({1, 2}, {1, 2, 3}), step
        assert night(place).ok, step
        assert listed(place) == {1: (*both, True), 2: (*both, False), 3: (*both, False)}, step
        assert verify(place).ok, step
