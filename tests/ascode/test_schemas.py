"""Editors complete from schemas that say what the SDK takes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from midakit import InvalidRequest, Mida
from midakit.ascode import CodeFolder, schemas
from midakit.ascode.documents import checked
from midakit.ascode.yaml_text import parse

ROOT = Path(__file__).resolve().parents[2]
CHECK = [sys.executable, "-m", "check_jsonschema"]


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_the_schemas_are_those_of_the_fields():
    done = run(sys.executable, str(ROOT / "scripts" / "ascode_schemas.py"), "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_pulled_file_fits_its_schema(options, tmp_path):
    with Mida(**options) as mida:
        mida.exclusion_groups.create("Checkout", {1001: 30, 1003: 70})
        CodeFolder(tmp_path, mida).pull()
    inner = tmp_path / ".midakit" / "schemas"
    assert run(*CHECK, "--check-metaschema", *map(str, inner.iterdir())).returncode == 0
    for kind, files in (
        ("goal", "goals/*.yaml"), ("experiment", "experiments/*.yaml"),
        ("group", "groups/*.yaml"), ("project", "project.yaml"),
    ):  # fmt: skip
        found = [str(file) for file in tmp_path.glob(files)]
        assert found
        done = run(*CHECK, "--schemafile", str(inner / f"{kind}.json"), *found)
        assert done.returncode == 0, done.stdout


def test_a_slip_is_found_by_the_schema_and_by_the_sdk(tmp_path):
    wrong = {"goal_key": "a", "goal_name": "A", "goal_type": "evnt", "goal_value": "a"}
    file = tmp_path / "a.json"
    file.write_text(json.dumps(wrong))
    schema = tmp_path / "goal.schema.json"
    schema.write_text(schemas.text("goal"))
    done = run(*CHECK, "--schemafile", str(schema), str(file))
    assert (done.returncode, "evnt" in done.stdout) == (1, True)
    with pytest.raises(InvalidRequest, match=r"a.yaml: goal_type: 'evnt'"):
        checked("goal", wrong, "a.yaml")


def test_an_unknown_kind_is_refused():
    with pytest.raises(InvalidRequest, match="kind: 'event' is not one of"):
        schemas.text("event")


ACTION = ROOT / "action.yml"


@pytest.mark.skipif(not ACTION.exists(), reason="the action is not part of the wheel")
def test_the_github_action_is_valid():
    done = run(*CHECK, "--builtin-schema", "vendor.github-actions", str(ACTION))
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(not ACTION.exists(), reason="the action is not part of the wheel")
def test_the_steps_of_the_github_action_do_what_they_say(sandbox, options, tmp_path):
    """Its second step runs here as GitHub runs it: bash, a summary and outputs in files."""
    steps = parse(ACTION.read_text(), "action.yml")["runs"]["steps"]
    (step,) = (one for one in steps if one.get("id") == "run")
    bin_folder = tmp_path / "midakit" / "bin"
    bin_folder.mkdir(parents=True)
    program = bin_folder / "midakit"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m midakit.cli "$@"\n')
    program.chmod(0o755)
    settings = {
        **os.environ, "RUNNER_TEMP": str(tmp_path), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"), "MIDA_API_KEY": options["api_key"],
        "MIDA_PROJECT_KEY": options["project_key"], "MIDA_BASE_URL": options["base_url"],
        "FOLDER": str(tmp_path / "code"), "ALLOW_LIVE": "false",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip

    def act(command):
        return subprocess.run(
            ["bash", "-eo", "pipefail", "-c", step["run"]], env={**settings, "COMMAND": command},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    with Mida(**options) as mida:
        CodeFolder(tmp_path / "code", mida).pull()
        file = tmp_path / "code" / "goals" / "cta_click.yaml"
        file.write_text(file.read_text().replace("CTA Click", "Click"))
        assert act("drift").returncode == 1
        planned = act("plan")
        assert planned.returncode == 0, planned.stderr
        assert "CTA Click -> Click" in (tmp_path / "summary").read_text()
        plan = CodeFolder(tmp_path / "code", mida).plan()
        assert (tmp_path / "output").read_text() == f"plan-id={plan.id}\n"
        applied = act("apply")
        assert applied.returncode == 0, applied.stderr
        assert mida.goals.get(102).goal_name == "Click"
        assert act("drift").returncode == 0
        assert act("destroy").returncode == 2
