"""The forty reference cases, asked of the report functions directly."""

import json

import pytest

from support.sandbox_data import DATA

CASES = json.loads((DATA / "sandbox_cases.json").read_text(encoding="utf-8"))


def differences(expected, actual, tolerance, path=""):
    """Where `actual` lacks or contradicts what is expected of it."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            if key == "$absent":
                yield from (f"{path}.{name} is there" for name in value if name in actual)
            elif key not in actual:
                yield f"{path}.{key} is missing"
            else:
                yield from differences(value, actual[key], tolerance, f"{path}.{key}")
    elif isinstance(expected, list):
        if len(expected) != len(actual):
            yield f"{path} has {len(actual)} items, not {len(expected)}"
        for place, (one, other) in enumerate(zip(expected, actual, strict=False)):
            yield from differences(one, other, tolerance, f"{path}[{place}]")
    elif isinstance(expected, float) and isinstance(actual, int | float):
        if abs(expected - actual) > tolerance:
            yield f"{path}: {actual} is not {expected}"
    elif expected != actual:
        yield f"{path}: {actual!r} is not {expected!r}"


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["id"])
def test_reference_case(sandboxed, case):
    """Every reference case gets its documented status and figures."""
    status, body = sandboxed.ask(case["endpoint"], case["test_id"], **case["params"])
    assert status == case["status"], body
    found = list(differences(case.get("expected", {}), body, CASES["tolerance"]))
    assert not found, "\n".join(found)
