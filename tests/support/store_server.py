"""A program: an object store on this machine, and a proxy before it that loses answers or dies.

    python store_server.py s3     says the port of the proxy, and ends with its standard input

It is a process of its own, because deltalake waits for answers without letting other threads run.

| Store | Server | How it comes here |
|---|---|---|
| `s3` | moto | the group `test` |
| `az` | azurite | `nox` installs it with npm; else `AZURITE` names it, or it is `azurite-blob` on the path |
| `gs` | `support.gcs` | ours, because no emulator on the indexes keeps preconditions |
| `rest` | SeaweedFS: S3, and a REST catalog of Iceberg under `/v1/` | the group `test` |
"""

import base64
import datetime
import hashlib
import hmac
import json
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from support.gcs import ObjectServer

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's only account and its key, which are public."""
CONTROL = "/proxy-of-the-tests"
"""Where a test says what the proxy does, and reads what it has seen"""


def azurite_command():
    """How azurite is started here, or None."""
    return os.environ.get("AZURITE") or shutil.which("azurite-blob")


@contextmanager
def moto():
    """The port of a store that speaks S3, with the bucket `exports`."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    httpx.put(f"http://127.0.0.1:{port}/exports", trust_env=False, timeout=120)  # moto imports much
    yield port
    server.stop()


@contextmanager
def google():
    """The port of a store that speaks as Google's does; a bucket is there when it is named."""
    server = ObjectServer()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@contextmanager
def azurite():
    """The port of azurite, with the container `exports`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ("--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence",
                 "--skipApiVersionCheck", "--disableTelemetry")  # fmt: skip
    with subprocess.Popen(
        [azurite_command(), *arguments], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            for line in process.stdout:
                if "successfully listens" in line:
                    break
            threading.Thread(target=process.stdout.read, daemon=True).start()  # it must not fill up
            assert _make_container(port) == 201
            yield port
        finally:
            process.kill()


def _make_container(port):
    date = datetime.datetime.now(datetime.UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
    headers = {"x-ms-date": date, "x-ms-version": "2023-11-03"}
    about = "".join(f"{name}:{value}\n" for name, value in headers.items())
    text = "PUT" + "\n" * 12 + f"{about}/{ACCOUNT}/{ACCOUNT}/exports\nrestype:container"
    signature = hmac.new(base64.b64decode(KEY), text.encode(), hashlib.sha256).digest()
    headers["authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(signature).decode()}"
    url = f"http://127.0.0.1:{port}/{ACCOUNT}/exports?restype=container"
    return httpx.put(url, headers=headers, trust_env=False).status_code


@contextmanager
def seaweed():
    """The ports of SeaweedFS: its S3, with the bucket `exports`, and its REST catalog of that bucket."""
    s3, catalog, *others = _free_ports(11)
    flags = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
             "filer.port.grpc", "admin.port", "admin.port.grpc", "s3.port.grpc")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        command = [
            weed_command(), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            "-master.telemetry=false", "-webdav=false", "-admin.ui=false", "-s3.port.lance=0",
            f"-s3.port={s3}", f"-s3.port.iceberg={catalog}", "-tableBucket=exports",
            *(f"-{flag}={port}" for flag, port in zip(flags, others, strict=True)),
        ]  # fmt: skip
        keys = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
            env={**os.environ, **keys},
        ) as process:  # fmt: skip
            try:
                for line in process.stdout:
                    if "ready to use" in line:
                        break
                threading.Thread(target=process.stdout.read, daemon=True).start()
                yield s3, catalog
            finally:
                process.kill()


def _free_ports(count):
    with ExitStack() as held:
        sockets = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in sockets]


def weed_command():
    """How SeaweedFS is started here, or None."""
    beside = Path(sys.executable).with_name("weed")
    return str(beside) if beside.exists() else shutil.which("weed")


SERVERS = {"s3": moto, "gs": google, "az": azurite, "rest": seaweed}


class Proxy(ThreadingHTTPServer):
    """Passes everything on to a store, until it is told otherwise."""

    daemon_threads = True

    def __init__(self, scheme, behind):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.scheme, self.behind = scheme, behind
        self.loses = None
        """How the names begin whose first PUT gets no answer; None: no name"""
        self.cut = True
        """Whether a lost answer is a cut connection; else it is an error 500"""
        self.lost = []
        self.dies_at = None
        """The number of the change from which on nothing comes through, as after a kill; None: never"""
        self.changes = []

    def handle_error(self, request, client_address):
        """Say nothing of clients that went away."""

    def told(self, state):
        """Take what the test says, and begin to count anew."""
        self.changes, self.lost = [], []
        self.__dict__.update(state)

    def dead(self, command, name):
        """Count a change; whether this is past the one that the writer died at."""
        if command in ("PUT", "POST", "DELETE", "PATCH"):
            self.changes.append((command, name))
            return self.dies_at is not None and len(self.changes) > self.dies_at
        return self.dies_at is not None and len(self.changes) > self.dies_at


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # Arrow's client waits for `100 Continue`

    def handle_one_request(self):
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        self.close_connection = True
        body = self._body()
        if self.path == CONTROL:
            if body:
                self.server.told(json.loads(body))
            seen = {"changes": self.server.changes, "lost": self.server.lost}
            self._answer(200, (), json.dumps(seen).encode())
            return
        path = unquote(self.path.partition("?")[0])
        name = path.partition("/exports/")[2].partition("/")[2]
        behind, *catalog = self.server.behind
        if catalog and path.startswith("/v1/"):
            name, [behind] = f"catalog/{path.rpartition('/')[2]}", catalog
        if self.server.dead(self.command, name):
            self._answer(403, (), b"")  # no client tries this again
            return
        connection = HTTPConnection("127.0.0.1", behind)
        headers = {key: value for key, value in self.headers.items() if key.lower() != "expect"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if (
            self.command == ("POST" if name.startswith("catalog/") else "PUT")
            and self.server.loses is not None
            and name.startswith(self.server.loses)
            and name not in self.server.lost
        ):
            self.server.lost.append(name)
            if not self.server.cut:
                self._answer(500, (), b"")
            return
        data = _from_start(self.path, data)
        length = answer.getheader("content-length") if self.command == "HEAD" else None
        self._answer(answer.status, answer.getheaders(), data, length)

    def _body(self):
        """The body of the request; one in chunks is passed on in one piece."""
        if self.headers.get("transfer-encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("content-length") or 0))
        del self.headers["transfer-encoding"]
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(parts)

    def _answer(self, status, headers, data, length=None):
        self.send_response_only(status)
        for key, value in headers:
            if key.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(key, value)
        self.send_header("content-length", length or str(len(data)))
        self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(data)


def _from_start(path, listing):
    """A listing without the names before `startFrom`, which azurite 3.35 does not know and deltalake needs."""
    first = parse_qs(urlsplit(path).query).get("startFrom", [""])[0]
    if not first:
        return listing
    blob = re.compile(rb"<Blob>.*?<Name>(.*?)</Name>.*?</Blob>", re.DOTALL)
    return blob.sub(lambda one: one[0] if one[1].decode() >= first else b"", listing)


def main(scheme):
    logging.disable()
    with SERVERS[scheme]() as found:
        server = Proxy(scheme, found if isinstance(found, tuple) else (found,))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_port, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
