"""The loops that users write around a client: each sends every number and gives every answer."""

import asyncio
from concurrent.futures import ThreadPoolExecutor


async def gather(get, numbers, flight):
    return await asyncio.gather(*[get(number) for number in numbers])


async def semaphore(get, numbers, flight):
    gate = asyncio.Semaphore(flight)

    async def one(number):
        async with gate:
            return await get(number)

    return await asyncio.gather(*[one(number) for number in numbers])


async def workers(get, numbers, flight):
    todo, found = iter(numbers), []

    async def worker():
        for number in todo:
            found.append(await get(number))  # noqa: PERF401  # others append too

    await asyncio.gather(*[worker() for _ in range(flight)])
    return found


def threads(get, numbers, flight):
    if flight == 1:
        return [get(number) for number in numbers]
    with ThreadPoolExecutor(flight) as pool:
        return list(pool.map(get, numbers))
