"""What the other benchmarks share: contenders in shuffled rounds within one process, and the machine."""

import os
import platform
from pathlib import Path


def machine():
    """What it ran on, for the reader of the table."""
    return f"{processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()}"


def processor():
    """The CPU's model as the system names it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
