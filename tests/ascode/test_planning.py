"""What a plan contains, in which order, and what it refuses."""

import attrs
import pytest

from midakit import InvalidRequest
from midakit.ascode.copies import whole_project
from midakit.ascode.known_ids import KnownFile
from midakit.ascode.live import LiveExperiment, LiveGroup, LiveProject
from midakit.ascode.planning import make_plan
from midakit.ascode.showing import counted, drift_lines, markdown, plan_lines

GOAL = {"goal_key": "buy", "goal_name": "Buy", "goal_type": "event", "goal_value": "buy"}
EXPERIMENT = {
    "test_name": "A", "status": "live", "url": "https://a.example/", "primary_goal_key": "buy",
    "variants": [{"nickname": "Red"}], "configuration": {"traffic_allocation": 100},
}  # fmt: skip
LIVE = LiveProject(
    "P", {7: GOAL}, {1: LiveExperiment(EXPERIMENT, is_live=True, goal_id=7)},
    {3: LiveGroup({"name": "G"}, ((1, 50.0), (2, 50.0)))}, {"confidence_level": 95},
)  # fmt: skip
LIVE = attrs.evolve(LIVE, experiments={**LIVE.experiments, 2: LiveExperiment(
    {**EXPERIMENT, "test_name": "B", "status": "draft"}, is_live=False)})  # fmt: skip
FILES = {
    "goal": {"buy": GOAL},
    "experiment": {"a": EXPERIMENT, "b": {**EXPERIMENT, "test_name": "B", "status": "draft"}},
    "group": {"g": {"name": "G", "tests": ["a", "b"]}},
    "project": {"project": {"confidence_level": 95}},
}


def changed(kind, name, **fields):
    return {**FILES, kind: {**FILES[kind], name: {**FILES[kind].get(name, {}), **fields}}}


def without(kind, name):
    return {**FILES, kind: {key: one for key, one in FILES[kind].items() if key != name}}


def steps(files, known=None, live=LIVE):
    return [(one.action, one.kind, one.name) for one in make_plan(files, live, known or {}).steps]


def only(files, known=None, live=LIVE):
    (step,) = make_plan(files, live, known or {}).steps
    return step


def test_files_and_server_that_agree_need_nothing():
    plan = make_plan(FILES, LIVE, {})
    assert (plan.steps, plan.unmanaged, bool(plan)) == ((), (), False)
    assert plan.ids == {"goal": {"buy": 7}, "experiment": {"a": 1, "b": 2}, "group": {"g": 3}}


def test_everything_that_is_missing_is_created_in_the_order_of_references():
    empty = LiveProject("P", defaults={"confidence_level": 90})
    assert steps(FILES, live=empty) == [
        ("create", "goal", "buy"), ("update", "project", "project"), ("create", "experiment", "a"),
        ("create", "experiment", "b"), ("create", "group", "g"), ("start", "experiment", "a"),
    ]  # fmt: skip
    made = make_plan(FILES, empty, {}).steps[2]
    assert "status" not in made.fields


@pytest.mark.parametrize(
    ("fields", "danger"),
    [
        ({"variants": [{"nickname": "Blue"}]}, "variants[0].nickname"),
        ({"targeting": {"device_rule": ["mobile"]}}, "targeting.device_rule"),
        ({"configuration": {"traffic_allocation": 99}}, "configuration.traffic_allocation"),
        ({"url": "https://b.example/"}, "url"),
        ({"custom_js": "x()"}, "custom_js"),
        ({"control": {"customCSS": "p{}"}}, "control.customCSS"),
        ({"test_name": "Z"}, None),
        ({"configuration": {"confidence_interval": 90}}, None),
    ],
)
def test_what_visitors_of_a_live_test_would_notice_is_dangerous(fields, danger):
    known = {"experiment": {"a": KnownFile(1), "b": KnownFile(2)}}
    step = only(changed("experiment", "a", **fields), known)
    assert step.danger == (danger and f"changes {danger} of a live experiment")
    assert only(changed("experiment", "b", **fields), known).danger is None


def test_a_setting_is_sent_with_its_neighbours_whether_the_server_merges_or_not():
    files = changed("experiment", "b", configuration={"bayesian": 0},
                    targeting={"device_rule": ["mobile"]})  # fmt: skip
    step = only(files)
    assert step.fields == {
        "configuration": {"traffic_allocation": 100, "bayesian": 0},
        "targeting": {"device_rule": ["mobile"]},
    }


def test_what_is_taken_out_of_targeting_is_sent_as_empty():
    mobile = {**EXPERIMENT, "status": "draft", "targeting": {"device_rule": ["mobile"]}}
    live = attrs.evolve(LIVE, experiments={1: LiveExperiment(mobile, is_live=False)})
    files = {"experiment": {"a": {**EXPERIMENT, "status": "draft"}}}
    assert only(files, live=live).fields == {"targeting": {"device_rule": []}}


@pytest.mark.parametrize(
    ("before", "after", "actions"),
    [
        ("draft", "live", ["start"]), ("inactive", "live", ["start"]), ("live", "inactive", ["stop"]),
        ("live", "draft", ["stop", "to_draft"]), ("inactive", "draft", ["to_draft"]),
        ("draft", "inactive", ["stop"]), ("live", "live", []),
    ],
)  # fmt: skip
def test_the_way_from_one_status_to_another(before, after, actions):
    document = {**EXPERIMENT, "status": before}
    live = LiveProject("P", {7: GOAL}, {1: LiveExperiment(document, is_live=before == "live")})
    plan = make_plan({"experiment": {"a": {**EXPERIMENT, "status": after}}}, live, {})
    assert [one.action for one in plan.steps] == actions
    assert [bool(one.danger) for one in plan.steps] == [
        one == "stop" and before == "live" for one in actions
    ]


@pytest.mark.parametrize("field", ["page_urls", "secondary_goal_keys"])
def test_what_the_api_takes_at_creation_only_cannot_be_changed(field):
    files = changed("experiment", "a", **{field: ["x"]})
    assert steps(files) == []  # nothing was ever sent from this file: it may be as it was created
    step = only(files, {"experiment": {"a": KnownFile(1, {field: "another"})}})
    assert step.blocked == (
        f"the API cannot change {field} of an experiment; put it back, or create a new experiment"
    )


def test_another_goal_cannot_be_given_to_an_experiment():
    files = changed("goal", "sell", **{**GOAL, "goal_key": "sell"})
    files["experiment"] = {**FILES["experiment"], "a": {**EXPERIMENT, "primary_goal_key": "sell"}}
    blocked = [one.blocked for one in make_plan(files, LIVE, {}).steps]
    assert blocked[0] is None
    assert "cannot change primary_goal_key" in blocked[1]


def test_a_goal_that_is_spelled_out_is_the_one_that_is_there():
    spelled = {name: GOAL[name] for name in ("goal_name", "goal_type", "goal_value")}
    document = {key: one for key, one in EXPERIMENT.items() if key != "primary_goal_key"}
    files = {"experiment": {"a": {**document, "primary_goal": spelled}}}
    assert steps(files) == []
    files["experiment"]["a"]["primary_goal"] = {**spelled, "goal_value": "other"}
    assert only(files).blocked


def test_a_goal_of_a_live_test_is_dangerous_to_change_but_not_to_rename():
    assert only(changed("goal", "buy", goal_value="bought")).danger == (
        "changes what counts for the live experiment 'A'"
    )
    assert only(changed("goal", "buy", goal_name="Bought")).danger is None
    other = attrs.evolve(LIVE, experiments={2: LIVE.experiments[2]})
    files = {"goal": {"buy": {**GOAL, "goal_value": "bought"}}}
    assert only(files, live=other).danger is None


@pytest.mark.parametrize(
    ("tests", "said"),
    [
        (["a"], "at least two experiments"),
        ({"a": 50, "b": 40}, "the percents sum to 90, not to 100"),
    ],
)
def test_a_group_that_the_api_refuses_may_be_there_but_is_not_sent(tests, said):
    percents = tests.values() if isinstance(tests, dict) else [50]
    members = tuple(zip((1, 2), map(float, percents), strict=False))
    left = attrs.evolve(LIVE, groups={3: LiveGroup({"name": "G"}, members)})
    there = {"a": 50} if isinstance(tests, list) else tests
    assert steps(changed("group", "g", tests=there), live=left) == []
    for live in (LIVE, attrs.evolve(LIVE, groups={})):  # to change, to create
        with pytest.raises(InvalidRequest, match=f"groups/g.yaml: tests: .*{said}"):
            make_plan(changed("group", "g", tests=tests), live, {})


def test_a_copy_makes_the_groups_that_can_be_made():
    groups = {3: LiveGroup({"name": "G"}, ((1, 33.0), (2, 34.0))), 4: LiveGroup({"name": "H"}, ((1, 50.0),)),
              5: LiveGroup({"name": "I"})}  # fmt: skip
    plan = whole_project(attrs.evolve(LIVE, groups=groups), LiveProject("Q"))
    made = [one.fields for one in plan.steps if one.kind == "group"]
    assert made == [{"name": "G", "tests": ["a", "b"]}]


def test_members_of_a_group_in_another_order_or_as_an_even_split_are_the_same():
    for tests in (["b", "a"], {"a": 50, "b": 50}):
        assert steps(changed("group", "g", tests=tests)) == []
    step = only(changed("group", "g", tests={"a": 40, "b": 60}))
    assert step.danger == "moves the traffic of the live experiment 'A'"
    assert step.fields == {"tests": {"a": 40, "b": 60}}
    assert only(changed("group", "g", description="why")).danger is None


def test_a_file_that_is_gone_deletes_what_it_made_and_only_that():
    known = {"experiment": {"a": KnownFile(1), "b": KnownFile(2)}, "group": {"g": KnownFile(3)}}
    files = {**without("group", "g"), "experiment": {"a": EXPERIMENT}}
    assert steps(files, known) == [("delete", "group", "g"), ("delete", "experiment", "b")]
    assert all(one.danger for one in make_plan(files, LIVE, known).steps)
    plan = make_plan(without("group", "g"), LIVE, {})
    assert [(one.kind, one.id, one.name) for one in plan.unmanaged] == [("group", 3, "G")]


def test_a_file_with_another_name_is_no_deletion():
    known = {"experiment": {"old": KnownFile(1), "b": KnownFile(2)}}
    assert steps(FILES, known) == []


def test_what_was_deleted_on_the_server_is_created_again():
    assert steps(FILES, {"goal": {"buy": KnownFile(99)}}) == []  # its key is still there
    live = attrs.evolve(LIVE, goals={}, experiments={}, groups={})
    found = steps({"goal": {"buy": GOAL}}, {"goal": {"buy": KnownFile(7)}}, live)
    assert found == [("create", "goal", "buy")]


def test_a_name_that_fits_two_experiments_is_refused():
    twins = {1: LIVE.experiments[1], 5: LIVE.experiments[1]}
    live = attrs.evolve(LIVE, experiments=twins, groups={})
    files = {"experiment": {"a": EXPERIMENT}}
    with pytest.raises(InvalidRequest, match=r"experiments/a.yaml: 2 experiments .*ids 1, 5"):
        make_plan(files, live, {})
    assert steps(files, {"experiment": {"a": KnownFile(5)}}, live) == []


def test_two_files_of_one_goal_are_refused():
    files = changed("goal", "copied", **{**GOAL, "goal_value": "other"})
    with pytest.raises(
        InvalidRequest, match=r"goals/copied.yaml: .*'buy' is that of goals/buy.yaml"
    ):
        make_plan(files, LIVE, {"goal": {"buy": KnownFile(7)}})


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"experiment": {"a": {**EXPERIMENT, "primary_goal_key": "no"}}},
         "experiments/a.yaml: primary_goal_key: no goal has the key 'no'"),
        ({"group": {"g": {"name": "G", "tests": ["a", "zz"]}}, "experiment": {"a": EXPERIMENT}},
         "groups/g.yaml: tests: there is no experiments/zz.yaml"),
    ],
)  # fmt: skip
def test_a_reference_to_nothing_is_refused(files, said):
    with pytest.raises(InvalidRequest) as refused:
        make_plan(files, LIVE, {})
    assert str(refused.value) == said


def test_the_id_of_a_plan_is_that_of_its_steps_and_of_the_state_that_it_saw():
    one = make_plan(changed("goal", "buy", goal_name="X"), LIVE, {})
    same = make_plan(changed("goal", "buy", goal_name="X"), LIVE, {})
    other = make_plan(changed("goal", "buy", goal_name="Y"), LIVE, {})
    elsewhere = make_plan(
        changed("goal", "buy", goal_name="X"),
        attrs.evolve(LIVE, goals={7: {**GOAL, "goal_name": "Z"}}), {},
    )  # fmt: skip
    assert one.id == same.id
    assert len({one.id, other.id, elsewhere.id}) == 3


def test_a_plan_for_people():
    files = changed("experiment", "a", variants=[{"nickname": "Blue\x1b[31m"}], test_name="A")
    files["goal"] = {**files["goal"], "sell": {**GOAL, "goal_key": "sell"}}
    plan = make_plan(files, LIVE, {})
    text = "\n".join(line.text for line in plan_lines(plan))
    assert (
        text
        == f"""\
+ goals/sell
    goal_key: sell
    goal_name: Buy
    goal_type: event
    goal_value: buy
~ experiments/a (1)
    variants[0].nickname: Red -> Blue\\u001b[31m
    ! changes variants[0].nickname of a live experiment

1 to create, 1 to change, 0 to delete. Plan {plan.id}
Live tests are endangered: apply it with --allow-live, if that is meant"""
    )
    assert counted(plan) == "1 to create, 1 to change, 0 to delete"
    drift = [line.text for line in drift_lines(plan)]
    assert drift == [
        "- goals/sell is not on the server", "~ experiments/a (1)",
        "    variants[0].nickname: Blue\\u001b[31m in the file, Red on the server",
    ]  # fmt: skip


def test_markdown_of_a_plan_stays_in_its_fence_whatever_a_name_holds():
    files = changed("experiment", "b", test_name="x ```` [link](https://a.example)")
    known = {"experiment": {"b": KnownFile(2)}}
    text = markdown(make_plan(files, LIVE, known))
    fences = [line for line in text.splitlines() if line.startswith("```")]
    assert fences == ["`````diff", "`````"]
    assert "! experiments/b (2)" in text


def test_code_of_several_lines_is_shown_as_a_difference_of_lines():
    old = {**EXPERIMENT, "control": {"customJS": "one();\ntwo();\n"}}
    live = attrs.evolve(
        LIVE, experiments={1: LiveExperiment(old, is_live=False, goal_id=7)}, groups={}
    )
    files = {"experiment": {"a": {**EXPERIMENT, "control": {"customJS": "one();\nthree();\n"}}}}
    shown = [line.text for line in plan_lines(make_plan(files, live, {}))]
    assert shown[1:4] == ["    control.customJS:", "      - two();", "      + three();"]
