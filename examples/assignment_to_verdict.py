"""The whole way of an experiment: created, served to visitors, counted, decided.

    python assignment_to_verdict.py          # 3,000 visitors
    python assignment_to_verdict.py 100000

It creates an experiment with a goal, lets visitors come who buy with a known chance, and asks for the
verdict. With the sandbox nothing is real; with your account it makes a live experiment.
"""

import asyncio
import random
import sys

from midakit import AsyncMida
from midakit.delivery import AsyncMidaDelivery

TRUTH = {"Control": 0.10, "Variant 1": 0.17}
"""The chance to buy, by variant. An experiment is there to find this out."""
AT_ONCE = 16


async def main(visitors: int) -> None:
    chance = random.Random(7)
    # nobody waits for a page here: a slow machine shall give no visitor the default
    async with AsyncMida() as mida, AsyncMidaDelivery(budget=60) as delivery:
        await mida.goals.create("Bought", "revenue", "bought", goal_key="bought")
        made = await mida.experiments.create(
            "One page checkout",
            [{"nickname": "One page"}],
            url="https://shop.example.com/checkout",
            status=1,
            primary_goal_key="bought",
        )
        numbers = iter(range(visitors))

        async def pages() -> None:
            for number in numbers:
                visitor = delivery.visitor(f"visitor-{number}")
                variant = await visitor.variant("one-page-checkout")
                if not variant.is_default and chance.random() < TRUTH[variant]:
                    await visitor.event("bought", revenue=20, currency="USD")

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(pages())
        await delivery.flush(timeout=60)
        print(f"sent: {delivery.stats.events}")

        result = await mida.experiments.result(made.test_id)
        for arm in result.variants:
            print(f"{arm.name}: {arm.visitors} visitors, {arm.conversions} bought")
        verdict = await mida.verdict(made.test_id)
        print(verdict.headline, *verdict.why)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000))
