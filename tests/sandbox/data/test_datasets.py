"""Data in and out: JSON lines, the made-up data and their truth, simulated traffic, bucketing."""

import json
import math
import random
from datetime import timedelta

import pytest

from midakit.sandbox import reports
from midakit.sandbox.data.dataset_export import export_lines
from midakit.sandbox.data.definitions import Definitions
from midakit.sandbox.data.seeded_visits import seed_visits
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.data.traffic import simulate, thompson
from midakit.sandbox.data.truth import TRUTH
from midakit.sandbox.errors import HttpError
from midakit.sandbox.state.bucketing import bucket, variant_for
from midakit.sandbox.state.timestamps import iso_text, naive_utc
from midakit.sandbox.state.visits import Visits
from support.sandbox_data import Sandboxed, dataset_lines


def fingerprint(visits):
    """Return all rows as text."""
    return list(export_lines(Definitions(), visits))


def state(sandbox):
    return fingerprint(sandbox.visits), sandbox.definitions


def test_an_export_loads_back_to_the_same_state(sandboxed):
    """Dumping and loading changes no row and no definition, recorded events included."""
    lines = list(export_lines(sandboxed.definitions, sandboxed.visits))
    other = Sandboxed(lines)
    try:
        assert state(other) == state(sandboxed)
        assert list(export_lines(other.definitions, other.visits)) == lines
        assert len(lines) <= len(dataset_lines())
        assert all(json.loads(line)["type"] for line in lines)
    finally:
        other.visits.close()


def test_an_export_holds_what_was_recorded_since():
    """An event recorded after loading, and one deleted, are in the export as they are now."""
    sandbox = Sandboxed()
    visits = sandbox.visits
    try:
        visitor = visits.find_visitor(uuid="Vis_0-C")
        number = visits.add_event(visitor, "added", {"a": "\u00fc"}, at=sandbox.now)
        visits.delete_event(90006)
        other = Sandboxed(export_lines(sandbox.definitions, visits))
        try:
            assert state(other) == state(sandbox)
            assert other.visits.get_event(number)["event_property"] == '{"a":"\u00fc"}'
            assert other.visits.get_event(90006)["status"] == 2
        finally:
            other.visits.close()
    finally:
        visits.close()


def test_the_first_assignment_wins_whatever_the_order():
    """Of two rows for one visitor the earlier counts, then the lower variant."""
    lines = [line for line in dataset_lines() if '"assignment"' not in line]
    row = {"type": "assignment", "test_id": 2301, "visitor_id": 31001, "is_serving": 0}
    rows = [
        json.dumps({**row, "variant_id": variant, "entered_at": at})
        for variant, at in (
            ("2", "2026-03-10T00:00:00.001Z"),
            ("1", "2026-03-10T00:00:00.000Z"),
            ("0", "2026-03-11T00:00:00.000Z"),
        )
    ]
    for order in (rows, rows[::-1]):
        sandbox = Sandboxed([*order, *lines])
        arms = sandbox.result()["variants"]
        sandbox.visits.close()
        assert [arm["visitors"] for arm in arms] == [0, 1, 0]


def seeded(**options):
    visits = Visits()
    definitions = seed_visits(visits, **options)
    return visits, definitions


def test_a_seed_makes_the_same_data():
    """The same seed gives the same data, another seed other ones; the clock changes neither."""
    prints = []
    for options in (
        {"seed": 42},
        {"seed": 42, "now": naive_utc("2026-11-01T00:00:00Z")},
        {"seed": 43},
    ):
        visits, _ = seeded(sizes=Sizes(2_000), **options)
        prints.append(fingerprint(visits))
        visits.close()
    assert prints[0] == prints[1] != prints[2]


@pytest.mark.parametrize("visitors", [1, 2, 50])
def test_a_few_visitors_are_enough(visitors):
    """With hardly any visitors, and no conversions, every report still answers."""
    data = seeded(sizes=Sizes(visitors))
    try:
        assert len(data[0].visitors) == visitors
        for truth in TRUTH:
            assert report_on(data, truth.test_id)["total_visitors"] <= visitors
    finally:
        data[0].close()


@pytest.fixture(scope="module")
def data():
    visits, definitions = seeded(sizes=Sizes(100_000))
    yield visits, definitions
    visits.close()


def report_on(data, test_id, kind=reports.result, **params):
    visits, definitions = data
    experiment = next(e for e in definitions.experiments if e["test_id"] == test_id)
    project = next(p for p in definitions.projects if p["project_key"] == experiment["project_key"])
    goals = [g for g in definitions.goals if g["project_key"] == project["project_key"]]
    context = reports.ReportContext(project, experiment, goals, naive_utc(project["now"]))
    return kind(visits, context, params)


@pytest.mark.parametrize("truth", TRUTH, ids=lambda truth: truth.test_id)
def test_the_truth_comes_back(data, truth):
    """Rates and order values of every seeded experiment lie within four standard errors of it."""
    body = report_on(data, truth.test_id)
    for arm, told in zip(body["variants"], truth.arms, strict=True):
        error = math.sqrt(told.rate * (1 - told.rate) / arm["visitors"])
        assert abs(arm["conversions"] / arm["visitors"] - told.rate) < 4 * error
        if told.aov:
            spread = told.aov * math.sqrt(math.expm1(0.25)) / math.sqrt(arm["orders"])
            assert abs(arm["aov"] - told.aov) < 4 * spread
    if truth.test_id != 1006:
        share = body["variants"][0]["visitors"] / body["total_visitors"]
        error = 0.5 / math.sqrt(body["total_visitors"])
        assert abs(share - truth.arms[0].weight) < 4 * error


def test_the_served_winner_has_a_time_after(data):
    """1006 answers pre_deploy by default, and post_deploy has the served variant only."""
    assert report_on(data, 1006)["report_phase"] == "pre_deploy"
    arms = report_on(data, 1006, report_phase="post_deploy")["variants"]
    assert arms[0]["visitors"] == 0 < arms[1]["visitors"]
    assert arms[1]["conversions"] > 0


@pytest.mark.parametrize(
    "rule",
    [
        ("landing_page", "**", "pricing", None), ("ref_page", "**", "google", None),
        ("user_agent", "**", "iphone", None), ("queryparam", "==", "aff", "ref"),
        ("utm", "==", "cpc", "medium"), ("source", "==", "nonpaid", None),
        ("device", "==", "tablet", None), ("browser", "==", "samsung", None),
        ("os", "==", "linux", None), ("visitor_type", "==", "returning", None),
        ("country", "==", "JP", None), ("v.visitor_id", "**", "77", None),
        ("dayofweek", ">=", 5, None), ("hourofday", "<", 6, None),
        ("attribute", "gt", 20, "seats"), ("attribute", "bt", None, "vip"),
        ("attribute", "days_lte", 100, "signup_date"), ("attribute", "nx", None, "plan"),
    ],
)  # fmt: skip
def test_every_filter_finds_someone(data, rule):
    """The seeded visitors have something for every criterion, and nobody criterion has them all."""
    given = dict(zip(("criteria", "operator", "value", "key"), rule, strict=True))
    given = {name: part for name, part in given.items() if part is not None}
    body = report_on(data, 1005, custom_filter=json.dumps([[given]]))
    whole = report_on(data, 1005)
    assert 0 < body["total_visitors"] < whole["total_visitors"]
    assert body["total_orders"] > 0


def test_there_is_an_experiment_of_each_kind_and_status(data):
    """Every type and every status is there, one is concluded, and every one but a draft has visitors."""
    _, definitions = data
    assert {one.get("test_type", "abtest") for one in definitions.experiments} == {
        "abtest", "split", "mvt", "personalization",
    }  # fmt: skip
    assert {one["status"] for one in definitions.experiments} == {9, 1, 0}
    (concluded,) = (one for one in definitions.experiments if one["is_completed"])
    body = report_on(data, concluded["test_id"])
    assert body["end_date"] == concluded["end_date"]
    assert body["days_running"] == 50
    for one in definitions.experiments:
        if one["project_key"] == definitions.projects[0]["project_key"]:
            visitors = report_on(data, one["test_id"])["total_visitors"]
            assert (visitors > 0) == (one["status"] != 9)


def test_seeded_orders_have_a_cost(data):
    """Rows of a revenue goal have total_cogs and gross_profit that sum to the revenue."""
    rows = report_on(data, 1005, kind=reports.timeseries)["timeseries"]
    for row in rows:
        assert row["gross_profit"] + row["total_cogs"] == pytest.approx(row["revenue"])
    assert sum(row["total_cogs"] for row in rows) > 0


def test_seeded_metrics_have_figures(data):
    """Every secondary metric of a seeded experiment has a value above zero in both arms."""
    body = report_on(data, 1001, kind=reports.metrics)
    assert body["metric_count"] == 5
    assert all(value for row in body["metrics"] for key, value in row.items() if "result" in key)


def test_simulated_traffic_arrives_and_can_be_undone():
    """Visitors, entries and conversions told are those the report gains; reset removes them."""
    sandbox = Sandboxed()
    try:
        context = sandbox.context(2301)
        before = sandbox.result()
        told = simulate(sandbox.visits, context, 400, 4, random.Random(1))
        after = sandbox.result()
        assert after["total_visitors"] - before["total_visitors"] == told["entered"] == 400
        gained = after["total_conversions"] - before["total_conversions"]
        assert gained == told["conversions"] > 0
        later = iso_text(sandbox.now + timedelta(days=1))[:10]
        assert sandbox.result(start_date=later, end_date="2027-01-01")["total_visitors"] > 200
        sandbox.visits.reset()
        assert sandbox.result() == before
        for visitors, days in ((0, 1), (1, 0), (10**9, 1)):
            with pytest.raises(HttpError):
                simulate(sandbox.visits, context, visitors, days, random.Random(1))
    finally:
        sandbox.visits.close()


def test_simulated_traffic_survives_a_restart(tmp_path):
    """With a data directory simulated visits are there after opening it again."""
    sandbox = Sandboxed(data_dir=tmp_path)
    simulate(sandbox.visits, sandbox.context(2301), 50, 2, random.Random(1))
    before = fingerprint(sandbox.visits)
    sandbox.visits.close()
    again = Visits(tmp_path)
    try:
        assert fingerprint(again) == before
    finally:
        again.close()


def test_thompson_prefers_what_converts():
    """The arm that converts more gets nearly all of the traffic, unknown arms share it."""
    rng = random.Random(3)
    assert thompson([(1000, 50), (1000, 90)], rng)[1] > 0.95
    assert min(thompson([(0, 0), (0, 0), (0, 0)], rng)) > 0.25


def test_bucketing_follows_the_shares():
    """Buckets are even, allocation and exclusion keep their part out, serving gives the winner."""
    uuids = [f"u{n}" for n in range(4000)]
    experiment = {"test_id": 7, "traffic_allocation": 50, "serving_variant_id": None}
    assert 0.45 < sum(bucket("v", 7, uuid) for uuid in uuids) / len(uuids) < 0.55
    places = [variant_for(uuid, experiment, [3, 1, 0]) for uuid in uuids]
    inside = [place for place in places if place is not None]
    assert 1880 < len(inside) < 2120
    assert 0.70 < inside.count(0) / len(inside) < 0.80
    assert 2 not in inside
    variants = [{"variant_id": number} for number in ("0", "7")]
    served = {**experiment, "variants": variants, "serving_variant_id": "7"}
    assert {variant_for(uuid, served, [1, 0]) for uuid in uuids} == {None, 1}
    gone = {**served, "variants": variants[:1]}
    assert {variant_for(uuid, gone, [1]) for uuid in uuids} == {None}
    group = {**experiment, "traffic_allocation": 100,
             "exclusion_group": {"group_id": 3, "start": 0.0, "end": 0.25}}  # fmt: skip
    kept = [uuid for uuid in uuids if variant_for(uuid, group, [1]) is not None]
    assert 880 < len(kept) < 1120
