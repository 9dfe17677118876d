"""`midakit sandbox`, as the help lists it; see `midakit.cli.main` for how it starts."""

from typing import Annotated

from cyclopts import Parameter


def sandbox(
    *words: Annotated[
        str, Parameter(allow_leading_hyphen=True, help="`serve` or `check`, and what they take.")
    ],
) -> int:
    """Serve a local Mida API until Ctrl-C, or check it against reference cases.

    Without `serve` or `check` it serves.

    $ midakit sandbox --port 4010 --visitors 10000
    $ midakit sandbox serve --help

    Args:
        words: `serve` or `check`, and what they take.
    """
    from midakit.sandbox.__main__ import main

    return main(words, prog="midakit sandbox")
