"""A server over a sandbox on a real socket, and the official client in the same process."""

from contextlib import asynccontextmanager

import pytest

from midakit import AsyncMida


@pytest.fixture
def anyio_backend():
    """The official package is written for both; its servers are run on asyncio."""
    return "asyncio"


@pytest.fixture
def options(mida_sandbox):
    """What `AsyncMida(**options)` takes."""
    return {
        "api_key": mida_sandbox.api_key,
        "project_key": mida_sandbox.project_key,
        "base_url": mida_sandbox.base_url,
    }


@pytest.fixture
def connected(options):
    """`async with connected(write=True) as client`."""

    from mcp.client import Client  # a second to load, which only the worker of these tests pays

    from midakit.mcp import build_server

    @asynccontextmanager
    async def connect(**given):
        async with (
            AsyncMida(**options) as mida,
            Client(build_server(mida, **given), raise_exceptions=False) as client,
        ):
            yield client

    return connect
