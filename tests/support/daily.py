"""An account whose days come, change and vanish, for tests of increments."""

import json
from contextlib import suppress

from midakit import MidakitError
from midakit.export import verify
from support.account import Account
from support.exports import rows, run


class Daily(Account):
    """Two variants on each day of January that was asked for; days and experiments can vanish."""

    def __init__(self, count):
        super().__init__(count)
        self.vanished = set()
        self.reads = 0

    def _answer(self, path, query):
        status, body = super()._answer(path, query)
        if path[-1] == "timeseries" and status == 200:
            self.reads += 1
            first, last = int(query["start_date"][0][8:]), int(query["end_date"][0][8:])
            body["timeseries"] = [
                {"variant_id": str(n), "visitors": self.reads, "created_at": f"2026-01-{day:02}T00:00:00Z"}
                for day in range(first, last + 1) if day not in self.vanished for n in range(2)
            ]  # fmt: skip
        return status, body


def days(place):
    """(experiment, day, variant) of each row, doubles and all."""
    found = [json.loads(row) for row in rows(place, "timeseries")]
    return sorted((int(row["test_id"]), int(row["date"][8:]), row["variant_id"]) for row in found)


def each_once(tests, numbers):
    return sorted((test, day, variant) for test in tests for day in numbers for variant in "01")


def outlives_deaths(store, place, form, chosen):
    """Each night dies at another step: what a resume leaves are the days of before, or all, once.

    Args:
        store: The store, or the catalog, whose proxy lets the writer die.
        place: Where the export goes.
        form: Its format.
        chosen: Which steps are tried, given the kinds of the changes of a night.
    """
    account = Daily(2)

    def night(last, **more):
        return run(account.client(), place, end_date=f"2026-01-{last:02}", **more)

    night(2, format=form, kinds=("timeseries",))
    store.tell()
    night(3, since_last=True)
    steps, before = chosen(store.changes), days(place)
    for last, step in enumerate(steps, 4):
        store.tell(dies_at=step)
        with suppress(OSError, MidakitError):
            night(last, since_last=True)
        assert store.dead, step
        store.tell()
        assert run(account.client(), place, resume=True).ok, step
        found = days(place)
        assert found in (before, each_once([1, 2], range(1, last + 1))), step
        assert verify(place).ok, step
        before = found
    assert night(31, since_last=True).ok
    assert days(place) == each_once([1, 2], range(1, 32))
