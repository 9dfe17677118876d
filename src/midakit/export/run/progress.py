"""Progress that people can read: a live bar on a terminal, plain or JSON lines elsewhere."""

import json
import sys
from time import monotonic
from typing import IO, Any

from midakit.export.run.event import Progress

EVERY = 5.0
"""Seconds between two lines."""

TELLING = frozenset({"planned", "finished", "stopped"})


class Lines:
    """One line every few seconds, for logs; as JSON for programs."""

    def __init__(self, out: IO[str] | None = None, *, as_json: bool = False) -> None:
        self._out = out or sys.stderr
        self._json = as_json
        self._last = 0.0

    def __call__(self, event: Progress) -> None:  # noqa: D102  # the class says it
        now = monotonic()
        if event.kind not in TELLING and now - self._last < EVERY:
            return
        self._last = now
        line = json.dumps(event._asdict()) if self._json else describe(event)
        self._out.write(line + "\n")
        self._out.flush()


def describe(event: Progress) -> str:
    """One line of text."""
    parts = [
        f"{event.kind}: {event.done}/{event.total}",
        f"{event.rows:,} rows",
        f"{event.rate:.0f}/s",
        f"{event.in_flight} in flight",
    ]
    if event.failed:
        parts.append(f"{event.failed} failed")
    if event.retries:
        parts.append(f"{event.retries} retries, {event.throttled} times 429")
    if event.left is not None and event.kind not in TELLING:
        parts.append(f"{event.left:.0f} s left")
    if event.detail and event.kind in TELLING:
        parts.append(event.detail)
    return ", ".join(parts)


class Bar:
    """A live bar; needs rich (extra `cli`)."""

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

    def __call__(self, event: Progress) -> None:  # noqa: D102  # the class says it
        state = f"{event.rows:,} rows  {event.rate:.0f}/s  {event.in_flight} in flight"
        if event.throttled or event.retries:
            state += f"  {event.retries} retries  {event.throttled}x429"
        self._bar.update(
            self._task, total=event.total, completed=event.done + event.failed, state=state
        )
        if event.kind in TELLING:
            self._bar.refresh()

    def __enter__(self) -> "Bar":
        self._bar.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._bar.stop()
