"""What is created belongs to the file that it was created for, and to no other."""

import pytest

from midakit import Mida, NotAcceptable
from midakit.ascode._sync.applying import Steps
from midakit.ascode.known_ids import KnownFile
from midakit.ascode.plan import PlanStep
from midakit.testing.routes import Routes


@pytest.fixture
def routes():
    return Routes()


@pytest.fixture
def steps(routes):
    known = {"group": {"old": KnownFile(42)}, "goal": {"old": KnownFile(7)},
             "experiment": {"a": KnownFile(1), "b": KnownFile(2)}}  # fmt: skip
    with Mida("key", project_key="P", region="us", transport=routes) as mida:
        yield Steps(mida, "P", known)


def groups(*ids):
    return {"success": True, "groups": [{"id": one, "name": "G", "tests": []} for one in ids]}


def test_a_second_group_of_one_name_is_made_and_not_taken_for_the_first(steps, routes):
    routes.on("list_exclusion_groups").respond(groups(42), groups(42, 43))
    made = routes.on("create_exclusion_group").respond({"success": True})
    steps.send(PlanStep("create", "group", "new", fields={"name": "G", "tests": ["a", "b"]}))
    assert (len(made.calls), steps.known["group"]["new"].id) == (1, 43)


def test_a_goal_of_another_file_is_not_taken_for_one_that_is_to_be_created(steps, routes):
    fields = {"goal_key": "k", "goal_name": "N", "goal_type": "event", "goal_value": "n"}
    routes.on("create_goal").respond(406)
    routes.on("list_goals").respond({"goals": [{"goal_profile_id": 7, "goal_key": "k"}]})
    with pytest.raises(NotAcceptable):
        steps.send(PlanStep("create", "goal", "new", fields=fields))
    del steps.known["goal"]["old"]  # nobody's: a run that was killed has made it
    steps.send(PlanStep("create", "goal", "new", fields=fields))
    assert steps.known["goal"]["new"].id == 7
