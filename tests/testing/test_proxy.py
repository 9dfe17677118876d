"""The recording proxy: any client, a real service once, and then its answers without it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from midakit import Mida
from midakit.core.wire.messages import Origin
from midakit.errors import ConfigurationError
from midakit.sandbox import Sandbox
from midakit.testing.cassettes import Mode
from midakit.testing.proxy import RecordingProxy, upstream_origin

KEY = "a-very-secret-key-1234"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def service():
    """A service with a real key, as Mida would be."""
    with Sandbox(visitors=300, api_key=KEY) as sandbox:
        yield sandbox


def ask(proxy, service, path, *, key=KEY, method="GET", **options):
    headers = {"authorization": f"Bearer {key}"}
    url = f"{proxy.base_url}/project/{service.project_key}{path}"
    return httpx.request(method, url, headers=headers, timeout=60, **options)


def test_what_was_recorded_is_replayed_without_the_service(service, tmp_path):
    """Any client gets the same bytes, with any key; the file holds no key and no project key."""
    file = tmp_path / "recording.json"
    service.reset()
    with RecordingProxy(file, "record", upstream=service.url) as proxy:
        recorded = [
            ask(proxy, service, "/experiment/1001/result?tz=2"),
            ask(proxy, service, "/experiment/404404"),
            ask(proxy, service, "/goal", method="POST", json={"goal_name": "G", "goal_type": "event",
                                                              "goal_value": "g"}),
        ]  # fmt: skip
        with Mida(KEY, project_key=service.project_key, base_url=proxy.base_url) as mida:
            experiment = mida.experiments.get(1002)
    assert [answer.status_code for answer in recorded] == [200, 404, 200]
    text = file.read_text()
    assert KEY not in text
    assert service.project_key not in text
    seen = len(service.requests())
    with RecordingProxy(file) as proxy:
        again = [
            ask(proxy, service, "/experiment/1001/result?tz=2", key="another"),
            ask(proxy, service, "/experiment/404404", key="another"),
            ask(proxy, service, "/goal", method="POST", key="another",
                json={"goal_value": "g", "goal_name": "G", "goal_type": "event"}),
        ]  # fmt: skip
        with Mida("another", project_key=service.project_key, base_url=proxy.base_url) as mida:
            assert mida.experiments.get(1002) == experiment
            assert mida.experiments.get(1002) == experiment  # as often as it is asked for
    assert [answer.status_code for answer in again] == [200, 404, 200]
    assert [answer.content for answer in again[:2]] == [answer.content for answer in recorded[:2]]
    assert len(service.requests()) == seen


def test_what_was_not_recorded_is_refused_with_the_nearest(service, tmp_path):
    """501, which no client repeats, and every difference."""
    file = tmp_path / "recording.json"
    with RecordingProxy(file, "record", upstream=f"{service.url}/v2/") as proxy:
        ask(proxy, service, "/experiment/1001/result?tz=2")
    with RecordingProxy(file) as proxy:
        answer = ask(proxy, service, "/experiment/1001/result?tz=3")
    assert answer.status_code == 501
    assert 'query \'tz\' is "3", expected "2"' in answer.json()["error"]
    with RecordingProxy(tmp_path / "none.json") as proxy:
        assert "nothing is recorded" in ask(proxy, service, "/goals").json()["error"]


def test_repeated_requests_come_in_their_order_and_can_begin_again(service, tmp_path):
    """A read before and one after a write differ, in every replay."""
    file = tmp_path / "recording.json"
    service.reset()

    def run(proxy):
        said = [ask(proxy, service, "/experiment/1001").json()["experiment"]["status"]]
        ask(proxy, service, "/experiment/1001/status", method="PATCH", json={"status": 0})
        return [*said, ask(proxy, service, "/experiment/1001").json()["experiment"]["status"]]

    with RecordingProxy(file, "record", upstream=service.url) as proxy:
        assert run(proxy) == [1, 0]
    with RecordingProxy(file) as proxy:
        assert run(proxy) == [1, 0]
        assert ask(proxy, service, "/experiment/1001").json()["experiment"]["status"] == 0
        assert httpx.post(f"{proxy.url}/__proxy__/rewind").is_success
        assert run(proxy) == [1, 0]


def test_what_is_new_is_added(service, tmp_path):
    """In mode "new" the file answers what it has, and the service the rest."""
    file = tmp_path / "recording.json"
    with RecordingProxy(file, "record", upstream=service.url) as proxy:
        ask(proxy, service, "/goals?limit=1")
    service.reset()
    with RecordingProxy(file, "new", upstream=service.url) as proxy:
        ask(proxy, service, "/goals?limit=1")
        ask(proxy, service, "/goals?limit=2")
    assert len(service.requests()) == 1
    with RecordingProxy(file) as proxy:
        assert ask(proxy, service, "/goals?limit=1").is_success
        assert ask(proxy, service, "/goals?limit=2").is_success


def test_the_headers_of_the_client_go_on_and_nothing_of_a_browser(service, tmp_path):
    """The service sees the key and the user agent, but neither cookies nor the proxy's host."""
    service.reset()
    with RecordingProxy(tmp_path / "r.json", "record", upstream=service.url) as proxy:
        headers = {"x-api-key": KEY, "cookie": "session=1", "user-agent": "curl/8"}
        url = f"{proxy.base_url}/project/{service.project_key}/goals"
        assert httpx.get(url, headers=headers).is_success
    sent = service.requests()[-1]["headers"]
    assert sent["user-agent"] == "curl/8"
    assert sent["host"] == service.url.partition("://")[2]
    assert "cookie" not in sent


def test_odd_requests_are_answered_when_recording_and_when_replaying(
    service: Sandbox, tmp_path: Path
) -> None:
    """A key with an accent is refused; half an emoji and a deep body get what the service says."""
    file = tmp_path / "r.json"
    answers = []
    modes: tuple[Mode, ...] = ("record", "replay")
    for mode in modes:
        with RecordingProxy(file, mode, upstream=service.url) as proxy:
            url = f"{proxy.base_url}/project/{service.project_key}/goal"
            for key, body in (
                (b"cl\xe9", b"{}"),
                (KEY, b'{"goal_name": "\\ud83d"}'),
                (KEY, b"[" * 9999),
            ):
                headers = {"x-api-key": key, "content-type": "application/json"}
                answers.append(httpx.post(url, headers=headers, content=body, timeout=60))
    assert [one.status_code for one in answers] == [400] * 6
    assert answers[0].json() == {"error": "The header x-api-key is not ASCII"}
    assert [one.content for one in answers[:3]] == [one.content for one in answers[3:]]


def test_a_client_that_leaves_in_mid_body_is_no_error(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing goes to the service, and the proxy prints no traceback."""
    with RecordingProxy(tmp_path / "r.json", "record", upstream="http://127.0.0.1:9") as proxy:
        port = int(proxy.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port)) as client:
            head = b"POST /v2/x HTTP/1.1\r\nhost: 127.0.0.1\r\nexpect: 100-continue\r\n"
            client.sendall(head + b"content-length: 9\r\n\r\n")
            assert client.recv(99).startswith(b"HTTP/1.1 100")  # it waits for the body
        httpx.get(f"{proxy.url}/__proxy__/health", timeout=60)
    assert not caplog.records
    assert not (tmp_path / "r.json").exists()


def test_a_service_that_does_not_answer_is_a_502(tmp_path, service):
    """And the failure is not taken for an answer."""
    with Sandbox(seed=None) as gone:
        url = gone.url
    with RecordingProxy(tmp_path / "r.json", "record", upstream=url) as proxy:
        answer = ask(proxy, service, "/goals")
    assert answer.status_code == 502
    assert "did not answer" in answer.json()["error"]
    assert KEY not in answer.text


def test_a_foreign_host_name_is_refused(tmp_path):
    """A page of some website cannot reach the proxy by a name of its own."""
    with RecordingProxy(tmp_path / "r.json") as proxy:
        connection = http.client.HTTPConnection(*proxy.url.partition("://")[2].split(":"))
        connection.request("GET", "/v2/project/p/goals", headers={"host": "evil.example"})
        assert connection.getresponse().status == 403
        connection.close()


@pytest.mark.parametrize(
    ("upstream", "origin"),
    [
        ("https://api-us.mida.so", Origin("https", "api-us.mida.so", 443)),
        ("https://api-eu.mida.so/v2", Origin("https", "api-eu.mida.so", 443)),
        ("https://localhost:8443/v2/", Origin("https", "localhost", 8443)),
        ("http://127.0.0.1:4010", Origin("http", "127.0.0.1", 4010)),
    ],
)
def test_where_the_service_is(upstream, origin):
    """With or without the path that clients send themselves."""
    assert upstream_origin(upstream) == origin


@pytest.mark.parametrize(
    "upstream",
    ["api-us.mida.so", "ftp://a", "https://", "http://api-us.mida.so", "https://a/v1", "https://u:p@a",
     "https://a/v2?x=1"],
)  # fmt: skip
def test_an_upstream_that_is_none_or_not_safe_is_refused(upstream, tmp_path):
    """Before anything listens; recording without one too."""
    with pytest.raises(ConfigurationError, match="upstream"):
        RecordingProxy(tmp_path / "r.json", "record", upstream=upstream)
    with pytest.raises(ConfigurationError, match="upstream"):
        RecordingProxy(tmp_path / "r.json", "new")


def test_the_command_records_until_it_is_told_to_end(service, tmp_path):
    """It prints where it is, saves while it records, and SIGTERM ends it well."""
    file = tmp_path / "r.json"
    words = [sys.executable, "-m", "midakit.cli", "proxy", str(file), "--mode", "record",
             "--upstream", service.url, "--port", "0"]  # fmt: skip
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    try:
        line = process.stdout.readline()
        url = f"{line.split()[-1]}/project/{service.project_key}/goals"
        assert httpx.get(url, headers={"x-api-key": KEY}, timeout=60).is_success
        for _ in range(600):
            if file.exists():
                break
            time.sleep(0.1)
        assert len(json.loads(file.read_text())["exchanges"]) == 1
        assert httpx.get(url, headers={"x-api-key": KEY}, timeout=60).is_success
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        process.stdout.close()
    assert len(json.loads(file.read_text())["exchanges"]) == 2
    assert KEY not in file.read_text()
