"""The command line: thin commands over the library.

Exit codes: 0 done, 1 failed, 2 misused, 3 partial, 4 stopped but resumable, 130 interrupted.
"""

import sys


def main(arguments: list[str] | None = None) -> None:
    """The `midakit` command."""
    from midakit.errors import MidakitError, MissingExtra

    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["sandbox"]:  # its own parser: the sandbox stands without the client
        from midakit.sandbox.__main__ import main as sandbox

        sys.exit(sandbox(words[1:]))
    try:
        from midakit.cli.app import app
    except MissingExtra as error:
        sys.exit(f"midakit: {error}")
    try:
        found = app(words, result_action="return_value")
    except MidakitError as error:
        sys.stderr.write(f"midakit: {error}\n")
        sys.exit(2 if isinstance(error, ValueError) else 1)
    except KeyboardInterrupt:
        sys.stderr.write("midakit: interrupted\n")
        sys.exit(130)
    sys.exit(found if isinstance(found, int) else 0)
