"""Every documented request is what a builder makes from natural arguments."""

import json
from pathlib import Path

import pytest

from midakit import E, F
from midakit.mida import calls
from midakit.mida.models import ControlInput, GoalInput, TargetingRules, VariantInput

EXAMPLES = Path(__file__).parents[2] / "data" / "api" / "examples"
RED = {"nickname": "Red Button", "customJS": "",
       "customCSS": ".cta-button { background-color: #FF5733 !important; color: #fff !important; }"}  # fmt: skip
CASES = {
    "add_experiment_comment": lambda: calls.comments.add(1, "Calling this Friday unless mobile diverges."),
    "add_personalization_accounts": lambda: calls.personalization.add_accounts(
        23, example("add_personalization_accounts")["accounts"]
    ),
    "create_event": lambda: calls.events.record(
        "purchase_completed", mida_uuid="85a35aca4df9", properties={"amount": 199.99, "plan": "pro"}
    ),
    "create_event.own_id": lambda: calls.events.record(
        "plan_upgraded", id="user_12345", properties={"from_plan": "starter", "to_plan": "pro"}
    ),
    "create_exclusion_group": lambda: calls.exclusion_groups.create(
        "Pricing page tests", {34567: 60, 34580: 40}
    ),
    "create_experiment": lambda: calls.experiments.create(
        "Homepage CTA Button Color Test",
        [VariantInput(**RED)],
        url="https://example.com/",
        status="draft",
        primary_goal=GoalInput("CTA Button Click", "clickOnElement", ".cta-button"),
        configuration={"traffic_allocation": 100, "confidence_interval": 95},
    ),
    "create_experiment.existing_goal": lambda: calls.experiments.create(
        "Pricing Page Headline Test",
        [{"nickname": "Larger headline", "customCSS": "h1 { font-size: 2.5rem; }"}],
        url="https://example.com/pricing",
        primary_goal_key="cta_button_click",
    ),
    "create_experiment.page_urls": lambda: calls.experiments.create(
        "Homepage H1 - No-Devs Angle",
        [{"data": [{"target": "h1", "innerText": "New headline"}]}],
        page_urls=["https://example.com/", "https://example.com/lp"],
    ),
    "create_experiment.page_url_rules": lambda: calls.experiments.create(
        "Blog CTA test",
        [{"data": [{"target": ".cta", "innerText": "Start free"}]}],
        url="https://example.com/blog/getting-started",
        page_urls=[
            {"url": "/blog/", "rule": "contain"},
            {"url": "/blog/internal/", "rule": "contain", "allowed": False},
        ],
    ),
    "create_experiment.split": lambda: calls.experiments.create(
        "Homepage Split URL Test",
        [{"nickname": "New homepage", "data": [{"url": "https://example.com/new-homepage", "relay_param": True}]}],
        url="https://example.com/",
        test_type="split",
    ),
    "create_experiment.personalization": lambda: calls.experiments.create(
        "Paid Search Homepage Personalization",
        [
            VariantInput(
                nickname="Google Ads message",
                customJS="document.querySelector('h1').textContent = 'Built for teams from Google Ads';",
                targeting=TargetingRules(
                    parameter_rule=[[{"criteria": "utm_source", "operator": "==", "value": "google"}]]
                ),
            )
        ],
        url="https://example.com/",
        test_type="personalization",
    ),
    "create_experiment.mvt": lambda: calls.experiments.create(
        "Hero MVT",
        example("create_experiment.mvt")["variants"],
        url="https://example.com/",
        test_type="mvt",
    ),
    "create_goal": lambda: calls.goals.create(
        "CTA Button Click", "clickOnElement", ".cta-button", goal_purpose="sell",
        element_url="https://example.com/",
    ),
    "create_goal.pageview": lambda: calls.goals.create(
        "Reached Thank You Page", "pageview", "https://example.com/thank-you"
    ),
    "create_personalization_campaign": lambda: calls.personalization.create_campaign(
        "accounts",
        ["https://yoursite.com/", "https://yoursite.com/pricing"],
        name="Q3 enterprise outbound",
        goal_profile_id=969,
        accounts=[{"name": "Notion", "domain": "notion.so", "notes": "Evaluating against Optimizely."}],
    ),
    "create_project": lambda: calls.projects.create("store.example.com", allowed_website="store.example.com"),
    "serve_experiment_winner": lambda: calls.experiments.serve_winner(1234, 1, traffic_allocation=25),
    "stop_experiment_serving": lambda: calls.experiments.stop_serving(1234),
    "update_event": lambda: calls.events.update(1, event_text="Pricing CTA Clicked — Mobile"),
    "update_event.metadata": lambda: calls.events.update(
        1, event_property={"device": "mobile", "button_id": "hero-cta"}
    ),
    "update_exclusion_group": lambda: calls.exclusion_groups.update(42, tests=[34567, 34580, 34601]),
    "update_experiment": lambda: calls.experiments.update(1, configuration={"traffic_allocation": 50}),
    "update_experiment.control": lambda: calls.experiments.update(
        1,
        variants=[{**RED, "nickname": "Red CTA Button"}],
        control=ControlInput(nickname="Original CTA", customJS="", customCSS=""),
    ),
    "update_experiment.devices": lambda: calls.experiments.update(
        1, targeting=TargetingRules(device_rule=["desktop"])
    ),
    "update_experiment.targeting": lambda: calls.experiments.update(
        1, targeting=example("update_experiment.targeting")["targeting"]
    ),
    "update_experiment.variants": lambda: calls.experiments.update(
        1, variants=example("update_experiment.variants")["variants"]
    ),
    "update_experiment_status": lambda: calls.experiments.start(1),
    "update_experiment_status.deactivate": lambda: calls.experiments.stop(1),
    "update_experiment_status.draft": lambda: calls.experiments.to_draft(1),
    "update_goal": lambda: calls.goals.update(1, goal_value=".cta-button.above-fold"),
    "update_goal.type": lambda: calls.goals.update(
        1, goal_type="formSubmit", goal_value="form#signup-form", goal_name="Signup Form Submit"
    ),
    "update_project": lambda: calls.projects.update(
        website_name="store.example.com (EU)", monthly_average_traffic=120000
    ),
    "update_project_configuration": lambda: calls.projects.update_configuration(confidence_level=90),
    "update_project_configuration.goals": lambda: calls.projects.update_configuration(
        primary_goal_key="cta_button_click",
        secondary_goals=[{"goal_key": "add_to_cart"}, {"text": "BounceRate", "name": "Bounce Rate"}],
    ),
    "update_serving_rollout": lambda: calls.experiments.update_rollout(1, 50),
}  # fmt: skip


def example(name):
    return json.loads((EXAMPLES / f"{name}.request.json").read_text())


def test_every_documented_request_has_a_case():
    """No example is left out."""
    assert {
        path.name.removesuffix(".request.json") for path in EXAMPLES.glob("*.request.json")
    } == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_a_documented_request_is_what_the_builder_makes(name):
    """Body and operation are those of the documentation."""
    call = CASES[name]()
    assert json.loads(call.body) == example(name)
    assert call.operation == name.partition(".")[0]


def test_the_documented_filters_are_what_expressions_render_to():
    """The documented custom_filter and event_attribute."""
    where = F.country.in_("US", "CA") & (F.device == "desktop") & (F.browser == "chrome")
    query = dict(calls.experiments.result(1, where=where).query)
    assert json.loads(query["custom_filter"]) == json.loads(
        (EXAMPLES / "schemas" / "CustomFilter.json").read_text()
    )
    event_where = (E.attr("revenue") > 100) & (E.attr("currency") == "USD")
    query = dict(calls.experiments.result(1, event_where=event_where).query)
    assert json.loads(query["event_attribute"]) == json.loads(
        (EXAMPLES / "schemas" / "EventAttributeFilter.json").read_text()
    )
