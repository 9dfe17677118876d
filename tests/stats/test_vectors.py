"""Every reference case, and the command that runs such files."""

import json
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from midakit.testing.checks import quantities
from midakit.testing.checks.cases import differences
from midakit.testing.checks.statistics import agrees, problems_of

VECTORS = Path(__file__).parent.parent / "data" / "stats_vectors.json"
CASES = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]


def by_quantity():
    grouped = {}
    for case in CASES:
        grouped.setdefault(case["quantity"], []).append(case)
    return grouped.items()


@pytest.mark.parametrize(("quantity", "cases"), [pytest.param(*p, id=p[0]) for p in by_quantity()])
def test_every_case_of_a_quantity_holds(quantity, cases):
    """mpmath, scipy, statsmodels and gbstats agree with us wherever they are right."""
    assert {case["id"]: why for case in cases if (why := problems_of(case))} == {}


def test_there_are_451_cases_and_every_quantity_has_one():
    """Nothing that `quantities` computes goes unchecked."""
    assert len(CASES) == 451
    assert {case["quantity"] for case in CASES} == set(quantities.names())


def run(path):
    return subprocess.run(
        [sys.executable, "-m", "midakit.stats.check", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_counts_what_passed_and_failed(tmp_path):
    """The last line counts; the exit code is 1 as soon as one case fails, and the case is named."""
    good, wrong = CASES[0], {**CASES[1], "id": "mine", "expected": [2.0]}
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": [good]}))
    done = run(path)
    assert (done.stdout.splitlines()[-1], done.returncode) == ("1 passed, 0 failed", 0)
    path.write_text(json.dumps({"cases": [good, wrong]}))
    done = run(path)
    assert (done.stdout.splitlines()[-1], done.returncode) == ("1 passed, 1 failed", 1)
    assert "mine" in done.stdout


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cases": 3}'])
def test_a_file_without_cases_is_said_to_be_none(tmp_path, text):
    """Nothing to run is not a success."""
    path = tmp_path / "cases.json"
    path.write_text(text)
    done = run(path)
    assert done.returncode == 2
    assert "cannot read cases" in done.stderr


def test_a_broken_case_is_a_failure_of_its_own(tmp_path):
    """The rest of the file is still run."""
    path = tmp_path / "cases.json"
    path.write_text(json.dumps({"cases": [{"id": "torn"}, 7, CASES[0]]}))
    done = run(path)
    assert done.stdout.splitlines()[-1] == "1 passed, 2 failed"
    assert "torn" in done.stdout


@pytest.mark.parametrize(
    ("expected", "got", "holds"),
    [
        (None, None, True),
        (None, 0.0, False),
        (0.0, None, False),
        ("inf", float("inf"), True),
        ("-inf", float("inf"), False),
        ([1.0, None], [1.0, None], True),
        ([1.0], [1.0, 2.0], False),
        ({"a": 1.0}, {"a": 1.0}, True),
        ({"a": 1.0}, {"b": 1.0}, False),
        ({"a": 1.0}, {"a": 1.0, "b": 1.0}, False),
        ({"a": 1.0}, 1.0, False),
        (1.0, float("nan"), False),
        (100.0, 101.0, True),
        (100.0, 102.1, False),
    ],
)
def test_agreement_is_element_by_element(expected, got, holds):
    """None is only None, infinity only itself, and numbers may differ by abs + rel * |expected|."""
    found = list(differences(expected, got, partial(agrees, 1.0, 0.01), exact=True))
    assert (not found) is holds
