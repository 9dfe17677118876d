"""`python -m midakit.stats.check FILE`: hold this module against a file of reference cases.

The file is JSON: `{"cases": [{id, quantity, inputs, expected, tolerance: {abs, rel}}, ...]}`. A case
passes when |got - expected| <= abs + rel * |expected| for every number; null means None, "inf" and
"-inf" are infinities, and {"raises": "ValueError"} asks for that exception.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from math import inf, isnan
from pathlib import Path
from typing import Any

from midakit.stats import reference

_INFINITIES = {"inf": inf, "-inf": -inf}


def failure(case: Mapping[str, Any]) -> str | None:
    """Why a case fails; None when it passes."""
    try:
        quantity, inputs, expected = case["quantity"], case["inputs"], case["expected"]
        absolute, relative = case["tolerance"]["abs"], case["tolerance"]["rel"]
    except (KeyError, TypeError) as wrong:
        return f"is no case: {wrong!r}"
    wanted = expected.get("raises") if isinstance(expected, Mapping) else None
    try:
        got = reference.run(quantity, inputs)
        passes = not wanted and agrees(got, expected, absolute, relative)
    except Exception as error:  # a case may ask for any exception; another one is a failure
        if wanted and wanted in (kind.__name__ for kind in type(error).__mro__):
            return None
        return f"raised {type(error).__name__}: {error}"
    return None if passes else f"got {got!r}, expected {expected!r}"


def agrees(got: Any, expected: Any, absolute: float, relative: float) -> bool:
    """Whether a value meets its expectation, element by element."""
    if expected is None or got is None:
        return expected is None and got is None
    if isinstance(expected, Mapping):
        return set(got) == set(expected) and all(
            agrees(got[key], expected[key], absolute, relative) for key in expected
        )
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        return len(got) == len(expected) and all(
            agrees(one, other, absolute, relative) for one, other in zip(got, expected, strict=True)
        )
    value = _INFINITIES[expected] if isinstance(expected, str) else float(expected)
    if value in (inf, -inf) or isnan(value):
        return bool(got == value)
    return bool(abs(got - value) <= absolute + relative * abs(value))


def main(arguments: Sequence[str]) -> int:
    """Run every case of a file; 0 when all pass, 1 when one fails, 2 when there is nothing to run."""
    if len(arguments) != 1:
        print("usage: python -m midakit.stats.check FILE", file=sys.stderr)  # noqa: T201
        return 2
    try:
        cases = list(json.loads(Path(arguments[0]).read_text(encoding="utf-8"))["cases"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(f"cannot read cases from {arguments[0]}: {error!r}", file=sys.stderr)  # noqa: T201
        return 2
    failed = 0
    for case in cases:
        why = failure(case)
        if why:
            failed += 1
            name = case.get("id", case) if isinstance(case, Mapping) else case
            print(f"FAILED {name}: {why}")  # noqa: T201
    print(f"{len(cases) - failed} passed, {failed} failed")  # noqa: T201
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
