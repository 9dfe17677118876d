"""Days of each variant, with running figures."""

import csv
import io


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_timeseries_adds_up_to_the_result(shop, midakit):
    """Days of one variant have its visitors; names are those of the result."""
    days = rows(midakit.good("timeseries", "1001", "--csv").out)
    result = midakit.good("result", "1001", "--json").json
    for variant in result["variants"]:
        mine = [row for row in days if row["variant_id"] == variant["variant_id"]]
        assert sum(int(row["visitors"]) for row in mine) == variant["visitors"]
    assert {row["name"] for row in days} == {"Control", "Benefit headline"}
    assert days[-1]["running_rate"]
