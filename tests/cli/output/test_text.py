"""Text and figures as a terminal and a spreadsheet read them."""

import json

from midakit.cli.output.text import raw, shown
from midakit.core.printable import printable
from support.answering import answering


def test_server_text_cannot_command_the_terminal(shop, midakit):
    """Escapes, line breaks and writing directions in a name are spelled out."""
    name = "x\x1b]0;pwned\x07\n\u202eevil"
    midakit.good("goals", "create", name, "event", "e")
    text = midakit.good("goals", "list").out
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "pwned" in text
    assert "\x1b" not in midakit.good("goals", "list", "--json").out
    assert printable("a\x9bb") == "a\\u009bb"


def test_an_error_cannot_command_the_terminal_either(home, midakit, monkeypatch):
    """What a server says in a refusal is spelled out too."""
    monkeypatch.setenv("MIDA_API_KEY", "k")
    with answering(400, json.dumps({"error": "bad\x1b[2J\u202e"}).encode()) as url:
        done = midakit("goals", "list", "--base-url", url, "--project", "p")
    assert done.code == 1
    assert "\x1b" not in done.err
    assert "\\u001b[2J" in done.err


def test_a_spreadsheet_runs_nothing(shop, midakit):
    """What begins like a formula is prefixed."""
    midakit.good("goals", "create", "=HYPERLINK(1)", "event", "e")
    assert "'=HYPERLINK(1)" in midakit.good("goals", "list", "--csv").out
    assert raw("-x") == "'-x"


def test_figures_read_as_people_write_them():
    """A chance is never certain, nothing is a dash, a lift has its sign."""
    assert shown(0.99999, "chance") == "> 99.9 %"
    assert shown(0.00001, "p_value") == "< 0.0001"
    assert shown(4.0, "lift") == "+4.0 %"
    assert shown(12.0, "amount") == "12"
    assert [shown(one, "text") for one in (None, "", [], False)] == ["-", "-", "-", "no"]
