"""Moving in from GrowthBook and LaunchDarkly: files that apply, and a reason for all that is lost."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from midakit import AsyncMida, DecodeError, Unauthorized
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

Answering = Callable[[str, dict[str, str]], tuple[int, dict[str, object]]]
"""Answers a path and its query with a status and a body."""


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


def answering(**lists_by_name: object) -> Answering:
    """Answer as GrowthBook does, with one page of each list."""
    empty: dict[str, object] = {"metrics": [], "experiments": [], "features": []}
    data = empty | lists_by_name

    def answer(path: str, query: dict[str, str]) -> tuple[int, dict[str, object]]:
        name = path.rpartition("/")[2]
        return 200, {name: data[name], "hasMore": False}

    return answer


async def test_metrics_that_sql_computes_have_an_event_each(tmp_path: Path) -> None:
    """Two metrics whose names become the same key would count each other's events."""
    rows = [{"id": "met_1", "name": "購入", "type": "count"},
            {"id": "met_2", "name": "登録", "type": "count"}]  # fmt: skip
    with lists(answering(metrics=rows)) as (address, _):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            found = await import_growthbook(source, tmp_path)
    goals = found.documents["goal"].values()
    assert len({goal["goal_value"] for goal in goals}) == len({g["goal_key"] for g in goals}) == 2


async def test_an_object_that_cannot_be_read_spoils_no_other(tmp_path: Path) -> None:
    """It is left out with a reason, and the rest becomes files."""
    metric = {"id": "met_1", "name": "Bought", "type": "binomial"}
    arms = [{"variationId": "0", "name": "Control"}, {"variationId": "1", "name": "B"}]
    test = {"name": "Banner", "variations": arms, "phases": [{"coverage": "most"}]}
    data = answering(
        metrics=[None, {"name": "No id", "type": "count"}, metric],
        experiments=[test, {**test, "name": "Good", "phases": None}],
        features=["odd", {"id": "nav", "environments": {"dev": None}}],
    )
    with lists(data) as (address, _):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            found = await import_growthbook(source, tmp_path, url=SHOP)
    assert [list(files) for files in found.documents.values()] == [["bought"], ["good"]]
    left = {one.what for one in found.notes if one.left_out}
    assert left >= {"metric No id", "experiment Banner", "feature nav"}


async def test_launchdarkly_objects_that_cannot_be_read_spoil_no_other(tmp_path: Path) -> None:
    """Metric groups and experiments that are odd are left out with a reason."""
    arms = [{"name": "Control", "baseline": True}, {"name": "B", "allocationPercent": 50}]
    good = {"name": "Good", "currentIteration": {"treatments": arms}}
    odd = {"name": "Odd", "currentIteration": {"treatments": arms, "primaryMetric": "signup"}}
    answers = {
        "experiments": [None, odd, good],
        "metric-groups": [None, {"key": "g", "metrics": 5}],
    }

    def answer(path: str, query: dict[str, str]) -> tuple[int, dict[str, object]]:
        return 200, {"items": answers.get(path.rpartition("/")[2], [])}

    with lists(answer) as (address, _):
        async with AsyncLaunchDarkly("token", base_url=address) as source:
            found = await import_launchdarkly(source, tmp_path, "default", url=SHOP)
    assert list(found.documents["experiment"]) == ["good"]
    left = {one.what for one in found.notes if one.left_out}
    assert left >= {"metric group g", "experiment Odd"}


async def test_an_experiment_that_never_ran_is_imported_too(tmp_path: Path) -> None:
    """LaunchDarkly shows the iteration of a draft only to those who ask for it."""
    arms = [{"name": "Control", "baseline": True}, {"name": "B"}]

    def answer(path: str, query: dict[str, str]) -> tuple[int, dict[str, object]]:
        draft: dict[str, object] = {"name": "New", "key": "new"}
        if "draftIteration" in query.get("expand", "").split(","):
            draft["draftIteration"] = {"status": "not_started", "treatments": arms}
        return 200, {"items": [draft] if path.endswith("/experiments") else []}

    with lists(answer) as (address, _):
        async with AsyncLaunchDarkly("token", base_url=address) as source:
            found = await import_launchdarkly(source, tmp_path, "default", url=SHOP)
    assert list(found.documents["experiment"]) == ["new"]


async def test_a_list_that_is_none_is_an_error_that_names_it(tmp_path: Path) -> None:
    """Another service answers at that address."""
    for data in ({}, {"metrics": 5}, {"metrics": {"a": 1}}):
        with lists(lambda path, query, data=data: (200, data)) as (address, _):
            async with AsyncGrowthBook("secret_key", base_url=address) as source:
                with pytest.raises(DecodeError, match="no list `metrics`"):
                    await import_growthbook(source, tmp_path)


@pytest.mark.parametrize("written", ["", "/", "/api", "/api/", "/api/v1"])
async def test_the_address_of_growthbook_may_end_as_its_pages_write_it(written: str) -> None:
    """GrowthBook's own pages give the address with `/api`, examples with `/api/v1`."""
    with lists(answering()) as (address, seen):
        async with AsyncGrowthBook("secret_key", base_url=address + written) as source:
            await source.metrics()
    assert [one.path.partition("?")[0] for one in seen] == ["/api/v1/metrics"]


async def test_what_growthbook_has_and_mida_has_not_is_told(tmp_path: Path) -> None:
    """A bandit and the features that an experiment waits for are not lost in silence."""
    arms = [{"variationId": "0", "name": "Control"}, {"variationId": "1", "name": "B"}]
    phase = {"prerequisites": [{"id": "new-cart", "condition": "{}"}]}
    test = {"name": "Banner", "type": "multi-armed-bandit", "variations": arms, "phases": [phase]}
    with lists(answering(experiments=[test])) as (address, _):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            found = await import_growthbook(source, tmp_path, url=SHOP)
    told = "\n".join(found.notes_of("experiment", "banner"))
    assert "it is of the type multi-armed-bandit" in told
    assert "new-cart" in told


async def test_a_refusal_is_an_error_and_nothing_is_written(tmp_path):
    refused = {"message": "Invalid API key"}
    with lists(lambda path, query: (401, refused)) as (address, _):
        async with AsyncGrowthBook("secret_key", base_url=address) as source:
            with pytest.raises(Unauthorized, match="Invalid API key") as caught:
                await import_growthbook(source, tmp_path, url=SHOP)
    assert "secret_key" not in repr(caught.value)
    assert not list(tmp_path.iterdir())
