"""What cannot be undone asks first; `--yes` does not; without a person it is refused."""

import pytest

from support.commands import Terminal

DANGEROUS = {
    "experiments delete 1001": ("Homepage headline", "LIVE"),
    "experiments serve 1001 1": ("serves variant 1 of 1001 (Homepage headline)", "100 %"),
    "experiments rollout 1006 50": ("50 %",),
    "experiments stop-serving 1006": ("1006",),
    "projects delete SANDBOXxPROJECTxKEY002": ("agency.example.com", "live experiments"),
    "goals delete 101": ("Thank You Page", "stop counting"),
    "events delete 1": ("event 1",),
    "groups delete 42": ("group 42",),
    "comments delete 1001 7": ("comment 7",),
    "profile remove default": ("default",),
}


@pytest.fixture
def ready(shop, midakit):
    """With a group and a profile to delete."""
    midakit.good("groups", "create", "Checkout", "1001", "1002")
    midakit.good("login", "--project", shop.project_key, stdin=shop.api_key)
    return shop


def changes(shop):
    """Requests that would have changed something."""
    return [one for one in shop.requests() if one["method"] not in ("GET", "HEAD")]


@pytest.mark.parametrize("line", DANGEROUS)
def test_without_a_terminal_it_is_refused(line, ready, midakit):
    """Exit code 2, what it would do, and --yes; nothing was changed."""
    before = len(changes(ready))
    done = midakit(*line.split())
    assert done.code == 2, done
    for words in (*DANGEROUS[line], "--yes"):
        assert words in done.err
    assert len(changes(ready)) == before


@pytest.mark.parametrize("line", [one for one in DANGEROUS if not one.startswith("comments")])
def test_yes_does_not_ask(line, ready, midakit):
    """It is done, and said."""
    done = midakit.good(*line.split(), "-y")
    assert "[y/N]" not in done.err
    assert done.out


@pytest.mark.parametrize(
    ("keys", "code", "deleted"),
    [
        ("y\n", 0, True),
        ("n\n", 1, False),
        ("\n", 1, False),
        ("\x04", 1, False),
        ("\x03", 130, False),
    ],
    ids=["yes", "no", "enter", "ctrl-d", "ctrl-c"],
)
def test_a_person_is_asked(keys, code, deleted, ready):
    """Only a yes goes on; Enter, Ctrl-D and Ctrl-C change nothing, and say so."""
    with Terminal("goals", "delete", "101") as screen:
        screen.until(r"\[y/N\]")
        screen.type(keys)
        assert screen.end() == code
        assert ("deleted goal 101" in screen.text) == deleted
        assert ("nothing was changed" in screen.text) != deleted
    assert any(one["method"] == "DELETE" for one in changes(ready)) == deleted
