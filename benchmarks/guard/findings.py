"""What came of a month, held against the truth (pure)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import comb
from statistics import median

from benchmarks.guard.account import FROM, Planted
from benchmarks.guard.month import Look, Month
from midakit.guard import Message
from midakit.guard.channels import line
from midakit.guard.memory import ONCE

PROMISED = {
    "split": 0.01,
    "harm": 0.01,
    "winner": 0.05,
    "no-traffic": 0.0,
    "no-goal": 0.0,
    "end-near": 0.0,
}
"""The part of the experiments of which each may be told by mistake, over the whole life of them."""
RARE = 0.001
"""More false alarms than `allowed` come this rarely when the promise is kept."""


@dataclass(frozen=True)
class FalseAlarms:
    """How often one condition was told of experiments of which it is not true."""

    code: str
    told: int
    of: int
    promised: float

    @property
    def allowed(self) -> int:
        """The most that a kept promise explains."""
        return allowed(self.of, self.promised)


@dataclass(frozen=True)
class Delays:
    """How long it took to tell of one planted thing of one size."""

    code: str
    strength: float
    day: int
    """The day on which it began; 0 where they began on different days."""
    planted: int
    days: tuple[int, ...]
    """Of those that were told of."""

    @property
    def middle(self) -> float | None:
        """The median of those that were told of."""
        return median(self.days) if self.days else None


def allowed(number: int, rate: float) -> int:
    """Return the smallest count that a binomial number exceeds with a probability under `RARE`.

    Args:
        number: How many experiments.
        rate: The probability of each.
    """
    left = 1.0
    for count in range(number + 1):
        left -= comb(number, count) * rate**count * (1 - rate) ** (number - count)
        if left < RARE:
            return count
    return number


def false_alarms(done: Month) -> list[FalseAlarms]:
    """Return what was told by mistake, by condition.

    Args:
        done: The month.
    """
    found = []
    for code, promised in PROMISED.items():
        innocent = {one.test_id for one in done.experiments if one.kind != code}
        told = {
            test for look in done.looks for test, codes in look.found.items()
            if code in codes and test in innocent
        }  # fmt: skip
        found.append(FalseAlarms(code, len(told), len(innocent), promised))
    return found


def delays(done: Month) -> list[Delays]:
    """Return how long it took to tell of what was planted, by condition, size and day.

    Args:
        done: The month.
    """
    groups: dict[tuple, list[Planted]] = {}
    for one in done.experiments:
        if one.kind in PROMISED:
            day = one.day if one.kind == "split" and one.day in FROM else 0
            groups.setdefault((one.kind, one.strength, day), []).append(one)
    return [
        Delays(*about, len(listed), tuple(sorted(_found(done.looks, listed))))
        for about, listed in groups.items()
    ]


def _found(looks: Iterable[Look], listed: Iterable[Planted]) -> list[int]:
    """Return the days from the beginning to the first look that tells; before it they are negative."""
    first = []
    for one in listed:
        days = [look.day for look in looks if one.kind in look.found.get(one.test_id, ())]
        first += [min(days) - one.day] if days else []
    return first


def wanted(looks: Iterable[Look]) -> Counter[tuple[int, str, bool]]:
    """Return what has to be told: each beginning and each end, as experiment, code and whether it is over.

    Args:
        looks: The looks, in order.
    """
    found: Counter[tuple[int, str, bool]] = Counter()
    states = [{}, *({test: set(codes) for test, codes in look.found.items()} for look in looks)]
    for before, after in pairwise(states):
        for test in before.keys() | after.keys():
            old, new = before.get(test, set()), after.get(test, set())
            found.update((test, code, False) for code in new - old)
            found.update((test, code, True) for code in old - new - ONCE)
    for about in found:
        if about[1] in ONCE:
            found[about] = 1
    return found


def received(done: Month) -> Counter[tuple[int, str, bool]]:
    """Return what a receiver that knows ids has seen.

    Args:
        done: The month.
    """
    by_id = dict(done.arrived.webhook)
    return Counter((one["test_id"], one["code"], one["over"]) for one in by_id.values())


def repeats(done: Month) -> int:
    """Return how many deliveries were repeats of an id.

    Args:
        done: The month.
    """
    return len(done.arrived.webhook) - len(dict(done.arrived.webhook))


def mails(done: Month) -> tuple[int, int]:
    """Return how many messages came by no mail, and how many mails were repeats.

    A mail has no id, so one that was sent when the process died comes a second time.

    Args:
        done: The month.
    """
    told = Counter(line(Message(**_fields(one))) for one in dict(done.arrived.webhook).values())
    got = Counter(done.arrived.mails)
    return (told - got).total(), (got - told).total()


def _fields(data: dict) -> dict:
    """Return what a message is made of."""
    return {name: value for name, value in data.items() if name != "urgent"}
