"""A process that measures itself, and the one that reads it."""

import json
import os
import subprocess
import sys
import time


def timed(work):
    """Print the seconds and CPU seconds that it took; importing what all of them use is nobody's work."""
    import pandas as pd  # noqa: F401  # pyarrow imports it, where it is, at its first array
    import pyarrow.parquet  # noqa: F401

    started, cpu = time.perf_counter(), time.process_time()
    work()
    print(json.dumps({"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}))


def measured(module, *words):
    """What it printed, and its peak memory in MB."""
    command = [sys.executable, "-m", f"benchmarks.account.{module}", *words]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    said = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode:
        raise SystemExit(f"{' '.join(words)}: ended with {process.returncode}")
    return {**json.loads(said), "peak": usage.ru_maxrss / 1024}
