"""Results, series, comparisons and watching, with what statistics make of them."""

import csv
import io

import pytest

US, MOBILE = "us=country == US", "mobile=device == mobile"


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_a_result_shows_counts_statistics_and_a_verdict(shop, midakit):
    """Variants by the names people gave them, Control first; the verdict gives its reasons."""
    text = midakit.good("result", "1001").out
    assert text.startswith("Homepage headline (1001): live")
    assert text.index("Control") < text.index("Benefit headline")
    assert "Keep running" in text
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
        (("result", "1001"), f"{true:+.1f} %"),
        (("compare", "1001", "-s", US), f"{true:+.1f} %"),
        (("watch", "1001", "--times", "1"), f"({true:+.1f} %)"),
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


def test_a_verdict_is_about_what_was_asked(shop, midakit):
    """Metric, planned end and guardrails reach the statistics of `result` and of `report`."""
    words = ("1005", "--metric", "rpv", "--horizon", "900000", "--guardrail", "conversion=0.03")
    analysis = midakit.good("result", *words, "--json").json["analysis"]
    assert analysis["method"]["metric"] == "rpv"
    assert analysis["method"]["horizon"]["visitors"] == 900_000
    assert {one["metric"] for one in analysis["verdict"]["guardrails"]} == {"conversion"}
    assert "The planned end is" in midakit.good("result", *words).out
    page = midakit.good("report", *words, "--terminal").out
    assert "The planned end is" in " ".join(page.split())
    refused = midakit("result", "1005", "--min-effect", "5")
    assert refused.code == 2
    assert "--min-effect" in refused.err
