"""Bad input is refused before anything is sent, by field and rule."""

import datetime
import pickle

import pytest

from midakit import E, F, InvalidRequest
from midakit.mida import calls, models

V = [{"nickname": "Red"}]
URL = "https://example.com/"
c = calls

BAD = {
    "no name": (lambda: c.experiments.create(" ", V, url=URL), "test_name", "empty"),
    "no variants": (lambda: c.experiments.create("T", [], url=URL), "variants", "at least one"),
    "control listed": (lambda: c.experiments.create("T", [{"name": "Control"}], url=URL), "variants", "Control"),
    "wrong name": (lambda: c.experiments.create("T", [{"name": "Red"}], url=URL), "variants", "'Variant 1'"),
    "wrong order": (
        lambda: c.experiments.create("T", [{"name": "Variant 2"}, {"name": "Variant 1"}], url=URL),
        "variants", "number 1",
    ),
    "split without a page": (
        lambda: c.experiments.create("T", V, url=URL, test_type="split"), "variants", "split",
    ),
    "no page": (lambda: c.experiments.create("T", V), "url", "url or page_urls"),
    "a star in url": (lambda: c.experiments.create("T", V, url="https://e.com/*"), "url", "star"),
    "a star in a plain page": (
        lambda: c.experiments.create("T", V, page_urls=["https://e.com/*"]), "page_urls", "star",
    ),
    "only exclusions": (
        lambda: c.experiments.create("T", V, url=URL, page_urls=[{"url": URL, "allowed": False}]),
        "page_urls", "allow at least one",
    ),
    "no plain page and no url": (
        lambda: c.experiments.create("T", V, page_urls=[{"url": "/x", "rule": "contain"}]), "url", "plain",
    ),
    "url outside": (
        lambda: c.experiments.create("T", V, url=URL, page_urls=["https://other.com/"]), "url", "not a page",
    ),
    "url taken out": (
        lambda: c.experiments.create(
            "T", V, url=URL, page_urls=[URL, {"url": "example", "rule": "contain", "allowed": False}]),
        "url", "not a page",
    ),
    "51 pages": (
        lambda: c.experiments.create("T", V, page_urls=[f"https://e.com/{n}" for n in range(51)]),
        "page_urls", "50",
    ),
    "a broken pattern": (
        lambda: c.experiments.create("T", V, url=URL, page_urls=[{"url": "(", "rule": "regex"}]),
        "page_urls", "pattern: a parenthesis",
    ),
    "a star where a pattern belongs": (
        lambda: c.experiments.create("T", V, url=URL, page_urls=[{"url": "*.example.com", "rule": "regex"}]),
        "page_urls", "there is nothing before *",
    ),
    "no page but a pattern's, and that taken out": (
        lambda: c.experiments.create(
            "T", V, url=URL, page_urls=[{"url": "a+", "rule": "regex"}, {"url": URL, "allowed": False}]),
        "url", "not a page",
    ),
    "a pattern that takes out, and another page": (
        lambda: c.experiments.create(
            "T", V, url=URL, page_urls=["https://b.com/", {"url": "a+", "rule": "regex", "allowed": False}]),
        "url", "not a page",
    ),
    "a page whose host is no host": (lambda: c.experiments.create("T", V, url="https://[::1"), "url", "address"),
    "a listed page whose host is no host": (
        lambda: c.experiments.create("T", V, page_urls=["https://[x]/"]), "page_urls", "'https://[x]/'",
    ),
    "two goals": (
        lambda: c.experiments.create("T", V, url=URL, primary_goal_key="a", primary_goal={
            "goal_name": "n", "goal_type": "event", "goal_value": "v"}),
        "primary_goal", "not both",
    ),
    "unknown goal type": (lambda: c.goals.create("n", "tap", "v"), "goal_type", "clickOnElement"),
    "unknown status": (lambda: c.experiments.set_status(1, 5), "status", "draft, live, inactive"),
    "live to draft": (
        lambda: c.experiments.set_status(1, "draft", current="live"), "status", "stop it first",
    ),
    "traffic over 100": (lambda: c.experiments.update_rollout(1, 101), "traffic_allocation", "100"),
    "dates out of order": (
        lambda: c.experiments.result(1, start_date="2026-02-01", end_date="2026-01-01"), "start_date", "after",
    ),
    "no date": (lambda: c.experiments.result(1, start_date="01.02.2026"), "start_date", "YYYY-MM-DD"),
    "two ways to name a goal": (
        lambda: c.experiments.result(1, goal_key="a", goal_profile_id=1), "goal_key", "not both",
    ),
    "unknown breakdown": (lambda: c.experiments.result(1, breakdown_by="mood"), "breakdown_by", "device"),
    "min_count 0": (lambda: c.experiments.result(1, min_count=0), "min_count", "from 1"),
    "tz": (lambda: c.experiments.result(1, tz="Berlin"), "tz", "hours from UTC"),
    "tz far away": (lambda: c.experiments.result(1, tz=14.25), "tz", "hours from UTC"),
    "tz true": (lambda: c.experiments.result(1, tz=True), "tz", "hours from UTC"),
    "tz a folder": (lambda: c.experiments.result(1, tz="../zoneinfo"), "tz", "Europe/Berlin"),
    "tz that changes": (
        lambda: c.experiments.result(1, start_date="2026-03-01", end_date="2026-04-01", tz="Europe/Berlin"),
        "tz", "on 2026-03-29",
    ),
    "a time of day": (
        lambda: c.experiments.result(1, end_date=datetime.datetime(2026, 1, 2, 3)), "end_date", "time of day",
    ),
    "a relative day of another kind": (lambda: c.experiments.result(1, start_date="-7w"), "start_date", "-7d"),
    "min_count without end": (lambda: c.experiments.result(1, min_count=float("inf")), "min_count", "from 1"),
    "a segment of events": (lambda: c.experiments.result(1, where="event.revenue > 1"), "where", "events"),
    "events of visitors": (
        lambda: c.experiments.result(1, event_where="device == mobile"), "event_where", "visitors",
    ),
    "a condition with one more key": (
        lambda: c.experiments.result(
            1, event_where=[[{"key": "a", "operand": "=", "value": "b", "mode": "x"}]]),
        "event_where", "'mode'",
    ),
    "a raw rule that is none": (lambda: F.raw("city == Paris"), "where", "one mapping"),
    "a raw rule that is no JSON": (lambda: F.raw({"criteria": {1}}), "where", "JSON"),
    "a raw rule turned round": (lambda: ~F.raw({"criteria": "city"}), "where", "negated"),
    "negative batch": (lambda: c.experiments.metrics(1, metric_batch=[-1]), "metric_batch", "from 0"),
    "limit 0": (lambda: c.experiments.list(limit=0), "limit", "from 1 to 500"),
    "limit 501": (lambda: c.goals.list(limit=501), "limit", "from 1 to 500"),
    "offset": (lambda: c.events.list(offset=-1), "offset", "from 0"),
    "an id that climbs": (lambda: c.experiments.get(".."), "test_id", "path"),
    "an id with a slash": (lambda: c.experiments.get("1/../2"), "test_id", "path"),
    "an empty id": (lambda: c.experiments.get(""), "test_id", "empty"),
    "an id that is no number": (lambda: c.experiments.get("12a"), "test_id", "numeric"),
    "a project that climbs": (lambda: c.projects.get(".."), "project_key", "path"),
    "an empty project": (lambda: c.projects.delete(""), "project_key", "empty"),
    "nothing to change": (lambda: c.projects.update(), "project", "at least one"),
    "confidence": (lambda: c.projects.update_configuration(confidence_level=49), "confidence_level", "50"),
    "no visitor": (lambda: c.events.record("e"), "mida_uuid", "at least one"),
    "two visitors": (lambda: c.events.record("e", email="a", id="b"), "email", "not both"),
    "an empty comment": (lambda: c.comments.add(1, " "), "text", "empty"),
    "a long comment": (lambda: c.comments.add(1, "x" * 5001), "text", "5000"),
    "one member": (lambda: c.exclusion_groups.create("g", [1]), "tests", "two"),
    "twice": (lambda: c.exclusion_groups.create("g", [1, 1]), "tests", "twice"),
    "some percents": (
        lambda: c.exclusion_groups.create("g", [{"test_id": 1, "percent": 50}, 2]), "tests", "all",
    ),
    "a wrong sum": (lambda: c.exclusion_groups.create("g", {1: 50, 2: 60}), "tests", "110"),
    "strategy": (lambda: c.personalization.create_campaign("x", ["p"]), "strategy", "accounts"),
    "accounts and personas": (
        lambda: c.personalization.create_campaign("accounts", ["p"], accounts=[{"name": "a"}], personas=[]),
        "accounts", "nothing else",
    ),
    "201 accounts": (
        lambda: c.personalization.add_accounts(1, [{"name": "a"}] * 201), "accounts", "200",
    ),
    "a goal's key that is a list": (lambda: c.experiments.result(1, goal_key=["a"]), "goal_key", "text"),
    "a goal's key that is empty": (lambda: c.experiments.result(1, goal_key=""), "goal_key", "not empty"),
    "a goal's id that is a key": (lambda: c.experiments.result(1, goal_profile_id="buy"), "goal_profile_id", "numeric"),
    "presets that are a number": (lambda: c.experiments.result(1, filter_by=5), "filter_by", "list of tokens"),
    "keys that are a number": (lambda: c.experiments.metrics(1, metric_keys=5), "metric_keys", "list of keys"),
    "a batch of nothing": (lambda: c.experiments.metrics(1, metric_batch=1.5), "metric_batch", "list of places"),
    "a search for a number": (lambda: c.personalization.saved_accounts(5), "search", "text"),
    "no search": (lambda: c.personalization.saved_accounts(None), "search", "text"),
    "a company without a name": (lambda: c.personalization.suggested_pages([None]), "accounts", "text"),
    "one text of companies": (lambda: c.personalization.suggested_pages("Notion"), "accounts", "list of names"),
    "no accounts": (lambda: c.personalization.add_accounts(1, None), "accounts", "list of accounts"),
    "one page": (
        lambda: c.personalization.create_campaign("accounts", {"a": 1}, accounts=[{"name": "a"}]), "page_urls", "list",
    ),
    "a project that is a list": (lambda: c.projects.get(["a"]), "project_key", "not a list"),
    "a goal that compares None": (lambda: c.goals.create("n", "event", None), "goal_value", "text"),
    "a goal with a pattern that is not closed": (
        lambda: c.goals.create("n", "pageviewRegex", "/(a|b"), "goal_value", "'/(a|b' is not a valid pattern",
    ),
    "a goal changed to a pattern that is not closed": (
        lambda: c.goals.update(1, goal_type="pageviewRegex", goal_value="/[a"), "goal_value", "a bracket [",
    ),
    "a new goal with a star for a pattern": (
        lambda: c.experiments.create("T", V, url=URL, primary_goal={
            "goal_name": "n", "goal_type": "pageviewRegex", "goal_value": "*"}),
        "primary_goal.goal_value", "there is nothing before *",
    ),
    "a goal changed to None": (lambda: c.goals.update(1, goal_value=None), "goal_value", "text"),
    "no treatments": (lambda: c.experiments.create("T", 5, url=URL), "variants", "list of at least one"),
    "pages that are a number": (lambda: c.experiments.create("T", V, page_urls=5), "page_urls", "list of at least one"),
    "a page that is a number": (
        lambda: c.experiments.create("T", V, page_urls=[URL, {"url": 5}]), "page_urls", "address",
    ),
    "settings that are a number": (
        lambda: c.experiments.create("T", V, url=URL, configuration=5), "configuration", "dict",
    ),
    "keys as new goals": (
        lambda: c.experiments.create("T", V, url=URL, secondary_goals=["a"]), "secondary_goals", "secondary_goal_keys",
    ),
    "a key as a new goal": (
        lambda: c.experiments.create("T", V, url=URL, primary_goal="a"), "primary_goal", "goes to primary_goal_key",
    ),
    "one key of goals": (
        lambda: c.experiments.create("T", V, url=URL, secondary_goal_keys="a"), "secondary_goal_keys", "list of texts",
    ),
    "no goals": (
        lambda: c.experiments.create("T", V, url=URL, secondary_goals=None), "secondary_goals", "list of goals",
    ),
    "keys as a project's goals": (
        lambda: c.projects.update_configuration(secondary_goals=["a"]), "secondary_goals", "each needs a goal_key",
    ),
    "no goals of a project": (
        lambda: c.projects.update_configuration(secondary_goals=None), "secondary_goals", "list of goals",
    ),
    "no members": (lambda: c.exclusion_groups.create("g", None), "tests", "list of experiments"),
    "a member that is None": (lambda: c.exclusion_groups.create("g", [1, None]), "tests", "empty"),
    "a winner of no experiment": (lambda: c.experiments.serve_winner(None, "1"), "test_id", "empty"),
    "a rule that is read back": (
        lambda: F.parse([[{"criteria": "city", "operator": "==", "value": "x"}]]),
        "criteria", "city",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_bad_input_names_the_field_and_the_rule(name):
    """The error is an InvalidRequest that says where and why."""
    make, field, rule = BAD[name]
    with pytest.raises(InvalidRequest) as caught:
        make()
    assert caught.value.field.startswith(field)
    assert rule in caught.value.rule


def test_an_experiment_gets_a_key_of_its_own_and_is_then_safe():
    """Two builds are two experiments; repeating one build is one."""
    one, two = (c.experiments.create("T", V, url=URL) for _ in range(2))
    assert one.safe
    assert dict(one.headers)["x-idempotency-key"] != dict(two.headers)["x-idempotency-key"]
    mine = c.experiments.create("T", V, url=URL, idempotency_key="mine")
    assert dict(mine.headers) == {"x-idempotency-key": "mine"}


UNSAFE = {
    "create_event", "add_experiment_comment", "create_project", "create_exclusion_group",
    "create_personalization_campaign", "add_personalization_accounts", "create_goal",
}  # fmt: skip


def test_what_must_not_be_repeated_is_not_safe():
    """Exactly the calls that the contract calls not idempotent."""
    made = [
        c.events.record("e", id="x"), c.comments.add(1, "t"), c.projects.create("w"),
        c.exclusion_groups.create("g", [1, 2]), c.personalization.add_accounts(1, [{"name": "a"}]),
        c.personalization.create_campaign("personas", ["p"], personas=[{"label": "l"}]),
        c.goals.create("n", "event", "v"),
    ]  # fmt: skip
    assert {call.operation for call in made} == UNSAFE
    assert not any(call.safe for call in made)
    assert c.goals.create("n", "event", "v", goal_key="k").safe


def test_calls_with_filters_pickle():
    """A planned report travels to a worker whole."""
    call = c.experiments.result(
        7, where=~((F.device == "mobile") | (F.os == "ios")), event_where=E.attr("a.b").exists(),
        start_date=datetime.date(2026, 1, 1), filter_by=["desktop", "country-US"], tz=-8, min_count=2,
    )  # fmt: skip
    assert pickle.loads(pickle.dumps(call)) == call
    assert dict(call.query)["tz"] == "-8"
    assert dict(call.query)["filter_by"] == "desktop,country-US"


def test_keys_with_commas_go_as_json():
    """A comma inside a key does not split it."""
    assert dict(c.experiments.metrics(1, metric_keys=["a", "b"]).query)["metric_keys"] == "a,b"
    assert dict(c.experiments.metrics(1, metric_keys=["a,b"]).query)["metric_keys"] == '["a,b"]'


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: calls.experiments.get(True), "test_id: takes an id or a key, not True"),
        (
            lambda: calls.experiments.get(models.Experiment(test_id=1001)),
            "test_id: takes an id or a key, not an Experiment",
        ),
        (
            lambda: calls.goals.get(models.Goal()),
            "goal_profile_id: takes an id or a key, not a Goal",
        ),
        (
            lambda: calls.experiments.set_status(1001, "lve"),
            "status: 'lve' is not one of: draft, live, inactive (did you mean live?)",
        ),
        (
            lambda: calls.experiments.set_status(1001, 7),
            "status: 7 is not one of: draft, live, inactive",
        ),
    ],
)
def test_what_was_probably_meant_is_said_shortly(call, said):
    """An object instead of its id is named and not printed; a status is told by its names."""
    with pytest.raises(InvalidRequest) as error:
        call()
    assert str(error.value) == said


def test_a_404_says_where_to_look():
    """An experiment may be another project's; a project has a wrong key; a goal may be deleted."""
    from midakit.core.secret import Secret
    from midakit.core.wire.messages import Origin, Response
    from midakit.mida.service import MidaService

    service = MidaService(
        Origin("https", "api.example.com", 443), "/v2", Secret("k"), "bearer", "p"
    )

    def hint(message):
        answer = Response(404, (), b"")
        return service.refusal(404, {"error": message}, answer).hint

    assert "Listings show the whole account" in hint("Experiment not found")
    assert (
        hint("Project not found")
        == "check the project key: projects.list() shows the keys of the account"
    )
    assert "deleted, or belongs to another project" in hint("Goal not found")
