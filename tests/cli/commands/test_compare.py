"""Segments stand side by side."""

import csv
import io
import re

from support.commands import Terminal

US, MOBILE = "us=country == US", "mobile=device == mobile"


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


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
