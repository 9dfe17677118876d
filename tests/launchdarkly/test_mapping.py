"""Mapping: what becomes of a metric, and what is said about it."""

import json
import re
from pathlib import Path

import pytest

from midakit.launchdarkly import Metric, plan_import, to_goal

CASES = json.loads(
    (Path(__file__).parents[1] / "data/launchdarkly/ld_mapping_cases.json").read_text()
)


def load(**fields):
    return Metric.loads(json.dumps({"key": "k", "name": "N", **fields}).encode())


def custom(**fields):
    return to_goal(load(kind="custom", eventKey="e", **fields))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["title"])
def test_a_documented_case_maps_as_agreed(case):
    """Goal, warnings and report parameters are those of the table."""
    found = to_goal(Metric.loads(json.dumps(case["metric"]).encode()))
    assert {
        "goal": found.goal,
        "warnings": list(found.warnings),
        "report": found.report,
    } == case["expected"]


@pytest.mark.parametrize(
    ("fields", "warnings"),
    [
        ({"kind": "pageview"}, ("no_urls",)),
        ({"kind": "pageview", "urls": [{"kind": "glob"}]}, ("unknown_url_kind:glob", "no_urls")),
        ({"kind": "click", "selector": "#a"}, ("no_urls",)),
        ({"kind": "click"}, ("no_selector",)),
        ({"kind": "custom"}, ("no_event_key",)),
        ({"kind": "hover"}, ("unknown_kind:hover",)),
        ({"kind": "hover", "archived": True}, ("archived", "unknown_kind:hover")),
        ({"kind": "custom", "eventKey": "e", "key": None, "name": None}, ("no_key",)),
    ],
)
def test_a_metric_that_no_goal_can_say_is_lost_with_a_reason(fields, warnings):
    """No payload, and the reason among the warnings."""
    found = to_goal(load(**fields))
    assert found.goal is None
    assert found.warnings == warnings


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({"denominator": {"key": "x"}}, "ratio_unsupported"),
        ({"winsorUpperPercentile": 99}, "winsorization_dropped"),
        ({"unitAggregationType": "count_distinct"}, "count_distinct_unsupported"),
        ({"analysisUnits": ["account"]}, "unit_not_visitor:account"),
        ({"dataSource": {"key": "snowflake"}}, "external_data_source:snowflake"),
    ],
)
def test_what_a_goal_cannot_say_is_named(fields, warning):
    """The goal is made all the same."""
    found = custom(**fields)
    assert found.goal is not None
    assert found.warnings == (warning,)


def test_money_in_cents_is_revenue_with_a_word_of_warning():
    """The unit decides; an average becomes a sum."""
    found = custom(isNumeric=True, unit="Cents", unitAggregationType="average")
    assert found.goal["goal_type"] == "revenue"
    assert found.warnings == (
        "revenue_needs_amount_on_event",
        "revenue_minor_units",
        "average_per_unit_becomes_sum",
    )


def leaf(kind="eventProperty", op="in", values=("a",), attribute="p", **more):
    return {"type": kind, "op": op, "values": list(values), "attribute": attribute, **more}


def group(*values, op="and", **more):
    return {"type": "group", "op": op, "values": list(values), **more}


def test_filters_are_multiplied_out_for_events():
    """An AND of ORs becomes an OR of ANDs; a negated condition is an AND."""
    found = custom(filters=group(leaf(values="ab"), leaf(values="cd", attribute="q", negate=True)))
    rows = [
        (r["key"], r["operand"], r["value"])
        for part in found.report["event_attribute"]
        for r in part
    ]
    assert len(found.report["event_attribute"]) == 2
    assert rows == [
        ("p", "=", "a"), ("q", "!=", "c"), ("q", "!=", "d"),
        ("p", "=", "b"), ("q", "!=", "c"), ("q", "!=", "d"),
    ]  # fmt: skip


def test_context_filters_become_clauses():
    """Country is Mida's own criterion, anything else an attribute; orders flip when negated."""
    found = custom(
        filters=group(
            leaf("contextAttribute", values=["JP", "US"], attribute="country", negate=True),
            group(leaf("contextAttribute", "greaterThan", [3], "age", negate=True)),
        )
    )
    assert found.report["custom_filter"] == [
        [{"criteria": "country", "operator": "!=", "value": "JP"}],
        [{"criteria": "country", "operator": "!=", "value": "US"}],
        [{"criteria": "attribute", "key": "age", "operator": "lte", "value": 3}],
    ]


@pytest.mark.parametrize(
    ("filters", "warning"),
    [
        (group(leaf(), op="or"), "filters_not_translatable"),
        (group(leaf(), negate=True), "filters_not_translatable"),
        (group(leaf(op="matches")), "filter_op_unsupported:matches"),
        (group(leaf("contextAttribute", contextKind="org")), "filter_context_kind:org"),
        (
            group(*(leaf(values="abcdefghi", attribute=f"p{i}") for i in range(3))),
            "filters_not_translatable",
        ),
    ],
)
def test_a_filter_that_cannot_move_is_named(filters, warning):
    """Nothing is put into the question that means something else."""
    found = custom(filters=filters)
    assert found.warnings == (warning,)
    assert found.report == {}


@pytest.mark.parametrize(
    "subject",
    ["https://x.io/pay", "https://x.io/pay/", "https://x.io/pay?a=1#b", "x.io/pay", "/pay"],
)
def test_a_canonical_pattern_does_not_mind_what_it_is_matched_against(subject):
    """Whole address, host and path, or path alone: the same answer."""
    goal = to_goal(
        load(kind="pageview", urls=[{"kind": "canonical", "url": "https://x.io/pay"}])
    ).goal
    assert re.search(goal["goal_value"], subject)
    assert not re.search(goal["goal_value"], subject.replace("pay", "pays"))


def test_a_plan_counts_what_is_new_lost_and_over_the_cap():
    """Goals that exist cost nothing; the cap leaves room for one more."""
    metrics = [load(kind="custom", eventKey="e", key=key) for key in ("a", "b", "c")]
    plan = plan_import([*metrics, load(kind="trace", key="t")], existing=["a"], cap=2)
    assert [m.metric.key for m in plan.new] == ["b", "c"]
    assert [m.metric.key for m in plan.lost] == ["t"]
    assert plan.over_cap == 1
    assert "2 to create, 1 already there, 1 lost" in str(plan)
    assert plan.to_dict()["metrics"][0]["goal"]["goal_key"] == "a"


def test_two_metrics_with_one_goal_key_are_told_apart():
    """The first has the key, the second is lost and says so."""
    plan = plan_import([load(kind="custom", eventKey="e", key=key) for key in ("A.b", "a_b")])
    assert len(plan.new) == 1
    assert plan.lost[0].warnings == ("goal_key_taken:a_b",)
