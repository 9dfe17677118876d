"""Hold a sandbox against reference cases: a data set, calls, and the answers expected.

    {"tolerance": 0.011, "cases": [{"id", "endpoint", "test_id", "params", "status", "expected"}]}

An answer passes when it holds everything expected: objects by key, lists of the same length item
by item, numbers within the tolerance; `$absent` lists keys that must not be there.
"""

import http.client
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from midakit.sandbox.server.serve import Sandbox

_TOLERANCE = 0.011


def differences(
    expected: Any, found: Any, tolerance: float = _TOLERANCE, place: str = "$"
) -> Iterator[str]:
    """Every place where the answer is not what was expected."""
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            yield f"{place}: expected an object, found {found!r}"
            return
        for name in expected.get("$absent", ()):
            if name in found:
                yield f"{place}.{name}: must be absent"
        for name, value in expected.items():
            if name == "$absent":
                continue
            if name not in found:
                yield f"{place}.{name}: missing"
            else:
                yield from differences(value, found[name], tolerance, f"{place}.{name}")
    elif isinstance(expected, list):
        if not isinstance(found, list) or len(found) != len(expected):
            count = len(found) if isinstance(found, list) else found
            yield f"{place}: expected {len(expected)} items, found {count!r}"
            return
        for index, pair in enumerate(zip(expected, found, strict=True)):
            yield from differences(*pair, tolerance, f"{place}[{index}]")
    elif not _same(expected, found, tolerance):
        yield f"{place}: expected {expected!r}, found {found!r}"


def _same(expected: Any, found: Any, tolerance: float) -> bool:
    numbers = all(isinstance(v, int | float) and not isinstance(v, bool) for v in (expected, found))
    if numbers:
        exact = isinstance(expected, int) and isinstance(found, int)
        return bool(abs(expected - found) <= (0 if exact else tolerance))
    return bool(expected == found) and type(expected) is type(found)


def check(dataset: Path, cases: Path) -> int:
    """Run a file of cases over a real socket; prints what failed; returns the exit code."""
    suite = json.loads(cases.read_text(encoding="utf-8"))
    passed = 0
    with Sandbox(import_file=dataset, seed=None) as sandbox:
        parts = urlsplit(sandbox.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        try:
            for case in suite["cases"]:
                problems = _run(connection, sandbox, case, suite.get("tolerance", _TOLERANCE))
                passed += not problems
                for problem in problems:
                    _say(f"FAILED {case['id']} {case.get('title', '')}: {problem}")
        finally:
            connection.close()
    total = len(suite["cases"])
    _say(f"{passed} of {total} passed, {total - passed} failed")
    return 0 if passed == total else 1


def _run(
    connection: http.client.HTTPConnection, sandbox: Sandbox, case: dict[str, Any], tolerance: float
) -> list[str]:
    key = case.get("project_key", sandbox.project_key)
    path = f"/v2/project/{key}/experiment/{case['test_id']}/{case['endpoint']}"
    target = f"{path}?{urlencode(case['params'])}" if case["params"] else path
    connection.request("GET", target, headers={"authorization": f"Bearer {sandbox.api_key}"})
    response = connection.getresponse()
    body = response.read()
    if response.status != case["status"]:
        return [f"status {response.status}, expected {case['status']}: {body[:200]!r}"]
    return list(differences(case.get("expected", {}), json.loads(body), tolerance))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
