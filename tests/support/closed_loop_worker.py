"""One process of a service: visitors come, see their variant, and buy with a known chance.

    python closed_loop_worker.py URL PROJECT EXPERIMENT FIRST LAST RATE_OF_CONTROL RATE_OF_VARIANT_1

It prints a dot for every hundredth visitor, then one line of JSON: what was acknowledged.
"""

import asyncio
import hashlib
import json
import sys
from collections import Counter

from midakit.delivery import AnswerReason, AsyncMidaDelivery

AT_ONCE = 16


def chance(visitor):
    """The same number in [0, 1) for the same visitor, in every process."""
    digest = hashlib.sha256(f"buys:{visitor}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


async def main(url, project, experiment, first, last, *rates):
    rates = dict(zip(("Control", "Variant 1"), map(float, rates), strict=True))
    seen, bought, reasons, assigned = Counter(), Counter(), Counter(), {}
    numbers = iter(range(int(first), int(last)))
    async with AsyncMidaDelivery(project, base_url=url, budget=0.25, flush_timeout=120) as delivery:

        async def visit(visitor):
            while (variant := await delivery.variant(experiment, visitor)).is_default:
                reasons[variant.reason] += (
                    1  # the page was served with the default; it is loaded again
                )
                assert variant.reason is not AnswerReason.NOT_ASSIGNED
                await asyncio.sleep(0.1)
            assigned[visitor] = str(variant)
            seen[variant] += 1
            if chance(visitor) < rates[variant]:
                assert await delivery.event("bought", visitor, revenue=20, currency="USD")
                bought[variant] += 1

        async def pages():
            for number in numbers:
                await visit(f"visitor-{number}")
                if number % 100 == 0:
                    print(".", end="", flush=True)

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(pages())
        assert await delivery.flush(120)
        events = delivery.stats.events
    print()
    print(json.dumps({"seen": seen, "bought": bought, "events": events._asdict(),
                      "reasons": reasons, "assigned": assigned}))  # fmt: skip


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
