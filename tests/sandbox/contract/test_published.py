"""`/openapi.json`: the contract in words from which generators make every operation."""

import datetime
import json
import re
from http import HTTPStatus
from pathlib import Path

import httpx
import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from midakit.sandbox import Sandbox
from midakit.sandbox.contract.operations import operations
from midakit.sandbox.contract.published import published
from support.generated import TSC, python_client, run

# generated once, and Node's packages installed once
pytestmark = pytest.mark.xdist_group("node")
EXAMPLES = Path(__file__).parents[2] / "data/api/examples"
NAMES = {operation.name for operation in operations()}
PROJECT = "SANDBOXxPROJECTxKEY001"


def read_operations(document):
    return {
        operation["operationId"]: operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method in {"get", "post", "patch", "put", "delete"}
    }


def test_it_is_served_without_a_key_at_the_address_that_was_asked(sandbox):
    """Every operation is there with its words, and `servers` names this sandbox."""
    document = httpx.get(f"{sandbox.url}/openapi.json").raise_for_status().json()
    assert document["openapi"] == "3.1.0"
    assert document["servers"][0]["url"] == sandbox.base_url
    found = read_operations(document)
    assert set(found) == NAMES
    assert all(operation["tags"] and operation["summary"] for operation in found.values())
    own = httpx.get(f"{sandbox.url}/~mine/openapi.json").json()
    assert own["servers"][0]["url"] == f"{sandbox.url}/~mine/v2"
    other = httpx.get(f"{sandbox.url}/openapi.json", headers={"host": "localhost:4010"}).json()
    assert other["servers"][0]["url"] == "http://localhost:4010/v2"


def test_the_plainer_words_allow_no_less():
    """Every documented body, of requests and answers, obeys the plainer schemas too."""
    document = published("http://127.0.0.1/v2")
    registry = Registry().with_resource(
        "urn:p", Resource(contents=document, specification=DRAFT202012)
    )
    checked = 0
    for name, operation in read_operations(document).items():
        request = operation.get("requestBody", {}).get("content", {}).get("application/json")
        answer = operation["responses"].get("200") or operation["responses"]["201"]
        for file in EXAMPLES.glob(f"{name}.*json"):
            is_request = file.name.endswith(".request.json")
            schema = request if is_request else answer["content"]["application/json"]
            text = json.dumps(schema["schema"]).replace('"#/', '"urn:p#/')
            body = json.loads(file.read_text(encoding="utf-8"))
            jsonschema.Draft202012Validator(json.loads(text), registry=registry).validate(body)
            checked += 1
    assert checked > 60


def test_nothing_is_left_that_a_generator_stumbles_over():
    """No query parameter without a schema, no boolean constant, no condition between fields."""

    def walk(node, path):
        if isinstance(node, list):
            for place, item in enumerate(node):
                walk(item, (*path, place))
            return
        if not isinstance(node, dict):
            return
        if node.get("in") == "query":
            assert "schema" in node, path
        assert not isinstance(node.get("const"), bool), path
        assert not ("properties" in node and {"anyOf", "oneOf", "if", "not"} & set(node)), path
        if node.get("type") == "array":
            assert "items" in node, path
        for key, value in node.items():
            walk(value, (*path, key))

    walk(published("http://127.0.0.1/v2"), ())


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    return python_client(published("http://127.0.0.1/v2"), tmp_path_factory.mktemp("generated"))


@pytest.fixture
def called(generated, sandbox):
    """Calls an operation of the generated client and returns its parsed answer."""
    client = generated("client").AuthenticatedClient(
        base_url=sandbox.base_url,
        token="sandbox",
        headers={"x-sandbox-user": "alicia@example.com"},
    )

    def call(group, name, *ids, status=HTTPStatus.OK, **options):
        operation = generated(f"api.{group}.{name}")
        answer = operation.sync_detailed(PROJECT, *ids, client=client, **options)
        assert answer.status_code == status, answer.content
        assert answer.parsed is not None
        return answer.parsed

    with client:
        yield call


def test_python_has_a_function_for_every_operation(generated):
    """openapi-python-client leaves none out, and each one imports."""
    root = Path(generated("client").__file__).parent / "api"
    files = {file.stem: file.parent.name for file in root.glob("*/[a-z]*.py")}
    assert set(files) == NAMES
    for name, group in files.items():
        assert callable(generated(f"api.{group}.{name}").sync)


def test_python_reads_reports(called, generated):
    """Results, timeseries and metrics, with filters and dates."""
    rules = json.dumps([[{"criteria": "device", "operator": "==", "value": "desktop"}]])
    result = called("experiments", "get_experiment_result", 1001, custom_filter=rules)
    assert sum(arm.visitors for arm in result.variants) == result.total_visitors > 0
    start = datetime.date(2026, 5, 1)
    series = called("experiments", "get_experiment_timeseries", 1001, start_date=start)
    assert series.timeseries[0].visitors > 0
    metrics = called("experiments", "get_experiment_metrics", 1001)
    assert metrics.metric_count == len(metrics.metric_definitions) > 0


def test_python_works_with_experiments(called, generated):
    """Create, read, update, discuss, serve, stop and delete one."""
    models = generated("models")
    body = models.CreateExperimentRequest.from_dict(
        {
            "test_name": "Generated",
            "url": "https://shop.example.com/",
            "variants": [{"name": "Variant 1", "data": []}],
        }
    )
    made = called("experiments", "create_experiment", body=body)
    number = made.test_id
    assert called("experiments", "get_experiment", number).experiment.test_name == "Generated"
    listed = called("experiments", "list_experiments", limit=100)
    assert number in [one.test_id for one in listed.experiments]
    change = models.UpdateExperimentRequest(test_name="Changed")
    called("experiments", "update_experiment", number, body=change)
    live = models.UpdateExperimentStatusRequest(status=models.ExperimentStatus(1))
    called("experiments", "update_experiment_status", number, body=live)
    comment = models.AddCommentRequest.from_dict({"comment": "Looks good"})
    called("experiments", "add_experiment_comment", number, body=comment)
    assert called("experiments", "get_experiment_discussion", number).comments
    for name in ("distribution", "preview_urls", "share_link"):
        called("experiments", f"get_experiment_{name}", number)
    called("experiments", "delete_experiment", number)
    called("experiments", "get_experiment", number, status=HTTPStatus.NOT_FOUND)


def test_python_works_with_goals_and_events(called, generated, sandbox):
    """Create, list, read, update and delete a goal and an event."""
    models = generated("models")
    goal = models.CreateGoalRequest.from_dict(
        {"goal_name": "G", "goal_type": "event", "goal_value": "generated"}
    )
    number = called("goals", "create_goal", body=goal).goal_profile_id
    assert called("goals", "get_goal", number).goal.goal_value == "generated"
    change = models.UpdateGoalRequest.from_dict({"goal_name": "H"})
    called("goals", "update_goal", number, body=change)
    assert "H" in [one.goal_name for one in called("goals", "list_goals").goals]
    called("goals", "delete_goal", number)
    visitor = sandbox.state.visits.visitors.row(0)["uuid"]
    event = models.CreateEventRequest.from_dict({"event_name": "seen", "mida_uuid": visitor})
    called("events", "create_event", body=event)
    (found,) = called("events", "list_events", event_text="seen").events
    assert called("events", "get_event", found.event_id).event.event_text == "seen"
    called("events", "update_event", found.event_id, body=models.UpdateEventRequest(url="/x"))
    called("events", "delete_event", found.event_id)


def test_python_works_with_projects_and_the_account(called, generated):
    """Read and change a project and its configuration; see the team."""
    models = generated("models")
    assert called("projects", "get_project").project.project_key == PROJECT
    assert len(called("projects", "list_projects").projects) == 2
    change = models.UpdateProjectRequest.from_dict({"website_name": "new.example.com"})
    called("projects", "update_project", body=change)
    settings = models.UpdateProjectConfigurationRequest.from_dict({"confidence_level": 90})
    called("projects", "update_project_configuration", body=settings)
    called("projects", "get_project_configuration")
    new = models.CreateProjectRequest.from_dict({"website_name": "third.example.com"})
    called("projects", "create_project", body=new, status=HTTPStatus.CREATED)
    assert called("account", "list_team_members").members
    called("account", "get_my_access")


def test_python_works_with_groups_and_campaigns(called, generated):
    """Create, list, change and delete an exclusion group; create and read a campaign."""
    models = generated("models")
    tests = [{"test_id": 1001, "percent": 50}, {"test_id": 1002, "percent": 50}]
    body = models.CreateExclusionGroupRequest.from_dict({"name": "G", "tests": tests})
    called("exclusion_groups", "create_exclusion_group", body=body)
    (group,) = called("exclusion_groups", "list_exclusion_groups").groups
    change = models.UpdateExclusionGroupRequest.from_dict({"name": "H"})
    called("exclusion_groups", "update_exclusion_group", group.id, body=change)
    called("exclusion_groups", "delete_exclusion_group", group.id)
    campaign = models.CreateCampaignRequest.from_dict(
        {
            "strategy": "accounts",
            "page_urls": ["https://shop.example.com/"],
            "accounts": [{"name": "Acme", "domain": "acme.example"}],
        }
    )
    made = called("personalization", "create_personalization_campaign", body=campaign)
    number = made.to_dict()["abm_campaign_id"]
    called("personalization", "get_personalization_campaign", number)
    assert called("personalization", "list_personalization_campaigns").campaigns
    called("personalization", "list_suggested_pages")
    called("personalization", "list_saved_target_accounts")


PROGRAM = """
import createClient from "openapi-fetch";
import type { paths } from "./sandbox.js";

declare const BASE_URL: string;
const client = createClient<paths>({
  baseUrl: BASE_URL,
  headers: { "x-api-key": "sandbox" },
});
const params = { path: { project_key: "SANDBOXxPROJECTxKEY001", test_id: 1001 } };
const { data, error } = await client.GET("/project/{project_key}/experiment/{test_id}/result", {
  params: { ...params, query: { filter_by: "desktop" } },
});
if (error) throw new Error(error.error);
const visitors: number = data.variants.reduce((sum, arm) => sum + arm.visitors, 0);
const goal = await client.POST("/project/{project_key}/goal", {
  params, body: { goal_name: "T", goal_type: "event", goal_value: "t" },
});
console.log(JSON.stringify({ visitors, total: data.total_visitors, status: goal.response.status }));
"""


@pytest.mark.slow
def test_typescript_has_every_operation_with_its_types(sandbox, node_folder):
    """openapi-typescript makes all of them; a program over openapi-fetch compiles, a wrong one does not, and it runs."""
    folder = node_folder
    done = run(
        folder, "node_modules/.bin/openapi-typescript", f"{sandbox.url}/openapi.json",
        "-o", "sandbox.d.ts",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    types = (folder / "sandbox.d.ts").read_text()
    assert {name for name in NAMES if f'operations["{name}"]' in types} == NAMES
    (folder / "program.ts").write_text(PROGRAM)
    (folder / "wrong.ts").write_text(PROGRAM.replace("data.total_visitors", "data.totalVisitors"))
    checked = run(folder, *TSC, "program.ts", "wrong.ts")
    told = [line for line in checked.stdout.splitlines() if not line.startswith(" ")]
    assert len(told) == 1, checked.stdout
    assert re.match(r"wrong\.ts\(.*totalVisitors", told[0])
    (folder / "start.js").write_text(
        f'globalThis.BASE_URL = "{sandbox.base_url}"; await import("./program.js");'
    )
    done = run(folder, "node", "start.js")
    answer = json.loads(done.stdout)
    assert answer["visitors"] == answer["total"] > 0
    assert answer["status"] == 200


def test_a_sandbox_under_another_name_says_so():
    """The document of an IPv6 sandbox has its address in brackets."""
    with Sandbox(host="::1", seed=None) as sandbox:
        document = httpx.get(f"{sandbox.url}/openapi.json").json()
        assert document["servers"][0]["url"] == sandbox.base_url
