"""Hooks: functions that a client calls at every attempt, every repeat and every answer.

    @mida.hooks.on_retry
    def note(event): print(event.call.operation, event.attempt, event.wait)

A hook is a plain function called in the task that sends; it must be quick. What it raises is
logged and dropped: watching a call must not break it.
"""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, cast

if TYPE_CHECKING:
    from midakit.core.call import Call
    from midakit.core.wire.messages import Request


class HookEvent(NamedTuple):
    """One moment in the life of a call.

    Example:
        @mida.hooks.on_answer
        def note(event):
            if event.error:
                print(event.call.operation, event.attempt, event.error)
    """

    call: "Call[Any]"
    attempt: int
    status: int | None = None
    error: str | None = None
    seconds: float = 0.0
    wait: float = 0.0


Hook = Callable[[HookEvent], object]


def called(request: "Request") -> "Call[Any]":
    """Return the call behind a request, which every request of a client has.

    Args:
        request: What is sent.
    """
    return cast("Call[Any]", request.call)


class Hooks:
    """The functions that a client calls; each method adds one and can decorate it."""

    __slots__ = ("answer", "attempt", "retry")

    def __init__(self) -> None:
        self.attempt: list[Hook] = []
        self.retry: list[Hook] = []
        self.answer: list[Hook] = []

    def on_attempt(self, hook: Hook) -> Hook:
        """Call a function after each attempt, good or bad.

        Args:
            hook: The function; it gets a `HookEvent` and must be quick.

        Returns:
            The same function, so that this can decorate it.

        Example:
            @mida.hooks.on_attempt
            def count(event):
                print(event.call.operation, event.status, f"{event.seconds:.3f} s")
        """
        self.attempt.append(hook)
        return hook

    def on_retry(self, hook: Hook) -> Hook:
        """Call a function before each wait for another attempt.

        Args:
            hook: The function; it gets a `HookEvent` and must be quick.

        Returns:
            The same function, so that this can decorate it.

        Example:
            @mida.hooks.on_retry
            def warn(event):
                print(f"{event.call.operation} failed, next attempt in {event.wait:.1f} s")
        """
        self.retry.append(hook)
        return hook

    def on_answer(self, hook: Hook) -> Hook:
        """Call a function once when a call is over.

        Args:
            hook: The function; it gets a `HookEvent` and must be quick.

        Returns:
            The same function, so that this can decorate it.

        Example:
            slow = []

            @mida.hooks.on_answer
            def note(event):
                if event.seconds > 5:
                    slow.append(event.call)
        """
        self.answer.append(hook)
        return hook


def tell(hooks: list[Hook], event: HookEvent) -> None:
    """Call each hook; what one raises is logged, so that it cannot break the call that it watches.

    Args:
        hooks: The functions.
        event: What they get.
    """
    for hook in hooks:
        try:
            hook(event)
        except Exception:
            import logging

            logging.getLogger("midakit").exception("a midakit hook failed")


def log_as_asked() -> None:
    """Turn the log on if the environment asks for it: `MIDAKIT_LOG=debug`."""
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
