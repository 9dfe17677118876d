"""`python -m benchmarks`: everything, one after the other; options are handed on to the calls."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOT_HERE = {"__init__", "__main__", "harness", "launchdarkly"}
"""launchdarkly needs a peer of its own; run it by hand."""


def main():
    smoke = "--smoke" in sys.argv
    names = (
        ["calls"]
        if smoke
        else sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_HERE)
    )
    codes = []
    for name in names:
        options = sys.argv[1:] if name == "calls" else []
        codes.append(
            subprocess.run(
                [sys.executable, "-m", f"benchmarks.{name}", *options], check=False
            ).returncode
        )
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
