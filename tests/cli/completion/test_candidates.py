"""What may stand next, decided from the tree of commands."""

import json

import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from midakit.cli.completion.candidates import given, joined, wanted
from midakit.cli.completion.complete import TREE
from support.command_reference import entries, global_options

KNOWN = json.loads(TREE.read_text(encoding="utf-8"))


def words(*typed):
    return [one.word for one in wanted(KNOWN, typed).words]


@pytest.mark.parametrize("entry", entries(), ids=lambda entry: entry.name)
def test_every_command_and_option_is_offered(entry):
    """Whatever its help shows, beside the options that every command takes."""
    *above, last = entry.words[1:]
    assert last in words(*above, "")
    if last == "sandbox":
        assert {"--port", "--visitors"} <= set(words("sandbox", "--"))
        return
    shared = {name for one in global_options() for name in one.names} | {"--help", "--version"}
    own = {name for one in entry.arguments for name in one.names if name.startswith("-")}
    assert set(words(*above, last, "-")) == own | shared
    for one in entry.arguments:
        if one.choices and one.names[0].startswith("--"):
            assert set(words(*above, last, one.names[0], "")) == set(one.choices)


@pytest.mark.parametrize(
    ("typed", "source"),
    [
        (("result", ""), "experiments"),
        (("report", "1", "2", ""), "experiments"),
        (("experiments", "update", "1", ""), "files"),
        (("goals", "delete", ""), "goals"),
        (("result", "1", "--goal", ""), "goal_keys"),
        (("export", "out", "--test", ""), "experiments"),
        (("groups", "add", ""), "groups"),
        (("groups", "add", "7", "1", ""), "experiments"),
        (("profile", "remove", ""), "profiles"),
        (("projects", "show", ""), "projects"),
        (("projects", "create", ""), ""),
        (("result", "1", "--output", ""), "files"),
        (("sandbox", "serve", "--import", ""), "files"),
        (("result", "1", ""), ""),
    ],
)
def test_a_value_comes_from_where_it_is_known(typed, source):
    """Ids from the account, profiles from their file, files from the shell."""
    assert wanted(KNOWN, typed).source == source


def test_options_do_not_move_arguments():
    """A flag, a value of an option, and a value after `=` are no arguments; what follows is."""
    for before in (("--json",), ("--region", "eu"), ("--region=eu",), ("-q",)):
        assert wanted(KNOWN, (*before, "result", "")).source == "experiments"
        assert wanted(KNOWN, ("result", *before, "")).source == "experiments"
    assert words("result", "--json=") == []
    assert words("--region=") == ["us", "eu", "auto"]
    assert wanted(KNOWN, ["--region=e"]).before == "--region="


def test_words_that_bash_cut_are_put_together():
    """It cuts at `=`, also within a value that holds one."""
    assert joined(["result", "--region", "=", "e"]) == ["result", "--region=e"]
    assert joined(["-s", "a", "=", "b"]) == ["-s", "a", "=", "b"]
    assert given(["--profile", "shop", "result"], "--profile") == "shop"
    assert given(["--profile", "=", "shop"], "--profile") == "shop"
    assert given(["result", "--profile"], "--profile") is None


@each(
    st.lists(
        st.sampled_from(["result", "experiments", "start", "--goal", "-s", "=", "--", "x", ""])
        | st.text()
    )
)
def test_whatever_is_typed_something_is_decided(typed):
    """No line makes it fail."""
    assert isinstance(wanted(KNOWN, typed).words, tuple)
