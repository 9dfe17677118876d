"""LaunchDarkly's metric endpoints: listing, filters, errors, limits and the same faults."""

import json
import time

import httpx
import pytest

TOKEN = {"authorization": "sandbox", "ld-api-version": "20240415"}


@pytest.fixture
def ld(sandbox):
    with httpx.Client(base_url=f"{sandbox.url}/api/v2/metrics", headers=TOKEN) as client:
        yield client


def every_page(ld, url="/sandbox?limit=50"):
    pages = []
    while url:
        page = ld.get(url).json()
        pages.append(page)
        following = page["_links"].get("next")
        url = following and str(ld.base_url.join(following["href"]))
    return pages


def decoded(value):
    """A value that may be JSON text."""
    return json.loads(value) if isinstance(value, str) else value


def test_the_next_links_lead_through_all(ld):
    """Following `_links.next` gives every metric once, 50 at most a page."""
    pages = every_page(ld)
    keys = [metric["key"] for page in pages for metric in page["items"]]
    assert [len(page["items"]) for page in pages] == [50, 50, 20]
    assert len(set(keys)) == len(keys) == pages[0]["totalCount"] == 120
    assert len(ld.get("/sandbox").json()["items"]) == 20


def test_every_kind_is_there(ld):
    """Pageview, click, numeric and plain custom, trace, filtered, windowed and archived ones."""
    metrics = [metric for page in every_page(ld) for metric in page["items"]]
    assert {m["kind"] for m in metrics} == {"pageview", "click", "custom", "trace"}
    kinds = {u["kind"] for m in metrics for u in decoded(m.get("urls", []))}
    assert kinds == {"exact", "canonical", "substring", "regex"}
    assert any(m["archived"] for m in metrics)
    assert any(m.get("filters") for m in metrics)
    assert any(m.get("unit") == "USD" for m in metrics)
    assert any(m.get("windowEndOffset") for m in metrics)
    assert any(m["unitAggregationType"] == "sum" for m in metrics)
    assert all("experiments" not in m and "isActive" not in m for m in metrics)


def test_one_metric_and_its_expansions(ld):
    """Uses come only when expanded; a list item lacks what only details have."""
    plain = ld.get("/sandbox/custom-metric-003").json()
    assert plain["key"] == "custom-metric-003"
    assert "experiments" not in plain
    assert "isActive" in plain
    expanded = ld.get("/sandbox/custom-metric-003?expand=experiments,eventSources").json()
    assert len(expanded["experiments"]) == 2
    assert "eventSources" in expanded
    version = plain["_versionId"]
    assert ld.get(f"/sandbox/custom-metric-003?versionId={version}").status_code == 200
    assert ld.get("/sandbox/custom-metric-003?versionId=other").status_code == 404


def test_older_versions_answer(ld):
    """A metric of version 3 has versions 1 and 2 under ids of their own, and no version 3.3."""
    latest = ld.get("/sandbox/custom-metric-003").json()
    assert latest["_version"] == 3
    seen = []
    for number in (1, 2):
        wanted = f"{latest['_versionId']}.{number}"
        older = ld.get(f"/sandbox/custom-metric-003?versionId={wanted}").json()
        assert (older["_versionId"], older["_version"]) == (wanted, number)
        seen.append(older["description"])
    assert len({*seen, latest["description"]}) == 3
    assert (
        ld.get(f"/sandbox/custom-metric-003?versionId={latest['_versionId']}.3").status_code == 404
    )


EXPANSIONS = ("experiments", "experimentCount", "metricGroups", "metricGroupCount", "eventSources",
              "guardedRollouts", "guardedRolloutCount", "lastUsedInExperiment",
              "lastUsedInGuardedRollout")  # fmt: skip


@pytest.mark.parametrize("name", EXPANSIONS)
def test_every_expansion_reveals_something(ld, name):
    """Without `expand` the field is not there; with it there is something in it."""
    assert name not in ld.get("/sandbox/custom-metric-006").json()
    expanded = ld.get(f"/sandbox/custom-metric-006?expand={name}").json()
    assert expanded[name]
    assert not (set(EXPANSIONS) - {name}) & set(expanded)


def test_some_metrics_are_written_as_the_documented_example(ld):
    """Objects, lists and times are text in every fourth metric, and say the same when decoded."""
    fields = {"_site": dict, "_maintainer": dict, "filters": dict, "urls": list}
    seen = set()
    for metric in (metric for page in every_page(ld) for metric in page["items"]):
        textual = int(metric["key"][-3:]) % 4 == 0
        for name, kind in fields.items():
            if name in metric:
                assert isinstance(metric[name], str) == textual
                assert isinstance(decoded(metric[name]), kind)
                seen.add((name, textual))
        for name in ("_creationDate", "archivedAt"):
            if name in metric:
                assert isinstance(metric[name], str if textual else int)
                assert int(metric[name]) > 1_700_000_000_000
    assert seen == {(name, textual) for name in fields for textual in (True, False)}


def test_details_obey_the_published_schema(ld):
    """A metric of each kind fits the contract of the lookup."""
    from pathlib import Path

    import jsonschema
    import yaml

    file = Path(__file__).parents[2] / "data/api/launchdarkly-metric.openapi.yaml"
    document = yaml.safe_load(file.read_text(encoding="utf-8"))
    schema = {**document["components"]["schemas"]["Metric"], "components": document["components"]}
    for place in range(12):
        key = ld.get(f"/sandbox?limit=1&offset={place}").json()["items"][0]["key"]
        jsonschema.validate(ld.get(f"/sandbox/{key}").json(), schema)


@pytest.mark.parametrize(
    ("text", "test"),
    [
        ("eventKind equals click", lambda m: m["kind"] == "click"),
        ('tags contains ["custom","seeded"]', lambda m: m["tags"] == ["custom", "seeded"]),
        ("isNumeric equals true", lambda m: m["isNumeric"]),
        ("unitAggregationType equals sum", lambda m: m["unitAggregationType"] == "sum"),
        ('query equals "metric 12"', lambda m: "metric 12" in m["name"]),
        ('dataSourceKeys notEquals ["snowflake"]', lambda m: m["dataSource"]["key"] != "snowflake"),
        ("eventKind equals custom,isNumeric equals false",
         lambda m: m["kind"] == "custom" and not m["isNumeric"]),
    ],
)  # fmt: skip
def test_filters(ld, text, test):
    """A filter gives all and only the metrics it describes."""
    every = [metric for page in every_page(ld) for metric in page["items"]]
    found = ld.get("/sandbox", params={"filter": text, "limit": 50}).json()
    assert found["totalCount"] == sum(map(test, every)) > 0
    assert all(map(test, found["items"]))


def test_sorting(ld):
    """By name or age, up or down."""
    for sort, name, order in (("name", "name", str), ("createdAt", "_creationDate", int)):
        up = [order(m[name]) for m in ld.get(f"/sandbox?limit=50&sort={sort}").json()["items"]]
        down = [order(m[name]) for m in ld.get(f"/sandbox?limit=50&sort=-{sort}").json()["items"]]
        assert up == sorted(up)
        assert down == sorted(down, reverse=True)


@pytest.mark.parametrize(
    ("path", "headers", "status", "code"),
    [
        ("/sandbox", {"authorization": "wrong"}, 401, "unauthorized"),
        ("/sandbox", {"authorization": "Bearer sandbox"}, 401, "unauthorized"),
        ("/sandbox", {"ld-api-version": "1"}, 400, "invalid_request"),
        ("/nowhere", {}, 404, "not_found"),
        ("/sandbox/nothing", {}, 404, "not_found"),
        ("/sandbox?limit=51", {}, 400, "invalid_request"),
        ("/sandbox?limit=x", {}, 400, "invalid_request"),
        ("/sandbox?sort=size", {}, 400, "invalid_request"),
        ("/sandbox?filter=what", {}, 400, "invalid_request"),
        ("/sandbox?filter=size%20equals%203", {}, 400, "invalid_request"),
    ],
)
def test_errors_have_code_message_and_id(ld, path, headers, status, code):
    """Every refusal is JSON with the three fields."""
    response = ld.get(path, headers=headers)
    assert response.status_code == status
    assert response.json()["code"] == code
    assert set(response.json()) == {"code", "message", "id"}
    assert ld.delete("/sandbox/click-metric-002").status_code == 405


def test_rate_limits_count_down_in_epoch_milliseconds(ld, sandbox):
    """With a limit the headers count down, 429 comes after it, and Reset is in the future."""
    assert not any(name.startswith("x-ratelimit") for name in ld.get("/sandbox").headers)
    httpx.patch(f"{sandbox.url}/__sandbox__/options", json={"ld_rate_limit": 3})
    if time.time() % 10 > 9:
        time.sleep(1.1)  # not across the edge of a window
    answers = [ld.get("/sandbox?limit=1") for _ in range(4)]
    assert [a.status_code for a in answers] in ([200, 200, 200, 429], [200, 200, 429, 429])
    assert answers[-1].headers["x-ratelimit-route-remaining"] == "0"
    left = int(answers[-1].headers["x-ratelimit-reset"]) / 1000 - time.time()
    assert 0 <= left <= 10


def test_the_same_faults_work_here(ld, sandbox):
    """Rules and headers damage these answers too, and the request log shows them."""
    assert ld.get("/sandbox", headers={"x-sandbox-fault": "status;code=503"}).status_code == 503
    sandbox.faults("unknown;enums=1", path="/api/v2/metrics")
    assert ld.get("/sandbox/click-metric-002").json()["kind"] == "future_value"
    assert [r["status"] for r in sandbox.requests()] == [503, 200]
