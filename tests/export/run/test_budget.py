"""How many bytes may be under way at once."""

import anyio
import pytest

from midakit.export.run import call_runner
from midakit.export.run.budget import ByteBudget
from support.account import Account
from support.exports import run


def test_bytes_are_kept_for_what_an_answer_may_bring():
    """The largest of late is reserved; a giant goes alone, and is forgotten slowly."""
    budget = ByteBudget(100)
    assert budget.fits("results", 0)
    budget.learn("results", 60)
    budget.learn("timeseries", 1)
    budget.reserved = 60
    assert not budget.fits("results", 0)
    assert budget.fits("timeseries", 39)
    assert not budget.fits("timeseries", 40)
    budget.reserved = 0
    budget.learn("results", 500)
    assert budget.fits("results", 0)
    assert not budget.fits("results", 1)
    budget.learn("results", 10)
    assert budget.expected("results") == 475  # a twentieth less for each answer
    for _ in range(100):
        budget.learn("results", 10)
    assert budget.expected("results") < 20


@pytest.mark.parametrize("size", [1_000, 40_000, 150_000])
def test_bytes_under_way_are_bounded_and_not_only_calls(tmp_path, monkeypatch, size):
    """However large the answers are, from the first one on: large ones go a few at a time."""
    monkeypatch.setattr(call_runner, "BYTES_IN_FLIGHT", 200_000)
    account, under_way, most = Account(60), 0, 0
    genuine = account.send

    async def send(request):
        nonlocal under_way, most
        if "/experiment/" not in request.target.decode():
            return await genuine(request)
        under_way += 1
        most = max(most, under_way)
        await anyio.sleep(0.002)
        under_way -= 1
        response = await genuine(request)
        response.body += b" " * size
        return response

    monkeypatch.setattr(account, "send", send)
    report = run(
        account.client(), tmp_path, concurrency=32, kinds=("results",), end_date="2026-06-30"
    )
    assert report.ok
    assert most * size <= max(8 * size, 200_000 + size)
    assert (most > 8) == (size == 1_000)
