"""Who exports the account, each in a process of its own so that its peak memory is its own.

    python -m benchmarks.account.contenders NAME URL

Everybody lists the experiments, fetches result and timeseries of each with 64 requests in flight, and
leaves Parquet. Ours has everything on: a frozen plan, retries, fsync, ids in the footers.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks.account.processes import timed

FLIGHT = 64


def frames(answers, place):
    """What everybody writes: dicts to pandas to Parquet."""
    import pandas as pd

    place.mkdir()
    for kind, key in (("result", "variants"), ("timeseries", "timeseries")):
        rows = [
            {"test_id": test_id, **row}
            for (test_id, name), body in answers.items()
            if name == kind
            for row in body[key]
        ]
        pd.DataFrame(rows).to_parquet(place / f"{kind}.parquet")


async def by_hand(get, place):
    """List, then gather everything under a semaphore."""
    base = "/v2/project/p"
    ids, offset = [], 0
    while True:
        page = (await get(f"{base}/experiments?limit=500&offset={offset}"))["experiments"]
        ids += [one["test_id"] for one in page]
        if len(page) < 500:
            break
        offset += 500
    semaphore = asyncio.Semaphore(FLIGHT)

    async def fetch(test_id, kind):
        async with semaphore:
            return (test_id, kind), await get(f"{base}/experiment/{test_id}/{kind}")

    wanted = [fetch(test_id, kind) for test_id in ids for kind in ("result", "timeseries")]
    frames(dict(await asyncio.gather(*wanted)), place)


async def run_httpx(url, place):
    import httpx

    async with httpx.AsyncClient(
        base_url=url, headers={"authorization": "Bearer key"}, timeout=60
    ) as client:

        async def get(path):
            return (await client.get(path)).json()

        await by_hand(get, place)


async def run_aiohttp(url, place):
    import aiohttp

    async with aiohttp.ClientSession(url, headers={"authorization": "Bearer key"}) as session:

        async def get(path):
            async with session.get(path) as answer:
                return await answer.json()

        await by_hand(get, place)


async def run_midakit(url, place):
    from midakit import AsyncMida

    async with AsyncMida("key", project_key="p", base_url=url, max_concurrency=FLIGHT) as mida:
        report = await mida.export(place, kinds=("results", "timeseries"), end_date="2026-06-30")
    assert report.ok, report


CONTENDERS = {"midakit": run_midakit, "httpx": run_httpx, "aiohttp": run_aiohttp}


def main():
    name, url = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        timed(lambda: asyncio.run(CONTENDERS[name](url, Path(folder) / "out")))


if __name__ == "__main__":
    main()
