"""A line of progress under the cell of a notebook that makes many calls; anywhere else there is none.

It needs no package: what draws is the notebook's own `IPython.display`. A fan-out that is over in half
a second shows nothing. `MIDAKIT_PROGRESS=off` turns it off.
"""

import os
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from time import monotonic
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

DELAY = 0.5
"""Seconds of work before anything is shown."""
EVERY = 0.1
"""Seconds between two updates."""
VARIABLE = "MIDAKIT_PROGRESS"


def in_notebook() -> bool:
    """Tell whether the code runs in a notebook that shows progress."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None and os.environ.get(VARIABLE) != "off"


class CellProgress:
    """A line that is rewritten in place: how much is done, how fast, and how long it still takes.

    Args:
        what: What is done, such as "export".
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._begun = monotonic()
        self._shown = 0.0
        self._handle: Any = None

    def update(self, done: int, total: int | None, *, note: str = "", over: bool = False) -> None:
        """Show how far it is, unless that was shown a moment ago.

        Args:
            done: How many are done.
            total: How many there are; None where that is not known.
            note: What else there is to say.
            over: True for the last update, which is always shown where the line is there.
        """
        now = monotonic()
        due = now - self._begun >= DELAY if self._handle is None else now - self._shown >= EVERY
        if not (due or (over and self._handle is not None)) or (over and self._handle is None):
            return
        self._shown = now
        told = line(self._what, done, total, now - self._begun, note)
        bundle = {"text/plain": told, "text/html": bar(told, done, total)}
        if self._handle is None:
            display: Any = import_module("IPython.display").display
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def line(what: str, done: int, total: int | None, seconds: float, note: str = "") -> str:
    """Return the words of a progress line.

    Args:
        what: What is done.
        done: How many are done.
        total: How many there are; None where that is not known.
        seconds: How long it has taken.
        note: What else there is to say.
    """
    rate = done / seconds if seconds > 0 else 0.0
    parts = [f"{what}: {done:,}" + ("" if total is None else f" of {total:,}")]
    if total is not None and done >= total:
        parts.append(f"{seconds:.1f} s")
    else:
        parts.append(f"{rate:.0f}/s" if rate >= 10 else f"{rate:.1f}/s")
        if total is not None and rate > 0:
            parts.append(f"{(total - done) / rate:.0f} s left")
    return ", ".join([*parts, *([note] if note else [])])


def bar(told: str, done: int, total: int | None) -> str:
    """Return the same as HTML: a bar and the words on one line.

    Args:
        told: The words.
        done: How many are done.
        total: How many there are; None draws a bar without an end.
    """
    from html import escape

    value = "" if total is None else f' value="{min(done, total)}" max="{max(total, 1)}"'
    style = "white-space:nowrap;overflow:hidden;text-overflow:ellipsis"
    return (
        f'<div style="{style}"><progress{value} style="width:12em;vertical-align:middle"></progress>'
        f" {escape(told)}</div>"
    )


def watched(
    work: Callable[[Item], Awaitable[Result]], total: int | None
) -> Callable[[Item], Awaitable[Result]]:
    """Return the same work that shows in a cell how many calls of a fan-out are done.

    Args:
        work: What is done for one call.
        total: How many calls there are; None where that is not known.
    """
    cell, done, failed = CellProgress("calls"), 0, 0

    async def counted(item: Item) -> Result:
        nonlocal done, failed
        try:
            result = await work(item)
            failed += getattr(result, "ok", True) is False
            return result
        except Exception:
            failed += 1
            raise
        finally:
            done += 1
            note = f"{failed} failed" if failed else ""
            cell.update(done, total, note=note, over=done == total)

    return counted
