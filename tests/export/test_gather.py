"""Many reports as Arrow tables: the columns of an export, in the order of the calls, also by processes."""

import asyncio

import pytest

from midakit import InvalidRequest, Mida
from midakit.errors import BadRequest
from midakit.export.schemas import arrow
from midakit.mida import calls
from support.account import KEY, Account
from support.served_account import serving


def some_calls(numbers):
    return [
        call
        for number in numbers
        for call in (
            calls.experiments.timeseries(number, end_date="2026-06-30"),
            calls.experiments.result(number, end_date="2026-06-30"),
        )
    ]


@pytest.mark.parametrize("processes", [1, 2])
def test_rows_come_in_the_order_of_the_calls(processes):
    """Once each; an experiment that is not there has none, and what drifts is kept."""
    account = Account(12)
    account.status[5] = 404
    account.spoil = lambda _, body: {**body, "new": 1} if body["test_id"] == 7 else body
    with serving(account) as served, Mida(KEY, project_key="p1", base_url=served.url) as mida:
        wanted = some_calls([9, 3, 5, 12, 7])
        tables = mida.gather_arrow([*wanted, wanted[0]], processes=processes)
    assert list(tables) == ["results", "timeseries"]
    assert tables["results"].schema == arrow("results")
    assert list(dict.fromkeys(tables["results"]["test_id"].to_pylist())) == [9, 3, 12, 7]
    assert tables["timeseries"].num_rows == 4 * 6
    assert tables["timeseries"]["window_end"].to_pylist()[0].isoformat() == "2026-06-30"
    assert [one for one in tables["results"]["_extra"].to_pylist() if one] == ['{"new": 1}']


@pytest.mark.parametrize("processes", [1, 2])
def test_the_first_failure_is_raised(processes):
    """As the error that it is."""
    account = Account(6)
    account.status[3] = 400
    with (
        serving(account) as served,
        Mida(KEY, project_key="p1", base_url=served.url) as mida,
        pytest.raises(BadRequest),
    ):
        mida.gather_arrow(some_calls(range(1, 7)), processes=processes)


def test_what_is_no_report_is_refused():
    """Before anything is sent."""
    account = Account(2)

    async def main(call):
        async with account.client() as mida:
            return await mida.gather_arrow([call])

    with pytest.raises(InvalidRequest, match="is no report of an experiment"):
        asyncio.run(main(calls.goals.list()))
    assert asyncio.run(main(calls.experiments.result(1)))["results"].num_rows == 2
    assert account.reports == [(1, "result")]
