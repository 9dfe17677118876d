"""The traps of the real service are here too: what surprises a client there surprises it here."""

import json

import pytest

from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.routes.projects import update_project_configuration
from support.api import Api

VARIANTS = [{"name": "Variant 1", "nickname": "Red", "data": []}]
EXPERIMENT = {"test_name": "T", "url": "https://shop.example.com/", "variants": VARIANTS}
GOAL = {"goal_name": "Sign up!", "goal_type": "event", "goal_value": "signup"}
OWNER = {"x-sandbox-user": "alicia@example.com"}
EDITOR = {"x-sandbox-user": "mei@example.com"}
VIEWER = {"x-sandbox-user": "sam@example.com"}


def new(api, **fields):
    return api.post("/create-experiment", {**EXPERIMENT, **fields})["test_id"]


# ------------------------------------------------------------------ experiments


def test_variant_ids_come_in_three_families(api):
    """Control is 1 in details, "0" in reports and distribution, 0 in preview links."""
    details = api.get("/experiment/1001")["experiment"]["variants"]
    assert [v["variant_id"] for v in details] == [1, 2]
    for report in ("result", "distribution"):
        rows = api.get(f"/experiment/1001/{report}")["variants"]
        assert [v["variant_id"] for v in rows] == ["0", "1"]
    previews = api.get("/experiment/1001/preview-urls")["variants"]
    assert [v["variant_id"] for v in previews] == [0, 1]
    assert previews[1]["preview_url"].endswith("?test-preview=1001&test-variant=Variant_1")


def test_details_add_the_label_after_a_dash(api):
    """Details show `Variant 1 — Red`, reports show the label alone."""
    test_id = new(api)
    assert (
        api.get(f"/experiment/{test_id}")["experiment"]["variants"][1]["name"] == "Variant 1 — Red"
    )
    assert api.get(f"/experiment/{test_id}/result")["variants"][1]["name"] == "Red"


def test_listing_is_company_wide_but_reports_are_not(api):
    """An experiment of the account's other project is listed, and its report is 404."""
    listed = {row["test_id"] for row in api.get("/experiments")["experiments"]}
    assert 2001 in listed
    for path in ("", "/result", "/metrics", "/timeseries", "/distribution"):
        api.get(f"/experiment/2001{path}", status=404)


def test_idempotency_key_gives_the_first_reply_for_a_day(api, sandbox):
    """The same key, in body or header, creates once; after 24 hours it creates again."""
    sandbox.clock(freeze="2026-06-01T00:00:00Z")
    body = {**EXPERIMENT, "idempotency_key": "k"}
    first = api.post("/create-experiment", body)
    assert api.post("/create-experiment", body) == first
    headers = {"x-idempotency-key": "k"}
    assert api.post("/create-experiment", EXPERIMENT, headers=headers) == first
    sandbox.clock(move=24 * 3600 - 1)
    assert api.post("/create-experiment", body) == first
    sandbox.clock(move=1)
    assert api.post("/create-experiment", body)["test_id"] != first["test_id"]


def test_a_refused_creation_does_not_use_up_its_key(api):
    """Only a success is remembered under an idempotency key."""
    bad = {**EXPERIMENT, "variants": [{"name": "Variant 2", "data": []}], "idempotency_key": "k"}
    api.post("/create-experiment", bad, status=400)
    assert api.post("/create-experiment", {**EXPERIMENT, "idempotency_key": "k"})["success"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("variants", [{"name": "Variant 2", "data": []}]),
        ("variants", [{"name": "Variant 1"}]),
        ("variants", []),
        ("url", "https://shop.example.com/*"),
        ("page_urls", ["https://other.example.com/"]),
        ("page_urls", [{"url": "/", "rule": "contain", "allowed": False}]),
        ("page_urls", [{"url": "/a*", "rule": "contain"}]),
        ("page_urls", [{"url": "(", "rule": "regex"}]),
        ("page_urls", ["https://shop.example.com/"] * 51),
        ("status", 2),
        ("test_type", "server"),
        ("configuration", {"traffic_allocation": 101}),
        ("test_name", ""),
    ],
)
def test_a_wrong_field_is_refused_in_words(api, field, value):
    """A creation with a bad field gets 400, names it, and creates nothing."""
    before = api.get("/experiments?limit=500")["count"]
    error = api.post("/create-experiment", {**EXPERIMENT, field: value}, status=400)["error"]
    assert field in error
    assert api.get("/experiments?limit=500")["count"] == before


def test_page_rules_know_www_and_exclusions(api):
    """A simple rule ignores www and the last slash; an exclusion wins."""
    simple = {"page_urls": ["https://www.shop.example.com"]}
    assert new(api, **simple)
    excluded = [{"url": "shop", "rule": "contain"}, {"url": "example", "rule": "contain",
                                                     "allowed": False}]  # fmt: skip
    api.post("/create-experiment", {**EXPERIMENT, "page_urls": excluded}, status=400)


def test_no_goal_still_creates_with_a_warning(api):
    """Without a goal the experiment exists and the reply warns."""
    reply = api.post("/create-experiment", EXPERIMENT)
    assert reply["goal_profile_id"] is None
    assert len(reply["warnings"]) == 1


def test_an_inline_goal_of_known_name_and_type_is_reused(api):
    """Two experiments with the same inline goal share one goal."""
    inline = {"goal_name": "Buy", "goal_type": "event", "goal_value": "buy"}
    goals = api.get("/goals?limit=500")["count"]
    first = api.post("/create-experiment", {**EXPERIMENT, "primary_goal": inline})
    second = api.post("/create-experiment", {**EXPERIMENT, "primary_goal": inline})
    assert first["goal_profile_id"] == second["goal_profile_id"]
    assert api.get("/goals?limit=500")["count"] == goals + 1


def test_status_moves_only_where_it_may(api):
    """Draft is reached from inactive alone; start and stop always work."""
    test_id = new(api)
    api.patch(f"/experiment/{test_id}/status", {"status": 1})
    api.patch(f"/experiment/{test_id}/status", {"status": 9}, status=400)
    api.patch(f"/experiment/{test_id}/status", {"status": 0})
    assert api.patch(f"/experiment/{test_id}/status", {"status": 9})["status"] == 9
    api.patch(f"/experiment/{test_id}/status", {"status": 9}, status=400)
    api.patch(f"/experiment/{test_id}/status", {"status": 3}, status=400)


def test_update_is_shallow(api):
    """What is left out stays; a sent array replaces; settings merge by name."""
    test_id = new(api, configuration={"traffic_allocation": 80, "completion_visitor": 5})
    api.patch(f"/experiment/{test_id}", {"configuration": {"confidence_interval": 90}})
    api.patch(f"/experiment/{test_id}", {"targeting": {"device_rule": ["mobile"]}})
    api.patch(f"/experiment/{test_id}", {"variants": [{"name": "Variant 1", "data": []}]})
    found = api.get(f"/experiment/{test_id}")["experiment"]
    assert found["test_name"] == "T"
    assert found["configuration"]["traffic_allocation"] == 80
    assert found["configuration"]["confidence_interval"] == 90
    assert found["configuration"]["completion_visitor"] == 5
    assert found["targeting"] == {"devices": ["mobile"], "browsers": [], "countries": []}
    assert found["variants"][1]["name"] == "Variant 1"


def test_a_second_delete_is_not_found(api):
    """A deleted experiment is gone from lists and reports, and deleting again is 404."""
    test_id = new(api, status=1)
    reply = api.delete(f"/experiment/{test_id}")
    assert reply["was_live"] is True
    api.delete(f"/experiment/{test_id}", status=404)
    api.get(f"/experiment/{test_id}/result", status=404)
    assert test_id not in [e["test_id"] for e in api.get("/experiments?limit=500")["experiments"]]


def test_paging_stops_at_a_short_page(api):
    """Pages do not overlap, `count` is the page's, and a page past the end is empty."""
    every = [e["test_id"] for e in api.get("/experiments?limit=500")["experiments"]]
    limit = len(every) // 2 + 1
    first = api.get(f"/experiments?limit={limit}")
    second = api.get(f"/experiments?limit={limit}&offset={limit}")
    ids = [e["test_id"] for e in (*first["experiments"], *second["experiments"])]
    assert (first["count"], second["count"]) == (limit, len(every) - limit)
    assert ids == every == sorted(set(every))
    assert api.get(f"/experiments?limit={limit}&offset={2 * limit}")["experiments"] == []


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "limit=x", "offset=-1", "limit=1.5"])
def test_limits_out_of_range_are_refused(api, query):
    """A limit outside 1 to 500 or a bad offset gets 400."""
    api.get(f"/goals?{query}", status=400)


# ------------------------------------------------------------------ serving


def test_serving_has_its_conflicts(api):
    """Draft and double serving are 409; so are rollout and stop while nothing is served."""
    test_id = new(api)
    api.post(f"/experiment/{test_id}/serve-winner", {"variant_id": "1"}, status=409)
    api.patch(f"/experiment/{test_id}/serving-rollout", {"traffic_allocation": 5}, status=409)
    api.post(f"/experiment/{test_id}/stop-serving", status=409)
    api.patch(f"/experiment/{test_id}/status", {"status": 1})
    api.post(f"/experiment/{test_id}/serve-winner", {"variant_id": "7"}, status=400)
    api.post(f"/experiment/{test_id}/serve-winner", {}, status=400)
    served = api.post(f"/experiment/{test_id}/serve-winner", {"serving_variant_id": "1"})
    assert served["traffic_allocation"] == 100
    api.post(f"/experiment/{test_id}/serve-winner", {"variant_id": "1"}, status=409)
    row = next(
        e for e in api.get("/experiments?limit=500")["experiments"] if e["test_id"] == test_id
    )
    assert row["serving_variant_id"] == "1"
    assert api.get(f"/experiment/{test_id}/result")["report_phase"] == "pre_deploy"
    stopped = api.http.post(f"/project/{api.project}/experiment/{test_id}/stop-serving")
    assert stopped.json()["is_serving"] is False, "the body may be left out"
    assert "serving_variant_id" not in api.get(f"/experiment/{test_id}")["experiment"]


def test_a_split_test_previews_its_redirect(api):
    """Control is previewed on the experiment's page, a treatment on its own address."""
    data = [{"url": "https://shop.example.com/new?a=1"}]
    test_id = new(api, test_type="split", variants=[{"name": "Variant 1", "data": data}])
    urls = [v["preview_url"] for v in api.get(f"/experiment/{test_id}/preview-urls")["variants"]]
    assert urls[0].startswith("https://shop.example.com/?test-preview=")
    assert urls[1].startswith("https://shop.example.com/new?a=1&test-preview=")


# ------------------------------------------------------------------ goals and plans


def test_goal_keys_are_made_and_unique(api):
    """A missing key becomes a slug; a taken one is 406 on create and on update."""
    first = api.post("/goal", GOAL)
    assert first["goal_key"] == "sign_up"
    assert api.post("/goal", GOAL)["goal_key"] == "sign_up_2"
    api.post("/goal", {**GOAL, "goal_key": "sign_up"}, status=406)
    goal = api.post("/goal", {**GOAL, "goal_key": "mine"})["goal_profile_id"]
    reply = api.http.patch(f"/project/{api.project}/goal/{goal}", json={"goal_key": "sign_up"})
    assert reply.status_code == 406
    api.delete(f"/goal/{goal}")
    api.delete(f"/goal/{goal}", status=404)
    assert api.post("/goal", {**GOAL, "goal_key": "mine"})["goal_key"] == "mine"


def test_limited_plans_allow_two_of_each(api):
    """On plan 300 a third goal or live experiment is 403, and naming a known goal is free."""
    api.admin("PATCH", "/options", json={"plan": 300})
    assert "plan" in api.post("/goal", GOAL, status=403)["error"]
    inline = {"primary_goal": {**GOAL, "goal_name": "Unheard of"}}
    api.post("/create-experiment", {**EXPERIMENT, **inline}, status=403)
    api.post("/create-experiment", {**EXPERIMENT, "status": 1}, status=403)
    key = api.get("/goals?limit=1")["goals"][0]["goal_key"]
    test_id = new(api, primary_goal_key=key)
    api.patch(f"/experiment/{test_id}/status", {"status": 1}, status=403)
    api.patch("/experiment/1001/status", {"status": 1})


# ------------------------------------------------------------------ projects


def test_project_traps(api):
    """create_project answers 201, needs a name, and ignores fields it does not know."""
    api.post("/projects", {}, status=400)
    made = api.post("/projects", {"allowed_website": "b.example", "x": 1}, status=201)["project"]
    assert len(made["project_key"]) == 22
    assert made["name"] == "b.example"
    api.patch("", {"nothing": 1}, status=400)
    assert api.patch("", {"name": "N"})["project"]["website_name"] == "N"


def test_a_key_reaches_the_accounts_projects_but_not_their_experiments(api, sandbox):
    """A project made by the API opens for project calls; its experiments get 401."""
    made = api.post("/projects", {"name": "b.example"}, status=201)["project"]["project_key"]
    with Api(sandbox, project=made) as other:
        other.get()
        other.get("/configuration")
        other.get("/experiments", status=401)
        other.post("/event", {"event_name": "e", "id": "x"}, status=401)
        other.delete()
        other.get(status=404)
        other.delete(status=404)
    assert made not in [
        p["project_key"] for p in api.get("/projects?include_inactive=true")["projects"]
    ]


def test_keys_in_three_headers(sandbox):
    """Bearer, x-api-key and api-key all work; a wrong key and an unknown project do not."""
    import httpx

    url = f"{sandbox.base_url}/project/{sandbox.project_key}"
    for headers in ({"authorization": "Bearer sandbox"}, {"x-api-key": "sandbox"},
                    {"api-key": "sandbox"}):  # fmt: skip
        assert httpx.get(url, headers=headers).status_code == 200
    for headers in ({}, {"x-api-key": "wrong"}, {"authorization": "sandbox"},
                    {"authorization": "Basic sandbox"}):  # fmt: skip
        assert httpx.get(url, headers=headers).status_code == 401
    nowhere = httpx.get(f"{sandbox.base_url}/project/nope", headers={"x-api-key": "sandbox"})
    assert nowhere.status_code == 404


def test_a_paused_project_is_forbidden_and_hidden(api, sandbox):
    """Status 0 answers 403 everywhere and is listed only when asked for."""
    body = {"project_key": "PAUSED", "status": 0, "api_key": "other"}
    assert api.admin("POST", "/projects", json=body).status_code == 201
    with Api(sandbox, project="PAUSED", key="other") as paused:
        paused.get("", status=403)
        paused.get("/goals", status=403)
    assert "PAUSED" not in [p["project_key"] for p in api.get("/projects")["projects"]]
    every = api.get("/projects?include_inactive=true")["projects"]
    assert "PAUSED" in [p["project_key"] for p in every]


def test_deleting_a_project_stops_its_experiments(api, sandbox):
    """Live experiments of a deleted project are no longer live; a draft stays one."""
    api.delete()
    assert {
        e["status"] for e in sandbox.state.records.find_all("experiment", project=api.project)
    } == {0, 9}


def test_configuration_traps(api):
    """Confidence is text when read, secondary goals are replaced, null clears, unknown is 404."""
    changed = api.patch("/configuration", {"confidence_level": 92.5})["configuration"]
    assert changed["confidence_level"] == "92.5"
    assert "stats_engine" not in changed
    key = api.get("/goals?limit=1")["goals"][0]["goal_key"]
    body = {"primary_goal_key": key, "secondary_goals": [{"text": "BounceRate", "name": "B"}]}
    api.patch("/configuration", body)
    read = api.get("/configuration")["configuration"]
    assert read["primary_goal"]["goal_key"] == key
    assert [g["text"] for g in read["secondary_goals"]] == ["BounceRate"]
    assert read["confidence_threshold_percent"] == 92.5
    cleared = api.patch("/configuration", {"primary_goal_key": None, "secondary_goals": []})
    assert cleared["configuration"]["primary_goal_id"] is None
    api.patch("/configuration", {"primary_goal_key": "nope"}, status=404)
    api.patch("/configuration", {"confidence_level": 49}, status=400)
    api.patch("/configuration", {"other": 1}, status=400)


def test_defaults_reach_new_experiments_only(api):
    """A changed confidence level shows in the next experiment, not in the ones before."""
    before = new(api)
    api.patch("/configuration", {"confidence_level": 90, "analysis_method": "0"})
    after = new(api)
    read = [api.get(f"/experiment/{i}")["experiment"]["configuration"] for i in (before, after)]
    assert [c["confidence_interval"] for c in read] == [95, 90]
    assert [c["bayesian"] for c in read] == [1, 0]


# ------------------------------------------------------------------ groups


def test_groups_split_evenly_with_the_rest_on_the_last(api):
    """Three experiments without percents get 33, 33 and 34; update replaces the membership."""
    tests = [{"test_id": n} for n in (1001, 1002, 1003)]
    made = api.post("/exclusion-groups", {"name": "G", "tests": tests})
    assert [t["percent"] for t in made["tests"]] == [33, 33, 34]
    assert "group_id" not in made
    group = api.get("/exclusion-groups")["groups"][-1]
    changed = api.patch(f"/exclusion-groups/{group['id']}", {"tests": tests[:2]})
    assert [t["percent"] for t in changed["tests"]] == [50, 50]
    note = api.delete(f"/exclusion-groups/{group['id']}")["note"]
    assert note.startswith("Removed. 2 experiments keep running")
    api.delete(f"/exclusion-groups/{group['id']}", status=404)


@pytest.mark.parametrize(
    "tests",
    [
        [{"test_id": 1001}],
        [{"test_id": 1001}, {"test_id": 1001}],
        [{"test_id": 1001, "percent": 60}, {"test_id": 1002, "percent": 60}],
        [{"test_id": 1001, "percent": 60}, {"test_id": 1002}],
        [{"test_id": 1001}, {"test_id": 2001}],
    ],
)
def test_bad_memberships_are_refused(api, tests):
    """One test, a repeated one, a wrong sum, half the percents, a foreign test: 400."""
    api.post("/exclusion-groups", {"name": "G", "tests": tests}, status=400)


# ------------------------------------------------------------------ discussion, account


def test_an_api_key_reads_comments_but_cannot_post(api):
    """Posting needs a person; deleting needs the author, an Owner or an Admin."""
    path = "/experiment/1001/discussion"
    api.post(path, {"comment": "Hm."}, status=400)
    api.post(path, {"comment": ""}, headers=OWNER, status=400)
    api.post(path, {"comment": "x" * 5001}, headers=OWNER, status=400)
    reply = api.post(path, {"comment": "Ship it", "source": "agent"}, headers=OWNER)
    assert "comment_id" not in reply
    comment = api.get(path)["comments"][0]
    assert comment["source"] == "agent"
    assert "is_you" not in comment
    assert api.get(path, headers=OWNER)["comments"][0]["is_you"] is True
    own = f"{path}/{comment['comment_id']}"
    api.delete(own, status=403)
    api.delete(own, headers=EDITOR, status=403)
    assert api.delete(own, headers=OWNER)["deleted_preview"] == "Ship it"
    api.delete(own, headers=OWNER, status=404)


def test_access_depends_on_the_person(api):
    """A key has no role and may edit; a Viewer may not change anything."""
    assert api.get("/account/my-access")["role"] is None
    assert api.get("/account/my-access", headers=OWNER)["role_label"] == "Owner"
    assert api.get("/account/my-access", headers=VIEWER)["can_edit"] is False
    api.patch("/experiment/1001", {"test_name": "N"}, headers=VIEWER, status=403)
    api.get("/account/my-access", headers={"x-sandbox-user": "who@example.com"}, status=401)
    you = [m for m in api.get("/account/members", headers=EDITOR)["members"] if "is_you" in m]
    assert [m["email"] for m in you] == ["mei@example.com"]


# ------------------------------------------------------------------ personalization

CAMPAIGNS = "/personalization/campaigns"
CAMPAIGN = {
    "strategy": "accounts",
    "page_urls": ["https://www.shop.example.com/pricing"],
    "accounts": [{"name": "Notion", "domain": "notion.so"}, {"name": "Figma"}],
}


def test_campaigns_build_by_the_clock(api, sandbox):
    """A build is under way at once and done when the clock has moved on."""
    sandbox.clock(freeze="2026-06-01T00:00:00Z")
    made = api.post(CAMPAIGNS, CAMPAIGN)
    assert made["building"]
    assert made["needs_goal"]
    path = f"{CAMPAIGNS}/{made['abm_campaign_id']}"
    steps = []
    for _ in range(5):
        found = api.get(path)
        steps.append((found["accounts_with_copy"], found["pipeline"]["stage"], found["status"]))
        sandbox.clock(move=30)
    assert steps == [
        (0, "research", "building"),
        (0, "copy", "building"),
        (1, "copy", "building"),
        (1, "copy", "building"),
        (2, "copy", "ready"),
    ]


def test_adding_accounts_knows_who_is_there(api, sandbox):
    """A known company comes back untouched, links never change, and a build is queued."""
    sandbox.clock(freeze="2026-06-01T00:00:00Z")
    number = api.post(CAMPAIGNS, CAMPAIGN)["abm_campaign_id"]
    given = {"accounts": [{"name": "Other", "domain": "www.notion.so"}, {"name": "Linear"}]}
    reply = api.post(f"{CAMPAIGNS}/{number}/accounts", given)
    assert [a["name"] for a in reply["added"]] == ["Linear"]
    assert [a["name"] for a in reply["already_on_campaign"]] == ["Notion"]
    assert reply["queued_behind_current_build"] is True
    assert reply["links_live"] is False
    again = api.post(f"{CAMPAIGNS}/{number}/accounts", given)
    assert again["added"] == []
    assert again["already_on_campaign"][1]["link"] == reply["added"][0]["link"]
    assert api.get(f"{CAMPAIGNS}/{number}")["account_count"] == 3
    assert [
        a["name"] for a in api.get("/personalization/saved-accounts?search=lin")["accounts"]
    ] == ["Linear"]


def test_launch_needs_a_goal(api):
    """Without a goal a campaign cannot be launched; with one its links go live."""
    number = api.post(CAMPAIGNS, CAMPAIGN)["abm_campaign_id"]
    assert api.admin("POST", f"/launch?campaign_id={number}").status_code == 409
    goal = api.get("/goals?limit=1")["goals"][0]["goal_profile_id"]
    number = api.post(CAMPAIGNS, {**CAMPAIGN, "goal_profile_id": goal})["abm_campaign_id"]
    assert api.admin("POST", f"/launch?campaign_id={number}").status_code == 200
    found = api.get(f"{CAMPAIGNS}/{number}")
    assert found["launched"]
    assert found["status"] == "launched"


def test_campaign_limits(api):
    """200 accounts at most, verified pages only, and personas take no accounts."""
    many = [{"name": f"C{n}"} for n in range(200)]
    number = api.post(CAMPAIGNS, {**CAMPAIGN, "accounts": many})["abm_campaign_id"]
    api.post(f"{CAMPAIGNS}/{number}/accounts", {"accounts": [{"name": "one more"}]}, status=400)
    api.post(CAMPAIGNS, {**CAMPAIGN, "page_urls": ["https://evil.example/"]}, status=400)
    api.post(CAMPAIGNS, {**CAMPAIGN, "goal_profile_id": 424242}, status=404)
    personas = {"strategy": "personas", "page_urls": CAMPAIGN["page_urls"],
                "personas": [{"label": "CFO"}]}  # fmt: skip
    number = api.post(CAMPAIGNS, personas)["abm_campaign_id"]
    assert api.get(f"{CAMPAIGNS}/{number}")["account_count"] == 0
    api.post(f"{CAMPAIGNS}/{number}/accounts", {"accounts": [{"name": "x"}]}, status=400)
    for _ in range(15):
        api.post(CAMPAIGNS, personas)
    assert len(api.get(CAMPAIGNS)["campaigns"]) == 15


def test_personalization_can_be_off(api):
    """Without the feature every personalization call is 403."""
    api.admin("PATCH", "/options", json={"personalization": False})
    api.get(CAMPAIGNS, status=403)
    api.get("/personalization/suggested-pages", status=403)


# ------------------------------------------------------------------ events


def test_events_change_reports_at_once(api):
    """An event posted for a visitor in a test converts that visitor in the next report."""
    lines = [json.loads(line) for line in api.admin("GET", "/export").text.splitlines()]
    converted = {x["visitor_id"] for x in lines if x.get("event_text") == "checkout_started"}
    entered = {x["visitor_id"] for x in lines if x["type"] == "assignment" and x["test_id"] == 1001}
    number = min(entered - converted)
    uuid = next(x["uuid"] for x in lines if x["type"] == "visitor" and x["visitor_id"] == number)
    before = api.get("/experiment/1001/result")["total_conversions"]
    api.post("/event", {"event_name": "checkout_started", "mida_uuid": uuid})
    assert api.get("/experiment/1001/result")["total_conversions"] == before + 1
    event = api.get("/events?event_text=checkout_started&limit=1")["events"][0]["event_id"]
    api.delete(f"/event/{event}")
    assert api.get("/experiment/1001/result")["total_conversions"] == before
    api.delete(f"/event/{event}", status=404)


def test_event_properties_come_back_as_text(api, sandbox):
    """Properties are written as an object and read as JSON text; unknown visitors are 400."""
    uuid = sandbox.state.visits.visitors.texts("uuid").text(0)
    sandbox.clock(freeze="2030-01-01T00:00:00Z")
    api.post("/event", {"event_name": "buy", "mida_uuid": uuid, "properties": {"amount": 1.5}})
    event = api.get("/events?event_text=buy")["events"][0]
    assert json.loads(event["event_property"]) == {"amount": 1.5}
    assert event["created_at"] == "2030-01-01T00:00:00.000Z"
    api.patch(f"/event/{event['event_id']}", {"event_property": {"a": 2}, "event_text": "bought"})
    found = api.get(f"/event/{event['event_id']}")["event"]
    assert found["event_text"] == "bought"
    assert json.loads(found["event_property"]) == {"a": 2}
    api.post("/event", {"event_name": "buy", "mida_uuid": "nobody"}, status=400)
    api.post("/event", {"event_name": "buy"}, status=400)
    api.post("/event", {"mida_uuid": uuid}, status=400)


# ------------------------------------------------------------------ clean errors


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b"null", b'"x"', b"", b"\xff", b'{"test_name": NaN}', b'{"a": 1e999}',
     b'{"test_name": "\\ud800"}', b"[" * 100_000],
)  # fmt: skip
def test_bodies_that_are_no_clean_json_get_400(api, raw):
    """Malformed, deep, non-object or impossible JSON is a JSON 400, never a 500."""
    for method, path in (("POST", "/create-experiment"), ("PATCH", "/experiment/1001")):
        response = api.http.request(method, f"/project/{api.project}{path}", content=raw)
        assert response.status_code == 400
        assert "error" in response.json()


@pytest.mark.parametrize("number", ["9" * 40, "-1", "0", str(2**63)])
def test_huge_and_odd_ids_are_not_found(api, number):
    """An id that cannot exist is 404."""
    api.get(f"/experiment/{number}", status=404)
    api.get(f"/event/{number}", status=404)
    api.get(f"/goal/{number}", status=404)


@pytest.mark.parametrize("number", ["x", "1.5", "%20", "\N{ARABIC-INDIC DIGIT ONE}"])
def test_ids_that_are_no_numbers_are_refused(api, number):
    """An id that is no number is 400."""
    api.get(f"/experiment/{number}/result", status=400)


def test_unknown_paths_and_methods_answer_in_json(api):
    """404 and 405 are JSON, and 405 names what is allowed."""
    assert api.http.get("/nope").json()["error"]
    response = api.http.request("PUT", f"/project/{api.project}/experiments")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
    assert api.http.request("TRACE", f"/project/{api.project}").status_code == 405


def test_changes_of_defaults_at_the_same_time_are_all_kept(sandbox):
    """Two requests that were checked before either of them was carried out."""
    state, key = sandbox.state, sandbox.project_key
    names = ("path_ids", "query", "query_lists", "query_texts", "headers")
    nothing = {name: {} for name in names}
    requests = [
        ApiRequest(
            project=state.records.find_by_name("project", key), origin="", body=body, **nothing
        )
        for body in ({"confidence_level": 90}, {"frequentist_type": "1"})
    ]
    for request in requests:
        update_project_configuration(state, request)
    kept = state.records.find_by_name("project", key)["configuration"]
    assert (kept["confidence_level"], kept["frequentist_type"]) == ("90", "1")
