"""What a client tells those who watch it: every attempt, every repeat, every answer.

    @mida.hooks.on_retry
    def note(event): print(event.call.operation, event.attempt, event.wait)

A hook is a plain function called in the task that sends; it must be quick. What it raises is
logged and dropped: watching a call must not break it.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from midakit.core.call import Call


class HookEvent(NamedTuple):
    """One moment in the life of a call."""

    call: "Call[Any] | None"
    attempt: int
    status: int | None = None
    error: str | None = None
    seconds: float = 0.0
    wait: float = 0.0


Hook = Callable[[HookEvent], object]


class Hooks:
    """Three lists of functions; each method takes one and gives it back, so it decorates."""

    __slots__ = ("answer", "attempt", "retry")

    def __init__(self) -> None:
        self.attempt: list[Hook] = []
        self.retry: list[Hook] = []
        self.answer: list[Hook] = []

    def on_attempt(self, hook: Hook) -> Hook:
        """Called after each attempt, good or bad."""
        self.attempt.append(hook)
        return hook

    def on_retry(self, hook: Hook) -> Hook:
        """Called before each wait for another attempt."""
        self.retry.append(hook)
        return hook

    def on_answer(self, hook: Hook) -> Hook:
        """Called once when a call is over."""
        self.answer.append(hook)
        return hook


def tell(hooks: list[Hook], event: HookEvent) -> None:
    """Call each; none may break the call it watches."""
    for hook in hooks:
        try:
            hook(event)
        except Exception:
            import logging

            logging.getLogger("midakit").exception("a midakit hook failed")


def log_as_asked() -> None:
    """`MIDAKIT_LOG=debug` turns the log on without a line of code."""
    level = os.environ.get("MIDAKIT_LOG", "").upper()
    if not level:
        return
    import logging

    logger = logging.getLogger("midakit")
    if not logger.handlers and isinstance(getattr(logging, level, None), int):
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(level)
