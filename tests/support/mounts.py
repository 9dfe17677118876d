"""File systems that a test mounts; where that is not allowed, it is skipped."""

import subprocess
from contextlib import contextmanager

import pytest


@contextmanager
def mounted(place, *options):
    """A folder with something mounted on it, until the end of the block."""
    try:
        done = subprocess.run(["mount", *options, str(place)], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.decode().strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def remount(place, options):
    """Change the options of what is mounted."""
    subprocess.run(["mount", "-o", f"remount,{options}", str(place)], check=True)
