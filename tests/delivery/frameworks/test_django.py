"""The Django middleware and template tags, by WSGI and by ASGI, over a socket."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

pytest.importorskip("django")
SITE = Path(__file__).with_name("django_site.py")


@pytest.fixture(params=["wsgi", "asgi"])
def site(request, sandbox):
    words = [sys.executable, SITE, sandbox.url, sandbox.project_key, request.param]
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield process, process.stdout.readline().strip()
        process.kill()
        process.stdout.close()


def test_views_and_templates_know_the_visitor(site, sandbox):
    """One visitor: one cookie, one variant in view and template, one entry; events are sent at the end."""
    process, url = site
    entered = len(sandbox.state.visits.assignments)
    with httpx.Client(timeout=60) as browser:
        first = browser.get(url)
        assert first.status_code == 200, first.text
        visitor, in_view, in_template, dark = first.text.split("|")
        assert browser.cookies["mida_visitor"] == visitor
        assert "HttpOnly" in first.headers["set-cookie"]
        assert in_view == in_template != ""
        assert dark == "True"
        assert browser.get(url).text == first.text
        assert "set-cookie" not in browser.get(url).headers
        assert browser.get(f"{url}/buy").text == "True"
    assert len(sandbox.state.visits.assignments) == entered + 1
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    sent = [one for one in sandbox.requests() if one["path"] == "/experiment/event"]
    assert visitor in sent[0]["body"]


def test_who_is_logged_in_needs_no_cookie(site):
    """`visitor_of` and `may_remember` of the settings decide."""
    _, url = site
    known = httpx.get(url, headers={"x-user": "user-42"}, timeout=60)
    assert known.text.startswith("user-42|")
    assert "set-cookie" not in known.headers
    assert "set-cookie" not in httpx.get(url, headers={"x-no-consent": "1"}, timeout=60).headers
    assert "set-cookie" in httpx.get(url, timeout=60).headers


def test_settings_that_a_test_overrides_hold_in_that_test() -> None:
    """`override_settings` gives requests a client with the options of the test, and then the old ones."""
    words = [sys.executable, "-c", OVERRIDDEN]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600, check=False)
    assert done.stdout.split() == ["Control", "Bold", "Control"], done.stderr


OVERRIDDEN = """
import django
from django.conf import settings
from django.test import override_settings

settings.configure(MIDAKIT={"project_key": "any", "overrides": {"headline": "Control"}})
django.setup()
from midakit.delivery.django import delivery_of

def show():
    print(delivery_of().variant("headline", "user-42"))

show()
with override_settings(MIDAKIT={"project_key": "any", "overrides": {"headline": "Bold"}}):
    show()
show()
"""
