"""Clients in Rust or C, written by hand as in `plain`: wreq, pyreqwest, primp and libcurl.

What they do on threads of their own counts: CPU time is that of the whole process.
"""

from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path

import orjson

from benchmarks.calls.contenders.plain import HEADERS


@asynccontextmanager
async def wreq_client(url, ca, flight, exchange):
    import wreq

    client = wreq.Client(headers=HEADERS, tls_verify=Path(ca), timeout=timedelta(seconds=30))

    async def get(number):
        place = url + exchange.path(number)
        if exchange.sent is None:
            answer = await client.get(place)
        else:
            answer = await client.post(place, json=exchange.sent)
        answer.raise_for_status()
        return orjson.loads(await answer.bytes())

    yield get


def _bytes_of(file):
    return Path(file).read_bytes()


@asynccontextmanager
async def pyreqwest_client(url, ca, flight, exchange):
    from pyreqwest.client import ClientBuilder

    builder = ClientBuilder().default_headers(HEADERS).max_connections(flight).http1_only()
    builder = builder.add_root_certificate_pem(_bytes_of(ca)).error_for_status(True)
    async with builder.build() as client:

        async def get(number):
            place = url + exchange.path(number)
            asked = client.get(place) if exchange.sent is None else client.post(place)
            if exchange.sent is not None:
                asked = asked.body_json(exchange.sent)
            answer = await asked.build().send()
            return orjson.loads(memoryview(await answer.bytes()))

        yield get


@asynccontextmanager
async def primp_client(url, ca, flight, exchange):
    import primp

    client = primp.AsyncClient(headers=HEADERS, ca_cert_file=ca, timeout=30)

    async def get(number):
        place = url + exchange.path(number)
        if exchange.sent is None:
            answer = await client.get(place)
        else:
            answer = await client.post(place, json=exchange.sent)
        assert answer.status_code == 200
        return orjson.loads(answer.content)

    yield get


@asynccontextmanager
async def curl_cffi_session(url, ca, flight, exchange):
    from curl_cffi import AsyncSession

    async with AsyncSession(
        max_clients=flight, headers=HEADERS, verify=ca, default_headers=False
    ) as session:

        async def get(number):
            method = "GET" if exchange.sent is None else "POST"
            answer = await session.request(method, url + exchange.path(number), json=exchange.sent)
            answer.raise_for_status()
            return orjson.loads(answer.content)

        yield get


@contextmanager
def pycurl_handle(url, ca, flight, exchange):
    """One handle, used again for every call; it is no use to several threads."""
    import pycurl

    curl = pycurl.Curl()
    curl.setopt(pycurl.CAINFO, ca)
    curl.setopt(pycurl.ACCEPT_ENCODING, "gzip")
    curl.setopt(pycurl.FAILONERROR, True)
    curl.setopt(pycurl.TIMEOUT, 30)
    curl.setopt(pycurl.HTTPHEADER, [f"{name}: {value}" for name, value in HEADERS.items()])

    def get(number):
        curl.setopt(pycurl.URL, url + exchange.path(number))
        return orjson.loads(curl.perform_rb())

    try:
        yield get
    finally:
        curl.close()


@contextmanager
def pyreqwest_blocking(url, ca, flight, exchange):
    from pyreqwest.client import SyncClientBuilder

    builder = SyncClientBuilder().default_headers(HEADERS).http1_only()
    builder = builder.add_root_certificate_pem(_bytes_of(ca)).error_for_status(True)
    with builder.build() as client:

        def get(number):
            return orjson.loads(
                memoryview(client.get(url + exchange.path(number)).build().send().bytes())
            )

        yield get
