"""Values of a request are data: no text in any place becomes SQL."""

import json

import pytest

from midakit.sandbox.state.text_rules import clean
from midakit.sandbox.state.timestamps import naive_utc
from support.sandbox_data import DATASET, Sandboxed

ATTACKS = [
    "' OR 1=1 --",
    '"; DROP TABLE visitors_live; --',
    "'); DELETE FROM base.events; --",
    "$p0",
    '$."a" || \'',
    "%' UNION SELECT 1 --",
    "\\",
    "\ud800",
    "a\x00b",
    "/~0~1/",
    "${x}",
]


def counts(sandbox):
    visits = sandbox.visits
    return len(visits.visitors), len(visits.assignments), len(visits.events.living())


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_filter_is_only_a_value(sandboxed, attack):
    """Hostile values and keys match nobody, in every criterion that takes free text."""
    before = counts(sandboxed)
    for criteria in ("landing_page", "ref_page", "user_agent", "queryparam", "utm", "attribute"):
        for operator in ("==", "**"):
            rule = {"criteria": criteria, "operator": operator, "value": attack, "key": attack}
            status, body = sandboxed.ask("result", 2301, custom_filter=json.dumps([[rule]]))
            assert (status, body.get("total_visitors")) == (200, 0), (criteria, operator)
    rule = {"criteria": "attribute", "operator": "nx", "key": attack}
    whole = sandboxed.result()["total_visitors"]
    assert sandboxed.result(custom_filter=json.dumps([[rule]]))["total_visitors"] == whole
    assert counts(sandboxed) == before


@pytest.mark.parametrize("attack", ATTACKS)
def test_other_parameters_are_refused_or_harmless(sandboxed, attack):
    """Dates, tokens, keys, phases and numbers get 400 or 404, metrics a warning; nothing changes."""
    before = counts(sandboxed)
    refused = ("start_date", "end_date", "filter_by", "breakdown_by", "tz", "min_count",
               "timeframe_days", "report_phase", "goal_key", "goal_profile_id")  # fmt: skip
    for name in refused:
        assert sandboxed.ask("result", 2301, **{name: attack})[0] in (400, 404), name
    status, body = sandboxed.ask("metrics", 2301, metric_keys=json.dumps([attack]))
    assert status == 200
    assert len(body["warnings"]) == 1
    text = json.dumps([[{"key": "currency", "operand": "=", "value": attack}]])
    assert sandboxed.result(event_attribute=text)["total_conversions"] == 0
    assert counts(sandboxed) == before


GOAL_TYPES = [
    "pageview",
    "pageviewExact",
    "pageviewWildcard",
    "pageviewRegex",
    "clickOnElement",
    "clickOnText",
    "externalLink",
    "formSubmit",
    "elementAppears",
    "scrolling",
    "duration",
    "event",
    "revenue",
    "script",
]


@pytest.mark.parametrize("kind", GOAL_TYPES)
def test_a_goal_value_is_only_a_value(sandboxed, kind):
    """A hostile goal value matches nothing and breaks nothing, whatever the goal's type."""
    for attack in ATTACKS:
        goal = {
            "goal_profile_id": 1, "goal_key": "g", "goal_name": "G", "status": 1,
            "goal_type": kind, "goal_value": attack,
        }  # fmt: skip
        context = sandboxed.context(2301, goals=[goal])
        status, body = sandboxed.ask("result", 2301, context=context, goal_key="g")
        assert status == 200
        assert body["total_visitors"] == 148
        if kind != "pageviewRegex" or "||" not in attack:  # as a pattern that matches anything
            assert body["total_conversions"] == 0, attack


def test_recorded_text_is_only_text():
    """Hostile event names, properties and visitor ids are stored and found as they are."""
    sandbox = Sandboxed(DATASET)
    try:
        visits = sandbox.visits
        visitor = visits.find_visitor(uuid="Vis_0-C")
        assert all(visits.find_visitor(uuid=attack) is None for attack in ATTACKS)
        before = counts(sandbox)
        for attack in ATTACKS:
            at = naive_utc("2026-05-01T00:00:00Z")
            number = visits.add_event(visitor, attack, {attack: attack}, at=at)
            found = visits.list_events(event_text=attack)
            assert [event["event_id"] for event in found] == [number]
            assert json.loads(found[0]["event_property"]) == {clean(attack): clean(attack)}
        assert counts(sandbox)[2] == before[2] + len(ATTACKS)
    finally:
        sandbox.visits.close()
