"""The other benchmarks of this folder: programs of their own that print what they find.

A module that is not in the table runs too, with the usual patience; one that is not there is left out.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks.fleet import ROOT

FOLDER = Path(__file__).parent
INFRASTRUCTURE = {
    "__init__", "__main__", "decoding", "figures", "fleet", "goals", "growth", "harness",
    "measuring", "page", "parts", "profiling", "report", "scenarios", "serving", "working",
}  # fmt: skip
PATIENCE = 240.0


def names():
    """Every program here, in order."""
    return sorted({path.stem for path in FOLDER.glob("*.py")} - INFRASTRUCTURE)


def run(name, patience=PATIENCE):
    """What it printed, and how it ended; a part that takes too long is stopped and says so."""
    command = [sys.executable, "-m", f"benchmarks.{name}"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return {"code": None, "text": f"not done within {patience:.0f} s"}
    text = done.stdout.strip()
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        text = "\n".join([text, f"ended with {done.returncode}", *last]).strip()
    return {"code": done.returncode, "text": text}
