"""Experiments as code at the terminal."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from midakit import Mida


@pytest.fixture
def pulled(shop, midakit, home):
    assert midakit("pull").code == 0
    return home / "mida"


def test_pull_says_what_it_wrote(shop, midakit, home):
    done = midakit("pull", "code")
    assert done.code == 0
    assert "+ experiments/homepage-headline.yaml" in done.out
    assert done.out.splitlines()[-1].startswith("code: 21 created, 0 changed")
    again = midakit("pull", "code", "--json")
    assert again.json["created"] == []


def test_a_plan_in_every_form(pulled, midakit):
    assert midakit("plan").out == "The server has what the files say: nothing to do.\n"
    assert midakit("plan", "--exit-code").code == 0
    file = pulled / "goals" / "cta_click.yaml"
    file.write_text(file.read_text().replace("CTA Click", "Click"))
    text, data = midakit("plan", "--exit-code"), midakit("plan", "--json")
    assert (text.code, data.code) == (1, 0)
    assert "goal_name: CTA Click -> Click" in text.out
    assert data.json["id"] in text.out
    assert data.json["steps"][0]["changes"] == [
        {"field": "goal_name", "before": "CTA Click", "after": "Click", "readable": True}
    ]
    page = midakit("plan", "--markdown").out
    assert page.startswith("**Experiments:** 0 to create, 1 to change, 0 to delete.")
    assert "```diff\n! goals/cta_click (102)" in page


@pytest.mark.parametrize("words", [["plan"], ["apply", "--yes"], ["drift"]])
def test_a_folder_that_is_not_there_is_an_error(
    words: list[str], shop: object, midakit: Callable[..., Any], home: Path
) -> None:
    """Compared with a mistyped folder, everything would be well; and none is made."""
    done = midakit(*words, "midda")
    assert (done.code, done.out) == (2, "")
    assert "folder: 'midda' does not exist; a pull makes it" in done.err
    assert not (home / "midda").exists()


def test_apply_shows_asks_and_does(pulled, midakit):
    file = pulled / "goals" / "cta_click.yaml"
    file.write_text(file.read_text().replace("CTA Click", "Click"))
    refused = midakit("apply")
    assert refused.code == 2
    assert "pass --yes" in refused.err
    done = midakit("apply", "--yes")
    assert (done.code, "applied plan" in done.out) == (0, True)
    assert "1/1 update goal cta_click" in done.err
    assert midakit("goals", "show", "102", "--json").json["goal_name"] == "Click"
    assert midakit("apply", "--yes").out == "The server has what the files say: nothing to do.\n"


def test_apply_of_a_reviewed_plan_refuses_another_one(pulled, midakit):
    file = pulled / "goals" / "cta_click.yaml"
    file.write_text(file.read_text().replace("CTA Click", "Click"))
    plan = midakit("plan", "--json").json["id"]
    file.write_text(file.read_text().replace("Click", "Clicked"))
    done = midakit("apply", "--plan", plan, "--yes")
    assert done.code == 2
    assert "files or server have changed since that plan" in done.err


def test_a_live_test_needs_the_option(pulled, midakit):
    file = pulled / "experiments" / "homepage-headline.yaml"
    file.write_text(file.read_text().replace("traffic_allocation: 100", "traffic_allocation: 5"))
    done = midakit("apply", "--yes")
    assert done.code == 2
    assert "--allow-live" in done.err
    assert midakit("apply", "--yes", "--allow-live").code == 0


def test_drift_is_what_somebody_did_by_hand(pulled, midakit):
    assert midakit("drift", "--exit-code").code == 0
    midakit("goals", "create", "By hand", "event", "hand")
    midakit("experiments", "update", "1010", "--name", "Hello by country")
    done = midakit("drift", "--exit-code")
    assert done.code == 1
    assert "test_name: Greeting by country in the file, Hello by country on the server" in done.out
    assert "has no file: by_hand" in done.out


def test_a_wrong_file_is_named(pulled, midakit):
    (pulled / "goals" / "x.yaml").write_text("goal_key: x\n")
    done = midakit("plan")
    assert (done.code, "goals/x.yaml: goal_name: is missing" in done.err) == (2, True)


def test_copy_goes_to_the_project_of_the_other_profile_whatever_the_environment_says(
    shop, midakit, home
):
    shop.state.add_project({"project_key": "OTHER"}, "other-key-123")
    config = home / "config" / "midakit"
    config.mkdir(parents=True)
    (config / "profiles.toml").write_text(
        f'[other]\napi_key = "other-key-123"\nproject_key = "OTHER"\nbase_url = "{shop.base_url}"\n'
    )
    done = midakit("copy", "1001", "--to", "other", "--yes")
    assert done.code == 0, done.err
    with Mida("other-key-123", project_key="OTHER", base_url=shop.base_url) as other:
        assert [one.goal_key for one in other.goals.list()] == ["checkout_started"]
    assert "give the id of an experiment, or --all" in midakit("copy", "--to", "other").err
    assert "'nobody' is not in" in midakit("copy", "1001", "--to", "nobody").err


def test_backup_and_restore(shop, midakit, home):
    assert midakit("backup", "saved").code == 0
    midakit("experiments", "delete", "1010", "--yes")
    done = midakit("restore", "saved", "--yes")
    assert done.code == 0, done.err
    assert "+ experiments/greeting-by-country" in done.out
    assert midakit("restore", "saved").out == "The server has what the files say: nothing to do.\n"


@pytest.mark.parametrize("kind", ["experiment", "goal", "group", "project"])
def test_schema_prints_the_schema_of_each_kind(midakit, kind):
    found = json.loads(midakit("schema", kind).out)
    assert found["additionalProperties"] is False
