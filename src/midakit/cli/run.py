"""Runs a command line and turns what went wrong into words and an exit code."""

import os
import sys
from collections.abc import Sequence

DONE, FAILED, MISUSED, PARTIAL, RESUMABLE, INTERRUPTED, UNREAD = 0, 1, 2, 3, 4, 130, 141


def run(words: Sequence[str]) -> int:
    """The exit code of the command."""
    debug = "--debug" in words
    if debug:
        os.environ.setdefault("MIDAKIT_LOG", "debug")
    if sys.stdout is None:  # started with `>&-`
        _say("stdout is closed: there is nowhere to write to; -o FILE writes to a file")
        return FAILED
    _tolerate()
    try:
        code = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        # `midakit ... | head`: nobody reads on; the interpreter's last flush must not complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
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


def _tolerate() -> None:
    """A terminal that lacks a character gets its number, never a crash halfway through."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _run(words: Sequence[str]) -> int:
    from midakit.core.extras import need

    need("cyclopts", extra="cli")
    from midakit.cli.app import COMMANDS, commands
    from midakit.cli.options import STDIN

    known = {name for _, name, _ in COMMANDS}
    if words and not words[0].startswith("-") and words[0] not in known:
        words = words[:1]  # even with --help: that would show the help of something else
    words = [STDIN if word == "-" else word for word in words]  # a parser takes it for an option
    found = commands(words).meta(
        words, result_action="return_value", exit_on_error=False, print_error=False
    )
    return found if isinstance(found, int) else DONE


def _explain(error: Exception, words: Sequence[str]) -> int:
    """One clear line, and what to try next; what nobody foresaw says how to see more."""
    from midakit.errors import MidakitError

    if isinstance(error, MidakitError):
        from midakit.cli.support.advice import advice

        _say(*advice(error, words))
        return MISUSED if isinstance(error, ValueError) else FAILED
    from cyclopts import CycloptsError

    if isinstance(error, CycloptsError):
        from midakit.cli.support.advice import misuse

        _say(*misuse(error))
        return MISUSED
    if isinstance(error, OSError):
        _say(f"{error.filename}: {error.strerror}" if error.filename else str(error))
        return FAILED
    _say(
        f"an error nobody foresaw: {type(error).__name__}: {error}",
        "With --debug it shows where; please report that.",
    )
    return FAILED


def _say(*lines: str) -> None:
    from midakit.core.printable import printable

    first, *rest = (printable(line, keep="\n") for line in lines)
    sys.stderr.write("".join([f"midakit: {first}\n", *(f"  {line}\n" for line in rest)]))
