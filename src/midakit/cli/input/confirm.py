"""Asks before what cannot be undone."""

import sys

from midakit.cli.options import current
from midakit.cli.support.interrupt import end_at_once
from midakit.core.printable import printable
from midakit.errors import MidakitError


class ConfirmationRefused(MidakitError, ValueError):
    """Nobody is there to be asked."""


def confirm(what: str) -> bool:
    """Ask a person at the terminal whether to go on; `--yes` answers for them.

    Args:
        what: What would be done, as the beginning of a sentence.

    Returns:
        Whether to go on.

    Raises:
        ConfirmationRefused: There is no terminal and no `--yes`.
    """
    if current().yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfirmationRefused(
            f"refused: {what}. There is no terminal to ask on; pass --yes to continue"
        )
    end_at_once()
    said, agreed = "", False
    try:
        sys.stderr.write(printable(f"{what}. Continue? [y/N] ", keep="\n"))
        sys.stderr.flush()
        said = sys.stdin.readline()
        agreed = said.strip().lower() in ("y", "yes")
    finally:  # after Ctrl-C too, which may come as soon as the question is there
        if not agreed:
            sys.stderr.write("nothing was changed\n" if said else "\nnothing was changed\n")
    return agreed
