"""Count the mutants that `mutmut run` left behind, and compare the survivors with the known ones.

    python scripts/mutants.py          killed and total per module, then what is new and what is stale

A mutant is killed when a test fails because of it. One that makes the tests run out of time is not
counted as killed: on a busy machine that proves nothing. Survivors stand in `survivors.toml` beside
this file, grouped by the reason why no test should notice them. It fails below 85 %, on a survivor
without a reason, and where a module that pyproject.toml names has no mutants.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "mutants"
KNOWN = ROOT / "scripts" / "survivors.toml"
FLOOR = 0.85
SURVIVED = {0, 5, 33}
"""Exit codes for tests that passed, and for a mutant that no test runs."""
KILLED = {1, 3}
"""pytest's exit codes for failed tests and for an error inside a plugin."""


def outcomes() -> Iterator[tuple[str, dict[str, int | None]]]:
    """Yield each mutated module with the exit code of the tests by mutant; None where none ran."""
    for path in sorted(RESULTS.rglob("*.py.meta")):
        found = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        if found:
            yield str(path.relative_to(RESULTS)).removesuffix(".meta"), found


def change_of(mutant: str) -> str:
    """Return what a mutant changes, in words that stay the same when other lines move.

    Args:
        mutant: The name that mutmut gave it.
    """
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", mutant], capture_output=True, text=True, check=True
    )
    lines = re.findall(r"^([-+])(?!--|\+\+)\s*(.*)$", shown.stdout, re.MULTILINE)
    old, new = (" ".join(text for sign, text in lines if sign == which) for which in "-+")
    function = mutant.partition("__mutmut_")[0].removeprefix("midakit.").replace("ǁ", ".")
    return f"{re.sub(r'[.]x[_.]+', '.', function, count=1)}: {old}  =>  {new}"


def count(found: dict[str, dict[str, int | None]]) -> tuple[float, set[str]]:
    """Print how many mutants were killed; return their share and the names of the survivors.

    Args:
        found: The exit code of the tests by mutant, by module.
    """
    killed = total = 0
    survivors: set[str] = set()
    for module, codes in found.items():
        ran = {name: code for name, code in codes.items() if code is not None}
        dead = sum(code in KILLED for code in ran.values())
        print(f"{dead:5} of {len(ran):4} killed  {module}")
        survivors |= {name for name, code in ran.items() if code in SURVIVED}
        killed += dead
        total += len(ran)
    share = killed / total if total else 0.0
    print(f"{killed:5} of {total:4} killed: {share:.1%}, at least {FLOOR:.0%} are wanted")
    print(f"{len(survivors)} survive, {total - killed - len(survivors)} ran out of time")
    return share, survivors


def main() -> int:
    """Print the counts and return the exit status."""
    found = dict(outcomes())
    share, names = count(found)
    survivors = set(map(change_of, names))
    reasons = tomllib.loads(KNOWN.read_text(encoding="utf-8"))
    known = {change for changes in reasons.values() for change in changes}
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    empty = [
        pattern
        for pattern in wanted["tool"]["mutmut"]["only_mutate"]
        if not any(fnmatch(module, pattern) for module in found)
    ]
    for change in sorted(survivors - known):
        print(f"survives, and {KNOWN.name} gives no reason: {change}")
    whole = all(None not in codes.values() for codes in found.values())
    for change in sorted(known - survivors) if whole else ():
        print(f"does not survive, so remove it from {KNOWN.name}: {change}")
    for pattern in empty:
        print(f"no mutants: {pattern}")
    return int(share < FLOOR or not survivors <= known or bool(empty))


if __name__ == "__main__":
    sys.exit(main())
