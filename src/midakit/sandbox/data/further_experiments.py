"""Experiments beyond the described ones, as many as are wanted, all drawn at once.

Each is entered by 30 % of the visitors of its project, but all of them together by four million at
most, so that 8,000 experiments take seconds and a few hundred megabytes. Its name tells the truth about it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from midakit.sandbox.data.draws import Draws
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.state.columns import MISSING, Array

FIRST_ID = 3001
_SHARE = 0.3
_MOST_ENTRIES = 4_000_000
_DAY = 86_400_000_000
_PRIMES = np.array([10_000_019, 10_000_079, 10_000_103, 10_000_121, 10_000_139, 10_000_141,
                    10_000_169, 10_000_189, 10_000_223, 10_000_229, 10_000_247, 10_000_253])  # fmt: skip
"""Above every number of visitors, so that a step by one of them meets each visitor once."""
_EFFECTS = np.array([0.0, 0.0, 0.0, 0.05, 0.10, 0.20, -0.05, -0.10, -0.20])
_THREE_ARMS = 5  # every fifth experiment has three
_ORDERS = 4  # every fourth counts revenue
_ORDER_TEXTS = 1000


@dataclass(frozen=True, slots=True)
class FurtherExperiments:
    """What is true about each experiment, as columns: number n has the id `FIRST_ID` + n."""

    project: Array
    """The place of its project."""
    arms: Array
    """How many variants it has."""
    rate: Array
    """The true conversion rate of its control."""
    effect: Array
    """How much better the last variant converts, as a part of the rate."""

    def __len__(self) -> int:
        return len(self.project)

    def event(self, number: int) -> str:
        """Return the name of the event that an experiment's goal counts.

        Args:
            number: Which experiment, from 0.

        Returns:
            The name.
        """
        return f"converted_{FIRST_ID + number}"

    def counts_revenue(self, number: int) -> bool:
        """Return whether an experiment's goal counts orders.

        Args:
            number: Which experiment, from 0.

        Returns:
            True for every fourth one.
        """
        return number % _ORDERS == _ORDERS - 1

    def name(self, number: int) -> str:
        """Return the name of an experiment, which tells what is true about it.

        Args:
            number: Which experiment, from 0.

        Returns:
            The name.
        """
        rate, effect = self.rate[number] * 100, self.effect[number] * 100
        told = f"{effect:+.0f} %" if effect else "no difference"
        return f"Test {FIRST_ID + number}: {told} on {rate:.1f} %"


@dataclass(frozen=True, slots=True)
class FurtherConversions:
    """FurtherConversions as columns."""

    visitor: Array
    at: Array
    experiment: Array
    """The number of the experiment."""
    properties: Array
    """The place among `texts`."""
    texts: list[str]


def further_experiments(draws: Draws, sizes: Sizes) -> FurtherExperiments:
    """Draw what is true about each further experiment.

    Args:
        draws: The random columns.
        sizes: How many there are.

    Returns:
        The experiments, in the projects by turns.
    """
    numbers = np.arange(sizes.further)
    rate = np.round(0.02 + 0.08 * draws.uniform("further rate", len(numbers)), 3)
    chance = draws.uniform("further effect", len(numbers))
    return FurtherExperiments(
        project=numbers % sizes.projects,
        arms=np.where(numbers % _THREE_ARMS == _THREE_ARMS - 1, 3, 2),
        rate=rate,
        effect=_EFFECTS[(chance * len(_EFFECTS)).astype("int64")],
    )


def entries(
    draws: Draws, sizes: Sizes, further: FurtherExperiments, entered: Array
) -> dict[str, Array]:
    """Draw who enters the further experiments.

    Args:
        draws: The random columns.
        sizes: How many visitors each project has.
        further: The experiments.
        entered: When each visitor came.

    Returns:
        The assignments, by experiment.
    """
    starts = np.array(sizes.project_starts())
    size = np.diff(starts)[further.project]
    most = _MOST_ENTRIES // max(len(further), 1)
    count = np.minimum((size * _SHARE).astype("int64"), max(most, 1))
    experiment = np.repeat(np.arange(len(further)), count)
    nth = np.arange(len(experiment)) - np.repeat(np.cumsum(count) - count, count)
    start = (draws.uniform("further start", len(further)) * size).astype("int64")
    prime = _PRIMES[(draws.uniform("further step", len(further)) * len(_PRIMES)).astype("int64")]
    step = prime % np.maximum(size, 1)
    place = (start[experiment] + nth * step[experiment]) % np.maximum(size, 1)[experiment]
    visitor = starts[further.project][experiment] + place
    arm = draws.uniform("further arm", len(experiment)) * further.arms[experiment]
    return {"test_id": experiment + FIRST_ID, "visitor_id": visitor + 1, "visitor": visitor,
            "is_serving": np.zeros(len(visitor), bool), "variant": arm.astype("int16"),
            "entered_at": entered[visitor], "next_at": np.full(len(visitor), MISSING)}  # fmt: skip


def conversions(
    draws: Draws, further: FurtherExperiments, entries: dict[str, Array]
) -> FurtherConversions:
    """Draw which entries convert, when, and with what order.

    Args:
        draws: The random columns.
        further: The experiments.
        entries: Their assignments.

    Returns:
        The conversions.
    """
    experiment = entries["test_id"] - FIRST_ID
    better = entries["variant"] == further.arms[experiment] - 1
    rate = further.rate[experiment] * (1 + further.effect[experiment] * better)
    size = len(experiment)
    won = np.flatnonzero(draws.uniform("further converts", size) < rate)
    lag = draws.exponential("further lag", size, 0.5 * _DAY, 3.9 * _DAY)[won]
    at = entries["entered_at"][won] + lag.astype("int64") // 1000 * 1000
    experiment = experiment[won]
    order = 1 + (draws.uniform("further order", size)[won] * _ORDER_TEXTS).astype("int64")
    return FurtherConversions(
        visitor=entries["visitor"][won],
        at=at,
        experiment=experiment,
        properties=np.where(experiment % _ORDERS == _ORDERS - 1, order, 0),
        texts=['{"via":"web"}', *_order_texts(draws)],
    )


def _order_texts(draws: Draws) -> list[str]:
    """Return the orders that conversions share."""
    values = np.round(42.8 * np.exp(0.5 * draws.normal("further value", _ORDER_TEXTS) - 0.125), 2)
    return [f'{{"revenue":{value},"currency":"USD","quantity":1}}' for value in values.tolist()]


def definitions(
    further: FurtherExperiments, keys: list[str], created: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the goals and the experiments, without what has a default.

    Args:
        further: What is true about them.
        keys: The keys of the projects.
        created: When they were made, as text.

    Returns:
        One goal and one live experiment for each.
    """
    goals, experiments = [], []
    for number, (place, arms) in enumerate(
        zip(further.project.tolist(), further.arms.tolist(), strict=True)
    ):
        own = {"project_key": keys[place], "created_at": created}
        event, goal = further.event(number), FIRST_ID + number
        goals.append({**own, "goal_profile_id": goal, "goal_key": event, "goal_value": event,
                      "goal_name": f"Conversion of {goal}",
                      "goal_type": "revenue" if further.counts_revenue(number) else "event"})  # fmt: skip
        experiments.append({**own, "test_id": goal, "test_name": further.name(number), "status": 1,
                            "url": "https://shop.example.com/", "goal_profile_id": goal,
                            "variants": [
                                {"variant_id": str(arm), "name": f"Variant {arm}" if arm else "Control"}
                                for arm in range(arms)]})  # fmt: skip
    return goals, experiments
