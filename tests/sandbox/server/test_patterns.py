"""No text of a user's can hold the server up, whatever pattern or number it is meant to be."""

import pytest

from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.rules import parse_rule
from midakit.sandbox.patterns import compile_pattern
from midakit.sandbox.reports.text_conditions import Wildcard
from midakit.sandbox.routes.page_rules import check_rules, normalize_rules
from midakit.sandbox.state.text_rules import as_number

EVIL = ("(a+)+$", "(a|aa)+$", "([a-z]+)+$", "(.*a){20}$", "([a-zA-Z]+)*!$")
LONG = "a" * 50_000 + "?"


@pytest.mark.parametrize("pattern", EVIL)
def test_patterns_that_backtrack_without_end_are_answered(pattern):
    """Fifty thousand letters that almost match: page rules and fault rules decide at once."""
    rules = normalize_rules([{"rule": "regex", "url": pattern}])
    with pytest.raises(HttpError, match="does not match page_urls"):
        check_rules(LONG, rules)
    assert not parse_rule({"action": "status", "path": pattern}).matches("GET", LONG)
    assert parse_rule({"action": "status", "path": "/result$"}).matches("GET", "/a/result")


@pytest.mark.parametrize("pattern", ["(?=a)", r"(a)\1", "([", "*"])
def test_patterns_that_re2_does_not_know_are_refused(api, pattern):
    """Look-around, references and broken patterns get a 400 that says what they are not."""
    with pytest.raises(ValueError, match="."):
        compile_pattern(pattern)
    body = {"test_name": "T", "url": "https://a.com/", "variants": [{"name": "Variant 1", "data": []}],
            "page_urls": [{"rule": "regex", "url": pattern}]}  # fmt: skip
    assert "RE2" in api.post("/create-experiment", body, status=400)["error"]
    refused = api.admin("POST", "/faults", json={"action": "status", "path": pattern})
    assert refused.status_code == 400
    assert "RE2" in refused.json()["error"]


def test_an_endless_pattern_freezes_nothing(api):
    """The request that once stopped the server for good is refused, and health answers."""
    url = "https://a.com/" + "a" * 2000 + "!"
    body = {"test_name": "T", "url": url, "variants": [{"name": "Variant 1", "data": []}],
            "page_urls": [{"rule": "regex", "url": "(a|aa)+$"}]}  # fmt: skip
    assert "does not match" in api.post("/create-experiment", body, status=400)["error"]
    api.admin("POST", "/faults", json={"action": "status", "path": "(a+)+$"})
    api.http.get("/" + "a" * 2000 + "!")
    assert api.admin("GET", "/health").json() == {"status": "ok"}


@pytest.mark.parametrize("text", ["1" * 200_000 + "x", "1" * 200_000 + ".", " " * 200_000 + "x",
                                  "." * 200_000, "1e" + "1" * 200_000 + "-"])  # fmt: skip
def test_long_texts_that_are_no_numbers(text):
    """A hundred thousand digits and a letter are no number, and that is known at once."""
    assert as_number(text) is None


def test_wildcards_are_searched_once():
    """Many stars over a long text that does not fit."""
    assert not Wildcard("*a" * 200 + "*b*")("a" * 20_000)
    assert Wildcard("/products/*/confirm")("/products/a/b/confirm")
    assert not Wildcard("a*a")("a")
    assert Wildcard("a*")("a")


def test_a_goal_with_an_evil_pattern_is_counted(api, sandbox):
    """A goal's pattern is read by the same engine."""
    goal = {"goal_name": "G", "goal_type": "pageviewRegex", "goal_value": "(a+)+$", "goal_key": "g"}
    api.post("/goal", goal)
    number = sandbox.state.visits.list_events(1)[0]["event_id"]
    sandbox.state.visits.update_event(number, {"event_text": "!pageview", "url": LONG})
    assert api.get("/experiment/1001/result?goal_key=g")["total_conversions"] == 0
