"""Check a sandbox against reference cases: a data set, calls, and the answers expected.

    {"tolerance": 0.011, "cases": [{"id", "endpoint", "test_id", "params", "status", "expected"}]}

An answer passes when it has everything expected, numbers within the tolerance.
"""

import http.client
import json
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from midakit.sandbox.server.sandbox import Sandbox
from midakit.testing.checks.cases import count_failures, differences, say

_TOLERANCE = 0.011


def check(dataset: Path, cases: Path) -> int:
    """Run a file of cases over a real socket and print what failed.

    Args:
        dataset: JSON lines of visitors and events, which the sandbox imports.
        cases: The JSON file of cases.

    Returns:
        The exit code: 0 when every case passes, else 1.
    """
    suite = json.loads(cases.read_text(encoding="utf-8"))
    tolerance = suite.get("tolerance", _TOLERANCE)
    with Sandbox(import_file=dataset, seed=None) as sandbox:
        parts = urlsplit(sandbox.url)
        connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
        try:
            failed = count_failures(
                suite["cases"], partial(_problems, connection, sandbox, tolerance)
            )
        finally:
            connection.close()
    total = len(suite["cases"])
    say(f"{total - failed} of {total} passed, {failed} failed")
    return 1 if failed else 0


def _problems(
    connection: http.client.HTTPConnection, sandbox: Sandbox, tolerance: float, case: dict[str, Any]
) -> list[str]:
    """Ask for one report and compare it."""
    key = case.get("project_key", sandbox.project_key)
    path = f"/v2/project/{key}/experiment/{case['test_id']}/{case['endpoint']}"
    target = f"{path}?{urlencode(case['params'])}" if case["params"] else path
    connection.request("GET", target, headers={"authorization": f"Bearer {sandbox.api_key}"})
    response = connection.getresponse()
    body = response.read()
    if response.status != case["status"]:
        return [f"status {response.status}, expected {case['status']}: {body[:200]!r}"]
    same = partial(_same, tolerance)
    return list(differences(case.get("expected", {}), json.loads(body), same))


def _same(tolerance: float, expected: Any, found: Any) -> bool:
    """Tell whether two JSON scalars agree; whole numbers have no tolerance."""
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in (expected, found)):
        exact = isinstance(expected, int) and isinstance(found, int)
        return bool(abs(expected - found) <= (0 if exact else tolerance))
    return bool(expected == found) and type(expected) is type(found)
