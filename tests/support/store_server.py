"""A program: an object store on this machine, and a proxy before it that loses answers or dies.

    python store_server.py s3     says the port of the proxy, and ends with its standard input

It is a process of its own, because deltalake waits for answers without letting other threads run.

| Store | Server | How it comes here |
|---|---|---|
| `s3` | SeaweedFS: S3, and a REST catalog of Iceberg under `/v1/` | the group `test` |
| `moto` | moto: another S3, which takes ten times as long | the group `test` |
| `az` | azurite | `nox` installs it with npm; else `AZURITE` names it, or it is `azurite-blob` on the path |
| `gs` | `support.gcs` | ours, because no emulator on the indexes keeps preconditions |
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
from contextlib import ExitStack, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import parse_qs, unquote, urlsplit

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))

from support.gcs import GoogleStore
from support.steps import kind_of

ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""Azurite's only account and its key, which are public."""
CONTROL = "/proxy-of-the-tests"
"""Where a test says what the proxy does, and reads what it has seen"""
UPLOAD = re.compile(r"[?&]upload(s|Id)\b")
"""The query with which S3 is told that an upload in parts begins or ends"""
NAME = re.compile(r"(?:/\w+)?/(?:exports|tables)/[^/]+/(.*)")
"""The path of an object, with Azure's account before it, and what it is called in its place"""


def azurite_command():
    """How azurite is started here, or None."""
    return os.environ.get("AZURITE") or shutil.which("azurite-blob")


@contextmanager
def moto():
    """The port of another store that speaks S3, with the bucket `exports`."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    port = server.get_host_and_port()[1]
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("PUT", "/exports")
    assert connection.getresponse().status == 200
    connection.close()
    yield port
    server.stop()


@contextmanager
def google():
    """A store that speaks as Google's does, in this process."""
    yield GoogleStore()


@contextmanager
def azurite():
    """The port of azurite, with the container `exports`."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    arguments = ("--blobHost", "127.0.0.1", "--blobPort", str(port), "--inMemoryPersistence",
                 "--skipApiVersionCheck", "--disableTelemetry", "--silent")  # fmt: skip
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
    connection = HTTPConnection("127.0.0.1", port)
    connection.request("PUT", f"/{ACCOUNT}/exports?restype=container", headers=headers)
    status = connection.getresponse().status
    connection.close()
    return status


@contextmanager
def seaweed():
    """The ports of SeaweedFS: its S3, with the bucket `exports`, and its REST catalog of the bucket `tables`."""
    s3, catalog, *others = _free_ports(11)
    flags = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
             "filer.port.grpc", "admin.port", "admin.port.grpc", "s3.port.grpc")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        command = [
            weed_command(), "mini", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
            "-master.telemetry=false", "-webdav=false", "-admin.ui=false", "-s3.port.lance=0",
            "-s3.autoCreateBucket=false",
            f"-s3.port={s3}", f"-s3.port.iceberg={catalog}", "-bucket=exports", "-tableBucket=tables",
            *(f"-{flag}={port}" for flag, port in zip(flags, others, strict=True)),
        ]  # fmt: skip
        keys = {"AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "nothing"}
        seldom = {"GOGC": "400"}  # collect garbage seldom: a PUT takes 0.8 of the CPU time
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
            env={**os.environ, **keys, **seldom},
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


SERVERS = {"s3": seaweed, "moto": moto, "gs": google, "az": azurite}


class Proxy(ThreadingTCPServer):
    """Passes everything on to a store, until it is told otherwise."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, behind):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.behind = behind
        """The store and, where it has one, its catalog: each its port, or a store in this process"""
        self.loses = None
        """How the names begin whose first PUT gets no answer; None: no name"""
        self.cut = True
        """Whether a lost answer is a cut connection; else it is an error 500"""
        self.lost = []
        self.dies_at = None
        """The kind of change, and how many of it come through before nothing does; None: never"""
        self.dead = False
        """Whether nothing comes through any more, as after a kill"""
        self.changes = []
        self.reads = []
        self.lock = threading.Lock()

    def handle_error(self, request, client_address):
        """Say nothing of clients that went away; any other error is one of the tests' own."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def told(self, state):
        """Take what the test says, and begin to count anew."""
        self.changes, self.reads, self.lost, self.dead = [], [], [], False
        self.__dict__.update(state)

    def change(self, command, name):
        """Take down a change; the writer may die at it."""
        kind = f"{command} {kind_of(name)}"
        with self.lock:
            if [kind, self.changes.count(kind)] == self.dies_at:
                self.dead = True
            self.changes.append(kind)

    def answer(self, command, target, headers, body, kept):
        """The bytes of an answer; None where the connection is cut instead. `kept`: see `_asked`."""
        if target == CONTROL:
            if body:
                self.told(json.loads(body))
            seen = {name: getattr(self, name) for name in ("changes", "reads", "lost", "dead")}
            return _response("200 OK", data=json.dumps(seen).encode())
        name, port = _name(target), self.behind[0]
        if target.startswith("/v1/") and len(self.behind) > 1:
            name, port = f"catalog/{target.rpartition('/')[2]}", self.behind[1]
        if command in ("PUT", "POST", "DELETE", "PATCH"):
            parts = command == "POST" and UPLOAD.search(target)
            self.change(*_deleted(body) or (command, "upload in parts" if parts else name))
        else:
            self.reads.append(f"{command} {name or target}")
        if self.dead:
            return _response("403 Forbidden")  # no client tries this again
        if isinstance(port, GoogleStore):
            status, about, data = port.answer(command, target, headers, body)
            found = _response(status, about, b"" if command == "HEAD" else data, len(data))
        else:
            found = _asked(kept, port, command, target, headers, body)
        if (
            self.loses is not None
            and command == ("POST" if name.startswith("catalog/") else "PUT")
            and name.startswith(self.loses)
            and name not in self.lost
        ):
            self.lost.append(name)
            return None if self.cut else _response("500 Internal Server Error")
        return found


def _name(path):
    """What the path of an object calls it in its place."""
    found = NAME.match(unquote(path.partition("?")[0]))
    return found[1] if found else ""


def _deleted(body):
    """A deletion and a name, where S3 is asked to delete objects by a list; else None."""
    keys = body.startswith(b"<Delete") and re.findall(rb"<Key>(.*?)</Key>", body)
    return ("DELETE", _name(f"/exports/{keys[0].decode()}")) if keys else None


class _Connection(StreamRequestHandler):
    """The requests of one connection, one after the other. `http.server` takes four times as long."""

    disable_nagle_algorithm = True

    def handle(self):
        kept = Kept()
        try:
            self.answer_all(kept)
        finally:
            for port in list(kept):
                kept.drop(port)

    def answer_all(self, kept):
        while head := _head(self.rfile):
            first, headers = head
            command, target, _ = first.split(" ")
            if headers.pop("expect", None):  # Arrow's client waits for it
                self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body = _body(self.rfile, headers)
            answer = self.server.answer(command, target, headers, body, kept)
            if answer is None:
                return
            self.wfile.write(answer)


class Kept(dict):
    """Connections to what is behind the proxy, by port, kept as long as that of the client."""

    def __missing__(self, port):
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self[port] = connection.makefile("rwb")  # which holds it open
        return self[port]

    def drop(self, port):
        """Close one."""
        with suppress(OSError):
            self.pop(port).close()


def _asked(kept, port, command, target, headers, body):
    """What the store behind answers, over a connection that is kept."""
    message = _message(
        f"{command} {target} HTTP/1.1", {**headers, "content-length": len(body)}, body
    )
    old = port in kept
    file, head = kept[port], None
    with suppress(OSError):
        file.write(message)
        file.flush()
        head = _head(file)
    if head is None:
        kept.drop(port)
        assert old, f"{command} {target}: no answer"
        return _asked(kept, port, command, target, headers, body)  # it had been idle for too long
    first, headers = head
    version, _, status = first.partition(" ")
    data = None if command == "HEAD" or status[:3] in ("204", "304") else _body(file, headers)
    if headers.get("connection", "").lower() == "close" or version == "HTTP/1.0":
        kept.drop(port)
    if data is None:
        return _response(status, headers, b"", headers.get("content-length", 0))
    return _response(status, headers, _from_start(target, data))


def _head(file):
    """The first line of a message and its headers, with names in small letters; None at the end."""
    lines = []
    while line := file.readline().strip():
        lines.append(line.decode("latin-1"))
    if not lines:
        return None
    parts = (line.partition(":") for line in lines[1:])
    return lines[0], {name.lower(): value.strip() for name, _, value in parts}


def _body(file, headers):
    """The body of a message; one in chunks becomes one piece."""
    if headers.pop("transfer-encoding", "").lower() != "chunked":
        length = headers.get("content-length")
        return file.read(int(length)) if length else b""
    parts = []
    while size := int(file.readline().partition(b";")[0], 16):
        parts.append(file.read(size))
        file.readline()
    while file.readline().strip():
        pass
    return b"".join(parts)


def _response(status, headers=(), data=b"", length=None):
    kept = {name: value for name, value in dict(headers).items() if name != "connection"}
    kept["content-length"] = len(data) if length is None else length
    return _message(f"HTTP/1.1 {status}", kept, data)


def _message(first, headers, data):
    lines = [first, *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + data


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
        server = Proxy(found if isinstance(found, tuple) else (found,))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print(server.server_address[1], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
