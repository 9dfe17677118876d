"""The server serves the published contract: a fresh copy, a true validator, and no surprises."""

import copy
import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.sandbox import Sandbox
from midakit.sandbox.contract import operations as contract
from midakit.sandbox.contract.schema import first_violation, fits
from support.api import CONTRACT, operations, registry, request_schema

ROOT = Path(__file__).parents[3]
EXAMPLES = ROOT / "tests/data/api/examples"
BODIES = {
    file.name: (file.name.partition(".")[0], json.loads(file.read_text(encoding="utf-8")))
    for file in sorted(EXAMPLES.glob("*.request.json"))
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8) | st.sampled_from(["*", "Variant 1", "US", "", "desktop"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip


@pytest.mark.skipif(not (ROOT / "scripts").exists(), reason="the script is not part of the wheel")
def test_the_copy_is_fresh():
    """The JSON file in the package is what the script makes of the published YAML."""
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts/sandbox_contract.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout


def test_operations_are_those_published():
    """Every operation, under the published names, methods and paths."""
    served = {op.name: (op.method.lower(), op.path) for op in contract.operations()}
    assert served == {name: (method, path) for name, (method, path, _) in operations().items()}


@pytest.mark.parametrize("name", BODIES)
def test_the_documented_bodies_are_accepted(name):
    """Every request body of the docs passes."""
    operation, body = BODIES[name]
    found = next(op for op in contract.operations() if op.name == operation)
    assert contract.body_violation(found, body) is None


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in items:
        yield from places(item, (*path, key))


def changed(value, path, new):
    """The value with one place replaced, or removed when `new` is Ellipsis."""
    if not path:
        return new
    copied = copy.deepcopy(value)
    node = copied
    for key in path[:-1]:
        node = node[key]
    if new is Ellipsis:
        del node[path[-1]]
    else:
        node[path[-1]] = new
    return copied


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_the_validator_agrees_with_jsonschema(data):
    """One place of a documented body replaced by anything: ours and jsonschema decide alike."""
    operation, body = BODIES[data.draw(st.sampled_from(sorted(BODIES)))]
    path = data.draw(st.sampled_from(list(places(body))))
    new = data.draw(JSON | st.just(Ellipsis) if path else JSON)
    value = changed(body, path, new)
    schema = request_schema(operation)
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    judge = jsonschema.Draft202012Validator(schema, registry=registry(), format_checker=checker)
    ours = next(op for op in contract.operations() if op.name == operation)
    assert fits(value, ours.body, contract.resolve) == judge.is_valid(value), value


@pytest.mark.parametrize(
    ("value", "schema", "words"),
    [
        ({}, {"required": ["a"]}, "a is required"),
        ({"a": {"b": 1}}, {"properties": {"a": {"properties": {"b": {"type": "string"}}}}},
         "a.b must be string"),
        ([1, True], {"items": {"type": "integer"}}, "body[1] must be integer"),
        (3, {"enum": [1, 2]}, "body must be one of 1, 2"),
        ({}, {"anyOf": [{"required": ["a"]}, {"required": ["b"]}]}, "one of a, b is required"),
        ("x", {"type": ["integer", "null"]}, "body must be integer or null"),
        ("2026-02-30", {"format": "date"}, "body must be a date"),
    ],
)  # fmt: skip
def test_violations_are_told_in_words(value, schema, words):
    """The first violation is named with its place."""
    assert first_violation(value, schema, contract.resolve) == words


def run_schemathesis(tmp_path, examples, phases):
    """Every check of schemathesis against a seeded sandbox; delete_project would end the party."""
    config = tmp_path / "schemathesis.toml"
    with Sandbox(seed=42, visitors=300) as sandbox:
        # 400 and 406 are documented answers to bodies that a schema cannot tell from good ones.
        config.write_text(
            f'[parameters]\nproject_key = "{sandbox.project_key}"\ntest_id = 1001\n'
            "[checks.positive_data_acceptance]\n"
            'expected-statuses = ["2xx", 400, 401, 403, 404, 406, 409]\n'
        )
        program = Path(sysconfig.get_path("scripts"), "schemathesis")
        keys = ("x-api-key: sandbox", "api-key: sandbox", "Authorization: Bearer sandbox")
        run = subprocess.run(
            [program, "--config-file", config, "run", CONTRACT, "-u", sandbox.base_url,
             "--exclude-operation-id", "delete_project", "--generation-deterministic",
             "--no-color", "--phases", phases, "-n", str(examples),
             *(part for key in keys for part in ("-H", key))],
            capture_output=True, text=True, check=False, cwd=tmp_path,
        )  # fmt: skip
        statuses = {entry["status"] for entry in sandbox.requests()}
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
    assert 200 in statuses
    assert not any(status and status >= 500 for status in statuses)


@pytest.mark.slow
def test_schemathesis_finds_nothing(tmp_path):
    """The documented examples, invented requests and chains of them, over every operation."""
    run_schemathesis(tmp_path, 2, "examples,fuzzing,stateful")


@pytest.mark.soak
def test_schemathesis_finds_nothing_for_long(tmp_path):
    """The same with many examples, and every limit of every schema tried one by one."""
    run_schemathesis(tmp_path, 40, "examples,coverage,fuzzing,stateful")
