"""Profiles are switched, shown and forgotten; none shows a key."""

import tomllib


def login(midakit, shop, *words, key=None):
    return midakit("login", "--project", shop.project_key, *words, stdin=key or shop.api_key)


def stored(home):
    return tomllib.loads((home / "config/midakit/profiles.toml").read_text())


def test_profiles_are_switched_shown_and_forgotten(shop, home, midakit, monkeypatch):
    """The last login is the current one; `use` changes it; removing forgets the key."""
    for name in ("one", "two"):
        login(midakit, shop, "--profile", name)
    rows = midakit.good("profile", "list", "--json").json
    assert {row["profile"]: row["current"] for row in rows} == {"one": False, "two": True}
    midakit.good("profile", "use", "one")
    assert midakit.good("profile", "show", "--json").json["profile"] == "one"
    monkeypatch.setenv("MIDA_PROFILE", "two")
    assert midakit.good("profile", "show", "--json").json["profile"] == "two"
    monkeypatch.delenv("MIDA_PROFILE")
    midakit.good("profile", "remove", "one", "--yes")
    assert list(stored(home)) == ["two"]
    missing = midakit("profile", "use", "three")
    assert missing.code == 1
    assert "it has: two" in missing.err
