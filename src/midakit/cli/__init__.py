"""The command line: thin commands over the library.

Exit codes: 0 done, 1 failed, 2 misused or refused, 3 partly done, 4 stopped and resumable,
130 interrupted, 141 output pipe closed.
"""

import sys


def main(arguments: list[str] | None = None) -> None:
    """Run the `midakit` command.

    Args:
        arguments: What was typed after `midakit`; None takes it from the process.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["help"]:
        words = [*words[1:], "--help"]
    if words[:1] == ["sandbox"]:  # its own parser: the sandbox stands without the client
        from midakit.cli.support.sandbox_parser import SandboxParser
        from midakit.sandbox.__main__ import main as sandbox

        sys.exit(sandbox(words[1:], prog="midakit sandbox", kind=SandboxParser))
    if words[:1] == ["__complete"]:  # asked by a shell at each Tab: no parser, nothing heavy
        from midakit.cli.completion.complete import main as complete

        sys.exit(complete(words[1:]))
    if words == ["--version"]:
        from midakit._version import __version__

        sys.stdout.write(f"{__version__}\n")
        return
    from midakit.cli.run import run

    if arguments is None:  # this process is the command's alone
        from midakit.core.without_pandas import do_without_pandas

        do_without_pandas()
    sys.exit(run(words))
