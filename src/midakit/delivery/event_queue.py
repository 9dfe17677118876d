"""The events that wait to be sent: bounded, in order for each visitor, and counted.

An event has a place from the moment it is accepted until it is settled: acknowledged, refused or
dropped. Threads may offer events while the loop of the sender takes them; nothing in here waits but
`wait_for_place` and `wait_until_empty`.
"""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from midakit.delivery.journal import JournalSegment

OnFull = Literal["drop_newest", "drop_oldest", "wait"]
"""What happens to an event that finds the queue full."""
EventKind = Literal["event", "attributes"]


class PendingEvent:
    """One thing to send for a visitor: an event, or attributes.

    Args:
        event_id: The id that a repeat carries too.
        kind: What it is.
        visitor: Whose it is.
        name: The event's name; empty for attributes.
        values: The properties or attributes, a JSON object as text.
    """

    __slots__ = ("event_id", "kind", "name", "segment", "values", "visitor")

    def __init__(
        self, event_id: str, kind: EventKind, visitor: str, name: str, values: str
    ) -> None:
        self.event_id = event_id
        self.kind: EventKind = kind
        self.visitor = visitor
        self.name = name
        self.values = values
        self.segment: JournalSegment | None = None
        """The file that it is written down in."""


class EventCounts(NamedTuple):
    """What became of the events of a client; `accepted` is the sum of the four after it.

    Example:
        await delivery.event("signed_up", "user-42")
        await delivery.flush()
        print(delivery.stats.events)
    """

    accepted: int = 0
    """Put into the queue, those of an earlier process that were replayed included."""
    sent: int = 0
    """Acknowledged by the service."""
    refused: int = 0
    """Refused by the service, and not sent again."""
    dropped: int = 0
    """Accepted and given up: pushed out by newer ones, or left when the client was closed."""
    pending: int = 0
    """Waiting, or on their way."""
    rejected: int = 0
    """Not accepted, because the queue was full or an argument could not be sent."""
    repeated: int = 0
    """Sent again because no answer came, or one that asked for it."""


def total(one: EventCounts, other: EventCounts) -> EventCounts:
    """Return the sum of two counts.

    Args:
        one: What became of some events.
        other: What became of others.
    """
    return EventCounts(*map(sum, zip(one, other, strict=True)))


class EventQueue:
    """Counts events and says which of them may go.

    Args:
        size: The most events that wait or are on their way.
        on_full: What happens to an event that finds no place.
    """

    def __init__(self, size: int, on_full: OnFull) -> None:
        self._size = size
        self._on_full = on_full
        self._changed = threading.Condition(threading.Lock())
        self._waiting: OrderedDict[str, PendingEvent] = OrderedDict()
        self._in_flight = 0
        self._sent = self._refused = self._dropped = 0
        self._accepted = self._rejected = self._repeated = 0

    @property
    def counts(self) -> EventCounts:
        """What became of the events so far."""
        with self._changed:
            pending = len(self._waiting) + self._in_flight
            return EventCounts(self._accepted, self._sent, self._refused, self._dropped, pending,
                               self._rejected, self._repeated)  # fmt: skip

    def offer(self, event: PendingEvent) -> tuple[bool, PendingEvent | None]:
        """Accept an event if there is a place.

        Args:
            event: The event.

        Returns:
            Whether it was accepted, and the older event that was dropped for it.
        """
        victim = None
        with self._changed:
            if len(self._waiting) + self._in_flight >= self._size:
                if self._on_full != "drop_oldest" or not self._waiting:
                    return False, None
                victim = self._waiting.popitem(last=False)[1]
                self._dropped += 1
            self._waiting[event.event_id] = event
            self._accepted += 1
        return True, victim

    def reject(self) -> None:
        """Count an event that was not accepted."""
        with self._changed:
            self._rejected += 1

    def wait_for_place(self, seconds: float) -> bool:
        """Wait until there is a place.

        Args:
            seconds: The longest wait.

        Returns:
            Whether there is one; another thread may be faster.
        """
        with self._changed:
            return self._changed.wait_for(
                lambda: len(self._waiting) + self._in_flight < self._size, seconds
            )

    def claim(self, event: PendingEvent) -> bool:
        """Take an event to send it.

        Args:
            event: An accepted event.

        Returns:
            False when it was dropped meanwhile.
        """
        with self._changed:
            if self._waiting.pop(event.event_id, None) is None:
                return False
            self._in_flight += 1
            return True

    def repeat(self) -> None:
        """Count a repeat of a claimed event."""
        with self._changed:
            self._repeated += 1

    def settle(self, *, acknowledged: bool) -> None:
        """Give the place of a claimed event back.

        Args:
            acknowledged: Whether the service took it; otherwise it refused it for good.
        """
        with self._changed:
            self._in_flight -= 1
            if acknowledged:
                self._sent += 1
            else:
                self._refused += 1
            self._changed.notify_all()

    def give_up(self) -> int:
        """Drop whatever waits or is on its way.

        Returns:
            How many events that were.
        """
        with self._changed:
            lost = len(self._waiting) + self._in_flight
            self._dropped += lost
            self._waiting.clear()
            self._in_flight = 0
            self._changed.notify_all()
        return lost

    def wait_until_empty(self, seconds: float) -> bool:
        """Wait until every event is settled.

        Args:
            seconds: The longest wait.

        Returns:
            Whether the queue is empty.
        """
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and not self._in_flight, seconds
            )
