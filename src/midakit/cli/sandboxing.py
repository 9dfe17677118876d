"""`midakit sandbox`: hands its words to the sandbox, which stands without the client."""

from collections.abc import Sequence


def sandbox(*words: str) -> int:
    """Serve a local Mida API until Ctrl-C, or check it against reference cases.

    Without `serve` or `check` it serves.

    $ midakit sandbox --port 4010 --visitors 10000
    $ midakit sandbox serve --help
    """
    from midakit.sandbox.__main__ import main

    return main(with_serve(words), prog="midakit sandbox")


def with_serve(words: Sequence[str]) -> list[str]:
    """`serve` is what it does when nothing else is named."""
    named = words and (not words[0].startswith("-") or words[0] in ("-h", "--help"))
    return [*words] if named else ["serve", *words]
