"""An account whose days come, change and vanish, for tests of increments."""

import json

from support.account import Account
from support.exports import rows


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
