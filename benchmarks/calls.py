"""Single calls and fan-outs of typed calls against hand-written clients, in one run.

    python -m benchmarks.calls [--smoke] [--json FILE]

Ours has everything on: auth, retries, limiter, hooks, typed decoding. Theirs is what users write.
"""

import argparse
import asyncio
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from benchmarks.harness import compare, machine, server, table

GOALS = {
    "fan-out, 64 in flight": ("midakit default", "httpx", 6.0),
    "fan-out, 1 in flight": ("midakit default", "httpx", 1.8),
    "single call, sync": ("midakit", "httpx", 2.0),
}


def fan_out_of(url, count, flight):
    import httpx
    import httpx2

    from midakit import AsyncMida
    from midakit.mida import calls

    target = f"{url}/v2/project/p/experiment/1234/distribution"
    call = calls.experiments.distribution(1234)

    async def workers(get):
        todo = iter(range(count))

        async def worker():
            for _ in todo:
                await get()

        await asyncio.gather(*[worker() for _ in range(flight)])

    def ours(transport):
        async def main():
            async with AsyncMida(
                "key", project_key="p", base_url=url, transport=transport, max_concurrency=flight
            ) as mida:
                await mida.gather([call] * count, flight)

        return lambda: asyncio.run(main())

    def by_hand(library):
        async def main():
            async with library.AsyncClient(headers={"authorization": "Bearer key"}) as client:

                async def get():
                    return json.loads((await client.get(target)).content)

                await workers(get)

        return lambda: asyncio.run(main())

    def bare_aiohttp():
        import aiohttp
        import orjson

        async def main():
            async with aiohttp.ClientSession(headers={"authorization": "Bearer key"}) as session:

                async def get():
                    async with session.get(target) as answer:
                        return orjson.loads(await answer.read())

                await workers(get)

        asyncio.run(main())

    return {
        "midakit default": ours("default"),
        "midakit fast": ours("fast"),
        "httpx": by_hand(httpx),
        "httpx2": by_hand(httpx2),
        "aiohttp + orjson": bare_aiohttp,
    }


def sync_of(url, count):
    import httpx
    import httpx2
    import requests

    from midakit import Mida
    from midakit.mida import calls

    target = f"{url}/v2/project/p/experiment/1234/distribution"
    call = calls.experiments.distribution(1234)
    headers = {"authorization": "Bearer key"}

    def ours():
        with Mida("key", project_key="p", base_url=url) as mida:
            for _ in range(count):
                mida.send(call)

    def by_hand(make):
        def run():
            with make() as client:
                for _ in range(count):
                    json.loads(client.get(target, headers=headers).content)

        return run

    return {
        "midakit": ours,
        "httpx": by_hand(httpx.Client),
        "httpx2": by_hand(httpx2.Client),
        "requests": by_hand(requests.Session),
    }


def sync_bulk_of(url, count):
    import httpx

    from midakit import Mida
    from midakit.mida import calls

    target = f"{url}/v2/project/p/experiment/1234/distribution"
    call = calls.experiments.distribution(1234)

    def ours():
        with Mida("key", project_key="p", base_url=url) as mida:
            mida.gather([call] * count, 16)

    def threads():
        with (
            httpx.Client(headers={"authorization": "Bearer key"}) as client,
            ThreadPoolExecutor(16) as pool,
        ):
            list(pool.map(lambda _: json.loads(client.get(target).content), range(count)))

    return {"midakit": ours, "httpx, 16 threads": threads}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="short; fails below half of a goal")
    parser.add_argument("--json")
    options = parser.parse_args()
    count, rounds = (300, 3) if options.smoke else (2000, 5)
    found = {}
    with server() as url:
        for flight in (1, 64) if options.smoke else (1, 16, 64, 256):
            title = f"fan-out, {flight} in flight"
            found[title] = compare(fan_out_of(url, count, flight), rounds=rounds, base="httpx")
            print(table(title, found[title], "httpx"), flush=True)
        found["single call, sync"] = compare(sync_of(url, count // 4), rounds=rounds, base="httpx")
        print(table("single call, sync", found["single call, sync"], "httpx"), flush=True)
        if not options.smoke:
            title = "fan-out, sync"
            found[title] = compare(
                sync_bulk_of(url, count), rounds=rounds, base="httpx, 16 threads"
            )
            print(table(title, found[title], "httpx, 16 threads"), flush=True)
    print(machine())
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": machine(), "found": found}, indent=1))
    short = [
        f"{title}: {found[title][name]['times_base']:.2f} x {base}, goal {goal}"
        for title, (name, base, goal) in GOALS.items()
        if title in found and found[title][name]["times_base"] < goal / 2
    ]
    if options.smoke and short:
        sys.exit("below half of a goal: " + "; ".join(short))


if __name__ == "__main__":
    main()
