"""`midakit calls` shows what would be sent, and sends nothing."""

import json
import re
import shlex
import subprocess
from inspect import Parameter, signature

import pytest

from midakit.cli.input.operations import OPERATIONS, builder, takes
from support.api import operations
from support.real_servers import needs

VALUES = {
    "test_id": "1001", "experiment_id": "1001", "goal_profile_id": "101", "goal_id": "101",
    "group_id": "42", "event_id": "1", "comment_id": "7", "campaign_id": "3", "variant_id": "1",
    "status": "live", "traffic_allocation": "50", "project_key": "PROJECT", "name": "A name",
    "text": "hello", "tests": "[1001, 1002]", "goal_name": "Paid", "goal_type": "pageview",
    "goal_value": "/paid", "event_name": "paid", "test_name": "Headline", "variants": "[{data: []}]",
    "accounts": "[{name: Acme}]", "website_name": "Shop", "strategy": "accounts",
    "page_urls": "[https://a.example/]",
}  # fmt: skip
MORE = {
    "create_event": ("--email", "ann@example.com"),
    "create_experiment": ("--url", "https://a.example/"),
    "update_project": ("--name", "Shop"), "update_experiment": ("--test-name", "New"),
    "update_goal": ("--goal-name", "New"), "update_event": ("--event-text", "new"),
    "update_exclusion_group": ("--name", "New"),
    "update_project_configuration": ("--confidence-level", "90"),
    "create_project": ("Shop",), "create_personalization_campaign": ("--accounts", "[{name: Acme}]"),
}  # fmt: skip


@pytest.fixture
def no_network(monkeypatch):
    """Whoever opens a socket fails."""

    def refuse(*_):
        pytest.fail("a socket was opened")

    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setattr("socket.getaddrinfo", refuse)


def words_for(operation):
    """A line that the operation accepts."""
    found = [
        VALUES.get(one.name, "1")
        for one in signature(builder(operation)).parameters.values()
        if one.kind is not Parameter.KEYWORD_ONLY and one.default is Parameter.empty
    ]
    return [*found, *MORE.get(operation, ())]


def test_every_operation_of_the_contract_is_there():
    """By the contract's name and by the builder's; none is invented."""
    assert set(OPERATIONS) == set(operations())
    assert len(set(OPERATIONS.values())) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_request_is_shown_as_curl_and_not_sent(operation, shop, midakit, no_network):
    """Method, address and body as the contract has them; the key is ***."""
    done = midakit.good("calls", operation, *words_for(operation))
    words = shlex.split(done.out)
    method, path, _ = operations()[operation]
    assert words[:3] == ["curl", "-X", method.upper()]
    pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(path))
    assert re.fullmatch(f"{re.escape(shop.base_url)}{pattern}", words[3].partition("?")[0])
    assert "Authorization: Bearer ***" in words
    assert shop.api_key not in done.out
    assert not shop.requests()


@needs("curl")
def test_the_line_works_once_the_key_is_filled_in(shop, midakit):
    """What is printed is what would have been sent."""
    done = midakit.good("calls", "get_experiment_result", "1001", "--where", "device == mobile")
    line = shlex.split(done.out.replace("***", shop.api_key))
    answer = json.loads(
        subprocess.run([*line, "-s"], capture_output=True, check=True, timeout=600).stdout
    )
    shown = midakit.good("result", "1001", "-s", "m=device == mobile", "--json").json["m"]
    assert answer["total_visitors"] == shown["total_visitors"] > 0


def test_without_settings_there_is_still_a_line(home, midakit, no_network):
    """Nothing is needed to see a request; what is missing is named in its place."""
    done = midakit.good("calls", "list_goals")
    assert "/project/PROJECT_KEY/goals" in done.out
    assert "api-us.mida.so" in done.out
    assert "api-eu.mida.so" in midakit.good("calls", "list_goals", "--region", "eu").out


def test_arguments_come_in_order_by_name_and_from_files(shop, home, midakit, no_network):
    """Global options may stand anywhere among them."""
    (home / "goal.yaml").write_text("[1001, 1002]")
    by_file = midakit.good("calls", "exclusion_groups.create", "Two", "@goal.yaml").out
    by_name = midakit.good(
        "calls", "exclusion_groups.create", "--name=Two", "--tests", "[1001, 1002]"
    ).out
    assert by_file == by_name
    found = midakit.good("calls", "list_goals", "--json", "--limit", "5").json
    assert (found["method"], found["url"].partition("?")[2]) == ("GET", "limit=5&offset=0")


def test_what_an_operation_takes_is_listed(midakit, home):
    """Required in capitals, the rest in brackets."""
    assert takes(builder("get_goal")) == "GOAL_PROFILE_ID"
    listed = midakit.good("calls", "--json").json
    assert {one["operation"] for one in listed} == set(OPERATIONS)
