"""What must hold for every data set and every filter."""

import json
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.sandbox.reports.vocabulary import BREAKDOWNS
from support.sandbox_data import DATASET, Sandboxed, dataset_lines

RULES = [
    {"criteria": "landing_page", "operator": "**", "value": "/BLOG"},
    {"criteria": "ref_page", "operator": "ex"},
    {"criteria": "user_agent", "operator": "**", "value": "android"},
    {"criteria": "queryparam", "operator": "==", "value": "aff", "key": "ref"},
    {"criteria": "utm", "operator": "ex", "key": "campaign"},
    {"criteria": "source", "operator": "==", "value": "nonpaid"},
    {"criteria": "device", "operator": "==", "value": "Mobile"},
    {"criteria": "browser", "operator": "**", "value": "edge"},
    {"criteria": "os", "operator": "==", "value": "ios"},
    {"criteria": "visitor_type", "operator": "==", "value": "new"},
    {"criteria": "country", "operator": "==", "value": "US"},
    {"criteria": "v.uuid", "operator": "**", "value": "Vis"},
    {"criteria": "dayofweek", "operator": "==", "value": 2},
    {"criteria": "attribute", "operator": "==", "value": 10, "key": "seats"},
    {"criteria": "attribute", "operator": "ex", "key": "signup_date"},
]
OPPOSITE = {"==": "!=", "**": "!*", "ex": "nx"}
SUMS = ("total_visitors", "total_conversions", "total_revenue", "total_orders")


def figures(body):
    return [round(body.get(name, 0), 2) for name in SUMS]


@given(
    rule=st.sampled_from(RULES),
    test_id=st.sampled_from([2301, 2302, 2303]),
    phase=st.sampled_from(["all_time", "pre_deploy", "post_deploy"]),
    tz=st.sampled_from(["0", "5.5", "-8"]),
)
@settings(deadline=None, max_examples=40)
def test_a_filter_and_its_negation_are_everything(sandboxed, rule, test_id, phase, tz):
    """Visitors, conversions and revenue of a rule and of its opposite sum to the unfiltered report."""
    common = {"report_phase": phase, "tz": tz, "goal_key": "purchase"}
    opposite = {**rule, "operator": OPPOSITE[rule["operator"]]}
    whole, yes, no = (
        sandboxed.result(test_id, **common, **extra)
        for extra in (
            {},
            {"custom_filter": json.dumps([[rule]])},
            {"custom_filter": json.dumps([[opposite]])},
        )
    )
    together = [a + b for a, b in zip(figures(yes), figures(no), strict=True)]
    assert together == pytest.approx(figures(whole), abs=0.011)


@pytest.mark.parametrize("breakdown", BREAKDOWNS)
def test_a_breakdown_sums_to_its_total(sandboxed, breakdown):
    """Every dimension's segments sum to the whole, variant by variant."""
    body = sandboxed.result(2301, breakdown_by=breakdown)
    items = body["breakdowns"]
    sums = [sum(item.get(name, 0) for item in items) for name in SUMS]
    assert sums == pytest.approx(figures(body), abs=0.011 * len(items))
    for place, arm in enumerate(body["variants"]):
        parts = [item["variants"][place] for item in items]
        assert sum(part["visitors"] for part in parts) == arm["visitors"]
        assert sum(part["conversions"] for part in parts) == arm["conversions"]
    order = [(-item["total_visitors"], item["criteria"]) for item in items]
    assert order == sorted(order)


def test_two_countries_are_the_sum_of_each(sandboxed):
    """country-US,country-GB is US plus GB; a region may join them."""
    one, other = (sandboxed.result(filter_by=f"country-{c}") for c in ("US", "GB"))
    both = sandboxed.result(filter_by="country-US,country-GB")
    sums = [a + b for a, b in zip(figures(one), figures(other), strict=True)]
    assert figures(both) == pytest.approx(sums, abs=0.02)
    wider = sandboxed.result(filter_by="country-US,europe")["total_visitors"]
    assert wider == one["total_visitors"] + sandboxed.result(filter_by="europe")["total_visitors"]


@given(
    test_id=st.sampled_from([2301, 2302, 2303]),
    goal=st.sampled_from(["purchase", "signup_completed", "thank_you_page", "cta_click"]),
    phase=st.sampled_from(["all_time", "pre_deploy", "post_deploy"]),
    tz=st.sampled_from(["0", "8", "-3.5"]),
    least=st.sampled_from(["1", "2", "3"]),
    dates=st.sampled_from([{}, {"start_date": "2026-03-17", "end_date": "2026-04-20"}]),
)
@settings(deadline=None, max_examples=40)
def test_the_days_sum_to_the_result(sandboxed, test_id, goal, phase, tz, least, dates):
    """Timeseries rows sum to the result's visitors, conversions, revenue and orders per variant."""
    params = {"goal_key": goal, "report_phase": phase, "tz": tz, "min_count": least, **dates}
    result = sandboxed.result(test_id, **params)
    status, series = sandboxed.ask("timeseries", test_id, **params)
    assert status == 200
    for arm in result["variants"]:
        rows = [r for r in series["timeseries"] if r["variant_id"] == arm["variant_id"]]
        assert sum(row["visitors"] for row in rows) == arm["visitors"]
        assert sum(row["converted"] for row in rows) == arm["conversions"]
        assert sum(row.get("no_of_order", 0) for row in rows) == arm.get("orders", 0)
        revenue = sum(row.get("revenue", 0) for row in rows)
        assert revenue == pytest.approx(arm.get("revenue", 0), abs=0.0051)


QUESTIONS = [
    ("result", 2301, {"breakdown_by": "country"}),
    ("result", 2302, {"report_phase": "all_time", "goal_key": "purchase"}),
    ("timeseries", 2301, {"tz": "5.5"}),
    ("metrics", 2301, {}),
]


def test_the_order_of_lines_changes_nothing(sandboxed):
    """Shuffled lines give exactly the answers of the file."""
    lines = dataset_lines()
    random.Random(7).shuffle(lines)
    other = Sandboxed(lines)
    try:
        for endpoint, test_id, params in QUESTIONS:
            context = sandboxed.context(test_id)
            expected = sandboxed.ask(endpoint, test_id, **params)
            assert other.ask(endpoint, test_id, context=context, **params) == expected
    finally:
        other.visits.close()


def test_a_repeated_question_has_one_answer(sandboxed):
    """Forty askings of a revenue report agree to the last digit."""
    answers = {json.dumps(sandboxed.result(2301)) for _ in range(40)}
    assert len(answers) == 1
    assert DATASET.exists()
