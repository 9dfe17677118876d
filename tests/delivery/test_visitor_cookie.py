"""The visitor's cookie: what is read is what was written, and nothing that somebody else wrote."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import ConfigurationError
from midakit.delivery.visitor_cookie import VisitorCookie, known_id, new_visitor

COOKIE = VisitorCookie()


def test_a_new_visitor_is_known_again():
    """What `header` sets the browser sends back among its other cookies."""
    visitor = new_visitor()
    assert visitor != new_visitor()
    sent = COOKIE.header(visitor, https=False).split(";")[0]
    assert COOKIE.read(f"a=1; {sent}; theme=dark") == visitor
    assert COOKIE.read(f'{COOKIE.name}="{visitor}"') == visitor
    assert COOKIE.read("a=1; xmida_visitor=12345678") is None
    assert COOKIE.read(None) is None


@pytest.mark.parametrize("other", ["", "odd one", "%22x%22"])
def test_a_visitor_is_known_also_beside_another_cookie_of_the_name(other: str) -> None:
    """A browser sends the cookies of a host and of its domain, the older one first."""
    assert COOKIE.read(f"{COOKIE.name}={other}; {COOKIE.name}=12345678") == "12345678"
    assert COOKIE.read(f"{COOKIE.name}=12345678; {COOKIE.name}={other}") == "12345678"


@pytest.mark.parametrize("wrong", [0, -1, 1.5, "a year", timedelta(days=1), None])
def test_a_cookie_lasts_whole_seconds(wrong: object) -> None:
    """Anything else would make a header that browsers ignore, and every page had a new visitor."""
    with pytest.raises(ConfigurationError, match=r"^max_age: "):
        VisitorCookie(max_age=wrong).checked()  # type: ignore[arg-type]


def test_the_attributes_of_the_cookie():
    """No script reads it, no other site sends it, and over https it stays there."""
    assert COOKIE.header("12345678", https=False) == (
        "mida_visitor=12345678; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax"
    )
    assert COOKIE.header("12345678", https=True).endswith("; Secure")
    own = VisitorCookie("v", 60, "none", None, "example.com")
    assert own.header("12345678", https=False) == (
        "v=12345678; Max-Age=60; Path=/; HttpOnly; SameSite=None; Secure; Domain=example.com"
    )
    assert "Secure" not in VisitorCookie(secure=False).header("12345678", https=True)
    assert "Secure" in VisitorCookie(secure=True).header("12345678", https=False)


@given(st.text())
def test_what_is_no_id_of_ours_is_nobody(text):
    """Only 8 to 128 letters, digits, dots, dashes and underscores are an id: no header can be split."""
    plain = text.isascii() and all(letter.isalnum() or letter in "_.~-" for letter in text)
    assert (known_id(text) is not None) == (plain and 8 <= len(text) <= 128)


@pytest.mark.parametrize("size", [7, 8, 128, 129])
def test_the_length_of_an_id_is_bounded(size):
    """The edges."""
    assert (known_id("a" * size) is not None) == (8 <= size <= 128)


@pytest.mark.parametrize(
    "wrong", [{"name": "a;b"}, {"name": ""}, {"domain": "a;b"}, {"same_site": "x"}]
)
def test_a_cookie_that_cannot_be_sent_is_refused(wrong):
    """When the application starts."""
    with pytest.raises(ConfigurationError):
        VisitorCookie(**wrong).checked()
