"""Words that only the account knows."""

import json
import os
import re
import stat
import subprocess
import sys
from types import SimpleNamespace

import pytest

from midakit.cli.completion import values
from midakit.cli.completion.complete import complete
from support.commands import environment


@pytest.fixture
def cache(home, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    return home / "cache" / "midakit" / "completion"


def test_ids_are_asked_for_once_and_kept(shop, cache, monkeypatch):
    """The second Tab asks nobody; after the time it is asked again, and a dead server leaves the old words."""
    first = list(complete(["result", ""]))
    assert first[0] == "1001\tHomepage headline"
    assert len(first) == 11
    monkeypatch.setattr(values, "_listed", lambda *_: pytest.fail("asked again"))
    assert list(complete(["result", "10"])) == first[:-1]
    [kept] = cache.iterdir()
    os.utime(kept, (0, 0))
    asked = []

    def dead(source, _):
        asked.append(source)
        raise OSError("no network")

    monkeypatch.setattr(values, "_listed", dead)
    assert list(complete(["result", ""])) == first
    assert asked == ["experiments"]


def test_every_source_has_words(shop, cache, midakit):
    """Ids and keys of what the account has, each with its name."""
    midakit.good("groups", "create", "Checkout", "1001", "1002")
    [group] = complete(["groups", "delete", ""])
    assert group.endswith("\tCheckout")
    assert "101\tThank You Page" in list(complete(["goals", "show", ""]))
    assert "cta_click\tCTA Click" in list(complete(["result", "1001", "--goal", ""]))
    assert f"{shop.project_key}\tshop.example.com" in list(complete(["projects", "show", ""]))


def test_another_account_has_words_of_its_own(shop, cache):
    """A profile, a project or an address that is typed or set chooses them."""
    list(complete(["result", ""]))
    list(complete(["--project", "SANDBOXxPROJECTxKEY002", "result", ""]))
    list(complete(["--project=SANDBOXxPROJECTxKEY002", "result", ""]))
    assert len(list(cache.iterdir())) == 2


def test_no_key_is_kept_and_others_cannot_read(shop, cache):
    """The folder and its files are the user's own; neither names nor contents hold the key."""
    for source in ("result", "goals", "projects"):
        list(complete([source, "show", ""]))
    found = list(cache.iterdir())
    assert found
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    for file in found:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert shop.api_key not in file.read_text() + file.name


def test_a_word_that_a_shell_would_run_is_not_offered():
    """Names come from a server: no quote, space, dollar or line break reaches a command line."""
    evil = ["$(rm -rf ~)", "a b", "a;b", "`x`", "a'b", "line\nbreak", "", None, "-rf*"]
    rows = [SimpleNamespace(key=key, name="n\x1b[31m") for key in [*evil, "cta_click", "a.b:c-d"]]
    found = list(values.offered(rows, "key", "name"))
    assert [one.word for one in found] == ["cta_click", "a.b:c-d"]
    assert not re.search("[\x00-\x1f]", found[0].told)


def test_a_tab_without_settings_is_silent(home, cache):
    """No key, no project: nothing offered, nothing printed to stderr."""
    done = subprocess.run(
        [sys.executable, "-m", "midakit.cli", "__complete", "result", ""], env=environment(),
        capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_broken_file_of_kept_words_is_written_anew(shop, cache):
    """Half a file is none."""
    list(complete(["result", ""]))
    [kept] = cache.iterdir()
    kept.write_text('[["1001"')
    assert len(list(complete(["result", ""]))) == 11
    assert json.loads(kept.read_text())


def test_a_tab_imports_no_parser(home):
    """Each one starts a process: what is known needs neither the parser nor a client."""
    seen = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "midakit.cli", "__complete", "result", "--ph"],
        env=environment(), capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    assert seen.stdout.startswith("--phase\t")
    loaded = {line.rpartition("|")[2].strip() for line in seen.stderr.splitlines()}
    assert not loaded & {"cyclopts", "rich", "httpx", "msgspec", "attr", "midakit.core.settings"}
