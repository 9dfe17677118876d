"""What both checks of reference cases share: compare an answer with its expectation, and count."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeAlias

Same: TypeAlias = Callable[[Any, Any], bool]


def differences(
    expected: Any, found: Any, same: Same, *, exact: bool = False, place: str = "$"
) -> Iterator[str]:
    """Describe every place where an answer is not what was expected.

    Objects are compared by key; a key `$absent` lists keys that the answer must not have. Lists have
    the same length and are compared item by item.

    Args:
        expected: The JSON value that the case asks for.
        found: The answer.
        same: Decides about two values that are neither objects nor lists, the expected one first.
        exact: Refuse keys of the answer that are not expected.
        place: Where in the answer the comparison starts, as a JSON path.

    Yields:
        One sentence per difference, with its place.
    """
    if isinstance(expected, dict):
        if not isinstance(found, dict):
            yield f"{place}: expected an object, found {found!r}"
            return
        absent = found.keys() - expected.keys() if exact else expected.get("$absent", ())
        for name in absent:
            if name in found:
                yield f"{place}.{name}: must be absent"
        for name, value in expected.items():
            if name in found:
                yield from differences(
                    value, found[name], same, exact=exact, place=f"{place}.{name}"
                )
            elif name != "$absent":
                yield f"{place}.{name}: missing"
    elif isinstance(expected, list):
        if not isinstance(found, list | tuple) or len(found) != len(expected):
            count = len(found) if isinstance(found, list | tuple) else found
            yield f"{place}: expected {len(expected)} items, found {count!r}"
            return
        for index, pair in enumerate(zip(expected, found, strict=True)):
            yield from differences(*pair, same, exact=exact, place=f"{place}[{index}]")
    elif not same(expected, found):
        yield f"{place}: expected {expected!r}, found {found!r}"


def count_failures(cases: Sequence[Any], problems_of: Callable[[Any], Iterable[str]]) -> int:
    """Run every case and print each problem after the name of its case.

    Args:
        cases: The cases as JSON has them; one that is not even an object may be among them.
        problems_of: Runs one case and says what is wrong with it; nothing means that it passed.

    Returns:
        The number of cases that failed.
    """
    failed = 0
    for case in cases:
        problems = list(problems_of(case))
        failed += bool(problems)
        known = case if isinstance(case, dict) else {}
        name = " ".join(str(known[key]) for key in ("id", "title") if key in known)
        for problem in problems:
            say(f"FAILED {name or case}: {problem}")
    return failed


def say(line: str) -> None:
    """Print one line to stdout.

    Args:
        line: The line without its end.
    """
    sys.stdout.write(line + "\n")
