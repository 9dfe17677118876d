"""The programs of this folder, run one after the other in processes of their own."""

import json
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import Row

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent
MACHINERY = {"__init__", "__main__", "harness", "parts", "runs", "smoke"}
PATIENCE = 240.0
LEAST = 15.0
"""However late it is: what a program gets at least."""


def names():
    """Every program here, in order."""
    return sorted({path.stem for path in FOLDER.glob("*.py")} - MACHINERY)


def run(name, *options, patience=PATIENCE):
    """Title, note and rows as the program told them; a program that fails or hangs says so."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *options]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=patience, check=False
        )
    except subprocess.TimeoutExpired:
        return failed(name, f"not done within {patience:g} s")
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines()[-1:]
        return failed(name, " ".join([f"ended with {done.returncode}", *said]))
    return json.loads(lines[-1])


def failed(name, why):
    """A section that shows its absence."""
    return {"title": name, "note": "", "rows": [{"what": name, "against": "", "why": why}]}


def rows(part):
    """The rows of a program's section."""
    return [Row(**row) for row in part["rows"]]
