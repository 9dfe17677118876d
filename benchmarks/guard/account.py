"""Experiments of known truth, and a month of their visitors as a data set of the sandbox."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

DAYS = 28
START = datetime(2026, 3, 2, tzinfo=UTC)
PROJECT = "MONTHxPROJECTxKEY00001"
FIRST_ID = 5001
POOL = 400
"""Visitors of the project a day; an experiment's own are drawn from them."""
DAY = 86_400
PARTS = {
    "split": 0.06,
    "harm": 0.04,
    "winner": 0.03,
    "no-traffic": 0.02,
    "no-goal": 0.02,
    "end-near": 0.02,
}
"""What is planted, and in which part of the experiments; the others are healthy."""
CHANCES = ("split", "harm", "winner")
"""What shows in figures; the others are facts."""
FROM = (0, 7, 14)
"""The days from which a split is broken."""
LOST = (0.2, 0.4)
"""The part of the last arm's visitors that a broken split loses."""
HARM = (-0.15, -0.3)
"""What a harmful variant does to the conversion rate."""


@dataclass(frozen=True)
class Planted:
    """One experiment and the truth about it."""

    test_id: int
    kind: str
    """`healthy`, or the code of the condition that is planted."""
    arms: int
    daily: int
    rate: float
    lift: float = 0.0
    """How much better the last arm converts, as a part of the rate."""
    day: int = 0
    """The day on which it begins, or for `end-near` the day on which the experiment ends."""
    lost: float = 0.0
    """The part of the last arm's visitors that is lost from that day on."""

    @property
    def strength(self) -> float:
        """How large what is planted is, for the table; 0 where it has no size."""
        return self.lost or self.lift


def planted(count: int, seed: int) -> list[Planted]:
    """Draw experiments: the planted kinds first, each in its part, at least two of each.

    Args:
        count: How many.
        seed: Decides about traffic and rates.
    """
    chance = np.random.default_rng(seed)
    kinds = [kind for kind, part in PARTS.items() for _ in range(max(2, round(count * part)))]
    kinds += ["healthy"] * max(count - len(kinds), 0)
    counted = dict.fromkeys(kinds, 0)
    found = []
    for number, kind in enumerate(kinds):
        nth = counted[kind]
        counted[kind] += 1
        about = {"test_id": FIRST_ID + number, "kind": kind}
        if kind in CHANCES:
            about |= {"arms": 2, "daily": 300, "rate": 0.2}
        else:
            about |= {
                "arms": 3 if chance.random() < 0.2 else 2,
                "daily": int(chance.choice((30, 60, 120))),
                "rate": float(chance.choice((0.05, 0.1, 0.2))),
            }
        match kind:
            case "split":
                about |= {"lost": LOST[nth % len(LOST)], "day": FROM[nth // len(LOST) % len(FROM)]}
            case "harm":
                about |= {"lift": HARM[nth % len(HARM)]}
            case "winner":
                about |= {"lift": 0.3}
            case "no-traffic" | "no-goal" | "end-near":
                about |= {"day": 5 + nth % (DAYS - 10)}
        found.append(Planted(**about))
    return found


def lines(experiments: list[Planted], seed: int) -> Iterator[str]:
    """Yield the data set as JSON lines.

    Args:
        experiments: The truth.
        seed: Decides for each visitor.
    """
    chance = np.random.default_rng(seed)
    arrived = np.sort(chance.integers(0, DAY * 1000, (DAYS, POOL)), axis=1)
    yield json.dumps({"type": "project", "project_key": PROJECT, "now": START.isoformat()})
    for day, times in enumerate(arrived):
        for place, at in enumerate(times.tolist()):
            number = day * POOL + place + 1
            yield f'{{"type":"visitor","visitor_id":{number},"created_at":"{moment(day, at)}"}}'
    events = 0
    for one in experiments:
        yield from _definition(one)
        for visitor, arm, at, converted in _visits(one, arrived, chance):
            day = (visitor - 1) // POOL
            yield (f'{{"type":"assignment","test_id":{one.test_id},"visitor_id":{visitor},'
                   f'"variant_id":"{arm}","entered_at":"{moment(day, at)}"}}')  # fmt: skip
            if converted >= 0:
                events += 1
                yield (f'{{"type":"event","event_id":{events},"visitor_id":{visitor},'
                       f'"event_type":2,"event_text":"won_{one.test_id}","created_at":"{moment(day, at + converted)}"}}')  # fmt: skip


def moment(day: int, milliseconds: int) -> str:
    """Return a time so many milliseconds after the beginning of a day, as text.

    Args:
        day: The day, from 0.
        milliseconds: How long after its beginning; it may lie on a later day.
    """
    at = START + timedelta(days=day, milliseconds=milliseconds)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _definition(one: Planted) -> Iterator[str]:
    """Yield the lines of the goal and the experiment."""
    created = START.isoformat()
    yield json.dumps({
        "type": "goal", "goal_profile_id": one.test_id, "goal_key": f"won_{one.test_id}",
        "goal_name": f"Won {one.test_id}", "goal_type": "event", "goal_value": f"won_{one.test_id}",
        "created_at": created,
    })  # fmt: skip
    ends = {}
    if one.kind == "end-near":
        ends = {"configuration": {"end_test_date": moment(one.day, 0)}}
    yield json.dumps({
        "type": "experiment", "test_id": one.test_id, "test_name": f"Test {one.test_id}", "status": 1,
        "created_at": created, "goal_profile_id": one.test_id, "traffic_allocation": 100,
        "confidence_interval": 95, "url": "https://shop.example.com/", **ends,
        "variants": [{"variant_id": str(arm), "name": f"Variant {arm}" if arm else "Control"}
                     for arm in range(one.arms)],
    })  # fmt: skip


def _visits(one: Planted, arrived: np.ndarray, chance: np.random.Generator) -> Iterator[tuple]:
    """Yield visitor, arm, when it came, and after how many milliseconds it converted, or -1."""
    last = one.arms - 1
    for day in range(one.day if one.kind == "no-traffic" else DAYS):
        places = chance.choice(POOL, min(one.daily, POOL), replace=False)
        arms = chance.integers(0, one.arms, len(places))
        lost = one.lost if day >= one.day else 0.0
        kept = (arms != last) | (chance.random(len(places)) >= lost)
        rates = one.rate * np.where(arms == last, 1 + one.lift, 1.0)
        won = chance.random(len(places)) < rates
        later = np.where(won, chance.exponential(3_600_000, len(places)).astype("int64"), -1)
        found = (places + day * POOL + 1, arms, arrived[day][places], later)
        yield from zip(*(column[kept].tolist() for column in found), strict=True)
