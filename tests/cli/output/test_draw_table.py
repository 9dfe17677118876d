"""Tables fit the terminal, and color it only where somebody wants that."""

import pytest

from midakit.cli.output.side_by_side import aligned
from midakit.cli.output.tables import Column, fit
from support.commands import Terminal, process

LISTS = (("experiments", "list"), ("goals", "list"), ("metrics", "1001"), ("doctor",))


@pytest.mark.parametrize(
    ("columns", "commands"),
    [(60, LISTS), (80, LISTS[::3]), (140, LISTS[::2])],
    ids=["60", "80", "140"],
)
def test_tables_fit_the_terminal(shop, columns, commands):
    """No line is wider than the screen, ids and figures stay, and what had no room is named."""
    for words in commands:
        with Terminal(*words, columns=columns) as screen:
            assert screen.end() == 0
            wide = [line for line in screen.lines if len(line) > columns]
            assert not wide
            if words == ("experiments", "list"):
                assert "1001" in screen.text
                assert ("hidden (narrow terminal)" in screen.text) == (columns < 140)
            if words == ("doctor",):
                assert "MIDA_PROJECT_KEY" in screen.text


def test_colors_are_for_terminals_that_want_them(shop):
    """A terminal gets them; NO_COLOR, --no-color and a pipe do not."""
    with Terminal("experiments", "list") as screen:
        screen.end()
        assert "\x1b[32m" in screen.seen
    for words, more in ((("--no-color",), {}), ((), {"NO_COLOR": "1"})):
        with Terminal("experiments", "list", *words, **more) as screen:
            screen.end()
            assert "\x1b[3" not in screen.seen
    with Terminal("--no-color", "goals", "--help") as screen:
        screen.end()
        assert "\x1b[3" not in screen.seen
    assert "\x1b" not in process("experiments", "list").out


def test_a_poor_terminal_gets_poorer_signs_and_no_crash(shop):
    """Where there is no Unicode, characters get a stand-in; JSON stays JSON."""
    done = process("experiments", "show", "1001", PYTHONIOENCODING="ascii")
    assert done.code == 0, done.err
    assert "Variant 1 - Benefit headline" in done.out
    found = process("experiments", "show", "1001", "--json", PYTHONIOENCODING="latin-1")
    assert "\\u2014" in found.out
    assert "Variant 1 — Benefit headline" in {one["name"] for one in found.json["variants"]}


def test_numbers_stand_on_the_right(shop, midakit):
    """In every table, and in each part of a cell that holds several figures."""
    lines = midakit.good("result", "1001").out.splitlines()
    head = next(line for line in lines if "VISITORS" in line)
    end = head.index("VISITORS") + len("VISITORS")
    rows = lines[lines.index(head) + 1 :][:2]
    assert all(row[end - 1].isdigit() and row[end] == " " for row in rows)
    assert aligned([("1,194", "", ""), ("4.92%", "", ""), ("15.12%", "+4.1%", "▲")]) == [
        " 1,194", " 4.92%", "15.12% +4.1% ▲",
    ]  # fmt: skip


def test_a_narrow_table_drops_columns_in_their_order():
    """The highest `drop` goes first, cut columns shrink, what is left gets the room."""
    columns = (Column("a", "A"), Column("b", "B", cut=5), Column("c", "C", drop=1))
    assert fit(columns, [4, 20, 6], None) == {0: 4, 1: 20, 2: 6}
    assert fit(columns, [4, 20, 6], 25) == {0: 4, 1: 11, 2: 6}
    assert fit(columns, [4, 20, 6], 16) == {0: 4, 1: 10}
