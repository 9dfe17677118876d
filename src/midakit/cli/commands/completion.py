"""`midakit completion`: what a shell needs to complete commands, options and values."""

import os
from pathlib import Path
from shlex import quote
from typing import Literal

import midakit.cli.completion
from midakit.cli.output.print_answer import say, write

Shell = Literal["bash", "zsh", "fish"]
SCRIPTS = Path(midakit.cli.completion.__file__).parent
ZSH_START = """
# midakit completions
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
source {place}
"""
BASH_START = """
# midakit completions
source {place}
"""


def completion(
    shell: Shell,
    /,
    *,
    install: bool = False,
) -> None:
    """Print the completion script of a shell, or install it.

    It completes commands, options and their values, also ids of experiments, keys of goals and names of
    profiles, which it asks the server for and keeps for five minutes.

    $ midakit completion bash --install
    $ midakit completion zsh > ~/.zfunc/_midakit
    $ midakit completion fish > ~/.config/fish/completions/midakit.fish

    Args:
        shell: The shell you type in.
        install: Write the script to the place where the shell looks for it, and load it at the shell's
            start.
    """
    if install:
        place = INSTALLERS[shell]()
        say(f"wrote {place}; it works in the next {shell} you start")
    else:
        write(script(shell))


def script(shell: Shell) -> str:
    """Return the script; that for zsh works under the name _midakit, and with `source` too.

    Args:
        shell: The shell: bash, zsh or fish.
    """
    return SCRIPTS.joinpath(f"midakit.{shell}").read_text(encoding="utf-8")


def _zsh() -> Path:
    """Install for zsh: sourced at the end of the start-up file, a folder in fpath would come too late."""
    place = _put(Path.home() / ".zsh" / "completions" / "_midakit", "zsh")
    _append(Path(os.environ.get("ZDOTDIR") or Path.home()) / ".zshrc", ZSH_START, place)
    return place


def _fish() -> Path:
    """In the folder that fish looks into by itself."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return _put(config / "fish" / "completions" / "midakit.fish", "fish")


def _bash() -> Path:
    """Where bash-completion looks, and in the start-up file for those who lack that."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    place = _put(data / "bash-completion" / "completions" / "midakit", "bash")
    _append(Path.home() / ".bashrc", BASH_START, place)
    return place


INSTALLERS = {"bash": _bash, "zsh": _zsh, "fish": _fish}


def _append(start: Path, lines: str, place: Path) -> None:
    """Add lines to a start-up file, once."""
    known = start.read_bytes() if start.exists() else b""
    added = lines.replace("{place}", quote(str(place))).encode()
    if added not in known:
        with start.open("ab") as file:
            file.write(added)


def _put(place: Path, shell: Shell) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(script(shell), encoding="utf-8")
    return place
