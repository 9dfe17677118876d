"""Moving in from GrowthBook and LaunchDarkly: files that apply, and a reason for all that is lost."""

import json
from pathlib import Path

import pytest

from midakit import AsyncMida, Unauthorized
from midakit.ascode._async.folder import AsyncCodeFolder
from midakit.ascode._async.migrating import import_growthbook, import_launchdarkly
from midakit.growthbook._async.client import AsyncGrowthBook
from midakit.launchdarkly import AsyncLaunchDarkly
from support.json_server import lists

pytestmark = pytest.mark.anyio

DATA = Path(__file__).resolve().parents[2] / "data" / "moving"
GROWTHBOOK = json.loads((DATA / "growthbook.json").read_text())
LAUNCHDARKLY = json.loads((DATA / "launchdarkly.json").read_text())
SHOP = "https://shop.example.com/"


def growthbook(path, query):
    """Answer as GrowthBook does, with pages of two rows whatever was asked for."""
    name, start = path.rpartition("/")[2], int(query["offset"])
    rows = GROWTHBOOK[name]
    page = rows[start : start + 2]
    return 200, {name: page, "limit": 2, "offset": start, "count": len(page), "total": len(rows),
                 "hasMore": start + 2 < len(rows), "nextOffset": start + 2}  # fmt: skip


def launchdarkly(path, query):
    name = "metrics" if path.startswith("/api/v2/metrics") else path.rpartition("/")[2]
    start, limit = int(query["offset"]), int(query["limit"])
    rows = LAUNCHDARKLY[name]
    return 200, {"items": rows[start : start + limit], "totalCount": len(rows), "_links": {}}


async def test_growthbook_becomes_files_that_apply(options, tmp_path):
    with lists(growthbook) as (address, seen):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            found = await import_growthbook(source, tmp_path, url=SHOP)
    assert len(seen) == 3 + 1 + 1
    assert {one.headers["authorization"] for one in seen} == {"Bearer secret_key"}
    assert found.documents["goal"]["purchase"] == {
        "goal_key": "purchase", "goal_name": "Purchase", "goal_type": "event",
        "goal_value": "Order placed",
    }  # fmt: skip
    assert found.documents["experiment"]["checkout-layout"] == {
        "test_name": "Checkout layout", "status": "draft", "url": SHOP,
        "primary_goal_key": "purchase", "secondary_goal_keys": ["revenue_per_user"],
        "variants": [{"nickname": "One page"}, {"nickname": "Two steps"}],
        "configuration": {"traffic_allocation": 80, "distribution": {"0": 50, "1": 25, "2": 25},
                          "bayesian": 1},
        "targeting": {"allowed_country": [{"name": "US", "code": "US", "rule": "whitelist"},
                                          {"name": "CA", "code": "CA", "rule": "whitelist"}],
                      "device_rule": ["mobile"]},
    }  # fmt: skip
    left = {one.what: one.text for one in found.notes if one.left_out}
    assert left == {
        "metric Page load time": "Mida has no goal of the type 'duration'",
        "metric Old": "it is archived",
        "experiment Archived one": "it is archived",
        "feature new-nav": "Mida's API has no feature flags; it is switched by the experiment exp_1",
    }
    told = "\n".join(found.notes_of("experiment", "checkout-layout"))
    for word in ("met_3", "targeting by plan", "namespace checkout", "guardrails support_tickets",
                 "hypothesis: Fewer steps"):  # fmt: skip
        assert word in told
    assert "outliers are capped" in "\n".join(found.notes_of("goal", "revenue_per_user"))
    text = (tmp_path / "experiments" / "checkout-layout.yaml").read_text()
    assert "# namespace checkout: make an exclusion group of it\n" in text
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        plan = await folder.plan()
        assert not [step for step in plan.steps if step.blocked]
        assert "update" in {step.action for step in plan.steps}  # the sandbox has a goal `purchase`


async def test_launchdarkly_becomes_files_that_apply(options, tmp_path):
    with lists(launchdarkly) as (address, seen):
        async with AsyncLaunchDarkly("token", base_url=address) as source:
            found = await import_launchdarkly(source, tmp_path, "default", url=SHOP)
    assert [one.path.partition("?")[0] for one in seen] == [
        "/api/v2/metrics/default", "/api/v2/projects/default/metric-groups",
        "/api/v2/projects/default/environments/production/experiments",
    ]  # fmt: skip
    assert found.documents["experiment"]["banner"] == {
        "test_name": "Banner", "status": "draft", "url": SHOP, "primary_goal_key": "thanks",
        "secondary_goal_keys": ["signup"], "control": {"nickname": "Banner off"},
        "variants": [{"nickname": "Banner on"}],
        "configuration": {"traffic_allocation": 90, "distribution": {"0": 66.67, "1": 33.33},
                          "bayesian": 0},
    }  # fmt: skip
    told = found.notes_of("experiment", "banner")
    assert "metric gone could not be mapped" in told
    assert "it assigns by account; Mida assigns by visitor" in told
    assert any("the flags banner" in one for one in told)
    assert [one.what for one in found.notes if one.left_out] == [
        "metric group path",
        "experiment Old",
    ]
    async with AsyncMida(**options) as mida:
        folder = AsyncCodeFolder(tmp_path, mida)
        plan = await folder.apply()
        assert [(one.action, one.kind) for one in plan.steps] == [
            ("create", "goal"), ("create", "goal"), ("create", "experiment")
        ]  # fmt: skip
        assert not await folder.plan()


async def test_without_a_page_there_are_goals_only_and_the_reason_is_told(tmp_path):
    with lists(growthbook) as (address, _):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            found = await import_growthbook(source, tmp_path)
    assert not (tmp_path / "experiments").exists()
    told = {one.what: one.text for one in found.notes}
    assert told["experiment Checkout layout"] == "Mida needs the page it runs on: give --url"


async def test_a_second_import_keeps_what_people_wrote(tmp_path):
    with lists(growthbook) as (address, _):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            await import_growthbook(source, tmp_path, url=SHOP)
            file = tmp_path / "goals" / "purchase.yaml"
            text = file.read_text().replace("goal_name", "# the main one\ngoal_name")
            file.write_text(text)
            await import_growthbook(source, tmp_path, url=SHOP)
    assert file.read_text() == text


async def test_a_refusal_is_an_error_and_nothing_is_written(tmp_path):
    refused = {"message": "Invalid API key"}
    with lists(lambda path, query: (401, refused)) as (address, _):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            with pytest.raises(Unauthorized, match="Invalid API key") as caught:
                await import_growthbook(source, tmp_path, url=SHOP)
    assert "secret_key" not in repr(caught.value)
    assert not list(tmp_path.iterdir())
