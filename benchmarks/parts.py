"""The programs of this folder, run one after the other in processes of their own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent
MACHINERY = {"__init__", "__main__", "delivery_server", "harness", "parts", "runs", "smoke"}
PATIENCE = 240.0
LEAST = 30.0
"""However late it is: what a program gets at least, in seconds."""


def names():
    """Every program here, in order."""
    return sorted({path.stem for path in FOLDER.glob("*.py")} - MACHINERY)


def patience(left, *, todo):
    """How long a program may take: three times its share of the seconds that are left.

    Args:
        left: Seconds until the run should end; fewer than none when it is late.
        todo: How many programs wait, this one included.
    """
    return max(LEAST, min(PATIENCE, left, 3 * left / todo))


def run(name, *options, patience=PATIENCE):
    """Title, note and rows as the program told them; a program that fails or hangs says so."""
    command = [sys.executable, "-m", f"benchmarks.{name}", "--json", *options]
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        try:
            out, err = process.communicate(timeout=patience)
        except subprocess.TimeoutExpired:
            stop(process)
            return failed(name, f"not done within {patience:g} s")
        except BaseException:
            stop(process)
            raise
    lines = out.strip().splitlines()
    if process.returncode or not lines:
        said = err.strip().splitlines()[-1:]
        return failed(name, " ".join([f"ended with {process.returncode}", *said]))
    return json.loads(lines[-1])


def stop(process):
    """The program and the servers that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def failed(name, why):
    """A section that shows its absence."""
    return {"title": name, "note": "", "rows": [{"what": name, "against": "", "why": why}]}
