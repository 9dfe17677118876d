"""The command line, run as a user runs it, against a real sandbox."""

import json
import os
import subprocess
import sys

import pytest

from midakit import Mida


def midakit(*words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "midakit.cli", *words],
        capture_output=True, text=True, check=False, timeout=600, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.fixture
def settings(mida_sandbox):
    return {
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
        "LAUNCHDARKLY_ACCESS_TOKEN": mida_sandbox.access_token,
        "LAUNCHDARKLY_BASE_URL": mida_sandbox.url,
    }


def test_a_dry_run_of_an_import_creates_nothing(settings, mida_sandbox):
    """It prints what maps, what is lost and the goals it takes."""
    done = midakit("ld", "import", "small", "--dry-run", "--cap", "2", **settings)
    assert done.returncode == 0, done.stderr
    assert "to create" in done.stdout
    assert "would be refused" in done.stdout
    assert not [seen for seen in mida_sandbox.requests() if seen["method"] == "POST"]


def test_a_plan_reads_well_and_is_data_for_programs(settings):
    """Words for people, stable names in JSON, a row a metric in CSV."""
    plan = midakit("ld", "import", "small", "--dry-run", "--json", **settings)
    found = json.loads(plan.stdout)
    assert found["new"] + found["lost"] == len(found["metrics"])
    rows = midakit("ld", "import", "small", "--dry-run", "--csv", **settings).stdout.splitlines()
    assert len(rows) == len(found["metrics"]) + 1
    text = midakit("ld", "import", "small", "--dry-run", **settings).stdout
    assert "unit not visitor" in " ".join(text.split())


def test_launchdarklys_refusals_speak_of_launchdarkly(settings):
    """Not of Mida's key and regions."""
    wrong = midakit("ld", "import", "small", **{**settings, "LAUNCHDARKLY_ACCESS_TOKEN": "no"})
    assert "LAUNCHDARKLY_ACCESS_TOKEN" in wrong.stderr
    assert "midakit doctor" not in wrong.stderr
    nowhere = midakit("ld", "import", "nope", **settings)
    assert (nowhere.returncode, "LaunchDarkly's own URLs" in nowhere.stderr) == (1, True)


def test_an_import_creates_goals_once(settings):
    """The second run finds them there; keys never show."""
    first = midakit("ld", "import", "small", **settings)
    assert "created" in first.stdout, first.stderr
    with Mida(
        settings["MIDA_API_KEY"],
        project_key=settings["MIDA_PROJECT_KEY"],
        base_url=settings["MIDA_BASE_URL"],
    ) as mida:
        count = len(mida.goals.list().collect())
        second = midakit("ld", "import", "small", **settings)
        assert len(mida.goals.list().collect()) == count
    assert "0 to create" in second.stdout
    assert second.returncode == first.returncode == 0
