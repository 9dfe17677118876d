"""The CPU of a suite that uses the sandbox: four workers of pytest-xdist against one.

    python -m benchmarks.sandbox_workers [--tests 400] [--rounds 1]

Counted are all processes of a run, pytest and the shared server included. The server outlives the
worker that starts it, so this process adopts it (PR_SET_CHILD_SUBREAPER) and waits for it.
"""

import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from benchmarks import harness
from benchmarks.harness import Row, interleaved
from benchmarks.tables.spreads import divided

ROOT = Path(__file__).parents[1]
_SUBREAPER = 36
_SUITE = """
import pytest

@pytest.mark.parametrize("turn", range({tests}))
def test_it(mida, turn):
    mida.experiments.stop(1001)
    assert mida.experiments.get(1001).status == 0
    assert mida.experiments.result(1005).total_visitors > 0
    assert mida.experiments.metrics(1005).metrics
    latest = mida.events.list(max_items=1).collect()[0]
    mida.events.delete(latest.event_id)
    assert mida.experiments.metrics(1001).metrics
"""


def cpu(workers, tests):
    """Return the CPU seconds of a run, its server included."""
    before = os.times()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_suite.py").write_text(_SUITE.format(tests=tests))
        words = ["-m", "pytest", "-q", "-p", "xdist.plugin", "-p", "midakit.testing.plugin",
                 "-p", "no:cacheprovider", "-n", str(workers), "test_suite.py"]  # fmt: skip
        done = subprocess.run(
            [sys.executable, *words],
            cwd=folder, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        )  # fmt: skip
        if done.returncode:
            raise SystemExit((done.stdout + done.stderr)[-2000:])
        with suppress(ChildProcessError):
            while True:
                os.wait()
    after = os.times()
    return sum(after[2:4]) - sum(before[2:4])


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=1)
    given = harness.options(parser)
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    works = {
        "four": lambda: cpu(4, given.tests),
        "one": lambda: cpu(1, given.tests),
    }
    times = interleaved(works, given.rounds)
    rows = [
        Row(f"CPU of {given.tests} tests, four workers on one sandbox", "one worker",
            divided(times["four"], times["one"]), at_most=1.5),
    ]  # fmt: skip
    harness.tell("One sandbox for four workers of pytest-xdist", rows, "All processes of a run.")


if __name__ == "__main__":
    main()
