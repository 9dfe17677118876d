"""Headers, limits, refusals and paths: all that is decided before and after the wire."""

import pytest

from midakit.core.secret import Secret
from midakit.core.settings import Setting
from midakit.core.wire.messages import Origin, Response
from midakit.errors import ConfigurationError, InvalidRequest
from midakit.launchdarkly import LaunchDarkly, auth, limits, problems
from midakit.launchdarkly.calls import metrics
from midakit.launchdarkly.service import LaunchDarklyService

NOW = 1_760_000_000_000.0


def soon(seconds):
    return str(int(NOW + seconds * 1000))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 10.0),
        ({"retry-after": "7"}, 7.0),
        ({"x-ratelimit-reset": soon(4)}, 4.0),
        ({"x-ratelimit-auth-token-reset": soon(6)}, 6.0),
        ({"x-ratelimit-reset": "soon"}, 10.0),
        ({"x-ratelimit-route-remaining": "0"}, 10.0),
        ({"x-ratelimit-reset": soon(-3)}, limits.LEAST),
        ({"x-ratelimit-reset": soon(3600)}, 10.0),
        (
            {
                "x-ratelimit-route-remaining": "5",
                "x-ratelimit-reset": soon(9),
                "x-ratelimit-auth-token-remaining": "0",
                "x-ratelimit-auth-token-reset": soon(2),
            },
            2.0,
        ),
    ],
)
def test_a_429_waits_as_long_as_the_limit_that_was_hit(headers, seconds):
    """Resets are epoch milliseconds, the token has its own, and any header may be missing."""
    assert limits.retry_after(headers, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize("unit", [1, 1000, 1_000_000])
def test_a_reset_in_another_unit_never_waits_for_years(unit):
    """Epoch seconds read as milliseconds, or the other way round, once made waits of ages."""
    assert limits.retry_after({"x-ratelimit-reset": str(int(NOW / 1000 + 5) * unit)}, NOW) <= 10.0


@pytest.mark.parametrize(
    ("remaining", "seconds"), [("100", None), ("11", None), ("9", 0.5), ("0", 5.0)]
)
def test_a_client_slows_down_before_the_limit(remaining, seconds):
    """The last tenth of a limit is spread over what is left of its window."""
    headers = {
        "x-ratelimit-route-limit": "100",
        "x-ratelimit-route-remaining": remaining,
        "x-ratelimit-reset": soon(5),
    }
    assert limits.pause_after(headers, NOW) == seconds


def service(api_version=auth.API_VERSION):
    return LaunchDarklyService(
        Origin("https", "app.launchdarkly.com", 443), "", Secret("tok-1"), api_version
    )


def test_the_servers_clock_decides():
    """A local clock that is years off does not change the wait."""
    headers = (
        (b"date", b"Thu, 09 Oct 2025 08:53:20 GMT"),
        (b"x-ratelimit-reset", soon(3).encode()),
    )
    assert service().retry_after(Response(429, headers, b"")) == pytest.approx(3.0)
    assert service().retry_after(Response(503, (), b"")) is None
    assert service().pause_after(Response(200, (), b"")) is None


def test_the_token_stands_alone_and_the_version_is_always_sent():
    """No Bearer; 20240415 unless told otherwise."""
    sent = dict(service().headers)
    assert sent[b"authorization"] == b"tok-1"
    assert sent[b"ld-api-version"] == b"20240415"
    assert sent[b"host"] == b"app.launchdarkly.com"


def test_a_token_with_bearer_is_refused():
    """LaunchDarkly would answer 401 with no word about it."""
    with pytest.raises(ConfigurationError, match="without `Bearer`"):
        auth.headers(Origin("https", "x", 443), Secret("Bearer tok"))


@pytest.mark.parametrize(
    ("instance", "host"),
    [
        ("commercial", "app.launchdarkly.com"),
        ("EU", "app.eu.launchdarkly.com"),
        ("federal", "app.launchdarkly.us"),
    ],
)
def test_an_instance_names_a_host(instance, host):
    """Three of them."""
    assert auth.base(Setting(instance, "argument"), Setting(None, "default"))[0].host == host


@pytest.mark.parametrize(
    ("instance", "base_url"),
    [("mars", None), ("eu", "https://x.io"), ("commercial", "http://x.io")],
)
def test_settings_that_cannot_work_are_refused(instance, base_url):
    """Unknown, contradictory, or showing the token to the network."""
    with pytest.raises(ConfigurationError):
        auth.base(
            Setting(instance, "argument"), Setting(base_url, "argument" if base_url else "default")
        )


@pytest.mark.parametrize("key", ["", ".", "..", "a/b", "a\\b", " ", None, "a\nb"])
def test_a_key_that_would_change_the_route_is_refused(key):
    """Before anything is sent."""
    for build in (
        lambda: metrics.get("p", key),
        lambda: metrics.get(key, "m"),
        lambda: metrics.list(key),
    ):
        with pytest.raises(InvalidRequest):
            build()


def test_calls_say_what_goes_on_the_wire():
    """Paths are encoded, lists joined, the version is a header of the call."""
    call = metrics.get(
        "p", "a b?", expand=["experiments", "metricGroups"], version_id="v", api_version="beta"
    )
    assert (
        call.target() == "/api/v2/metrics/p/a%20b%3F?expand=experiments%2CmetricGroups&versionId=v"
    )
    assert call.headers == (("LD-API-Version", "beta"),)
    listed = metrics.list("p", limit=50, filter='tags contains ["a"]', sort="-name")
    assert listed.target() == (
        "/api/v2/metrics/p?limit=50&offset=0&filter=tags%20contains%20%5B%22a%22%5D&sort=-name"
    )
    assert metrics.get("p", "m").safe
    assert "tok" not in str(call)


@pytest.mark.parametrize(
    "options", [{"limit": 51}, {"limit": 0}, {"offset": -1}, {"sort": "key"}, {"filter": ""}]
)
def test_a_page_that_the_server_would_refuse_is_refused_here(options):
    """At most fifty, and two ways to sort."""
    with pytest.raises(InvalidRequest):
        metrics.list("p", **options)


@pytest.mark.parametrize("expand", [None, 5, [5], ["experiments", None], ""])
def test_what_to_expand_is_text_or_a_list_of_texts(expand: object) -> None:
    """Anything else is refused by its name, before anything is sent."""
    for build in (
        lambda: metrics.get("p", "m", expand=expand),
        lambda: metrics.list("p", expand=expand),
    ):
        with pytest.raises(InvalidRequest, match=r"^expand: "):
            build()


@pytest.mark.parametrize("version", ["", "a b", "2024\r\nX-Other: 1", "beta-ü", None, 20240415])
def test_a_version_that_no_header_can_hold_is_refused(version: object) -> None:
    """The client is not made, and the error names the option."""
    with pytest.raises(ConfigurationError, match=r"^api_version: "):
        LaunchDarkly("tok-1", api_version=version)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "seconds"), [("1.5", 1.5), ("Thu, 09 Oct 2025 08:53:25 GMT", 5.0), ("soon", 10.0)]
)
def test_a_429_may_ask_for_its_pause_in_every_usual_form(asked: str, seconds: float) -> None:
    """A proxy in front of LaunchDarkly sends fractions and dates too."""
    headers = ((b"date", b"Thu, 09 Oct 2025 08:53:20 GMT"), (b"retry-after", asked.encode()))
    assert service().retry_after(Response(429, headers, b"")) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"code": "not_found", "message": "Unknown", "id": "i-1"}, ("Unknown", "i-1", "not_found")),
        ({"message": "Unknown"}, ("Unknown", None, None)),
        ({"message": ["?"], "id": 5}, ("no message", None, None)),
        ("<html>", ("an HTML page instead of JSON", None, None)),
        ("", ("no message", None, None)),
    ],
)
def test_an_error_body_is_read_whatever_it_is(body, expected):
    """Code, message and id, each of them optional."""
    assert problems.refusal(404, body)[:3] == expected
