"""Completion scripts are tried in the shells they are for."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from midakit.cli.commands import completion
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
    (("midakit", "--region", "=", "e"), "eu"),
    (("midakit", "sandbox", "--vis"), "--visitors"),
    (("midakit", "calls", "list_g"), "list_goals"),
    (("midakit", "experiments", "start", "100"), "1001 1002 1003 1004 1005 1006 1007 1008 1009"),
    (("midakit", "report", "1001", "20"), "2001"),
    (("midakit", "result", "1001", "--goal", "sc"), "scroll_75"),
    (("midakit", "profile", "use", ""), "default shop"),
    (("midakit", "--profile", "sh"), "shop"),
    (("midakit", "experiments", "create", "test."), "test.yaml"),
]  # fmt: skip


@pytest.fixture
def scripts(home, monkeypatch):
    """The scripts, as files, and a `midakit` on the path."""
    for shell in SHELLS:
        (home / shell).write_text(completion.script(shell))
    program = home / "bin" / "midakit"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m midakit.cli "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    for name, value in environment(PATH=f"{program.parent}:{os.environ['PATH']}").items():
        monkeypatch.setenv(name, value)
    return home


@pytest.mark.parametrize("shell", SHELLS)
def test_the_command_prints_the_script(shell, home, midakit):
    """Ready to be put where the shell looks."""
    assert midakit.good("completion", shell).out == completion.script(shell)


@pytest.mark.parametrize(("line", "found"), LINES, ids=[" ".join(line) for line, _ in LINES])
def test_bash_completes(line, found, scripts, shop, midakit, monkeypatch):
    """Commands, options and their choices, ids, keys and profiles, with bash's own completion."""
    if "profile" in " ".join(line):
        for name in ("default", "shop"):
            midakit.good(
                "login", "--profile", name, "--project", shop.project_key, "--no-check",
                stdin=shop.api_key,
            )  # fmt: skip
    (scripts / "test.yaml").touch()
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "-", str(scripts / "bash"), *line],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    assert done.stderr == ""
    assert " ".join(sorted(done.stdout.split())) == found


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_its_script(shell, scripts):
    """No syntax error."""
    options = {"fish": ["--no-execute"]}.get(shell, ["-n"])
    done = subprocess.run(
        [shell, *options, str(scripts / shell)], capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


ZPTY = """
zmodload zsh/zpty
zpty z env ZDOTDIR=$ZDOTDIR TERM=dumb zsh -i
ask() {
  zpty -w -n z "$1"$'\\t'
  for i in {1..3000}; do
    zpty -r -t z part && seen+=$part
    [[ $seen == *$2* ]] && { print -r -- "$2"; return }
    sleep 0.1
  done
  print -r -- "never: ${(V)seen}"
}
zpty -w z 'print rea""dy'
ask '' ready
ask "$1" "$2"
"""


def zsh_completes(home, rc, line, found):
    """Type a line and Tab into an interactive zsh with that start-up file."""
    (home / ".zshrc").write_text(f"PS1=\n{rc}\nbindkey '^I' complete-word\n")
    done = subprocess.run(
        ["zsh", "-f", "-c", ZPTY, "-", line, found], capture_output=True, text=True, check=False,
        timeout=600, env=environment(ZDOTDIR=str(home)), stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.stdout.split("\n")[-2:-1] == [found] or done


def bash_asks(scripts):
    """A command of the script's, in bash."""
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "-", str(scripts / "bash"), "midakit", "exper"],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    return done.stdout.split() == ["experiments"] or done


def zsh_asks(scripts):
    """As a file that compinit finds, and sourced."""
    (scripts / "zfunc").mkdir()
    (scripts / "zfunc/_midakit").write_text((scripts / "zsh").read_text())
    found = f"fpath=({scripts}/zfunc $fpath)\nautoload -Uz compinit; compinit -u -D"
    sourced = f"autoload -Uz compinit; compinit -u -D\nsource {scripts}/zsh"
    for rc in (found, sourced):
        said = zsh_completes(scripts, rc, "midakit exper", "experiments")
        if said is not True:
            return said
    return True


def zsh_installed(home, midakit):
    """After `--install`, whatever else the start-up file does; a second time changes nothing."""
    midakit.good("completion", "zsh", "--install")
    written = (home / ".zshrc").read_text()
    midakit.good("completion", "zsh", "--install")
    assert (home / ".zshrc").read_text() == written
    return zsh_completes(home, written, "midakit exper", "experiments")


def fish_asks(scripts):
    """fish tells what it would offer."""
    done = subprocess.run(
        ["fish", "--no-config", "-c", f"source {scripts}/fish; complete -C 'midakit result --pha'"],
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    return "--phase\t" in done.stdout or done


def bash_installed(home, midakit):
    """A line in .bashrc reads it."""
    place = home / ".local/share/bash-completion/completions/midakit"
    assert str(place) in midakit.good("completion", "bash", "--install").out
    asked = subprocess.run(
        ["bash", "--norc", "-ic", f"source {home}/.bashrc; complete -p midakit"],
        capture_output=True, text=True, check=False, timeout=600, env=environment(),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return "midakit" in asked.stdout or asked


def fish_installed(home, midakit):
    """fish looks into its own folder."""
    midakit.good("completion", "fish", "--install")
    done = subprocess.run(
        ["fish", "-c", "complete -C 'midakit result --pha'"], capture_output=True, text=True,
        check=False, timeout=600, env=environment(),
    )  # fmt: skip
    return "--phase\t" in done.stdout or done


INSTALLED = {"bash": bash_installed, "zsh": zsh_installed, "fish": fish_installed}
ASKS = {"bash": bash_asks, "zsh": zsh_asks, "fish": fish_asks}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_that_is_installed_completes(shell, scripts):
    """Really, as at its prompt."""
    assert ASKS[shell](scripts) is True


@pytest.mark.parametrize("shell", SHELLS)
def test_an_installed_script_is_found_by_its_shell(shell, home, midakit, monkeypatch):
    """By the next one that starts, and installing twice does no harm."""
    monkeypatch.delenv("ZDOTDIR", raising=False)
    assert INSTALLED[shell](home, midakit) is True


def test_a_start_file_in_another_encoding_keeps_its_bytes(home: Path, midakit: Any) -> None:
    """A comment in Latin-1 is none of our business."""
    (home / ".bashrc").write_bytes(b"# caf\xe9\n")
    midakit.good("completion", "bash", "--install")
    midakit.good("completion", "bash", "--install")
    written = (home / ".bashrc").read_bytes()
    assert written.startswith(b"# caf\xe9\n")
    assert written.count(b"# midakit completions") == 1
