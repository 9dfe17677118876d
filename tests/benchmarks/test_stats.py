"""The benchmark of the statistics: what it measures, and what it says where a peer is missing."""

import json
import sys

from benchmarks import stats as subject


def test_a_short_run_tells_a_row_for_every_comparison(monkeypatch, capsys):
    """Without gbstats its rows say why, and state no goal that nobody measured."""
    monkeypatch.setattr(subject, "find_spec", lambda name: name if name == "midakit" else None)
    arguments = ["stats", "--json", "--experiments", "20", "--rounds", "1"]
    monkeypatch.setattr(sys, "argv", arguments)
    subject.main()
    told = json.loads(capsys.readouterr().out)
    assert told["title"] == "Statistics"
    missing = [row for row in told["rows"] if row["against"] == "gbstats"]
    assert len(missing) == 6
    assert all("pip install" in row["why"] and row["at_least"] is None for row in missing)
    [own] = [row for row in told["rows"] if row["against"] == "midakit in pure Python"]
    assert own["ratios"][0] > 0
    assert "`stats.analyze` took" in told["note"]


def test_everyone_gets_the_same_experiments():
    """Drawn from a fixed seed, and possible."""
    once = subject.experiments(200)
    assert once == subject.experiments(200)
    assert all(0 <= a <= b and 0 <= c <= d for a, b, c, d in once)


def test_midakit_is_right_in_every_reference_case():
    """The figure beside the speed."""
    said = subject.right(peer=False)
    count = said.removeprefix("Of ").partition(" ")[0]
    assert said.endswith(f"midakit {count}.")
