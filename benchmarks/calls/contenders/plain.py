"""Hand-written clients: what a user writes with the library alone.

Each opens to `get(number)`. A body is decoded with orjson into dicts, the quickest way by hand; the
key is a default header; connections are kept; timeouts of waiting in a pool are off, because a
`gather` over httpx would otherwise fail.
"""

import ssl
from contextlib import asynccontextmanager, contextmanager

import orjson

HEADERS = {"authorization": "Bearer key"}


def _limits(library, flight):
    return library.Limits(max_connections=flight, max_keepalive_connections=flight)


def _timeout(library):
    return library.Timeout(30, pool=None)


@asynccontextmanager
async def _client(library, url, ca, exchange, **options):
    async with library.AsyncClient(
        base_url=url, headers=HEADERS, timeout=_timeout(library), verify=_context(url, ca), **options
    ) as client:  # fmt: skip

        async def get(number):
            if exchange.sent is None:
                answer = await client.get(exchange.path(number))
            else:
                answer = await client.post(exchange.path(number), json=exchange.sent)
            answer.raise_for_status()
            return orjson.loads(answer.content)

        yield get


def _context(url, ca):
    return ssl.create_default_context(cafile=ca) if url.startswith("https") else True


def httpx_async(url, ca, flight, exchange):
    import httpx

    return _client(httpx, url, ca, exchange)


def httpx2_async(url, ca, flight, exchange):
    import httpx2

    return _client(httpx2, url, ca, exchange, limits=_limits(httpx2, flight))


def httpx2_limited(url, ca, flight, exchange):
    import httpx2

    return _client(httpx2, url, ca, exchange)


@asynccontextmanager
async def aiohttp_session(url, ca, flight, exchange):
    import aiohttp

    connector = aiohttp.TCPConnector(limit=flight, ssl=_context(url, ca))
    method = "GET" if exchange.sent is None else "POST"
    async with aiohttp.ClientSession(url, headers=HEADERS, connector=connector) as session:

        async def get(number):
            path = exchange.path(number)
            async with session.request(method, path, json=exchange.sent) as answer:
                answer.raise_for_status()
                return orjson.loads(await answer.read())

        yield get


@contextmanager
def httpx_sync(url, ca, flight, exchange):
    import httpx

    with httpx.Client(
        base_url=url, headers=HEADERS, timeout=_timeout(httpx), verify=_context(url, ca),
        limits=_limits(httpx, flight),
    ) as client:  # fmt: skip

        def get(number):
            answer = client.get(exchange.path(number))
            answer.raise_for_status()
            return orjson.loads(answer.content)

        yield get


@contextmanager
def requests_session(url, ca, flight, exchange):
    import requests
    from requests.adapters import HTTPAdapter

    with requests.Session() as session:
        session.headers.update(HEADERS)
        session.verify = ca
        session.mount(url, HTTPAdapter(pool_connections=1, pool_maxsize=flight))

        def get(number):
            answer = session.get(url + exchange.path(number), timeout=30)
            answer.raise_for_status()
            return orjson.loads(answer.content)

        yield get


@contextmanager
def http_client(url, ca, flight, exchange):
    """The standard library's own, over one kept connection."""
    from http.client import HTTPConnection

    connection = HTTPConnection(url.partition("://")[2], timeout=30)

    def get(number):
        connection.request("GET", exchange.path(number), headers=HEADERS)
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200
        return orjson.loads(body)

    try:
        yield get
    finally:
        connection.close()
