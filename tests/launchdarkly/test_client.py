"""Both clients over real sockets, against the sandbox."""

import pytest

from midakit.core.spans import url_template
from midakit.errors import (
    ConfigurationError,
    InvalidRequest,
    NotAcceptable,
    NotFound,
    ServerError,
    Unauthorized,
)
from midakit.launchdarkly import AsyncLaunchDarkly, LaunchDarkly, plan_import, run_import
from midakit.launchdarkly.service import LaunchDarklyService
from midakit.sandbox import Sandbox


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(seed=42, visitors=50) as running:
        yield running


@pytest.fixture
def ld(sandbox):
    with LaunchDarkly(sandbox.access_token, base_url=sandbox.url) as client:
        yield client


def test_a_listing_walks_all_pages(ld):
    """120 metrics in three pages of fifty, none twice."""
    pager = ld.metrics.list("sandbox")
    keys = [metric.key for metric in pager]
    assert len(set(keys)) == len(keys) == 120
    assert pager.report.pages == 3
    assert pager.report.complete


def test_traces_have_routes_without_keys(ld):
    """A span's template names no project and no metric."""
    sent = []
    ld.hooks.on_answer(lambda event: sent.append(event.call))
    key = ld.metrics.list("sandbox", max_items=1).collect()[0].key
    ld.metrics.get("sandbox", key)
    found = [url_template(call.path, LaunchDarklyService.values_after) for call in sent]
    listing = "/api/v2/metrics/{project_key}"
    assert found == [listing, listing + "/{metric_key}"]


def test_a_metric_is_expanded_when_asked(ld):
    """Uses come only with `expand`."""
    key = ld.metrics.list("sandbox", max_items=1).collect()[0].key
    plain, full = (
        ld.metrics.get("sandbox", key),
        ld.metrics.get("sandbox", key, expand="experiments"),
    )
    assert plain.key == full.key == key
    assert "experiments" not in plain.raw
    assert "experiments" in full.raw


def test_filters_and_order_reach_the_server(ld):
    """Names descend, and only clicks come back."""
    found = ld.metrics.list("sandbox", filter="eventKind equals click", sort="-name").collect()
    assert {metric.kind for metric in found} == {"click"}
    assert [m.name for m in found] == sorted((m.name for m in found), reverse=True)


def test_a_refusal_carries_code_and_id(ld):
    """The id is what LaunchDarkly's support asks for."""
    with pytest.raises(NotFound) as caught:
        ld.metrics.get("sandbox", "nothing-here")
    assert caught.value.code == "not_found"
    assert caught.value.request_id


def test_a_wrong_token_is_not_repeated_in_the_error(sandbox):
    """401, and the text holds no token."""
    with (
        LaunchDarkly("secret-token", base_url=sandbox.url) as ld,
        pytest.raises(Unauthorized) as caught,
    ):
        ld.metrics.get("sandbox", "m")
    assert "secret-token" not in f"{caught.value!r} {caught.value} {ld!r}"


def test_the_token_comes_from_the_environment(monkeypatch):
    """Or the client says which variable it looked for."""
    monkeypatch.delenv("LAUNCHDARKLY_ACCESS_TOKEN", raising=False)
    with pytest.raises(ConfigurationError, match="LAUNCHDARKLY_ACCESS_TOKEN"):
        LaunchDarkly()
    monkeypatch.setenv("LAUNCHDARKLY_ACCESS_TOKEN", "from-env")
    with LaunchDarkly(instance="eu") as ld:
        assert "app.eu.launchdarkly.com" in repr(ld)


def test_a_page_size_above_fifty_is_refused(ld):
    """Before anything is sent."""
    with pytest.raises(InvalidRequest):
        ld.metrics.list("sandbox", page_size=51)


def test_the_async_client_reads_the_same():
    """The twin was made from it."""
    import asyncio

    async def read(sandbox):
        async with AsyncLaunchDarkly(sandbox.access_token, base_url=sandbox.url) as ld:
            return [metric async for metric in ld.metrics.list("small", prefetch=2)]

    with Sandbox(seed=1, visitors=50) as sandbox:
        found = asyncio.run(read(sandbox))
        with LaunchDarkly(sandbox.access_token, base_url=sandbox.url) as ld:
            assert found == ld.metrics.list("small").collect()
    assert len(found) == 20


def test_an_import_is_repeatable_and_goes_on_after_a_failure(ld):
    """Goals that are there count as done, one that fails is reported, the rest are made."""
    plan = plan_import(ld.metrics.list("small").collect())
    keys = [mapping.goal["goal_key"] for mapping in plan.new]
    made = []

    def create(**goal):
        if goal["goal_key"] == keys[0]:
            raise NotAcceptable("taken", status=406)
        if goal["goal_key"] == keys[1]:
            raise ServerError("broken", status=500)
        made.append(goal["goal_key"])

    report = run_import(plan, create)
    assert made == keys[2:]
    assert report.counts["already there"] == 1
    assert report.counts["failed"] == 1
    assert report.exit_code == 1
    assert "500 broken" in str(report)
    again = plan_import([mapping.metric for mapping in plan.mappings], existing=keys)
    assert run_import(again, create).exit_code == 0
