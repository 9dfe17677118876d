"""Clients in other words than ours: generated from the sandbox's `/openapi.json`."""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGES = ("openapi-typescript@7.13.0", "openapi-fetch@0.17.0", "typescript@5.9.3")
TSC = ("node_modules/.bin/tsc", "--strict", "--target", "es2022", "--module", "nodenext",
       "--moduleResolution", "nodenext", "--lib", "es2022,dom,dom.iterable",
       "--skipDefaultLibCheck")  # fmt: skip
"""The compiler as a strict project has it; TypeScript's own libraries are taken as they are."""


def python_client(document, folder):
    """Generate a package with openapi-python-client; return a function that imports from it."""
    source = folder / "openapi.json"
    source.write_text(json.dumps(document))
    done = subprocess.run(
        [Path(sys.executable).parent / "openapi-python-client", "generate", "--path", source,
         "--output-path", folder / "generated_client", "--meta", "none"],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout + done.stderr, done.stdout
    sys.path.insert(0, str(folder))
    return lambda name: importlib.import_module(f"generated_client.{name}")


def node_modules(folder):
    """openapi-typescript, openapi-fetch and tsc, installed into a folder from the npm registry."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        pytest.skip("node and npm are not installed")
    done = run(
        folder,
        "npm",
        "install",
        "--silent",
        "--no-audit",
        "--no-fund",
        "--prefer-offline",
        *PACKAGES,
    )
    if done.returncode:
        pytest.skip(f"the npm registry cannot be reached: {done.stderr[-200:]}")
    return folder / "node_modules"


def run(folder, *command, **environment):
    """Run a command of the folder."""
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=600,
        env={**os.environ, **environment},
    )  # fmt: skip
