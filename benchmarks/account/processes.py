"""A process that measures itself, and the one that reads it."""

import json
import os
import resource
import subprocess
import sys
import time

from midakit.core.without_pandas import do_without_pandas


def timed(work, after=dict, *, pandas=True):
    """Print the seconds and CPU seconds that it took; importing what all of them use is nobody's work."""
    if pandas:
        import pandas as pd  # noqa: F401  # pyarrow imports it, where it is, at its first array
    else:
        do_without_pandas()  # as commands and worker processes
    import pyarrow.parquet  # noqa: F401

    started, cpu = time.perf_counter(), used()
    work()
    took = {"seconds": time.perf_counter() - started, "cpu": used() - cpu}
    print(json.dumps({**took, **after()}))


def used():
    """The CPU seconds of this process and of those that it started and that have ended."""
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


def started(module, *words):
    """A program of this folder at work."""
    command = [sys.executable, "-m", f"benchmarks.account.{module}", *words]
    # installed packages are compiled once, and so is ours
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=env)


def measured(module, *words):
    """What it printed, and its peak memory in MB."""
    process = started(module, *words)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise SystemExit(f"{' '.join(words)}: ended with {process.returncode}")
    return {**json.loads(said.splitlines()[-1]), "peak": usage.ru_maxrss / 1024}
