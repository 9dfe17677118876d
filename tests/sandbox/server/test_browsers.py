"""Browsers: cross-origin calls, HEAD, and names that lead here by DNS rebinding."""

import socket

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.sandbox import Sandbox
from midakit.sandbox.contract.operations import operations
from midakit.sandbox.origins import host_allowed, host_name, is_loopback, origin_allowed
from support.api import Api

APP = "http://localhost:5173"
SHOP = "https://shop.example.com"
READ = "/experiment/1001"
EVERYWHERE = ("/v2/project/x/experiments", "/api/v2/metrics/sandbox", "/openapi.json", "/",
              "/page.js", "/__sandbox__/health", "/nothing")  # fmt: skip
LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


# ------------------------------------------------------------------ the decisions


@pytest.mark.parametrize(
    ("header", "name"),
    [("", ""), ("a.b", "a.b"), ("A.b:80", "a.b"), ("[::1]:4010", "::1"), ("[::1]", "::1"),
     ("a.b.", "a.b"), ("a:x", "a:x"), ("1.2.3.4:5", "1.2.3.4")],
)  # fmt: skip
def test_the_name_in_a_host_header(header, name):
    """Without port, brackets, capitals and the dot of the root."""
    assert host_name(header) == name


@given(st.lists(LABEL, min_size=2, max_size=4), st.integers(1, 65535))
def test_a_name_of_a_website_is_refused_until_it_is_listed(labels, port):
    """Any name with a dot that is no address; listed itself, by its ending, or by *."""
    name = ".".join([*labels, "example"])
    header = f"{name}:{port}"
    for bound in ("127.0.0.1", "0.0.0.0", "::1"):
        assert not host_allowed(header, bound, ())
        assert not host_allowed(header, bound, (f"x{name}", f".x{name}", name[:-1]))
        assert host_allowed(header, bound, (name.upper(),))
        assert host_allowed(header, bound, (".example",))
        assert host_allowed(header, bound, ("*",))
    assert host_allowed(header, name, ())


@given(LABEL.filter(lambda name: not name.isdigit()), st.ip_addresses())
def test_what_no_website_can_take_is_allowed(label, address):
    """Names without a dot, addresses, localhost, and no name at all."""
    shown = f"[{address}]:1" if address.version == 6 else f"{address}:1"
    for header in (
        label,
        shown,
        "localhost:4010",
        "x.localhost",
        "host.docker.internal:1",
        "a.test",
        "",
    ):
        assert host_allowed(header, "127.0.0.1", ())


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [(APP, True), ("https://127.0.0.1", True), ("http://[::1]:3000", True),
     ("http://x.localhost", True), (SHOP, False), ("null", False), ("", False),
     ("http://localhost.example.com", False), ("http://", False),
     ("ftp://localhost", False), ("http://192.168.0.7:4010", True), ("http://192.168.0.7", False)],
)  # fmt: skip
def test_origins_of_this_machine_are_allowed(origin, allowed):
    """And the sandbox's own page; others when they are listed."""
    assert origin_allowed(origin, "192.168.0.7:4010", ()) == allowed
    assert origin_allowed(origin, "192.168.0.7:4010", (origin,))
    assert origin_allowed(origin, "192.168.0.7:4010", ("*",))


def test_loopback():
    """Addresses of this machine, and its names."""
    assert all(map(is_loopback, ("127.0.0.1", "127.9.9.9", "::1", "localhost", "a.localhost")))
    assert not any(map(is_loopback, ("10.0.0.1", "::", "localhost.example", "", "alocalhost")))


# ------------------------------------------------------------------ over the wire


def test_a_page_of_this_machine_may_call_everything(api, sandbox):
    """The preflight allows any header and method, and the answer may be read."""
    for method, path in (("GET", READ), ("PATCH", READ), ("POST", "/goal"), ("DELETE", READ)):
        asked = {
            "origin": APP,
            "access-control-request-method": method,
            "access-control-request-headers": "x-api-key,content-type",
        }
        url = f"/project/{api.project}{path}"
        answer = api.http.request("OPTIONS", url, headers=asked)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == APP
        assert method in answer.headers["access-control-allow-methods"]
        assert "x-api-key" in answer.headers["access-control-allow-headers"].lower()
    found = api.http.get(f"/project/{api.project}{READ}", headers={"origin": APP})
    assert found.headers["access-control-allow-origin"] == APP
    assert found.headers["vary"].lower() == "origin"
    for path in ("/openapi.json", "/__sandbox__/health", "/api/v2/metrics/sandbox"):
        answer = httpx.get(sandbox.url + path, headers={"origin": APP})
        assert answer.headers["access-control-allow-origin"] == APP
    assert (
        httpx.post(f"{sandbox.url}/__sandbox__/reset", headers={"origin": APP}).status_code == 200
    )


def test_errors_and_faults_may_be_read_too(api):
    """A 404, a 401 and a fault have the header, so that a front end sees them."""
    for headers, status in (
        ({"x-sandbox-fault": "status;code=503"}, 503),
        ({"x-api-key": "n"}, 401),
    ):
        answer = api.http.get(f"/project/{api.project}{READ}", headers={"origin": APP, **headers})
        assert answer.status_code == status
        assert answer.headers["access-control-allow-origin"] == APP


def test_a_page_of_a_website_may_not(api, sandbox):
    """No header lets it read the API; the controls and the page refuse it."""
    asked = {"origin": SHOP, "access-control-request-method": "GET"}
    path = f"/project/{api.project}{READ}"
    assert (
        "access-control-allow-origin"
        not in api.http.request("OPTIONS", path, headers=asked).headers
    )
    found = api.http.get(path, headers={"origin": SHOP})
    assert found.status_code == 200
    assert "access-control-allow-origin" not in found.headers
    for path in ("/__sandbox__/reset", "/__sandbox__/export", "/"):
        answer = httpx.request(
            "POST" if "reset" in path else "GET", sandbox.url + path, headers=asked
        )
        assert answer.status_code == 403
        assert "--origins allows more" in answer.json()["error"]


@pytest.mark.parametrize("base", ["", "/~shop"])
def test_a_website_may_ask_for_its_visitors(sandbox, base):
    """The delivery endpoints are for pages of every origin, in a namespace too; the controls are not."""
    url = f"{sandbox.url}{base}"
    visitor = {"key": sandbox.project_key, "user_id": "u"}
    found = httpx.post(f"{url}/feature-flag", json=visitor, headers={"origin": SHOP})
    assert (found.status_code, found.headers["access-control-allow-origin"]) == (200, "*")
    headers = "content-type,idempotency-key,x-sandbox-namespace,x-sandbox-fault"
    asked = {
        "origin": SHOP,
        "access-control-request-method": "POST",
        "access-control-request-headers": headers,
    }
    allowed = httpx.request("OPTIONS", f"{url}/feature-flag", headers=asked).headers
    assert set(headers.split(",")) <= set(allowed["access-control-allow-headers"].split(", "))
    reading = httpx.get(f"{url}/v2/project/x/goals", headers={"origin": SHOP})
    assert reading.status_code == 401
    assert "access-control-allow-origin" not in reading.headers
    assert httpx.get(f"{url}/__sandbox__/export", headers={"origin": SHOP}).status_code == 403


def test_origins_widen_it():
    """A listed origin, or all of them by *, may call the API and the controls."""
    for origins in ((SHOP,), ("*",)):
        with Sandbox(visitors=50, origins=origins) as sandbox, Api(sandbox) as api:
            found = api.http.get(f"/project/{api.project}{READ}", headers={"origin": SHOP})
            assert found.headers["access-control-allow-origin"] in (SHOP, "*")
            answer = httpx.get(f"{sandbox.url}/__sandbox__/export", headers={"origin": SHOP})
            assert answer.status_code == 200


def test_a_rebound_name_is_refused_everywhere(sandbox):
    """Every path answers 403 to a name that a website can take, and tells the option."""
    for path in EVERYWHERE:
        answer = httpx.get(sandbox.url + path, headers={"host": "rebound.example:80"})
        assert answer.status_code == 403, path
        assert answer.json() == {
            "error": "This sandbox does not answer to the host name 'rebound.example:80'; "
            "--hosts allows more"
        }
        assert httpx.get(sandbox.url + path, headers={"host": "sandbox:4010"}).status_code != 403


def test_hosts_widen_it():
    """Listed names are answered, others are still refused."""
    with Sandbox(seed=None, hosts=("sandbox.example", ".lab.example")) as sandbox:
        for name, status in (
            ("sandbox.example", 200),
            ("a.lab.example:1", 200),
            ("b.example", 403),
        ):
            answer = httpx.get(f"{sandbox.url}/__sandbox__/health", headers={"host": name})
            assert answer.status_code == status


def test_no_host_at_all_is_answered(sandbox):
    """HTTP/1.0 without a Host is no browser."""
    host, port = sandbox.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /__sandbox__/health HTTP/1.0\r\n\r\n")
        assert connection.makefile("rb").readline().split()[1] == b"200"


def test_head_is_get_without_its_body(api, sandbox):
    """Status and headers are the same on every path that GET has; the connection stays in step."""
    ids = {"project_key": api.project, "test_id": 1001, "event_id": 1, "goal_profile_id": 101,
           "campaign_id": 1}  # fmt: skip
    paths = [f"/v2{one.path}".format(**ids) for one in operations() if one.method == "GET"]
    with httpx.Client(base_url=sandbox.url, headers={"x-api-key": "sandbox"}) as http:
        for path in (*paths, *EVERYWHERE):
            got, head = http.get(path), http.head(path)
            assert (head.status_code, head.content) == (got.status_code, b""), path
            for name in ("content-type", "content-length"):
                assert head.headers[name] == got.headers[name], path


def test_head_is_recorded_as_what_it_is(api, sandbox):
    """The list of requests says HEAD; a fault rule for HEAD hits it, one for GET does not."""
    path = f"/project/{api.project}{READ}"
    sandbox.faults("status;code=503", method="GET")
    assert api.http.head(path).status_code == 200
    assert sandbox.requests()[-1]["method"] == "HEAD"
    sandbox.faults("status;code=500", method="HEAD")
    assert api.http.head(path).status_code == 500


def test_head_where_there_is_no_get(api):
    """405, and the header Allow names HEAD only beside GET."""
    path = f"/project/{api.project}"
    answer = api.http.head(f"{path}/goal")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert "HEAD" in api.http.put(path).headers["allow"]
