"""An answer that is longer than the client accepts."""

import asyncio

import pytest

from midakit.core.retry import Retry
from midakit.errors import BodyTooLarge
from midakit.export.run import outage
from midakit.mida import calls
from support.account import Account


class TooLong(Account):
    """The report of one experiment is too long, on whatever transport."""

    async def send(self, request):
        """Answer, or raise what a transport raises."""
        response = await super().send(request)
        if b"/experiment/2/" in request.target:
            raise BodyTooLarge("the answer is longer than 100 bytes", limit=100)
        return response


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(outage, "PAUSES", Retry(base=0, cap=0))


def test_an_export_asks_for_it_once_and_goes_on(tmp_path):
    """It would be as long the next time; the report names the call, and the others are there."""
    account = TooLong(3)

    async def main():
        async with account.client() as mida:
            return await mida.export(tmp_path, kinds=("results",))

    report = asyncio.run(main())
    assert sorted(account.reports) == [(number, "result") for number in (1, 2, 3)]
    assert (report.state, report.fetched, len(report.failures)) == ("partial", 2, 1)


def test_many_reports_end_with_its_error():
    """And not after a minute with that of a service that is away."""
    account = TooLong(3)
    wanted = [calls.experiments.result(2, tz=hours) for hours in range(3)]

    async def main():
        async with account.client() as mida:
            await mida.gather_arrow(wanted, concurrency=1)

    with pytest.raises(BodyTooLarge):
        asyncio.run(main())
    assert account.reports == [(2, "result")]
