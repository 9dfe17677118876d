"""One step in the life of an export folder, in a process of its own.

    python -m benchmarks.account.steps STEP URL FOLDER

The steps: `new`, `night` (an increment of the next day), `resume`, `verify`, `compact`.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from benchmarks.account.answers import LAST
from benchmarks.account.processes import timed

STEPS = ("new", "night", "resume", "verify", "compact")
KINDS = ("results", "timeseries")


async def export(url, place, **options):
    from midakit import AsyncMida

    async with AsyncMida("key", project_key="p", base_url=url, max_concurrency=64) as mida:
        report = await mida.export(place, **options)
    assert report.ok, report


def step(name, url, place):
    """Take a step."""
    from midakit.export import compact, verify

    if name == "verify":
        assert verify(place).ok
    elif name == "compact":
        compact(place)
    else:
        options = {
            "new": {"kinds": KINDS, "end_date": LAST},
            "night": {"end_date": LAST + timedelta(days=1), "since_last": True},
            "resume": {"resume": True},
        }[name]
        asyncio.run(export(url, place, **options))


def main():
    name, url, folder = sys.argv[1:]
    timed(lambda: step(name, url, Path(folder) / "out"), pandas=False)


if __name__ == "__main__":
    main()
