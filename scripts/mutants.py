"""Count the mutants that `mutmut run` left behind, and fail when too many of them live.

    python scripts/mutants.py          killed and total per module, and the names of the survivors

A mutant is killed when a test fails because of it. One that makes the tests run out of time is
not counted as killed: on a busy machine that proves nothing.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

RESULTS = Path(__file__).resolve().parents[1] / "mutants" / "src"
FLOOR = 0.85
KILLED = {1, 3}
"""pytest's exit codes for failed tests and for an error inside a plugin."""


def outcomes() -> Iterator[tuple[str, dict[str, int | None]]]:
    """Yield each mutated module with the exit code of the tests by mutant."""
    for path in sorted(RESULTS.rglob("*.py.meta")):
        found = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        if found:
            yield str(path.relative_to(RESULTS)).removesuffix(".meta"), found


def main() -> int:
    """Print the counts and return the exit status."""
    killed = total = 0
    survivors = []
    for module, codes in outcomes():
        alive = [name for name, code in codes.items() if code not in KILLED]
        print(f"{len(codes) - len(alive):5} of {len(codes):4} killed  {module}")
        survivors += alive
        killed += len(codes) - len(alive)
        total += len(codes)
    share = killed / total if total else 0.0
    print(f"{killed:5} of {total:4} killed: {share:.1%}, at least {FLOOR:.0%} are wanted")
    print(*survivors, sep="\n")
    return int(share < FLOOR)


if __name__ == "__main__":
    sys.exit(main())
