"""What a guard has told already, in one small file: told once for each change, whatever is killed (pure).

A message is written down before it is sent and crossed out after it. What a killed process had not
crossed out is sent again with the same id, so that a receiver that knows the id sees it once.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import attrs

from midakit.errors import InvalidRequest
from midakit.guard.conditions import URGENT, GuardCondition

VERSION = 1
ONCE: frozenset[str] = frozenset({"futile"})
"""Told once in the life of an experiment, and its end not at all: it comes and goes by chance where more
visitors hardly matter (within ten days, 77 of 1,000 experiments were so more than once)."""


@attrs.frozen
class Message:
    """One change to tell.

    Example:
        print(message.test_name, message.code, message.text, message.urgent)
    """

    id: str
    """The same for the same change, whenever it is sent."""
    test_id: int
    """The experiment."""
    test_name: str
    """Its name, as the account has it."""
    code: str
    """What it is about: a condition's code, or `stopped`."""
    text: str
    """The change in a sentence."""
    over: bool = False
    """True when a condition is true no more."""

    @property
    def urgent(self) -> bool:
        """Whether it needs somebody's attention."""
        return self.code in URGENT and not self.over

    def to_dict(self) -> dict[str, Any]:
        """Return the message as JSON values.

        Example:
            import json

            print(json.dumps(message.to_dict()))
        """
        return {**attrs.asdict(self), "urgent": self.urgent}


@attrs.frozen
class Stopping:
    """An experiment that is being stopped."""

    test_id: int
    """The experiment."""
    test_name: str
    """Its name."""
    why: str
    """The evidence."""


@attrs.frozen
class Memory:
    """What was told, and what waits to be told."""

    told: Mapping[str, Mapping[str, int]] = attrs.field(factory=dict)
    """Experiment -> code of a condition -> how often it has begun."""
    open: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    """Experiment -> the conditions that are true now."""
    waiting: tuple[Message, ...] = ()
    """Messages that were not sent yet."""
    sent: tuple[tuple[str, str], ...] = ()
    """Message and channel of what was sent of the waiting ones."""
    stopping: tuple[Stopping, ...] = ()
    """Experiments that a look began to stop."""

    def to_json(self) -> str:
        """Return the text of the file."""
        body = {
            "version": VERSION,
            "told": self.told,
            "open": {test: list(codes) for test, codes in self.open.items()},
            "waiting": [attrs.asdict(one) for one in self.waiting],
            "sent": [list(one) for one in self.sent],
            "stopping": [attrs.asdict(one) for one in self.stopping],
        }
        return json.dumps(body, indent=1, sort_keys=True) + "\n"

    def missing(self, channel: str) -> tuple[Message, ...]:
        """Return the waiting messages that a channel has not sent yet.

        Args:
            channel: Name of the channel.
        """
        return tuple(one for one in self.waiting if (one.id, channel) not in self.sent)


def from_json(text: str, place: Path) -> Memory:
    """Read the text of the file.

    Args:
        text: The text.
        place: Where it stands, for the message.

    Raises:
        InvalidRequest: It cannot be read.
    """
    try:
        body = json.loads(text)
        if body["version"] != VERSION:
            raise ValueError("it was written by another version of midakit")
        return Memory(
            {
                test: {code: int(times) for code, times in codes.items()}
                for test, codes in body["told"].items()
            },
            {test: tuple(codes) for test, codes in body["open"].items()},
            tuple(Message(**one) for one in body["waiting"]),
            tuple((str(message), str(channel)) for message, channel in body["sent"]),
            tuple(Stopping(**one) for one in body["stopping"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidRequest(
            "state", f"{place} cannot be read ({error}); delete it to begin anew"
        ) from None


def looked(
    memory: Memory, test_id: int, name: str, found: Iterable[GuardCondition], *, whole: bool = True
) -> Memory:
    """Return the memory after a look at one experiment: what changed waits to be told.

    Args:
        memory: What is known.
        test_id: The experiment.
        name: Its name.
        found: The conditions that are true now.
        whole: Whether all was there to judge by; else nothing is over.
    """
    key, conditions = str(test_id), {one.code: one for one in found}
    before, told = memory.open.get(key, ()), dict(memory.told.get(key, {}))
    waiting = list(memory.waiting)
    for code, one in conditions.items():
        if code not in before and not (code in ONCE and code in told):
            told[code] = told.get(code, 0) + 1
            waiting.append(_message(test_id, name, code, one.text, told[code], over=False))
    open_now = (*conditions, *(() if whole else (one for one in before if one not in conditions)))
    for gone in before:
        if gone not in open_now and gone not in ONCE:
            text = f"over: {gone.replace('-', ' ')}"
            waiting.append(_message(test_id, name, gone, text, told.get(gone, 1), over=True))
    return attrs.evolve(
        memory,
        told={**memory.told, key: told} if told else memory.told,
        open={**memory.open, key: open_now} if conditions or before else memory.open,
        waiting=tuple(waiting),
    )


def stopped(memory: Memory, one: Stopping) -> Memory:
    """Return the memory after an experiment was stopped: that waits to be told.

    Args:
        memory: What is known.
        one: The experiment, and why.
    """
    key, text = str(one.test_id), f"stopped by midakit: {one.why}"
    told = dict(memory.told.get(key, {}))
    told["stopped"] = told.get("stopped", 0) + 1
    message = _message(one.test_id, one.test_name, "stopped", text, told["stopped"], over=False)
    return attrs.evolve(
        memory,
        told={**memory.told, key: told},
        waiting=(*memory.waiting, message),
        stopping=tuple(other for other in memory.stopping if other != one),
    )


def crossed_out(memory: Memory, message: Message, channel: str, channels: Iterable[str]) -> Memory:
    """Return the memory after a channel has sent a message; one that all have sent is gone.

    Args:
        memory: What is known.
        message: The message.
        channel: The channel that has sent it.
        channels: All channels.
    """
    sent = {*memory.sent, (message.id, channel)}
    if all((message.id, one) in sent for one in channels):
        sent = {one for one in sent if one[0] != message.id}
        waiting = tuple(one for one in memory.waiting if one.id != message.id)
        return attrs.evolve(memory, sent=tuple(sorted(sent)), waiting=waiting)
    return attrs.evolve(memory, sent=tuple(sorted(sent)))


def only_live(memory: Memory, live: Iterable[int]) -> Memory:
    """Return the memory without the open conditions of experiments that do not run any more.

    Args:
        memory: What is known.
        live: The experiments that run.
    """
    keys = {str(one) for one in live}
    return attrs.evolve(
        memory, open={test: one for test, one in memory.open.items() if test in keys}
    )


def _message(test_id: int, name: str, code: str, text: str, number: int, *, over: bool) -> Message:
    seed = f"{test_id}:{code}:{number}:{over}"
    return Message(
        f"msg_{hashlib.sha256(seed.encode()).hexdigest()[:24]}", test_id, name, code, text, over
    )
