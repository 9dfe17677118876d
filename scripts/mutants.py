"""Count the mutants that `mutmut run` left behind, and compare the survivors with the list of known ones.

    python scripts/mutants.py          killed and total per module, then what is new and what is stale

A mutant is killed when a test fails because of it. One that makes the tests run out of time is not
counted as killed: on a busy machine that proves nothing. Survivors stand in `survivors.toml` beside
this file, grouped by the reason why no test can or should notice them. It fails below 85 % and on a
survivor without a reason.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "mutants" / "src"
KNOWN = Path(__file__).with_name("survivors.toml")
FLOOR = 0.85
SURVIVED = 0
KILLED = {1, 3}
"""pytest's exit codes for failed tests and for an error inside a plugin."""


def outcomes() -> Iterator[tuple[str, dict[str, int | None]]]:
    """Yield each mutated module with the exit code of the tests by mutant."""
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


def main() -> int:
    """Print the counts and return the exit status."""
    known = {
        change for changes in tomllib.loads(KNOWN.read_text("utf-8")).values() for change in changes
    }
    killed = total = slow = 0
    survivors = set()
    for module, codes in outcomes():
        alive = [name for name, code in codes.items() if code == SURVIVED]
        dead = sum(code in KILLED for code in codes.values())
        print(f"{dead:5} of {len(codes):4} killed  {module}")
        survivors |= set(map(change_of, alive))
        killed += dead
        slow += len(codes) - dead - len(alive)
        total += len(codes)
    share = killed / total if total else 0.0
    print(f"{killed:5} of {total:4} killed: {share:.1%}, at least {FLOOR:.0%} are wanted")
    print(f"{slow} ran out of time or were not run, {len(survivors & known)} survive for a reason")
    for change in sorted(survivors - known):
        print(f"survives without a reason in {KNOWN.name}: {change}")
    for change in sorted(known - survivors):
        print(f"does not survive, so remove it from {KNOWN.name}: {change}")
    return int(share < FLOOR or not survivors <= known)


if __name__ == "__main__":
    sys.exit(main())
