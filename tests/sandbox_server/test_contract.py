"""The server's copy of the contract is the published one, and its validator is right about it."""

import subprocess
import sys
from pathlib import Path

from support.api import operations

ROOT = Path(__file__).parents[2]
SCHEMAS = [name for name, (_, _, spec) in operations().items() if "requestBody" in spec]


def test_the_copy_is_fresh():
    """The JSON file in the package is what the script makes of the published YAML."""
    run = subprocess.run(
        [sys.executable, str(ROOT / "scripts/sandbox_contract.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout
