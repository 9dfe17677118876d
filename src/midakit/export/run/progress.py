"""Listeners that show progress: a live bar on a terminal, plain or JSON lines elsewhere."""

import json
import sys
from time import monotonic
from typing import IO, Any

from midakit.core.cell_progress import CellProgress
from midakit.export.run.event import ProgressEvent

EVERY = 5.0
"""Seconds between two lines."""

ALWAYS = frozenset({"planned", "finished", "stopped"})
"""Kinds of events that are always shown."""


class Lines:
    """A listener that writes a line every few seconds, for logs; as JSON for programs.

    Args:
        out: The stream to write to; standard error when it is left out.
        as_json: Whether lines are JSON objects instead of text.

    Example:
        >>> import sys
        >>> listener = Lines(sys.stdout)
        >>> listener(ProgressEvent("planned", 2, 0, 0, 0, 0, 0, 0, 0, 0.0, "0 of 2 already there"))
        planned: 0/2, 0 rows, 0/s, 0 in flight, 0 of 2 already there
    """

    def __init__(self, out: IO[str] | None = None, *, as_json: bool = False) -> None:
        self._out = out or sys.stderr
        self._json = as_json
        self._last = 0.0

    def __call__(self, event: ProgressEvent) -> None:  # noqa: D102  # the class says it
        now = monotonic()
        if event.kind not in ALWAYS and now - self._last < EVERY:
            return
        self._last = now
        line = json.dumps(event._asdict()) if self._json else format_event(event)
        self._out.write(line + "\n")
        self._out.flush()


def format_event(event: ProgressEvent) -> str:
    """Return an event as a line of text.

    Args:
        event: What a listener was called with.
    """
    parts = [
        f"{event.kind}: {event.done}/{event.total}",
        f"{event.rows:,} rows",
        f"{event.rate:.0f}/s",
        f"{event.in_flight} in flight",
    ]
    if event.failed:
        parts.append(f"{event.failed} failed")
    if event.retries:
        retries = "retry" if event.retries == 1 else "retries"
        parts.append(f"{event.retries} {retries}, {event.throttled} times 429")
    if event.left is not None and event.kind not in ALWAYS:
        parts.append(f"{event.left:.0f} s left")
    if event.detail and event.kind in ALWAYS:
        parts.append(event.detail)
    return ", ".join(parts)


class Cell:
    """A listener that shows a line under the cell of a notebook; `export` uses it there by itself."""

    def __init__(self) -> None:
        self._line = CellProgress("export")

    def __call__(self, event: ProgressEvent) -> None:  # noqa: D102  # the class says it
        over = event.kind in ("finished", "stopped")
        notes = [f"{event.rows:,} rows"]
        if event.failed:
            notes.append(f"{event.failed} failed")
        if event.throttled:
            notes.append(f"{event.throttled} times 429")
        self._line.update(event.done + event.failed, event.total, note=", ".join(notes), over=over)


class Bar:
    """A listener that shows a live bar on a terminal; use it in a `with` statement.

    Args:
        console: The `rich.console.Console` to draw on; rich's own when it is left out.

    Raises:
        MissingExtra: rich is not installed (extra `cli`).
    """

    def __init__(self, console: Any = None) -> None:
        from midakit.core.extras import need

        rich = need("rich.progress", extra="cli")
        self._bar = rich.Progress(
            rich.TextColumn("[bold]{task.description}"),
            rich.BarColumn(),
            rich.MofNCompleteColumn(),
            rich.TextColumn("{task.fields[state]}"),
            rich.TimeRemainingColumn(),
            console=console,
            transient=False,
        )
        self._task = self._bar.add_task("export", total=None, state="")

    def __call__(self, event: ProgressEvent) -> None:  # noqa: D102  # the class says it
        state = f"{event.rows:,} rows  {event.rate:.0f}/s  {event.in_flight} in flight"
        if event.throttled or event.retries:
            state += f"  {event.retries} retries  {event.throttled}x429"
        self._bar.update(
            self._task, total=event.total, completed=event.done + event.failed, state=state
        )
        if event.kind in ALWAYS:
            self._bar.refresh()

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()
