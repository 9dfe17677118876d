"""`midakit doctor` says what is set, from where, and what the answers mean."""

import contextlib
import ssl
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from midakit.cli.commands.doctor import look
from midakit.cli.options import GlobalOptions
from midakit.cli.support.diagnosis import clock, meaning, verdict
from midakit.cli.support.ping import Probe
from midakit.mida.regions import BASE_URLS, Region
from support.answering import answering


@pytest.fixture
def regions(monkeypatch):
    """Put other addresses in the place of the regions."""
    monkeypatch.delenv("MIDA_BASE_URL", raising=False)

    def put(**urls):
        for name, url in urls.items():
            monkeypatch.setitem(BASE_URLS, Region(name), url)

    return put


def test_all_is_well_where_it_is(shop, midakit):
    """Exit code 0, each setting with its source, the key masked."""
    done = midakit.good("doctor")
    assert "No problems found." in done.out
    assert "MIDA_API_KEY" in done.out
    assert f"*** ({len(shop.api_key)} characters)" in done.out
    assert shop.api_key not in done.out + done.err
    assert midakit.good("doctor", "--json").json["problems"] == []


def test_every_setting_says_where_it_came_from(shop, midakit, monkeypatch):
    """Option, variable, profile, keyring or default."""
    midakit.good("login", "--project", shop.project_key, stdin=shop.api_key)
    monkeypatch.delenv("MIDA_API_KEY")
    found = midakit.good("doctor", "--project", shop.project_key, "--json").json["settings"]
    assert {one["setting"]: one["from"] for one in found} == {
        "profile": "profile file", "api_key": "profile file", "project_key": "argument",
        "region": "default", "base_url": "MIDA_BASE_URL", "max_body": "default",
    }  # fmt: skip


def test_nothing_set_is_a_list_of_what_to_do(home, midakit, regions):
    """A newcomer's machine; the regions are asked whether they can be reached."""
    with answering(401) as url:
        regions(us=url, eu=url)
        done = midakit("doctor")
    assert done.code == 1
    assert "api_key is not set: `midakit login`, or MIDA_API_KEY" in done.out
    assert "project_key is not set" in done.out
    assert done.out.count("can be reached") == 2


def test_a_key_of_the_other_region_is_found_there(shop, midakit, regions):
    """And the sentence says what to do about it."""
    with answering(401) as url:
        regions(us=url, eu=shop.base_url)
        done = midakit("doctor")
    assert done.code == 1
    assert "does not know this key (401)" in done.out
    assert "the key belongs to region eu, and calls go to us" in done.out.replace("\n", " ")
    assert "MIDA_REGION=eu" in done.out


def test_a_key_that_nobody_knows(shop, midakit, regions, monkeypatch):
    """Copy it again, or make a new one."""
    monkeypatch.setenv("MIDA_API_KEY", "unknown-key")
    regions(us=shop.base_url, eu=shop.base_url)
    done = midakit("doctor")
    assert "no region knows this key" in done.out
    assert "unknown-key" not in done.out


def test_a_wrong_project_is_told_from_a_wrong_key(shop, midakit, monkeypatch):
    """404 means that the key is good."""
    monkeypatch.setenv("MIDA_PROJECT_KEY", "nope")
    done = midakit("doctor")
    assert done.code == 1
    assert "knows the key, but not this project (404)" in done.out


def test_a_refusal_says_why(shop, midakit):
    """403 with the server's own words."""
    shop.faults({"action": "status", "args": {"code": 403}})
    done = midakit("doctor")
    shop.clear_faults()
    assert done.code == 1
    assert "knows the key, but refuses (403)" in done.out


def test_a_certificate_nobody_trusts_points_at_the_companys_proxy(home, midakit, monkeypatch):
    """SSL_CERT_FILE is the way out, and it works."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    monkeypatch.setenv("MIDA_API_KEY", "k")
    monkeypatch.setenv("MIDA_PROJECT_KEY", "p")
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    with answering(401, context=context) as url, fresh_tls():
        done = midakit("doctor", "--base-url", url)
    assert done.code == 1
    assert "SSL_CERT_FILE" in done.out
    assert "company proxy" in done.out.replace("\n", " ")


def test_a_certificate_of_yesterday_points_at_the_clock(home, midakit, monkeypatch):
    """Out of date, or this machine is."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    past = datetime.now(UTC) - timedelta(days=1)
    authority.issue_cert(
        "localhost", not_before=past - timedelta(days=9), not_after=past
    ).configure_cert(context)
    place = home / "ca.pem"
    authority.cert_pem.write_to_path(place)
    monkeypatch.setenv("SSL_CERT_FILE", str(place))
    monkeypatch.setenv("MIDA_API_KEY", "k")
    monkeypatch.setenv("MIDA_PROJECT_KEY", "p")
    with answering(401, context=context) as url, fresh_tls():
        done = midakit("doctor", "--base-url", url)
    assert "this machine's clock right?" in done.out.replace("\n", " ")


@contextlib.contextmanager
def fresh_tls():
    """The TLS context is made once a process; here it is made anew before and after."""
    from midakit.core.wire.tls import shared_context

    shared_context.cache_clear()
    try:
        yield
    finally:
        shared_context.cache_clear()


def test_a_clock_that_is_off_is_noticed(home, midakit, monkeypatch):
    """By more than a minute, in either direction."""
    monkeypatch.setenv("MIDA_API_KEY", "k")
    monkeypatch.setenv("MIDA_PROJECT_KEY", "p")
    away = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    with answering(401, Date=away) as url:
        done = midakit("doctor", "--base-url", url)
    assert "s behind the server's: correct it" in done.out.replace("\n", " ")
    assert clock([Probe("us", "u", 200, skew=3.0)]) is None
    assert "ahead of" in (clock([Probe("us", "u", 200, skew=300.0)]) or "")


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (302, b"", "a login page of the network"),
        (200, b"<html>Welcome to the hotel</html>", "a login page of the network"),
        (503, b"{}", "the server fails (503)"),
    ],
)
def test_an_address_that_is_not_mida_is_recognized(status, body, words, home, midakit, monkeypatch):
    """A hotel's page answers 200 to everything; that is no yes."""
    monkeypatch.setenv("MIDA_API_KEY", "k")
    monkeypatch.setenv("MIDA_PROJECT_KEY", "p")
    with answering(status, body, Location="http://hotel.example/") as url:
        done = midakit("doctor", "--base-url", url)
    assert done.code == 1
    assert words in done.out.replace("\n", " ")


def test_a_silent_server_does_not_hold_the_doctor(shop, midakit, monkeypatch):
    """Patience ends; here after half a second."""
    monkeypatch.setattr("midakit.cli.support.ping.PATIENCE", 0.5)
    shop.faults({"action": "hang"})
    began = time.monotonic()
    done = midakit("doctor")
    shop.clear_faults()
    assert done.code == 1
    assert "a firewall, or a proxy is needed" in done.out.replace("\n", " ")
    assert time.monotonic() - began < 120


def test_a_proxys_password_is_not_shown(home, midakit, monkeypatch):
    """The proxy is, and that it could not be reached."""
    monkeypatch.setenv("HTTPS_PROXY", "http://ann:hunter2-secret@127.0.0.1:9")
    monkeypatch.setenv("MIDA_API_KEY", "k")
    done = midakit("doctor", "--base-url", "https://mida.invalid")
    assert "ann:***@127.0.0.1:9" in done.out
    assert "hunter2-secret" not in done.out + done.err


def test_a_broken_profile_file_is_a_finding_and_not_the_end(shop, home, midakit):
    """The rest is still told."""
    place = home / "config/midakit/profiles.toml"
    place.parent.mkdir(parents=True)
    place.write_text("[default\n")
    done = midakit("doctor")
    assert done.code == 1
    assert "cannot be read" in done.out
    assert "knows the key" in done.out


@pytest.mark.parametrize("setting", ["api_key", "project_key", "region", "base_url"])
@pytest.mark.parametrize("value", ["8061", '["8061"]'])
def test_a_setting_that_is_no_text_is_a_finding_and_not_the_end(
    home: Path, setting: str, value: str
) -> None:
    """A profile that was written by hand is named by its setting; the value may be a key."""
    place = home / "config/midakit/profiles.toml"
    place.parent.mkdir(parents=True)
    place.write_text(f"[default]\n{setting} = {value}\n")
    found = look(GlobalOptions())
    assert f"{setting}: its value in the profile is not text" in found.problems
    assert "8061" not in str(found)


def test_the_name_of_the_current_profile_may_be_no_text(home: Path, midakit: Any) -> None:
    """It is named like one that is not there."""
    place = home / "config" / "midakit"
    place.mkdir(parents=True)
    (place / "profiles.toml").write_text('current = ["work"]\n')
    for words in (("goals", "list"), ("profile", "show"), ("logout",)):
        done = midakit(*words)
        assert done.code == 1
        assert "unexpected" not in done.err


def test_a_keyring_that_lost_the_key_is_a_finding(shop, home, midakit, monkeypatch):
    """The profile points at the keyring, and the keyring has nothing."""
    place = home / "config/midakit/profiles.toml"
    place.parent.mkdir(parents=True)
    place.write_text(f'[default]\napi_key = "keyring"\nproject_key = "{shop.project_key}"\n')
    monkeypatch.delenv("MIDA_API_KEY")
    done = midakit("doctor")
    assert done.code == 1
    assert "api_key:" in done.out


def test_what_each_answer_means():
    """Pure: one line an answer, in the user's terms."""

    def said(status, message="", *, project="p", keyed=True):
        return meaning(Probe("us", "u", status, message), project=project, keyed=keyed)

    assert said(200) == ("ok", "knows the key")
    assert said(401, keyed=False) == ("ok", "can be reached")
    assert said(404, project=None)[0] == "warning"
    assert "another project" in said(401, "it does not belong here")[1]
    assert "cannot be resolved" in said(None, "[Errno -2] Name or service not known")[1]
    assert "firewall" in said(None, "connection refused")[1]
    assert "proxy" in said(None, "407 Proxy Authentication Required")[1]
    assert "cannot be reached" in said(None, "Network is unreachable")[1]
    for address in (
        "http://127.0.0.1:40721",
        "https://tls-proxy.example",
    ):  # its parts are no hints
        assert "a firewall, or a proxy" in said(None, f"GET {address}: no answer in time")[1]
    assert said(418, "teapot")[1] == "418: teapot"


def test_the_verdict_speaks_of_the_place_that_calls_go_to():
    """Another that works is named; all silent is said once."""
    yes, no = Probe("eu", "u", 200), Probe("us", "u", 401)
    silent = {name: Probe(name, "u", None, "refused") for name in ("us", "eu")}
    assert verdict({"us": no, "eu": yes}, "eu", project="p") == []
    assert "login --region eu" in verdict({"us": no, "eu": yes}, "us", project="p")[0]
    assert verdict({"us": no, "eu": yes}, "auto", project="p") != []
    assert verdict(silent, "us", project="p") == [
        "no address can be reached from here; the lines above say why"
    ]


def test_the_transport_is_told_with_its_reason(shop, midakit, monkeypatch):
    """Our own where it can serve; httpx behind a proxy."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    found = midakit.good("doctor", "--json").json["environment"]["transport"]
    assert found == "own (no proxy, mock or trio)"
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    found = midakit("doctor", "--json").json["environment"]["transport"]
    assert found == "httpx (the environment names a proxy)"
