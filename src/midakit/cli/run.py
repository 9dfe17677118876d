"""Runs a command line and turns what went wrong into words and an exit code."""

import os
import sys
from collections.abc import Sequence

DONE, FAILED, MISUSED, PARTIAL, RESUMABLE, INTERRUPTED, UNREAD = 0, 1, 2, 3, 4, 130, 141


def run(words: Sequence[str]) -> int:
    """Run a command and explain its errors on stderr.

    Args:
        words: What was typed after `midakit`.

    Returns:
        The exit code.
    """
    debug = "--debug" in words
    if debug:
        os.environ["MIDAKIT_LOG"] = "debug"
    if sys.stdin is None:  # started with `<&-`, as by some schedulers: there is nothing to read
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_RDONLY))
    if sys.stderr is None:  # started with `2>&-`: notes go nowhere, and the answer is whole
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    if sys.stdout is None:  # started with `>&-`
        _say("stdout is closed; use -o FILE to write to a file")
        return FAILED
    for stream in (sys.stdout, sys.stderr):
        # a terminal that lacks a character gets its number, never a crash halfway through
        if (reconfigure := getattr(stream, "reconfigure", None)) is not None:
            reconfigure(errors="backslashreplace")
    try:
        code = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # `midakit ... | head`: nobody reads on; the interpreter's last flush must not complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    except SystemExit as end:
        # rich, which prints help, has seen it first
        if isinstance(end.__context__, BrokenPipeError):
            return UNREAD
        raise
    except KeyboardInterrupt as stop:
        from midakit.cli.support.interrupt import TOLD

        TOLD.set()
        _say(f"interrupted{f'; {stop}' if str(stop) else ''}")
        return INTERRUPTED
    except Exception as error:
        if debug:
            raise
        return _explain(error, words)
    return code


def _run(words: Sequence[str]) -> int:
    """Read the words and run the command that they name."""
    from midakit.core.extras import need

    need("cyclopts", extra="cli")
    need("rich", extra="cli")
    from midakit.cli.app import COMMANDS, OPTIONS, commands
    from midakit.cli.options import STDIN

    known = {OPTIONS, *(name for _, name, _ in COMMANDS)}
    if words and not words[0].startswith("-") and words[0] not in known:
        words = words[:1]  # even with --help: that would show the help of something else
    words = [STDIN if word == "-" else word for word in words]  # a parser takes it for an option
    found = commands(words).meta(
        words, result_action="return_value", exit_on_error=False, print_error=False
    )
    return found if isinstance(found, int) else DONE


def _explain(error: Exception, words: Sequence[str]) -> int:
    """Say what went wrong and what to try next; return the exit code."""
    from midakit.errors import MidakitError, MissingExtra

    if isinstance(error, MissingExtra):  # it may be the parser itself that is missing
        _say(str(error))
        return FAILED
    from cyclopts import CycloptsError

    from midakit.cli.support.advice import advice, misuse

    if isinstance(error, MidakitError):
        _say(*advice(error, words))
        return MISUSED if isinstance(error, ValueError) else FAILED
    if isinstance(error, CycloptsError):
        _say(*misuse(error))
        return MISUSED
    if isinstance(error, OSError):
        _say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return FAILED
    _say(
        f"unexpected error: {type(error).__name__}: {error}",
        "Run it again with --debug for the traceback, and please report it.",
    )
    return FAILED


def _say(*lines: str) -> None:
    """Write lines to stderr, the first after the name of the program."""
    from midakit.cli.output.text import for_terminal

    first, *rest = lines
    told = [for_terminal(f"midakit: {first}"), *(for_terminal(line, "  ") for line in rest)]
    sys.stderr.write("\n".join(told) + "\n")
