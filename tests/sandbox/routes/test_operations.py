"""Every operation of the contract answers, in the documented shape and with the documented status."""

import pytest

from support.api import operations

VARIANTS = [{"name": "Variant 1", "nickname": "Red", "data": []}]
EXPERIMENT = {"test_name": "T", "url": "https://shop.example.com/", "variants": VARIANTS}
PAGES = ["https://shop.example.com/"]
CAMPAIGN = {"strategy": "accounts", "page_urls": PAGES, "accounts": [{"name": "Notion"}]}


def experiment(api, **fields):
    return api.post("/create-experiment", {**EXPERIMENT, **fields})["test_id"]


def goal(api, **fields):
    given = {"goal_name": "G", "goal_type": "event", "goal_value": "g", **fields}
    return api.post("/goal", given)["goal_profile_id"]


def group(api):
    tests = [{"test_id": 1001}, {"test_id": 1002}]
    api.post("/exclusion-groups", {"name": "Pair", "tests": tests})
    return api.get("/exclusion-groups")["groups"][-1]["id"]


def campaign(api):
    return api.post("/personalization/campaigns", CAMPAIGN)["abm_campaign_id"]


def event(api):
    return api.get("/events?limit=1")["events"][0]["event_id"]


def comment(api):
    person = {"x-sandbox-user": "alicia@example.com"}
    api.post("/experiment/1001/discussion", {"comment": "Hm."}, headers=person)
    return api.get("/experiment/1001/discussion")["comments"][0]["comment_id"]


OWNER = {"headers": {"x-sandbox-user": "alicia@example.com"}}
CALLS = {
    "list_projects": lambda api: api.get("/projects"),
    "create_project": lambda api: api.post("/projects", {"name": "new.example"}, status=201),
    "get_project": lambda api: api.get(),
    "update_project": lambda api: api.patch("", {"name": "Shop"}),
    "delete_project": lambda api: api.delete(),
    "get_project_configuration": lambda api: api.get("/configuration"),
    "update_project_configuration": lambda api: api.patch(
        "/configuration", {"confidence_level": 90}
    ),
    "create_experiment": lambda api: api.post("/create-experiment", EXPERIMENT),
    "list_experiments": lambda api: api.get("/experiments"),
    "get_experiment": lambda api: api.get("/experiment/1001"),
    "update_experiment": lambda api: api.patch("/experiment/1001", {"test_name": "New"}),
    "delete_experiment": lambda api: api.delete(f"/experiment/{experiment(api)}"),
    "update_experiment_status": lambda api: api.patch("/experiment/1001/status", {"status": 0}),
    "get_experiment_distribution": lambda api: api.get("/experiment/1001/distribution"),
    "get_experiment_result": lambda api: api.get("/experiment/1001/result?breakdown_by=device"),
    "get_experiment_timeseries": lambda api: api.get("/experiment/1001/timeseries"),
    "get_experiment_metrics": lambda api: api.get("/experiment/1001/metrics"),
    "serve_experiment_winner": lambda api: api.post(
        "/experiment/1001/serve-winner", {"variant_id": "1"}
    ),
    "update_serving_rollout": lambda api: api.patch(
        "/experiment/1006/serving-rollout", {"traffic_allocation": 50}
    ),
    "stop_experiment_serving": lambda api: api.post("/experiment/1006/stop-serving"),
    "get_experiment_share_link": lambda api: api.get("/experiment/1001/share-link"),
    "get_experiment_preview_urls": lambda api: api.get("/experiment/1001/preview-urls"),
    "get_experiment_discussion": lambda api: api.get("/experiment/1001/discussion"),
    "add_experiment_comment": lambda api: api.post(
        "/experiment/1001/discussion", {"comment": "Hm."}, **OWNER
    ),
    "delete_experiment_comment": lambda api: api.delete(
        f"/experiment/1001/discussion/{comment(api)}", **OWNER
    ),
    "list_team_members": lambda api: api.get("/account/members"),
    "get_my_access": lambda api: api.get("/account/my-access"),
    "list_personalization_campaigns": lambda api: api.get("/personalization/campaigns"),
    "create_personalization_campaign": lambda api: api.post("/personalization/campaigns", CAMPAIGN),
    "get_personalization_campaign": lambda api: api.get(
        f"/personalization/campaigns/{campaign(api)}"
    ),
    "add_personalization_accounts": lambda api: api.post(
        f"/personalization/campaigns/{campaign(api)}/accounts", {"accounts": [{"name": "Figma"}]}
    ),
    "list_suggested_pages": lambda api: api.get("/personalization/suggested-pages?account=Notion"),
    "list_saved_target_accounts": lambda api: api.get("/personalization/saved-accounts?search=n"),
    "list_exclusion_groups": lambda api: api.get("/exclusion-groups"),
    "create_exclusion_group": lambda api: api.post(
        "/exclusion-groups", {"name": "P", "tests": [{"test_id": 1001}, {"test_id": 1002}]}
    ),
    "update_exclusion_group": lambda api: api.patch(
        f"/exclusion-groups/{group(api)}", {"name": "New"}
    ),
    "delete_exclusion_group": lambda api: api.delete(f"/exclusion-groups/{group(api)}"),
    "list_events": lambda api: api.get("/events"),
    "create_event": lambda api: api.post(
        "/event", {"event_name": "buy", "mida_uuid": visitor(api), "properties": {"n": 1}}
    ),
    "get_event": lambda api: api.get(f"/event/{event(api)}"),
    "update_event": lambda api: api.patch(f"/event/{event(api)}", {"event_text": "Renamed"}),
    "delete_event": lambda api: api.delete(f"/event/{event(api)}"),
    "list_goals": lambda api: api.get("/goals"),
    "create_goal": lambda api: api.post(
        "/goal", {"goal_name": "G", "goal_type": "event", "goal_value": "g"}
    ),
    "get_goal": lambda api: api.get(f"/goal/{goal(api)}"),
    "update_goal": lambda api: api.patch(f"/goal/{goal(api)}", {"goal_value": "h"}),
    "delete_goal": lambda api: api.delete(f"/goal/{goal(api)}"),
}


def visitor(api):
    """A visitor of the project, as its script would know it."""
    return api.sandbox.state.visits.visitors.texts("uuid").text(0)


def test_every_operation_has_a_call():
    """The table below leaves out no operation of the contract and invents none."""
    assert set(CALLS) == set(operations())


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_answers_as_documented(api, name):
    """A plain call succeeds, and its body obeys the contract's schema."""
    body = CALLS[name](api)
    assert body["success"] is True


@pytest.mark.parametrize("name", CALLS)
def test_an_operation_needs_a_key(sandbox, name):
    """Without an API key every operation gets 401 and an error in words."""
    import httpx

    method, path, _ = operations()[name]
    for placeholder in ("test_id", "comment_id", "campaign_id", "group_id", "event_id",
                        "goal_profile_id"):  # fmt: skip
        path = path.replace(f"{{{placeholder}}}", "1001")
    url = sandbox.base_url + path.replace("{project_key}", sandbox.project_key)
    response = httpx.request(method.upper(), url)
    assert response.status_code == 401
    assert set(response.json()) == {"error"}
