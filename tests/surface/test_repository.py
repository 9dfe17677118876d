"""The repository itself: nothing lies in it by mistake."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOP = {
    ".ci", ".dockerignore", ".github", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md",
    "CONTRIBUTING.md", "Dockerfile", "LICENSE", "README.md", "SECURITY.md", "action.yml", "benchmarks",
    "docs", "examples", "mkdocs.yml", "noxfile.py", "pyproject.toml", "scripts", "src", "tests",
}  # fmt: skip


def test_the_top_holds_what_a_newcomer_looks_for():
    """An export was once committed there by mistake."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("this is no clone of the repository")
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert {name.partition("/")[0] for name in listed.stdout.splitlines()} == TOP
