"""Hand-written clients: what a user writes with the library alone.

Each opens to `get(number)`. A body is decoded with orjson into dicts, the quickest way by hand; the
key is a default header; connections are kept; timeouts of waiting in a pool are off, because a
`gather` over httpx would otherwise fail.
"""

import ssl
from contextlib import asynccontextmanager, contextmanager

import orjson

HEADERS = {"authorization": "Bearer key"}
PATH = "/v2/project/p/experiment/{}/distribution"


def _limits(library, flight):
    return library.Limits(max_connections=flight, max_keepalive_connections=flight)


def _timeout(library):
    return library.Timeout(30, pool=None)


@asynccontextmanager
async def _client(library, url, ca, **options):
    async with library.AsyncClient(
        base_url=url, headers=HEADERS, timeout=_timeout(library), verify=_context(url, ca), **options
    ) as client:  # fmt: skip

        async def get(number):
            answer = await client.get(PATH.format(number))
            answer.raise_for_status()
            return orjson.loads(answer.content)

        yield get


def _context(url, ca):
    return ssl.create_default_context(cafile=ca) if url.startswith("https") else True


def httpx_async(url, ca, flight):
    import httpx

    return _client(httpx, url, ca)


def httpx2_async(url, ca, flight):
    import httpx2

    return _client(httpx2, url, ca, limits=_limits(httpx2, flight))


def httpx2_limited(url, ca, flight):
    import httpx2

    return _client(httpx2, url, ca)


@asynccontextmanager
async def aiohttp_session(url, ca, flight):
    import aiohttp

    connector = aiohttp.TCPConnector(limit=flight, ssl=_context(url, ca))
    async with aiohttp.ClientSession(url, headers=HEADERS, connector=connector) as session:

        async def get(number):
            async with session.get(PATH.format(number)) as answer:
                answer.raise_for_status()
                return orjson.loads(await answer.read())

        yield get


@contextmanager
def httpx_sync(url, ca, flight):
    import httpx

    with httpx.Client(
        base_url=url, headers=HEADERS, timeout=_timeout(httpx), verify=_context(url, ca),
        limits=_limits(httpx, flight),
    ) as client:  # fmt: skip

        def get(number):
            answer = client.get(PATH.format(number))
            answer.raise_for_status()
            return orjson.loads(answer.content)

        yield get


@contextmanager
def requests_session(url, ca, flight):
    import requests
    from requests.adapters import HTTPAdapter

    with requests.Session() as session:
        session.headers.update(HEADERS)
        session.verify = ca
        session.mount(url, HTTPAdapter(pool_connections=1, pool_maxsize=flight))

        def get(number):
            answer = session.get(url + PATH.format(number), timeout=30)
            answer.raise_for_status()
            return orjson.loads(answer.content)

        yield get
