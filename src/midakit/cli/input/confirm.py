"""Asks before what cannot be undone."""

import sys

from midakit.cli.options import current
from midakit.cli.support.interrupt import end_at_once
from midakit.core.printable import printable
from midakit.errors import MidakitError


class Refused(MidakitError, ValueError):
    """Nobody is there to be asked."""


def confirm(what: str) -> bool:
    """Whether to go on: `--yes` says so, else a person at the terminal must."""
    if current().yes:
        return True
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refused(f"refused: {what}. It asks first, and this is no terminal: --yes goes on")
    end_at_once()
    sys.stderr.write(printable(f"{what}. Go on? [y/N] ", keep="\n"))
    sys.stderr.flush()
    try:
        said = sys.stdin.readline()
    except KeyboardInterrupt:
        raise KeyboardInterrupt("nothing was changed") from None
    if said.strip().lower() in ("y", "yes"):
        return True
    sys.stderr.write("nothing was changed\n" if said else "\nnothing was changed\n")
    return False
