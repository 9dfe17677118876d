"""Where a setting comes from."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import ConfigurationError, Mida
from midakit.core.settings import (
    config_dir,
    from_keyring,
    parse_base_url,
    positive,
    read_profile,
    resolve,
)


@given(*[st.one_of(st.none(), st.text(min_size=1, max_size=5)) for _ in range(3)])
def test_argument_beats_environment_beats_profile_beats_default(argument, variable, stored):
    """The first source that has a value wins, and says its name."""
    found = resolve(
        "region",
        argument,
        variable="MIDA_REGION",
        env={} if variable is None else {"MIDA_REGION": variable},
        profile={} if stored is None else {"region": stored},
        default="us",
    )
    expected = next(value for value in (argument, variable, stored, "us") if value is not None)
    assert found.value == expected
    assert found.source == (
        "argument" if argument is not None
        else "environment variable MIDA_REGION" if variable is not None
        else "profile file" if stored is not None
        else "default"
    )  # fmt: skip


def test_an_empty_variable_is_no_value():
    """`MIDA_REGION=` in a shell means unset."""
    assert resolve("region", None, variable="X", env={"X": ""}, default="us").value == "us"


@pytest.mark.parametrize(
    ("platform", "env", "tail"),
    [("linux", {"XDG_CONFIG_HOME": "/c"}, "/c/midakit"), ("linux", {}, ".config/midakit"),
     ("darwin", {}, "Library/Application Support/midakit"), ("win32", {"APPDATA": "/a"}, "/a/midakit")],
)  # fmt: skip
def test_the_platform_says_where_the_profile_file_lies(platform, env, tail):
    """Each platform has its own place."""
    assert str(config_dir(env, platform)).endswith(tail)


def test_profiles_are_read_and_missing_ones_named(tmp_path):
    """A profile is a table; asking for one that is not there lists those that are."""
    path = tmp_path / "profiles.toml"
    path.write_text('[default]\nregion = "eu"\n[work]\napi_key = "k"\n')
    assert read_profile(None, path) == {"region": "eu"}
    assert read_profile("work", path) == {"api_key": "k"}
    with pytest.raises(ConfigurationError, match="default, work"):
        read_profile("home", path)
    path.write_text("not = [toml")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_profile(None, path)


def test_no_profile_file_is_fine_until_one_is_asked_for(tmp_path):
    """Without a file there are no settings; a named profile is then an error."""
    assert read_profile(None, tmp_path / "none.toml") == {}
    with pytest.raises(ConfigurationError, match="no profile file"):
        read_profile("work", tmp_path / "none.toml")


def test_a_key_may_live_in_the_keyring(monkeypatch):
    """`api_key = "keyring"` fetches it, and an empty keyring is an error that says so."""
    keyring = pytest.importorskip("keyring")
    stored = {("midakit", "work:api_key"): "secret-key"}
    monkeypatch.setattr(keyring, "get_password", lambda service, name: stored.get((service, name)))
    setting = resolve("api_key", None, env={}, profile={"api_key": "keyring"})
    assert from_keyring(setting, "work").value == "secret-key"
    with pytest.raises(ConfigurationError, match="log in again"):
        from_keyring(setting, "home")


def test_a_keyring_that_cannot_be_read_is_a_configuration_error(monkeypatch):
    """In a container or a cron job there may be none, and each backend has errors of its own."""
    keyring = pytest.importorskip("keyring")

    def locked(service, name):
        raise keyring.errors.NoKeyringError("No recommended backend\nwas available")

    monkeypatch.setattr(keyring, "get_password", locked)
    setting = resolve("api_key", None, env={}, profile={"api_key": "keyring"})
    with pytest.raises(ConfigurationError, match="No recommended backend was available") as caught:
        from_keyring(setting, "work")
    assert caught.value.setting == "api_key"


def test_v2_is_added_when_left_out():
    """Both spellings of a base URL mean the same."""
    assert parse_base_url("https://h/v2/", suffix="/v2") == parse_base_url(
        "https://h", suffix="/v2"
    )


@pytest.mark.parametrize(
    ("url", "why"),
    [("http://example.com", "https"), ("ftp://example.com", "not an http"), ("https://", "not an http"),
     ("https://u:p@h", "password"), ("https://h?x=1", "query"), ("https://h:port", "port"),
     ("htps://u:p@h", "password"), ("http://[::1/v2", "not a URL"), (5, "not a URL"), ("https://ho st", "host"),
     ("https://\xfc..com", "host"), ("https://h/a b", "percent"), ("https://h/gr\xf6\xdfe", "percent")],
)  # fmt: skip
def test_base_urls_that_would_harm_are_refused(url, why):
    """Plain http off loopback, credentials, queries and what no URL holds are turned away with the reason."""
    with pytest.raises(ConfigurationError, match=why) as caught:
        parse_base_url(url)
    assert "u:p" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"base_url": "http://h"}, "base_url (from argument): h needs https"),
     ({"project_key": 12}, "project_key: 12 is not text"),
     ({"retry": 3.0}, "retry: 3.0 is neither a Retry nor a number of attempts from 1 up"),
     ({"max_concurrency": 0.5}, "max_concurrency: 0.5 (from argument) is not a whole number from 1 up"),
     ({"max_concurrency": 2.5}, "max_concurrency: 2.5 (from argument) is not a whole number from 1 up"),
     ({"max_body": 0.5}, "max_body: 0.5 (from argument) is not a whole number from 1 up")],
)  # fmt: skip
def test_a_setting_that_cannot_work_is_named_when_the_client_is_made(options, said):
    """Not at the first call, and never by an error of Python's own or by waiting for ever."""
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        Mida("key", **{"project_key": "p", **options})


def test_a_base_url_says_which_variable_it_came_from(monkeypatch):
    """The name of the setting comes first, as with every other."""
    monkeypatch.setenv("MIDA_BASE_URL", "http://h")
    with pytest.raises(
        ConfigurationError, match=r"base_url \(from .* MIDA_BASE_URL\): h needs https"
    ):
        Mida("key", project_key="p")


@pytest.mark.parametrize("url", ["http://127.0.0.1:4010", "http://localhost", "http://[::1]:1"])
def test_loopback_may_use_http(url):
    """A sandbox on this machine needs no certificate."""
    assert parse_base_url(url)[0].scheme == "http"


@pytest.mark.parametrize("value", [0, -1, "abc", None, float("inf"), float("nan")])
def test_seconds_are_numbers_above_zero(value):
    """Nonsense is refused by name."""
    with pytest.raises(ConfigurationError, match="timeout"):
        positive("timeout", value)


def test_the_longest_answer_comes_from_the_environment_or_a_profile(tmp_path, monkeypatch):
    """An argument beats the variable, the variable the profile, and the profile 64 MiB."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("MIDA_MAX_BODY", raising=False)
    (tmp_path / "midakit").mkdir()
    (tmp_path / "midakit" / "profiles.toml").write_text("[wide]\nmax_body = 300\n")

    def longest(**options):
        with Mida("k", project_key="p", **options) as mida:
            return mida._options()["max_body"]

    assert longest() == 64 * 1024 * 1024
    assert longest(profile="wide") == 300
    monkeypatch.setenv("MIDA_MAX_BODY", "200")
    assert longest(profile="wide") == 200
    assert longest(profile="wide", max_body=100) == 100
    monkeypatch.setenv("MIDA_MAX_BODY", "much")
    with pytest.raises(ConfigurationError, match="'much'.*environment variable MIDA_MAX_BODY"):
        longest()
