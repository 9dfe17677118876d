"""Completion scripts are tried in the shells they are for."""

import os
import shutil
import subprocess
from functools import cache

import pytest

from midakit.cli.commands import completion
from support.commands import environment

pytestmark = pytest.mark.xdist_group("completion")  # scripts take a second or two to make
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


@pytest.fixture(scope="module", autouse=True)
def printed():
    """The script of a shell: the same each time, so each is made once."""
    with pytest.MonkeyPatch.context() as patch:
        made = cache(completion.script)
        patch.setattr(completion, "script", made)
        yield made


@pytest.fixture
def scripts(home, printed):
    """The scripts, as files."""
    for shell in SHELLS:
        (home / shell).write_text(printed(shell))
    return home


def test_the_command_prints_the_script(home, midakit, printed):
    """Ready to be put where the shell looks."""
    assert midakit.good("completion", "fish").out == printed("fish")


@pytest.mark.parametrize(("line", "found"), LINES, ids=[" ".join(line) for line, _ in LINES])
def test_bash_completes(line, found, scripts):
    """Commands, options and their choices, with bash's own completion."""
    done = subprocess.run(
        ["bash", "--norc", "-c", ASK, "-", str(scripts / "bash"), *line],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    assert done.stderr == ""
    assert " ".join(sorted(done.stdout.split())) == found


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_reads_its_script(shell, scripts):
    """No syntax error, and the names of commands are in it."""
    options = {"fish": ["--no-execute"]}.get(shell, ["-n"])
    done = subprocess.run(
        [shell, *options, str(scripts / shell)], capture_output=True, text=True, check=False,
        timeout=600,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    text = (scripts / shell).read_text()
    assert all(word in text for word in ("experiments", "timeseries", "--segment", "completion"))


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
    return done.stdout.startswith("--phase\t") or done


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
    (home / "midakit").write_text("#!/bin/sh\n")
    (home / "midakit").chmod(0o755)
    path = f"{home}:{os.environ['PATH']}"  # fish completes only commands that there are
    done = subprocess.run(
        ["fish", "-c", "complete -C 'midakit result --pha'"], capture_output=True, text=True,
        check=False, timeout=600, env=environment(PATH=path),
    )  # fmt: skip
    return done.stdout.startswith("--phase\t") or done


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
