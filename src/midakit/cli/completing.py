"""`midakit completion`: what a shell needs to complete commands and options."""

import re
from typing import Annotated, Literal

from cyclopts import Parameter

from midakit.cli.showing import say, write

ZSH_END = """
if [[ $funcstack[1] == _midakit ]]; then  # compinit found it as the file _midakit
  {name} "$@"
elif (( $+functions[compdef] )); then  # it was sourced
  compdef {name} midakit
fi
"""


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="Which shell's.")],
    /,
    *,
    install: Annotated[
        bool, Parameter(help="Put it in its place, with a line in the shell's start-up file.")
    ] = False,
) -> int:
    """Print the completion script of a shell, or install it.

    $ midakit completion bash --install
    $ midakit completion zsh > ~/.zfunc/_midakit
    $ midakit completion fish > ~/.config/fish/completions/midakit.fish
    """
    from midakit.cli.app import commands

    if install:
        place = commands().install_completion(shell=shell)
        say(f"wrote {place}; it works in the next {shell} you start")
    else:
        write(script(shell))
    return 0


def script(shell: Literal["bash", "zsh", "fish"]) -> str:
    """The script; that for zsh works under the name _midakit, and with `source` too."""
    from midakit.cli.app import commands

    text = commands().generate_completion(prog_name="midakit", shell=shell)
    function = re.search(r"^(_\w+)\(\)", text, re.MULTILINE)
    named = function[1] if function else "_midakit"
    if shell != "zsh" or named == "_midakit":
        return text
    return text + ZSH_END.replace("{name}", named)
