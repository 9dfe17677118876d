"""What a delivery client has done so far."""

from collections.abc import Mapping
from typing import NamedTuple

from midakit.delivery.answers import AnswerReason
from midakit.delivery.event_queue import EventCounts


class DeliveryStats(NamedTuple):
    """Counts since the client was made, in this process.

    Example:
        seen = delivery.stats
        print(dict(seen.answers), seen.circuit_open, seen.store_errors)
    """

    answers: Mapping[AnswerReason, int]
    """How many answers had each reason; answers from the cache are not counted."""
    events: EventCounts
    """What became of the events."""
    store_errors: int
    """How often the store of assignments failed; each time the service was asked instead."""
    circuit_open: bool
    """Whether the service is away just now."""
    cached: int
    """How many answers are kept."""
