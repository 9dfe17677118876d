"""midakit as its users write it: typed calls, built in the timed part, with everything on.

Each opens to an object with `many(numbers, flight)` (the answers) and `delays(numbers, flight)`.
"""

from contextlib import asynccontextmanager, contextmanager

from midakit import AsyncMida, Mida
from midakit.mida import calls


def _options(url, flight):
    return {"project_key": "p", "base_url": url, "max_concurrency": flight}


class _Calls:
    def __init__(self, mida, exchange):
        self.mida = mida
        self.exchange = exchange

    def built(self, numbers):
        return (self.exchange.built(calls, number) for number in numbers)


class _Gathering(_Calls):
    async def many(self, numbers, flight):
        return await self.mida.gather(self.built(numbers), flight)

    async def delays(self, numbers, flight):
        found = await self.mida.gather(self.built(numbers), flight, on_error="collect")
        return [outcome.seconds for outcome in found]


class _Streaming(_Gathering):
    async def many(self, numbers, flight):
        """Answers are looked at and let go, as a bulk job does; only their numbers stay."""
        async with self.mida.stream(self.built(numbers), flight) as outcomes:
            return [outcome.answer.test_id async for outcome in outcomes]


class _Bulk(_Calls):
    def many(self, numbers, flight):
        return self.mida.gather(self.built(numbers), flight)

    def delays(self, numbers, flight):
        found = self.mida.gather(self.built(numbers), flight, on_error="collect")
        return [outcome.seconds for outcome in found]


@asynccontextmanager
async def httpx(url, ca, flight, exchange):
    async with AsyncMida("key", transport="httpx", **_options(url, flight)) as mida:
        yield _Gathering(mida, exchange)


@asynccontextmanager
async def own(url, ca, flight, exchange):
    async with AsyncMida("key", transport="own", **_options(url, flight)) as mida:
        yield _Gathering(mida, exchange)


@asynccontextmanager
async def streaming(url, ca, flight, exchange):
    async with AsyncMida("key", transport="own", **_options(url, flight)) as mida:
        yield _Streaming(mida, exchange)


@contextmanager
def single(url, ca, flight, exchange):
    with Mida("key", **_options(url, flight)) as mida:
        yield lambda number: mida.send(exchange.built(calls, number))


@contextmanager
def bulk(url, ca, flight, exchange):
    with Mida("key", **_options(url, flight)) as mida:
        yield _Bulk(mida, exchange)
