"""Check the statistics against a file of reference cases.

The file is JSON: `{"cases": [{id, quantity, inputs, expected, tolerance: {abs, rel}}, ...]}`. A case
passes when |got - expected| <= abs + rel * |expected| for every number; null means None, "inf" and
"-inf" are infinities, and {"raises": "ValueError"} asks for that exception.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from math import inf, isnan
from pathlib import Path
from typing import Any

from midakit.testing.checks import quantities
from midakit.testing.checks.cases import count_failures, differences, say

_INFINITIES = {"inf": inf, "-inf": -inf}


def problems_of(case: Any) -> list[str]:
    """Run one case and compare its answer.

    Args:
        case: The case as JSON has it.

    Returns:
        What is wrong, a sentence each; empty when the case passes.
    """
    try:
        quantity, inputs, expected = case["quantity"], case["inputs"], case["expected"]
        same = partial(agrees, case["tolerance"]["abs"], case["tolerance"]["rel"])
    except (KeyError, TypeError) as wrong:
        return [f"not a case: {wrong!r}"]
    wanted = expected.get("raises") if isinstance(expected, Mapping) else None
    try:
        got = quantities.compute(quantity, inputs)
        if wanted:
            return [f"expected {wanted}, found {got!r}"]
        return list(differences(expected, got, same, exact=True))
    except Exception as error:  # a case may ask for any exception; another one is a failure
        if wanted and wanted in (kind.__name__ for kind in type(error).__mro__):
            return []
        return [f"raised {type(error).__name__}: {error}"]


def agrees(absolute: float, relative: float, expected: Any, found: Any) -> bool:
    """Tell whether a number is as expected.

    Args:
        absolute: The tolerance in units of the number.
        relative: The tolerance as a share of the expected number; the two are added.
        expected: A number, "inf", "-inf", or None.
        found: A number or None.

    Returns:
        True when both are None, the same infinity, or close enough.
    """
    if expected is None or found is None:
        return expected is None and found is None
    value = _INFINITIES[expected] if isinstance(expected, str) else float(expected)
    if value in (inf, -inf) or isnan(value):
        return bool(found == value)
    return bool(abs(found - value) <= absolute + relative * abs(value))


def main(arguments: Sequence[str]) -> int:
    """Run every case of a file and print what failed.

    Args:
        arguments: The words after the command: the file.

    Returns:
        The exit code: 0 when all pass, 1 when one fails, 2 when there is nothing to run.
    """
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m midakit.stats.check FILE\n")
        return 2
    try:
        cases = list(json.loads(Path(arguments[0]).read_text(encoding="utf-8"))["cases"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        sys.stderr.write(f"cannot read cases from {arguments[0]}: {error!r}\n")
        return 2
    failed = count_failures(cases, problems_of)
    say(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0
