"""`midakit completion`: what a shell needs to complete commands and options."""

from typing import Literal

from midakit.cli.showing import write


def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print the completion script of a shell; `midakit --install-completion` puts it in its place.

    bash: `midakit completion bash > ~/.local/share/bash-completion/completions/midakit`

    zsh: `midakit completion zsh > ~/.zsh/completions/_midakit`

    fish: `midakit completion fish > ~/.config/fish/completions/midakit.fish`
    """
    from midakit.cli.app import app

    write(app.generate_completion(prog_name="midakit", shell=shell))
    return 0
