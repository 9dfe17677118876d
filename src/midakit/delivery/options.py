"""The options of a delivery client that are not about the connection, checked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from midakit.core.settings import positive, whole
from midakit.delivery.event_queue import OnFull
from midakit.errors import ConfigurationError

OnError = Literal["default", "raise"]
"""What a call does when it has no answer: return the default, or raise the error."""

ON_FULL: tuple[OnFull, ...] = ("drop_newest", "drop_oldest", "wait")


class DeliveryOptions(NamedTuple):
    """How long a page waits, what is kept, and how events are sent."""

    budget: float
    on_error: OnError
    fresh_for: float
    stale_for: float
    max_answers: int
    sticky_for: float
    max_events: int
    on_full: OnFull
    event_concurrency: int
    flush_timeout: float
    spill: Path | None
    id_property: str | None
    refresh_timeout: float
    forced_variants: Mapping[str, str]
    forced_flags: Mapping[str, bool]


def checked_options(
    *,
    budget: float,
    on_error: str,
    fresh_for: float,
    stale_for: float,
    max_answers: int,
    sticky_for: float,
    max_events: int,
    on_full: str,
    event_concurrency: int,
    flush_timeout: float,
    spill: "str | Path | None",
    id_property: str | None,
    timeout: float,
    overrides: Mapping[str, str | bool] | None,
) -> DeliveryOptions:
    """Return the options of a client.

    Args:
        budget: Seconds that a call may take.
        on_error: What a call without an answer does.
        fresh_for: Seconds that an answer is used as it is.
        stale_for: Seconds after those in which it is used while it is renewed.
        max_answers: The most answers that are kept.
        sticky_for: Seconds that the store keeps an assignment.
        max_events: The most events that wait or are on their way.
        on_full: What happens to an event that finds the queue full.
        event_concurrency: The most events on their way.
        flush_timeout: Seconds that closing waits for events.
        spill: The folder for events on disk, or None.
        id_property: The property that carries an event's id, or None.
        timeout: Seconds for an attempt in the background.
        overrides: Variants by experiment and flags by name that hold without asking, or None.

    Raises:
        ConfigurationError: One of them cannot work.
    """
    for name, word, words in (
        ("on_error", on_error, ("default", "raise")),
        ("on_full", on_full, ON_FULL),
    ):
        if word not in words:
            raise ConfigurationError(f"{name}: {word!r} is not one of: {', '.join(words)}")
    if id_property is not None and not (isinstance(id_property, str) and id_property.strip()):
        raise ConfigurationError("id_property: must be a name")
    given = dict(overrides or {})
    for name, one in given.items():
        if not isinstance(one, str | bool):
            raise ConfigurationError(f"overrides: {name!r} must be a variant's name, or a bool")
    return DeliveryOptions(
        budget=positive("budget", budget),
        on_error=on_error,  # type: ignore[arg-type]  # checked above
        fresh_for=positive("fresh_for", fresh_for),
        stale_for=0.0 if stale_for == 0 else positive("stale_for", stale_for),
        max_answers=whole("max_answers", max_answers),
        sticky_for=positive("sticky_for", sticky_for),
        max_events=whole("max_events", max_events),
        on_full=on_full,  # type: ignore[arg-type]
        event_concurrency=whole("event_concurrency", event_concurrency),
        flush_timeout=0.0 if flush_timeout == 0 else positive("flush_timeout", flush_timeout),
        spill=None if spill is None else Path(spill),
        id_property=id_property,
        refresh_timeout=positive("timeout", timeout),
        forced_variants={key: one for key, one in given.items() if isinstance(one, str)},
        forced_flags={name: one for name, one in given.items() if isinstance(one, bool)},
    )
