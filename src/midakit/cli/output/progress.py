"""What shows the progress of an export."""

import sys
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING

from midakit.cli.options import current
from midakit.cli.output.draw_table import console

if TYPE_CHECKING:
    from midakit.export.run.runner import Listener


def listeners(stack: AsyncExitStack) -> "list[Listener]":
    """Return a live bar on a terminal, plain or JSON lines elsewhere, nothing with `--quiet`.

    Args:
        stack: Ends the bar when it is closed.
    """
    from midakit.export.run.progress import Bar, Lines

    if current().quiet:
        return []
    if current().json or not sys.stderr.isatty():
        return [Lines(as_json=current().json)]
    return [stack.enter_context(Bar(console(sys.stderr)))]
