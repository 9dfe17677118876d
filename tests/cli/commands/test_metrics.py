"""Secondary metrics, with rates where they count visitors."""

import csv
import io
import json

import pytest

from midakit.cli.output.figures import metric_rows
from midakit.core.models.decode import loads
from midakit.mida.models import Metrics


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_metrics_have_rates_where_they_count_visitors(shop, midakit):
    """A share has a rate and a chance; a sum has neither."""
    found = rows(midakit.good("metrics", "1001", "--csv").out)
    by_key = {(row["metric_key"], row["variant_id"]): row for row in found}
    goal = by_key["thank_you_page", "1"]
    assert float(goal["rate"]) == pytest.approx(100 * float(goal["value"]) / int(goal["visitors"]))
    assert by_key["_pageview", "1"]["rate"] == ""
    one = rows(midakit.good("metrics", "1001", "--metric-key", "BounceRate", "--csv").out)
    assert {row["metric_key"] for row in one} == {"BounceRate"}
    assert "'nope' is not defined" in midakit.good("metrics", "1001", "--metric-key", "nope").err


def test_metrics_use_the_nickname_where_the_answer_has_one():
    """The contract promises none; an answer that carries one is taken at its word."""
    row = {"total": 100, "result_1": 10}
    sent = {
        "metric_definitions": [{"metric_number": 1, "metric_key": "x", "name": "X"}],
        "metrics": [{"variant_id": "0", **row}, {"variant_id": "1", "nickname": "Bold", **row}],
    }
    answer = loads(Metrics, json.dumps(sent).encode())
    assert [one["name"] for one in metric_rows(answer)] == ["Control", "Bold"]
