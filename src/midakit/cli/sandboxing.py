"""`midakit sandbox`: listed for the help; the command hands its words to the sandbox itself."""

from typing import Annotated

from cyclopts import Parameter


def sandbox(*words: Annotated[str, Parameter(allow_leading_hyphen=True)]) -> int:
    """Serve a local Mida API, or check it: `midakit sandbox serve --help`."""
    from midakit.sandbox.__main__ import main

    return main(words)
