"""Completion scripts are tried in the shells they are for."""

import shutil
import subprocess

import pytest

from support.commands import environment

SHELLS = [shell for shell in ("bash", "zsh", "fish") if shutil.which(shell)]
"""Those that are installed; bash is everywhere."""

ASK = """
source "$1"; shift
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
function=$(complete -p midakit | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" midakit "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
LINES = [
    (("midakit", "exper"), "experiments"),
    (("midakit", "experiments", "st"), "start stop stop-serving"),
    (("midakit", "--profile", "x", "goa"), "goals"),
    (("midakit", "result", "--seg"), "--segment"),
    (("midakit", "result", "--phase", ""), "all_time post_deploy pre_deploy"),
    (("midakit", "experiments", "list", "--status", ""), "draft inactive live"),
    (("midakit", "--region", ""), "auto eu us"),
    (("midakit", "completion", ""), "bash fish zsh"),
    (("midakit", "goals", "create", "Paid", "page"), "pageview pageviewExact pageviewRegex pageviewWildcard"),
]  # fmt: skip


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """The scripts, as `midakit completion SHELL` prints them."""
    from midakit.cli.app import commands

    folder = tmp_path_factory.mktemp("completion")
    for shell in ("bash", "zsh", "fish"):
        text = commands().generate_completion(prog_name="midakit", shell=shell)
        (folder / shell).write_text(text)
    return folder


@pytest.mark.parametrize(("line", "found"), LINES, ids=[" ".join(line) for line, _ in LINES])
def test_bash_completes(line, found, scripts):
    """Commands, options and their choices, with bash's own completion."""
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "-", str(scripts / "bash"), *line],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stderr == ""
    assert " ".join(sorted(done.stdout.split())) == found


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_its_script(shell, scripts):
    """No syntax error, and the names of commands are in it."""
    options = {"fish": ["--no-execute"]}.get(shell, ["-n"])
    done = subprocess.run(
        [shell, *options, str(scripts / shell)], capture_output=True, text=True, check=False,
        timeout=30,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    text = (scripts / shell).read_text()
    assert all(word in text for word in ("experiments", "timeseries", "--segment", "completion"))


def test_installing_puts_the_script_where_the_shell_looks(home, midakit):
    """And a line into its start-up file, so that the next shell has it."""
    done = midakit.good("completion", "bash", "--install")
    place = home / ".local/share/bash-completion/completions/midakit"
    assert str(place) in done.out
    assert str(place) in (home / ".bashrc").read_text()
    asked = subprocess.run(
        ["bash", "--norc", "-ic", f"source {home}/.bashrc; complete -p midakit"],
        capture_output=True, text=True, check=False, timeout=30, env=environment(),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert "midakit" in asked.stdout
