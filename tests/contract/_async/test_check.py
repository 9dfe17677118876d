"""The check of the contract, against the sandbox and against servers that answer otherwise."""

import json
from itertools import count

import pytest

from midakit import AsyncMida, Unauthorized
from midakit.contract._async.asking import check
from midakit.contract.question import QUESTIONS, ReadReply, answer
from midakit.delivery import MidaDelivery
from midakit.sandbox import Sandbox
from support.twisted import twisted

pytestmark = pytest.mark.anyio


async def test_every_assumption_holds_on_the_sandbox(options):
    async with AsyncMida(**options) as mida:
        report = await check(mida)
    assert [(one.name, one.seen) for one in report.differs] == []
    assert report.unknown == ()
    assert len(report.answers) >= 40


async def test_visitors_who_come_between_the_reads_are_no_difference(sandbox, options):
    """The experiment that is read is the busiest one of a live site."""
    with MidaDelivery(options["project_key"], base_url=sandbox.url, budget=30) as site:
        async with AsyncMida(**options) as mida:
            results = [await mida.experiments.result(test_id) for test_id in range(1001, 1010)]
            busiest = max(results, key=lambda one: one.total_visitors).test_id
            numbers = count()
            mida.hooks.on_answer(lambda _: site.variant(str(busiest), f"visitor {next(numbers)}"))
            report = await check(mida)
            after = await mida.experiments.result(busiest)
    assert (
        after.total_visitors
        >= max(one.total_visitors for one in results) + len(report.answers) // 2
    )
    assert [(one.name, one.seen) for one in report.differs] == []
    assert {one.name: one.seen for one in report.answers}["timeseries-sum"] == "they do"


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
        **body, "timeseries": body["timeseries"][len(body["timeseries"]) // 2:]}),
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


async def test_a_wrong_key_is_an_error_and_no_report(options, sandbox):
    """Refusals of a wrong key would look like answers of the server."""
    with twisted(sandbox, lambda path, query, status, body: (status, body)) as (base_url, asked):
        async with AsyncMida(**{**options, "api_key": "wrong", "base_url": base_url}) as mida:
            with pytest.raises(Unauthorized):
                await check(mida)
    assert len(asked) == 1


BARE = (
    {"type": "project", "project_key": "shop"},
    {"type": "experiment", "test_id": 7, "test_name": "Headline", "status": 1,
     "created_at": "2026-05-01T00:00:00Z", "traffic_allocation": 100, "confidence_interval": 95,
     "variants": [{"variant_id": "0", "name": "Control"}, {"variant_id": "1", "name": "Variant 1"}]},
)  # fmt: skip


async def test_an_experiment_without_visitors_proves_nothing(sandbox, tmp_path):
    """What only figures can tell is unknown, neither kept nor broken."""
    file = tmp_path / "bare.jsonl"
    file.write_text("\n".join(map(json.dumps, BARE)), "utf-8")
    with Sandbox(import_file=file) as bare:
        async with AsyncMida(bare.api_key, project_key="shop", base_url=bare.base_url) as mida:
            report = await check(mida)
    assert report.differs == ()
    assert {"filter-part", "filter-hour", "rate-is-percent", "improvement", "timeseries-sum",
            "projects-count"} <= {one.name for one in report.unknown}  # fmt: skip


async def test_a_busy_server_says_nothing_about_the_question(options, sandbox):
    """A read that gets 429 to the end leaves its questions open."""

    def busy(path, query, status, body):
        return (429, {"error": "slow down"}) if query.get("limit") == "501" else (status, body)

    with twisted(sandbox, busy) as (base_url, _):
        async with AsyncMida(**{**options, "base_url": base_url, "retry": 1}) as mida:
            report = await check(mida)
    assert [(one.name, one.seen) for one in report.unknown] == [
        ("list-limit-over", "not answered: limit 501 gave 429")
    ]
    assert report.differs == ()


async def test_goals_may_have_no_ids(options, sandbox):
    """The documentation promises a goal's name, type and value only."""
    nameless = of("/goals", lambda body, _: {
        **body, "goals": [{"goal_name": one["goal_name"], "goal_key": one["goal_key"]}
                          for one in body["goals"]]})  # fmt: skip
    with twisted(sandbox, nameless) as (base_url, _):
        async with AsyncMida(**{**options, "base_url": base_url}) as mida:
            report = await check(mida)
    assert [one.name for one in report.unknown] == ["goal-precedence"]


def reply(**body):
    return ReadReply(200, body)


def judged(name, **replies):
    """Answer one question from replies."""
    (one,) = (one for one in QUESTIONS if one.name == name)
    found = answer(one, dict(zip(one.reads, replies.values(), strict=True)))
    return found.holds, found.seen


@pytest.mark.parametrize(
    ("ids", "order"),
    [([998, 1001], "rising"), (["998", "1001"], "rising"), ([1001, 998], "falling")],
)
def test_ids_are_compared_as_numbers(ids, order):
    """The order is told right where ids grow a digit."""
    page = reply(experiments=[{"test_id": one} for one in ids])
    assert judged("list-order", first=page, again=page) == (True, f"the same, by {order} id")


def test_a_batch_that_has_other_figures_counts_otherwise():
    """Definitions are all listed with every batch; only the figures tell which one was computed."""
    listed = [{"metric_key": "a"}, {"metric_key": "b"}]
    whole = reply(metric_definitions=listed, metrics=[{"result_1": 5, "result_2": 6}])
    none = reply(metric_definitions=listed, metrics=[{"variant_id": "0"}])
    first = reply(metric_definitions=listed, metrics=[{"result_1": 5}])
    assert judged("metric-batch", whole=whole, batch=first) == (True, "from 0")
    assert judged("metric-batch", whole=whole, batch=none)[0] is False


def test_an_improvement_may_fit_both_ways():
    """A control whose rate is shown as 0.00 has no lift of rounded rates."""
    control = {"visitors": 100_000, "conversions": 1, "conversion_rate": 0.0}
    other = {"visitors": 100_000, "conversions": 3, "conversion_rate": 0.0, "improvement": 200.0}
    assert judged("improvement", result=reply(variants=[control, other])) == (
        True, "from exact rates",
    )  # fmt: skip
    control = {"visitors": 100, "conversions": 10, "conversion_rate": 10.0}
    other = {"visitors": 100, "conversions": 12, "conversion_rate": 12.0, "improvement": 20.0}
    assert judged("improvement", result=reply(variants=[control, other])) == (
        True, "from exact or rounded rates",
    )  # fmt: skip
