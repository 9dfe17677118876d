"""The profile file is its owner's alone, and never half written."""

import tomllib

import pytest

from midakit.cli.support import profile_store


def login(midakit, shop, *words, key=None):
    return midakit("login", "--project", shop.project_key, *words, stdin=key or shop.api_key)


def stored(home):
    return tomllib.loads((home / "config/midakit/profiles.toml").read_text())


def test_others_are_warned_of(shop, home, midakit):
    """doctor says how to close a file that others can read."""
    login(midakit, shop)
    place = home / "config/midakit/profiles.toml"
    place.chmod(0o644)
    assert f"chmod 600 {place}" in midakit("doctor").out
    login(midakit, shop)
    assert not profile_store.readable_by_others(place)


def test_the_file_is_never_half_written(home, monkeypatch):
    """When the disk is full the old profiles are still there, and nothing lies beside them."""
    profile_store.write({"one": {"api_key": "k"}})
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        profile_store.write({"two": {"api_key": "k"}})
    assert list(stored(home)) == ["one"]
    assert [one.name for one in (home / "config/midakit").iterdir()] == ["profiles.toml"]
