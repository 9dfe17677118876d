"""Results, series, comparisons and watching, with what statistics make of them."""

import csv
import io
import json
import re

import pytest

from midakit.cli.commands import watch as watching
from midakit.cli.output.figures import between, heading, metric_rows
from midakit.core.models.decode import loads
from midakit.mida.models.reports import Metrics
from support.commands import Terminal

US, MOBILE = "us=country == US", "mobile=device == mobile"


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_result_shows_counts_statistics_and_a_verdict(shop, midakit):
    """Variants by the names people gave them, Control first; the verdict gives its reasons."""
    text = midakit.good("result", "1001").out
    assert text.startswith("Homepage headline (1001): live")
    assert text.index("Control") < text.index("Benefit headline")
    assert "Keep it running" in text
    found = rows(midakit.good("result", "1001", "--csv").out)
    assert [row["variant_id"] for row in found] == ["0", "1"]
    assert float(found[1]["interval_low"]) < float(found[1]["interval_high"])
    data = midakit.good("result", "1001", "--json").json
    assert data["analysis"]["verdict"]["kind"] == "keep_running"
    assert [int(row["visitors"]) for row in found] == [v["visitors"] for v in data["variants"]]


def test_segments_are_asked_for_side_by_side(shop, midakit):
    """Each has its own table, rows say which, and JSON has one object a segment."""
    words = ("result", "1001", "-s", US, "-s", MOBILE, "-s", "*")
    assert midakit.good(*words).out.count("Segment ") == 3
    assert {row["segment"] for row in rows(midakit.good(*words, "--csv").out)} == {
        "us",
        "mobile",
        "*",
    }
    data = midakit.good(*words, "--json").json
    assert data["us"]["total_visitors"] < data["*"]["total_visitors"]


def test_a_breakdown_has_rows_for_every_part(shop, midakit):
    """Their visitors add up to the whole."""
    found = rows(midakit.good("result", "1001", "--breakdown-by", "device", "--csv").out)
    whole = sum(int(row["visitors"]) for row in found if not row["breakdown"])
    assert sum(int(row["visitors"]) for row in found if row["breakdown"]) == whole


def test_one_segment_that_fails_does_not_stop_the_rest(shop, midakit):
    """Exit code 3; the others are printed, the failed one is named with its reason."""
    shop.faults({"action": "status", "args": {"code": 404}, "path": "/result$", "times": 1})
    done = midakit("compare", "1001", "-s", US, "-s", MOBILE)
    shop.clear_faults()
    assert done.code == 3, done
    failed = re.findall(r"segment (\w+) failed: 404", done.err)
    assert len(failed) == 1
    shown = {"everyone", "us", "mobile"} - set(failed)
    assert all(name in done.out.lower() for name in shown)


def test_a_comparison_stands_everyone_first(shop, midakit):
    """A column a segment where there is room, a row a segment and variant otherwise."""
    head = midakit.good("compare", "1001", "-s", US, "-s", MOBILE).out.splitlines()[2]
    assert head.split() == ["VARIANT", "EVERYONE", "US", "MOBILE"]
    with Terminal("compare", "1001", "-s", US, "-s", MOBILE, columns=40) as screen:
        assert screen.end() == 0
        assert all(
            len(line) <= 40 for line in screen.lines if not line.startswith(("goal", "Home"))
        )
        assert "everyone" in screen.text
    found = rows(midakit.good("compare", "1001", "-s", US, "--csv").out)
    assert [row["segment"] for row in found] == ["everyone", "everyone", "us", "us"]


def test_a_timeseries_adds_up_to_the_result(shop, midakit):
    """Days of one variant have its visitors; names are those of the result."""
    days = rows(midakit.good("timeseries", "1001", "--csv").out)
    result = midakit.good("result", "1001", "--json").json
    for variant in result["variants"]:
        mine = [row for row in days if row["variant_id"] == variant["variant_id"]]
        assert sum(int(row["visitors"]) for row in mine) == variant["visitors"]
    assert {row["name"] for row in days} == {"Control", "Benefit headline"}
    assert days[-1]["running_rate"]


def test_metrics_have_rates_where_they_count_visitors(shop, midakit):
    """A share has a rate and a chance; a sum has neither."""
    found = rows(midakit.good("metrics", "1001", "--csv").out)
    by_key = {(row["metric_key"], row["variant_id"]): row for row in found}
    goal = by_key["thank_you_page", "1"]
    assert float(goal["rate"]) == pytest.approx(100 * float(goal["value"]) / int(goal["visitors"]))
    assert by_key["_pageview", "1"]["rate"] == ""
    one = rows(midakit.good("metrics", "1001", "--metric", "BounceRate", "--csv").out)
    assert {row["metric_key"] for row in one} == {"BounceRate"}
    assert "'nope' is not defined" in midakit.good("metrics", "1001", "--metric", "nope").err


def test_an_interval_of_one_side_says_which():
    """`or more`, `or less`, or both ends."""
    assert between((-0.1, 0.2)) == "-10.0 to +20.0%"
    assert between((0.1, float("inf"))) == "+10.0% or more"
    assert between((float("-inf"), 0.1)) == "+10.0% or less"
    assert between(None) is None


def test_watching_through_a_pipe_is_a_line_an_answer(shop, midakit):
    """As text, or as JSON lines with the time."""
    line = midakit.good("watch", "1001", "--times", "1").out
    assert line.count("\n") == 1
    assert "Control: " in line
    found = json.loads(midakit.good("watch", "1001", "--times", "1", "--json").out)
    assert found["at"].endswith("Z")
    assert found["test_id"] == 1001


def test_watching_ends_when_the_test_does(shop, midakit):
    """A stopped test gives its last numbers and no question more."""
    midakit.good("experiments", "stop", "1001")
    done = midakit.good("watch", "1001")
    assert "inactive: nothing more will come in" in done.err


def test_watching_outlives_a_server_that_fails(shop, midakit, monkeypatch):
    """It waits longer each time, says why, and goes on."""
    waits = []

    def sleep(seconds):
        waits.append(seconds)
        if len(waits) == 2:
            shop.clear_faults()

    monkeypatch.setattr(watching, "sleep", sleep)
    shop.faults({"action": "status", "args": {"code": 503}, "path": ".*/result"})
    done = midakit.good("watch", "1001", "--times", "3", "--every", "10", "--deadline", "1")
    assert waits[0] < waits[1]
    assert "503" in done.err
    assert "Control: " in done.out


def test_the_heading_names_test_goal_and_size(shop, mida_of_shop):
    """Two lines that say what one looks at."""
    first, second = heading(mida_of_shop.experiments.result(1001)).split("\n")
    assert first.startswith("Homepage headline (1001): live, day ")
    assert second.startswith("goal: Checkout started (event); ")


@pytest.fixture
def mida_of_shop(shop):
    """A client of the shop."""
    from midakit import Mida

    with Mida() as mida:
        yield mida


def test_a_lift_is_recomputed_from_the_counts(shop, midakit, monkeypatch):
    """The API rounds its own, which would stand beside a verdict that says another figure."""
    from midakit.sandbox.reports import figures as served

    monkeypatch.setattr(served, "lift", lambda *_: 77.0)
    control, treatment = midakit.good("result", "1001", "--json").json["variants"]
    assert treatment["improvement"] == 77.0
    rates = [one["conversions"] / one["visitors"] for one in (control, treatment)]
    true = 100 * (rates[1] / rates[0] - 1)
    [row] = rows(midakit.good("result", "1001", "--csv").out)[1:]
    assert float(row["lift"]) == pytest.approx(true)
    assert float(row["improvement"]) == 77.0
    for words, said in (
        (("result", "1001"), f"{true:+.2f}%"),
        (("compare", "1001", "-s", US), f"{true:+.1f}%"),
        (("watch", "1001", "--times", "1"), f"({true:+.1f}%)"),
    ):
        out = midakit.good(*words).out
        assert said in out
        assert "77.0" not in out


def test_a_part_of_a_breakdown_has_its_own_lift(shop, midakit):
    """Against the Control of that part."""
    found = rows(midakit.good("result", "1001", "--breakdown-by", "device", "--csv").out)
    part = [row for row in found if row["breakdown"] == "desktop"]
    rates = [int(row["conversions"]) / int(row["visitors"]) for row in part]
    assert float(part[1]["lift"]) == pytest.approx(100 * (rates[1] / rates[0] - 1))
    assert part[0]["lift"] == ""


def test_a_report_about_nothing_is_no_page(shop, home, midakit):
    """An unknown id alone fails like any other command; beside a known one it is said on stderr."""
    done = midakit("report", "9999")
    assert done.code == 1
    assert "404" in done.err
    assert "`midakit experiments list`" in done.err
    assert not list(home.glob("*.html"))
    done = midakit("report", "1001", "9999", "-o", "both.html")
    assert done.code == 3
    assert "experiment 9999 is not in it: " in done.err
    assert "Homepage headline" in (home / "both.html").read_text()


def test_metrics_use_the_nickname_where_the_answer_has_one():
    """The contract promises none; an answer that carries one is taken at its word."""
    row = {"total": 100, "result_1": 10}
    sent = {
        "metric_definitions": [{"metric_number": 1, "metric_key": "x", "name": "X"}],
        "metrics": [{"variant_id": "0", **row}, {"variant_id": "1", "nickname": "Bold", **row}],
    }
    answer = loads(Metrics, json.dumps(sent).encode())
    assert [one["name"] for one in metric_rows(answer)] == ["Control", "Bold"]
