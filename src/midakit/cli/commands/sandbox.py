"""`midakit sandbox`, as the help lists it; see `midakit.cli.main` for how it starts."""

from typing import Annotated

from cyclopts import Parameter


def sandbox(
    *words: Annotated[str, Parameter(allow_leading_hyphen=True)],
) -> int:
    """Serve a local Mida API until Ctrl-C, ask whether one answers, or check it against reference cases.

    Without `serve`, `health` or `check` it serves.

    $ midakit sandbox --port 4010 --visitors 10000
    $ midakit sandbox serve --help

    Args:
        words: The word `serve`, `health` or `check`, then its own options.
    """
    from midakit.sandbox.__main__ import main

    return main(words, prog="midakit sandbox")
