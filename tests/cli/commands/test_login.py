"""Logging in keeps a key where only its owner can read it, and shows it to nobody."""

import stat
import tomllib

import keyring
import pytest

from midakit import Mida
from midakit.mida.regions import BASE_URLS, Region
from support.commands import Terminal


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1
    name = "test ring"

    def __init__(self, *, broken=False):
        self.held = {}
        self.broken = broken

    def get_password(self, service, username):
        return self.held.get((service, username))

    def set_password(self, service, username, password):
        if self.broken:
            raise RuntimeError("locked")
        self.held[service, username] = password

    def delete_password(self, service, username):
        del self.held[service, username]


@pytest.fixture
def ring(monkeypatch):
    """The system's keyring, for this test."""
    found = Ring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", found)
    return found


def login(midakit, shop, *words, key=None):
    return midakit("login", "--project", shop.project_key, *words, stdin=key or shop.api_key)


def stored(home):
    return tomllib.loads((home / "config/midakit/profiles.toml").read_text())


def test_a_key_without_a_keyring_lies_in_a_file_that_only_its_owner_reads(shop, home, midakit):
    """Mode 0600 in a folder of 0700; the next command needs nothing more."""
    done = login(midakit, shop)
    assert done.code == 0, done
    place = home / "config/midakit/profiles.toml"
    assert str(place) in done.out
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert shop.api_key not in done.out + done.err
    assert stored(home)["default"]["api_key"] == shop.api_key


def test_a_login_is_all_that_commands_need(shop, home, midakit, monkeypatch):
    """Without any variable the profile leads to the account, for programs too."""
    login(midakit, shop)
    for name in ("MIDA_API_KEY", "MIDA_PROJECT_KEY", "MIDA_BASE_URL"):
        monkeypatch.delenv(name)
    assert "Homepage headline" in midakit.good("experiments", "list").out
    with Mida() as mida:
        assert mida.goals.list().collect()


def test_a_keyring_that_works_holds_the_key(shop, home, ring, midakit, monkeypatch):
    """The file then says only where to look; logging out empties the keyring."""
    done = login(midakit, shop, "--profile", "work")
    assert "test ring" in done.out
    assert stored(home)["work"]["api_key"] == "keyring"
    assert ring.held == {("midakit", "work:api_key"): shop.api_key}
    monkeypatch.delenv("MIDA_API_KEY")
    assert midakit.good("goals", "list").out
    assert "in the keyring" in midakit.good("profile", "list").out
    midakit.good("logout")
    assert ring.held == {}
    assert "work" not in stored(home)


def test_a_keyring_that_fails_is_no_obstacle(shop, home, ring, midakit):
    """Locked, cancelled or broken: the file takes the key, and it is said where it is."""
    ring.broken = True
    done = login(midakit, shop)
    assert "which only you can read" in done.out
    assert stored(home)["default"]["api_key"] == shop.api_key


def test_a_key_that_moves_to_the_file_leaves_the_keyring(shop, home, ring, midakit):
    """Logging out finds the key of the file alone."""
    login(midakit, shop)
    assert ring.held
    login(midakit, shop, "--plain")
    assert ring.held == {}


def test_a_profile_file_that_is_broken_keeps_no_key_in_the_keyring(shop, home, ring, midakit):
    """Nothing is stored where the profile cannot be."""
    place = home / "config/midakit/profiles.toml"
    place.parent.mkdir(parents=True)
    place.write_text("[broken")
    assert login(midakit, shop).code == 1
    assert ring.held == {}


def test_plain_leaves_the_keyring_alone(shop, home, ring, midakit):
    """--plain is the file."""
    login(midakit, shop, "--plain")
    assert ring.held == {}
    assert stored(home)["default"]["api_key"] == shop.api_key


def test_the_region_that_knows_the_key_is_found(shop, home, midakit, monkeypatch):
    """Both are asked; the one that says yes is kept."""
    monkeypatch.delenv("MIDA_BASE_URL")
    monkeypatch.setitem(BASE_URLS, Region.US, "http://127.0.0.1:9/v2")
    monkeypatch.setitem(BASE_URLS, Region.EU, shop.base_url)
    done = login(midakit, shop)
    assert "region eu" in done.out, done
    assert stored(home)["default"]["region"] == "eu"


def test_a_wrong_key_is_not_kept(shop, home, midakit):
    """Each place says why, and --no-check keeps it all the same."""
    done = login(midakit, shop, key="not-the-key")
    assert done.code == 1
    assert "nothing was stored" in done.err
    assert "does not know this key (401)" in done.err
    assert "not-the-key" not in done.err
    assert not (home / "config").exists()
    assert login(midakit, shop, "--no-check", key="not-the-key").code == 0
    assert stored(home)["default"]["api_key"] == "not-the-key"


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("", "nothing was given"),
        ("SANDBOXxPROJECTxKEY001", "the API key is a different one"),
        ("k\u00e9y", "contains a character that a key cannot have"),
        ("two words", "contains a character that a key cannot have"),
    ],
)
def test_what_is_no_key_is_refused(key, words, shop, home, midakit):
    """Nothing, the other key, and what a bad copy leaves."""
    done = login(midakit, shop, key=key or "\n")
    assert done.code == 2
    assert words in done.err


def test_variables_that_win_are_named(shop, midakit):
    """Whoever logs in and still talks to another account learns why."""
    done = login(midakit, shop)
    assert "MIDA_API_KEY is set in this shell and overrides the profile" in done.err


@pytest.mark.parametrize("name", ["current", "a b", "../up", "x" * 80])
def test_a_profile_has_a_name_that_fits_the_file(name, shop, midakit):
    """Other names are refused before a key is asked for."""
    done = login(midakit, shop, "--profile", name)
    assert done.code == 2
    assert f"profile: {name!r} is not a valid name" in done.err


def test_a_key_is_typed_unseen(shop, home):
    """At a terminal neither the prompt nor the answer shows it."""
    with Terminal("login", MIDA_PROJECT_KEY="") as screen:
        screen.until("API key")
        screen.type(f"{shop.api_key}\n")
        screen.until("Project key")
        screen.type(f"{shop.project_key}\n")
        assert screen.end() == 0
        assert shop.api_key not in screen.seen
        assert shop.project_key in screen.seen


@pytest.mark.parametrize(("key", "code"), [("\x03", 130), ("\x04", 2)], ids=["ctrl-c", "ctrl-d"])
def test_whoever_does_not_want_to_log_in_can_leave(key, code, shop, home):
    """Ctrl-C and Ctrl-D end it without a trace."""
    with Terminal("login") as screen:
        screen.until("API key")
        screen.type(key)
        assert screen.end() == code
        assert "Traceback" not in screen.text
    assert not (home / "config").exists()
