"""`midakit completion`: what a shell needs to complete commands and options."""

import os
import re
from pathlib import Path
from shlex import quote
from typing import Literal

from midakit.cli.output.print_answer import say, write

Shell = Literal["bash", "zsh", "fish"]
ZSH_START = """
# midakit completions
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
source {place}
"""
ZSH_END = """
if [[ $funcstack[1] == _midakit ]]; then  # compinit found it as the file _midakit
  {name} "$@"
elif (( $+functions[compdef] )); then  # it was sourced
  compdef {name} midakit
fi
"""


def completion(
    shell: Shell,
    /,
    *,
    install: bool = False,
) -> None:
    """Print the completion script of a shell, or install it.

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


def _zsh() -> Path:
    """Install for zsh: sourced at the end of the start-up file, a folder in fpath would come too late."""
    place = _put(Path.home() / ".zsh" / "completions" / "_midakit", "zsh")
    start = Path(os.environ.get("ZDOTDIR") or Path.home()) / ".zshrc"
    known = start.read_text(encoding="utf-8") if start.exists() else ""
    lines = ZSH_START.replace("{place}", quote(str(place)))
    if lines not in known:
        with start.open("a", encoding="utf-8") as file:
            file.write(lines)
    return place


def _fish() -> Path:
    """In the folder that fish looks into by itself."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return _put(config / "fish" / "completions" / "midakit.fish", "fish")


def _bash() -> Path:
    """Where bash-completion looks, and in the start-up file for those who lack that."""
    from midakit.cli.app import commands

    found: Path = commands().install_completion(shell="bash")  # noqa: S604  # a name, run by nobody
    return found


INSTALLERS = {"bash": _bash, "zsh": _zsh, "fish": _fish}


def _put(place: Path, shell: Shell) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(script(shell), encoding="utf-8")
    return place


def script(shell: Shell) -> str:
    """Return the script; that for zsh works under the name _midakit, and with `source` too.

    Args:
        shell: The shell: bash, zsh or fish.
    """
    from midakit.cli.app import commands

    text = commands().generate_completion(prog_name="midakit", shell=shell)
    function = re.search(r"^(_\w+)\(\)", text, re.MULTILINE)
    named = function[1] if function else "_midakit"
    if shell != "zsh" or named == "_midakit":
        return text
    return text + ZSH_END.replace("{name}", named)
