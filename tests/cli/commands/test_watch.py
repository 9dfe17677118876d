"""A running test is watched: on a terminal, through a pipe, and past failures."""

import json

from midakit.cli.commands import watch as watching


def test_watching_through_a_pipe_is_a_line_an_answer(shop, midakit):
    """As text, or as JSON lines with the time."""
    line = midakit.good("watch", "1001", "--times", "1").out
    assert line.count("\n") == 1
    assert "Control: " in line
    found = json.loads(midakit.good("watch", "1001", "--times", "1", "--json").out)
    assert found["at"].endswith("Z")
    assert found["test_id"] == 1001


def test_watching_is_no_table_for_a_spreadsheet(shop, midakit):
    """--csv is refused, as a line of text for people is no CSV."""
    refused = midakit("watch", "1001", "--times", "1", "--csv")
    assert (refused.code, refused.out) == (2, "")
    assert "use --json" in refused.err


def test_watching_ends_when_the_test_does(shop, midakit):
    """A stopped test gives its last numbers and no question more."""
    midakit.good("experiments", "stop", "1001")
    done = midakit.good("watch", "1001")
    assert "inactive: no more data will arrive" in done.err


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
