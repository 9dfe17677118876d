"""A client of every form, as a user's tests would make it before or inside a mock."""

import httpx
import pytest

from midakit import AsyncMida
from midakit.core.wire.tls import shared_context
from support.mocking import OPTIONS


@pytest.fixture(params=[None, "own", "httpx", "injected"], ids=str)
async def how(request):
    """The options that choose the transport; the injected client is one of httpx."""
    if request.param != "injected":
        yield {"transport": request.param}
    else:
        async with httpx.AsyncClient(verify=shared_context()) as http_client:
            yield {"http_client": http_client}


@pytest.fixture
async def mida(how):
    """A client that was opened before the mock."""
    async with AsyncMida(**OPTIONS, **how) as client:
        yield client
