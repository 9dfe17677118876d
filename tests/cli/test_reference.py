"""The reference pages say what the commands and the code say."""

import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

import midakit
from midakit.cli import run as running
from midakit.cli.app import commands
from support.command_reference import entries, global_options
from support.commands import environment
from support.pages import ROOT

pytestmark = pytest.mark.skipif(
    not (ROOT / "docs").exists(), reason="the docs are not part of the wheel"
)
REFERENCE = ROOT / "docs" / "reference"


def test_the_page_of_the_command_line_is_what_the_commands_say():
    """`python scripts/cli_page.py` wrote it last, and nobody since."""
    done = subprocess.run(
        [sys.executable, "scripts/cli_page.py", "--check"], cwd=ROOT, env=environment(),
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_every_extra_is_on_its_page():
    """With what it costs; a new one is measured by `python scripts/extras_page.py NAME`."""
    done = subprocess.run(
        [sys.executable, "scripts/extras_page.py", "--check"], cwd=ROOT, env=environment(),
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
    rows = re.findall(
        r"^\| `?[\w-]+`? \|.*\| (\d+) \| ([\d,]+) \|$",
        (REFERENCE / "extras.md").read_text(),
        re.MULTILINE,
    )
    assert all(int(packages) >= 1 for packages, _ in rows)


def test_every_command_and_option_is_on_the_page():
    """None is only in the code."""
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    for entry in entries():
        section = text.partition(f"## {entry.name}\n")[2].partition("\n## ")[0]
        assert entry.text.split("\n")[0] in section
        if entry.name != "midakit sandbox":
            assert not [
                name for one in entry.arguments for name in one.names if f"`{name}`" not in section
            ]
    assert all(f"`{one.names[0]}`" in text for one in global_options())


def test_the_page_does_not_depend_on_what_was_shown_before():
    """The help of all commands, shown in the same process, changes no entry."""

    def read():
        return [(one, one.arguments) for one in entries.__wrapped__()]

    before = read()
    commands(["export"])["export"].help_print(console=Console(file=StringIO()))
    assert read() == before


def test_every_exit_code_is_on_the_page():
    """The table, the root help and the program agree."""
    text = (REFERENCE / "cli.md").read_text(encoding="utf-8")
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}
    assert codes == {
        running.DONE, running.FAILED, running.MISUSED, running.PARTIAL, running.RESUMABLE,
        running.INTERRUPTED, running.UNREAD,
    }  # fmt: skip


def test_every_variable_that_is_read_is_on_its_page():
    """An environment variable nobody knows of is none."""
    text = (REFERENCE / "environment.md").read_text(encoding="utf-8")
    sources = Path(midakit.__file__).parent.rglob("*.py")
    used = {
        name
        for source in sources
        for name in re.findall(
            r"\b(?:MIDA|MIDAKIT|LAUNCHDARKLY)_[A-Z_]+\b", source.read_text(encoding="utf-8")
        )
    }
    assert len(used) > 5
    missing = {name for name in used if f"`{name}`" not in text}
    assert all(name.startswith("MIDAKIT_SANDBOX_") for name in missing)  # they have their own page
    assert "`MIDAKIT_SANDBOX_...`" in text
