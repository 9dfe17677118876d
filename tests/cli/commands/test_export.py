"""Bulk exports from the command line."""

import json
import os
import subprocess
import sys

import pytest


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


def test_an_export_runs_resumes_and_verifies(settings, tmp_path):
    """Plain lines without a terminal, exit 0, and the folder holds what the plan promised."""
    place = str(tmp_path / "out")
    dry = midakit("export", "run", place, "--kind", "results", "--dry-run", **settings)
    assert "requests" in dry.stdout, dry.stderr
    done = midakit(
        "export",
        "run",
        place,
        "--kind",
        "results",
        "--kind",
        "goals",
        "--segment",
        "m=device == mobile",
        **settings,
    )
    assert done.returncode == 0, done.stderr
    assert "whole" in done.stdout
    assert midakit("export", "run", place, "--resume", **settings).returncode == 0
    assert midakit("export", "verify", place).returncode == 0
    assert midakit("export", "compact", place).returncode == 0


def test_a_second_export_says_what_is_there(settings, tmp_path):
    """Nothing new is no empty export: the rows of every table are counted, one of them in the singular."""
    place = str(tmp_path / "out")
    words = ("export", place, "--kind", "goals", "--kind", "experiments", "--test", "1001")
    first = midakit(*words, **settings)
    assert first.stdout == f"whole: 1 experiment, 10 goals in {place}; 2 fetched, 0 already there\n"
    second = midakit(*words, **settings)
    assert second.stdout == f"up to date: nothing new; {place} holds 1 experiment, 10 goals\n"
    told = json.loads(midakit(*words, "--json", **settings).stdout)
    assert told["contents"] == {"experiments": 1, "goals": 10}
    assert told["rows"] == {}


def test_mistakes_are_said_in_the_users_terms(settings, tmp_path):
    """A wrong segment points at the column, a missing key says where to set it."""
    wrong = midakit("export", "run", str(tmp_path), "--segment", "m=device == phone", **settings)
    assert wrong.returncode == 2
    assert "column" in wrong.stderr
    none = midakit("export", "run", str(tmp_path), **{**settings, "MIDA_API_KEY": ""})
    assert none.returncode == 1
    assert "MIDA_API_KEY" in none.stderr
