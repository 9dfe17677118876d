"""The check of the contract, against the sandbox and against servers that answer otherwise."""

import json

import pytest

from midakit import AsyncMida
from midakit.contract._async.asking import check
from support.twisted import twisted

pytestmark = pytest.mark.anyio


async def test_every_assumption_holds_on_the_sandbox(options):
    async with AsyncMida(**options) as mida:
        report = await check(mida)
    assert [(one.name, one.seen) for one in report.differs] == []
    assert [one.name for one in report.unknown] == ["metric-number"]
    assert len(report.answers) >= 40


def variants(change):
    """Change each variant of a result."""

    def changed(path, query, status, body):
        if path.endswith("/result") and status == 200:
            body["variants"] = [change(dict(one)) for one in body["variants"]]
        return status, body

    return changed


def of(tail, change):
    """Change the body of a successful answer whose path ends so."""

    def changed(path, query, status, body):
        if path.endswith(tail) and status == 200:
            body = change(body, query)
        return status, body

    return changed


def count_total(body, query):
    return {**body, "count": 12}


def refused(path, query, status, body):
    return (
        (200, {"success": True, "experiments": []}) if query.get("limit") == "0" else (status, body)
    )


def clamped(path, query, status, body):
    return (
        (200, {"success": True, "experiments": []})
        if query.get("limit") == "501"
        else (status, body)
    )


def object_error(path, query, status, body):
    return (status, {"error": {"text": body["error"]}}) if status >= 400 else (status, body)


def gone(path, query, status, body):
    return (410 if status == 404 else status), body


def halves(path, query, status, body):
    return (
        (400, {"error": "tz must be whole hours"}) if query.get("tz") == "5.5" else (status, body)
    )


def batch(path, query, status, body):
    return (
        (400, {"error": "batches count from 1"})
        if query.get("metric_batch") == "0"
        else (status, body)
    )


def both_devices(path, query, status, body):
    if query.get("filter_by") == "mobile,desktop":
        body["variants"] = [{**one, "visitors": 0} for one in body["variants"]]
    return status, body


def flags(path, query, status, body):
    if status == 200 and "experiment" in body:
        body["experiment"]["is_completed"] = "no"
    return status, body


def limited(path, query, status, body):
    return status, body


limited.headers = {"X-RateLimit-Remaining": "99"}

OTHERWISE = {
    "list-count": of("/experiments", count_total),
    "list-limit-zero": refused,
    "list-limit-over": clamped,
    "error-body": object_error,
    "unknown-id": gone,
    "zone-halves": halves,
    "metric-batch": batch,
    "filter-or": both_devices,
    "rate-limit-headers": limited,
    "result-variant-id": variants(lambda one: {**one, "variant_id": int(one["variant_id"]) + 1}),
    "rate-is-percent": variants(lambda one: {**one, "conversion_rate": one["conversion_rate"] / 100}),
    "improvement": variants(lambda one: {**one, "improvement": 77.0}),
    "rpv": variants(lambda one: {**one, "rpv": 1.234567} if one.get("rpv") else one),
    "timeseries-conversion": of("/timeseries", lambda body, _: {
        **body, "timeseries": [{**one, "conversion": one["converted"] * 1000 + 777}
                               for one in body["timeseries"]]}),
    "timeseries-sum": of("/timeseries", lambda body, _: {
        **body, "timeseries": body["timeseries"][1:]}),
    "group-names": of("/exclusion-groups", lambda body, _: {
        **body, "groups": [{"group_id": one["id"], "group_name": one["name"]}
                           for one in body["groups"]]}),
    "details-flags": flags,
    "metric-type": of("/metrics", lambda body, _: {
        **body, "metric_definitions": [{**one, "type": 3} for one in body["metric_definitions"]]}),
}  # fmt: skip


def all_of_them(path, query, status, body):
    for change in OTHERWISE.values():
        status, body = change(path, query, status, body)
    return status, body


all_of_them.headers = limited.headers


async def test_a_server_that_answers_otherwise_is_found_out(options, sandbox):
    with twisted(sandbox, all_of_them) as (base_url, _):
        async with AsyncMida(**{**options, "base_url": base_url}) as mida:
            report = await check(mida)
    follows = {"list-pages", "projects-count", "list-scope"}
    assert {one.name for one in report.differs} - follows == set(OTHERWISE)


async def test_only_reads_are_sent(options, sandbox):
    with twisted(sandbox, lambda path, query, status, body: (status, body)) as (base_url, asked):
        async with AsyncMida(**{**options, "base_url": base_url}) as mida:
            await check(mida)
    assert {one.method for one in asked} == {"GET"}
    assert len(asked) < 80


async def test_a_report_holds_nothing_of_the_account(options, sandbox):
    async with AsyncMida(**options) as mida:
        text = json.dumps((await check(mida)).to_dict())
        listed = await mida.experiments.list().collect()
        goals = await mida.goals.list().collect()
    secrets = [options["api_key"] + '"', options["project_key"], "127.0.0.1", "shop.example.com"]
    secrets += [str(one.test_id) for one in listed] + [one.test_name for one in listed]
    secrets += [one.goal_key for one in goals] + [one.goal_name for one in goals]
    assert not [one for one in secrets if f'"{one}"' in text or (len(one) > 12 and one in text)]


async def test_an_account_without_data_is_asked_as_far_as_it_goes(sandbox):
    sandbox.state.add_project({"project_key": "EMPTY", "company_id": 7}, "key-of-another-account")
    async with AsyncMida(
        "key-of-another-account", project_key="EMPTY", base_url=sandbox.base_url
    ) as mida:
        report = await check(mida)
    assert report.differs == ()
    assert {"rate-is-percent", "list-order"} <= {one.name for one in report.unknown}
