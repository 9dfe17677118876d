"""What is printed fits its reader: a terminal, a pipe, a program, a file."""

import csv
import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from midakit.cli.output import listings as listing

LISTS = [
    ("experiments", "list"), ("projects", "list"), ("goals", "list"), ("events", "list"),
    ("metrics", "1001"), ("timeseries", "1001"), ("result", "1001"), ("calls",),
    ("compare", "1001", "-s", "mobile=device == mobile"), ("experiments", "split", "1001"),
]  # fmt: skip


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_json_and_csv_are_what_programs_read(words, shop, midakit):
    """JSON parses; CSV has a heading and rows as wide; neither holds a note."""
    found = midakit.good(*words, "--json").json
    assert found
    rows = list(csv.reader(io.StringIO(midakit.good(*words, "--csv").out)))
    assert len(rows) > 1
    assert {len(row) for row in rows} == {len(rows[0])}


def test_the_three_formats_agree(shop, midakit):
    """A person, a spreadsheet and a program read the same names and numbers."""
    data = midakit.good("goals", "list", "--json").json
    rows = list(csv.DictReader(io.StringIO(midakit.good("goals", "list", "--csv").out)))
    text = midakit.good("goals", "list").out
    assert [row["goal_key"] for row in rows] == [one["goal_key"] for one in data]
    assert all(one["goal_name"] in text for one in data)


def test_states_are_words_but_in_json(shop, midakit):
    """JSON is what the API sent."""
    rows = list(csv.DictReader(io.StringIO(midakit.good("experiments", "list", "--csv").out)))
    assert {row["status"] for row in rows} == {"live", "draft", "inactive"}
    assert {row["is_completed"] for row in rows} == {"false", "true"}
    assert {one["status"] for one in midakit.good("experiments", "list", "--json").json} == {
        0,
        1,
        9,
    }


def test_a_file_appears_whole_and_its_name_chooses_the_format(shop, home, midakit):
    """`-o x.csv` is CSV, `-o x.json` JSON, anything else the table; stdout stays empty."""
    for name, check in (("x.csv", "test_id,"), ("x.json", "["), ("x.txt", "  ID  NAME")):
        done = midakit.good("experiments", "list", "-o", name)
        assert done.out == ""
        assert f"wrote {name}" in done.err
        assert (home / name).read_text().startswith(check)
    assert sorted(one.name for one in home.iterdir() if one.is_file()) == [
        "x.csv",
        "x.json",
        "x.txt",
    ]


def test_a_command_that_fails_leaves_the_old_file(shop, home, midakit):
    """No half of an answer, no empty file."""
    (home / "x.json").write_text("old")
    assert midakit("result", "999", "-o", "x.json").code == 1
    assert (home / "x.json").read_text() == "old"
    assert len(list(home.iterdir())) == 1


def test_a_link_and_a_device_stay_what_they_are(shop, home, midakit):
    """The file behind a link is written; a device is written to and never replaced."""
    (home / "real.json").write_text("")
    (home / "link.json").symlink_to("real.json")
    midakit.good("goals", "list", "-o", "link.json")
    assert (home / "link.json").is_symlink()
    assert json.loads((home / "real.json").read_text())
    os.mkfifo(home / "pipe")
    reader = os.open(home / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    midakit.good("goals", "list", "--csv", "-o", "pipe")
    assert os.read(reader, 100).startswith(b"goal_profile_id")
    os.close(reader)
    assert stat.S_ISFIFO((home / "pipe").stat().st_mode)


def test_a_dash_is_stdout(shop, midakit):
    """`-o -` writes where no -o would."""
    assert midakit.good("goals", "list", "-o", "-").out == midakit.good("goals", "list").out


def test_a_folder_that_is_not_there_is_said_by_its_own_name(shop, midakit):
    """Not by that of a hidden file beside it."""
    done = midakit("goals", "list", "-o", "none/x.csv")
    assert done.code == 2
    assert "--output: none/x.csv cannot be written: No such file or directory" in done.err


@pytest.mark.parametrize("place", ["none/x.json", ".", "file/x.json"])
def test_an_output_that_cannot_be_is_refused_before_anything_is_changed(
    shop: Any, home: Path, midakit: Any, place: str
) -> None:
    """Code 2 says that nothing was done, so that who repeats the command makes no second goal."""
    (home / "file").touch()
    seen = len(shop.requests())
    done = midakit("goals", "create", "Cart", "pageview", "/cart", "-o", place)
    assert (done.code, len(shop.requests())) == (2, seen)
    assert f"--output: {place} cannot be written: " in done.err


@pytest.mark.parametrize("command", ["pull", "backup"])
def test_an_answer_that_is_no_table_is_refused_as_csv_before_anything_is_written(
    shop: Any, home: Path, midakit: Any, command: str
) -> None:
    """There is no folder after code 2."""
    assert midakit(command, "folder", "--csv").code == 2
    assert not (home / "folder").exists()


def test_a_page_makes_the_folder_of_its_output(shop: Any, home: Path, midakit: Any) -> None:
    """A report stands in one that was not there."""
    midakit.good("report", "1001", "-o", "weekly/report.html")
    assert (home / "weekly" / "report.html").exists()


def test_quiet_leaves_only_the_answer(shop, home, midakit):
    """No notes; of a change only the new id, ready for a variable."""
    (home / "test.yaml").write_text(midakit.good("experiments", "template").out)
    made = midakit.good("experiments", "create", "test.yaml", "--quiet")
    assert made.out.strip().isdigit()
    assert made.err == ""
    assert midakit.good("goals", "list", "-L", "2", "-q").err == ""
    assert "first 2 goals" in midakit.good("goals", "list", "-L", "2").err


def test_an_empty_listing_is_no_error(shop, midakit):
    """Nothing is [] for programs, a heading for spreadsheets, a note for people."""
    assert midakit.good("groups", "list", "--json").json == []
    assert midakit.good("groups", "list", "--csv").out == "group_id,name,members,description\n"
    empty = midakit.good("groups", "list")
    assert (empty.out, empty.err) == ("", "no exclusion groups\n")


def test_whoever_stops_reading_ends_it_quietly(shop):
    """`| head -1` gives exit code 141 and no traceback."""
    reader, writer = os.pipe()
    os.close(reader)
    import subprocess

    from support.commands import PROGRAM, environment

    done = subprocess.run(
        [*PROGRAM, "timeseries", "1001", "--csv"], env=environment(), stdout=writer,
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=600, check=False,
    )  # fmt: skip
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_closed_stdout_is_said(shop):
    """`>&-` is a mistake of the shell's line, and no bug of ours."""
    import subprocess

    from support.commands import PROGRAM, environment

    done = subprocess.run(
        ["bash", "-c", 'exec "$@" >&-', "-", *PROGRAM, "goals", "list"], env=environment(),
        stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"stdout is closed" in done.stderr


def test_a_listing_that_fails_midway_prints_no_half_of_it(shop, midakit, monkeypatch):
    """JSON is whole or not there; the command fails and says why."""
    monkeypatch.setattr(listing, "PAGE", 2)
    fault = {"action": "status", "args": {"code": 400}, "path": ".*/goals$", "skip": 1}
    shop.faults(fault)
    done = midakit("goals", "list", "--all", "--json")
    assert (done.code, done.out) == (1, "")
    assert "400" in done.err
    shop.clear_faults()
    assert len(midakit.good("goals", "list", "--all", "--json").json) > 2
