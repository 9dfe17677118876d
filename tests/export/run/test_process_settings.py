"""What keeps the calls of a run in one process."""

import asyncio

import pytest
import respx

from midakit import AsyncMida, ConfigurationError, Mida
from midakit.mida import calls
from support.account import KEY, Account
from support.served_account import serving

WANTED = [calls.experiments.result(number, end_date="2026-06-30") for number in (1, 2)]


def test_a_mock_of_httpx_keeps_everything_in_one_process(tmp_path):
    """Worker processes do not have the mock: they would ask the service itself."""
    asked = []

    async def seen(request):
        asked.append(request)

    async def reports(served):
        async with AsyncMida(KEY, project_key="p1", base_url=served.url) as mida:
            with refused():
                await mida.gather_arrow(WANTED, processes=2)
            with refused():
                await mida.export(tmp_path, kinds=("results",), processes=2)

    with serving(Account(2), seen) as served, respx.mock:
        asyncio.run(reports(served))
        with Mida(KEY, project_key="p1", base_url=served.url) as mida, refused():
            mida.gather_arrow(WANTED, processes=2)
    assert not asked


def refused():
    return pytest.raises(ConfigurationError, match="a mock of httpx works in one process only")
