"""Object stores whose answers get lost, and runs that wake up after another one took over."""

import asyncio
import threading
from collections import Counter
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from midakit.export.files.buckets import Bucket
from midakit.export.files.buffer import Limits
from midakit.export.files.verify import verify
from support.account import Account
from support.exports import rows, run

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-01-31"}
SMALL = {"limits": Limits(specs=2), "concurrency": 1}


class LossyProxy(BaseHTTPRequestHandler):
    """Passes everything on; the store takes a PUT, and its first answer is lost or an error."""

    def handle_one_request(self):
        self.close_connection = True
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            return
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        connection = HTTPConnection("127.0.0.1", self.server.behind)
        connection.request(self.command, self.path, body, dict(self.headers))
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        name = self.path.partition("?")[0].partition("/exports/")[2].partition("/")[2]
        if self.command == "PUT" and self.server.loses(name) and name not in self.server.lost:
            self.server.lost.append(name)
            if self.server.cut:
                return
            answer.status, data = 500, b""
        self.send_response_only(answer.status)
        for key, value in answer.getheaders():
            if key.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(key, value)
        length = answer.getheader("content-length") if self.command == "HEAD" else len(data)
        self.send_header("content-length", str(length or 0))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def s3():
    """A server on 127.0.0.1 and a port of its own."""
    server = pytest.importorskip("moto.server").ThreadedMotoServer(
        ip_address="127.0.0.1", port=0, verbose=False
    )
    server.start()
    yield server.get_host_and_port()[1]
    server.stop()


@pytest.fixture
def proxy(s3, monkeypatch):
    """A proxy before it, which loses nothing until it is told to."""
    import httpx

    server = ThreadingHTTPServer(("127.0.0.1", 0), LossyProxy)
    server.behind, server.lost, server.cut, server.loses = s3, [], True, lambda _: False
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}", "AWS_ACCESS_KEY_ID": "nobody",
        "AWS_SECRET_ACCESS_KEY": "nothing", "AWS_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    httpx.put(f"http://127.0.0.1:{s3}/exports", trust_env=False)
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("form", ["parquet", "csv"])
@pytest.mark.parametrize("cut", [True, False], ids=["cut", "500"])
@pytest.mark.parametrize("what", ["results/", "_midakit/log/"])
def test_a_lost_answer_to_a_put_doubles_nothing(proxy, tmp_path, form, cut, what):
    """The repeat hears that the name is taken: what stands there says that it was ours."""
    account = Account(4)
    run(account.client(), tmp_path, format=form, **SMALL, **ASKED)
    place = f"s3://exports/lost-{form}-{cut}-{len(what)}"
    proxy.cut, proxy.loses = cut, lambda name: name.startswith(what)
    report = run(account.client(), place, format=form, **SMALL, **ASKED)
    assert proxy.lost
    assert report.ok, report
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path, name)
    assert verify(place).ok


def test_of_two_writers_the_one_that_was_taken_over_stops(proxy, tmp_path, monkeypatch):
    """It sleeps past its lease in mid-run; when it wakes, nothing of it counts any more."""
    monkeypatch.setattr(Bucket, "LEASE", 0.0)
    place = "s3://exports/two-writers"
    other, ended = Account(4), []
    run(other.client(), tmp_path, **SMALL, **ASKED)

    class Sleeper(Account):
        """In the middle of its work it sleeps until another run has come and gone."""

        async def send(self, request):
            if len(self.reports) == 5 and not ended:
                ended.append(None)
                ended[0] = await asyncio.to_thread(
                    run, other.client(), place, resume=True, limits=Limits(specs=2)
                )
            return await super().send(request)

    report = run(Sleeper(4).client(), place, **SMALL, **ASKED)
    assert ended[0].ok
    assert report.exit_code == 4
    assert "taken over the place" in report.why
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path, name)
    assert verify(place).ok
    again = run(other.client(), place, resume=True)
    assert (again.ok, again.fetched) == (True, 0)
    assert Counter(other.reports).most_common(1)[0][1] <= 2
