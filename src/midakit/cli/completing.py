"""`midakit completion`: what a shell needs to complete commands and options."""

from typing import Annotated, Literal

from cyclopts import Parameter

from midakit.cli.showing import say, write


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
    """
    from midakit.cli.app import commands

    app = commands()
    if install:
        place = app.install_completion(shell=shell)
        say(f"wrote {place}; it works in the next {shell} you start")
    else:
        write(app.generate_completion(prog_name="midakit", shell=shell))
    return 0
