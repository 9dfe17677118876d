"""What was read can be created again: models give the fields that make them."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from midakit import NotFound
from midakit.core.models.decode import loads
from midakit.mida import models

on_one_server = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

label = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
named = label.filter(str.strip)
code = st.sampled_from(["", "body{color:red}", "alert('—')"])
change = st.fixed_dictionaries({"target": st.sampled_from(["#a", ".b"]), "innerText": label})
redirect = st.fixed_dictionaries(
    {"url": st.sampled_from(["https://shop.example.com/b"]), "relay_param": st.booleans()}
)


def treatment(data: Any) -> Any:
    parts = {"nickname": label, "customCSS": code, "customJS": code, "data": data}
    return st.fixed_dictionaries({}, optional=parts)


treatments = st.lists(treatment(st.lists(change, max_size=2)), min_size=1, max_size=4)
redirects = st.lists(
    st.fixed_dictionaries({"data": st.tuples(redirect).map(list)}), min_size=1, max_size=3
)
configuration = st.fixed_dictionaries(
    {},
    optional={
        "traffic_allocation": st.integers(0, 100),
        "confidence_interval": st.integers(50, 99),
        "is_mab": st.sampled_from([0, 1]),
        "end_test_date": st.sampled_from(["2027-01-31T00:00:00.000Z"]),
        "completion_visitor": st.integers(0, 10_000),
        "integration": st.lists(st.sampled_from(["ga4", "amplitude"]), max_size=2, unique=True),
    },
)
targeting = st.fixed_dictionaries(
    {},
    optional={
        "device_rule": st.lists(st.sampled_from(["mobile", "desktop"]), unique=True),
        "browser_rule": st.lists(st.sampled_from(["chrome", "safari"]), unique=True),
        "allowed_country": st.lists(
            st.sampled_from([{"name": c, "code": c, "rule": "whitelist"} for c in ("US", "DE")]),
            unique_by=lambda one: one["code"],
        ),
    },
)
experiment = st.fixed_dictionaries(
    {"test_name": named, "url": st.just("https://shop.example.com/")},
    optional={
        "control": st.fixed_dictionaries(
            {}, optional={"nickname": label, "customCSS": code, "customJS": code}
        ),
        "configuration": configuration,
        "targeting": targeting,
    },
)
goal = st.sampled_from(
    [
        {},
        {"primary_goal_key": "purchase"},
        {"primary_goal": {"goal_name": "Read", "goal_type": "pageview", "goal_value": "/read"}},
    ]
)


def stable(details: models.ExperimentDetails) -> dict[str, Any]:
    """Return an experiment without what is new in every copy."""
    given_by_server = ("test_id", "created_at", "updated_at", "status", "is_completed",
                       "serving_variant_id")  # fmt: skip
    return {name: one for name, one in details.raw.items() if name not in given_by_server}


def test_every_experiment_of_the_sandbox_is_created_again_from_what_was_read(mida):
    copied = 0
    for listed in mida.experiments.list():
        try:
            read = mida.experiments.get(listed.test_id)
        except NotFound:  # of another project
            continue
        made = mida.experiments.create(**read.to_input())
        copy = mida.experiments.get(made.test_id)
        assert stable(copy) == stable(read)
        assert copy.status == models.Status.DRAFT
        copied += 1
    assert copied >= 6


@on_one_server
@given(experiment, st.one_of(treatments, redirects), goal)
def test_an_experiment_read_and_created_again_reads_the_same(mida, fields, variants, goal):
    kind = {"test_type": "split"} if "url" in (variants[0].get("data") or [{}])[0] else {}
    first = mida.experiments.create(**fields, **goal, **kind, variants=variants)
    read = mida.experiments.get(first.test_id)
    again = mida.experiments.create(**read.to_input())
    assert stable(mida.experiments.get(again.test_id)) == stable(read)


def test_a_copy_of_a_redirect_test_redirects(mida):
    read = mida.experiments.get(1008)
    made = mida.experiments.create(**read.to_input())
    urls = [one.preview_url for one in mida.experiments.preview_urls(made.test_id).variants]
    assert "/pricing-b" in urls[1]


def test_a_label_that_stands_in_the_name_only_becomes_the_nickname():
    stored = models.Variant(variant_id=2, name="Variant 1 — Red button", data=[])
    control = models.Variant(name="Control", customJS="x()")
    details = models.ExperimentDetails(test_name="a", variants=[control, stored])
    assert details.to_input() == {
        "test_name": "a", "control": {"customJS": "x()"},
        "variants": [{"nickname": "Red button"}],
    }  # fmt: skip


def test_the_default_goal_of_a_project_is_not_made_the_experiments_own():
    default = models.GoalRef(goal_key="k", goal_source="global_default")
    assert "primary_goal_key" not in models.ExperimentDetails(primary_goal=default).to_input()


@on_one_server
@given(
    named, st.sampled_from([*models.GoalType]), named,
    st.fixed_dictionaries({}, optional={
        "goal_purpose": st.sampled_from([*models.GoalPurpose]),
        "element_url": st.just("https://shop.example.com/a"),
    }),
)  # fmt: skip
def test_a_goal_read_is_created_again_in_another_place(mida, name, kind, value, more):
    first = mida.goals.create(name, kind, value, **more)
    read = mida.goals.get(first.goal_profile_id)
    mida.goals.delete(first.goal_profile_id)
    again = mida.goals.create(**read.to_input())
    assert again.goal_key == read.goal_key
    found = mida.goals.get(again.goal_profile_id)
    assert found.to_input() == read.to_input()


@on_one_server
@given(named, st.dictionaries(named, st.integers() | label))
def test_an_event_read_is_recorded_again_for_a_visitor(mida, visitor, name, properties):
    name = f"event {name}"
    mida.events.record(name, properties=properties, mida_uuid=visitor)
    (read,) = mida.events.list(event_text=name, max_items=1).collect()
    mida.events.record(**read.to_input(), mida_uuid=visitor)
    both = mida.events.list(event_text=name, max_items=2).collect()
    assert both[0].to_input() == both[1].to_input() == read.to_input()


@pytest.fixture
def visitor(mida_sandbox):
    """The id of a visitor of the project, as its script would know it."""
    return mida_sandbox.state.visits.visitors.texts("uuid").text(0)


@pytest.mark.parametrize("tests", [[1001, 1002], {1001: 30, 1003: 70}])
def test_a_group_read_is_created_again(mida, tests):
    mida.exclusion_groups.create("checkout", tests, description="only one of them")
    (read,) = (one for one in mida.exclusion_groups.list().groups if one.name == "checkout")
    mida.exclusion_groups.delete(read.group_id)
    mida.exclusion_groups.create(**read.to_input())
    (again,) = (one for one in mida.exclusion_groups.list().groups if one.name == "checkout")
    assert again.to_input() == read.to_input()


def test_a_project_and_its_defaults_are_created_again(mida):
    mida.projects.update(website_name="Shop", allowed_website="shop.example.com")
    mida.projects.update_configuration(
        confidence_level=90, frequentist_type="2", primary_goal_key="purchase",
        secondary_goals=[{"goal_key": "cta_click"}, {"text": "visited", "name": "Visited"}],
    )  # fmt: skip
    read, defaults = mida.projects.get(), mida.projects.configuration()
    made = mida.projects.create(**read.to_input())
    assert (made.website_name, made.allowed_website) == ("Shop", "shop.example.com")
    mida.projects.update_configuration(
        confidence_level=95, frequentist_type="0", primary_goal_key=None, secondary_goals=[]
    )
    assert mida.projects.configuration().to_input() != defaults.to_input()
    mida.projects.update_configuration(**defaults.to_input())
    assert mida.projects.configuration().raw == defaults.raw


def test_a_campaign_gives_what_can_be_read_of_it(mida):
    pages = ["https://shop.example.com/"]
    first = mida.personalization.create_campaign(
        "accounts", pages, name="Spring", accounts=[{"name": "Acme", "domain": "acme.example"}]
    )
    read = mida.personalization.campaign(first.campaign_id)
    again = mida.personalization.create_campaign(
        "accounts", pages, **{"accounts": [{"name": "Acme"}], **read.to_input()}
    )
    assert (again.name, again.account_count) == ("Spring", 1)


@pytest.mark.parametrize(
    ("shown", "sent"),
    [
        ({}, {}),
        ({"secondary_goals": None}, {}),
        ({"primary_goal": None, "secondary_goals": []}, {"primary_goal_key": None, "secondary_goals": []}),
        ({"secondary_goals": [{"goal_key": "cta"}]}, {"secondary_goals": [{"goal_key": "cta"}]}),
    ],
)  # fmt: skip
def test_goals_that_were_not_shown_are_not_cleared(shown, sent):
    """Defaults that lack their goals, as the reply to a change does, set no goals."""
    stored = loads(models.ProjectConfiguration, json.dumps(shown).encode())
    assert stored.to_input() == sent


def test_defaults_made_by_hand_keep_their_goals():
    """A model without a source is taken at its word."""
    stored = models.ProjectConfiguration(
        primary_goal=models.GoalRef(goal_key="buy"),
        secondary_goals=[models.SecondaryGoal(goal_key="cta")],
    )
    assert stored.to_input() == {
        "primary_goal_key": "buy", "secondary_goals": [{"goal_key": "cta"}],
    }  # fmt: skip
