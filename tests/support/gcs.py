"""A small server that answers as Google's object store does (its XML API), preconditions and all.

The emulators on the package indexes answer without an ETag or ignore `x-goog-if-generation-match`, so
that put-if-absent cannot be tried with them. What it does is written after the reference of the XML API.
"""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class ObjectServer(ThreadingHTTPServer):
    """Buckets in memory: (bucket, name) -> (generation, bytes)."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects = {}
        self.generation = 1000
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def _key(self, path=None):
        bucket, _, name = unquote(urlsplit(path or self.path).path).lstrip("/").partition("/")
        return bucket, name

    def _reply(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.send_header("content-length", headers.get("size", len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _fail(self, status, code):
        self._reply(status, f"<Error><Code>{code}</Code></Error>".encode())

    def _refused(self, key):
        """Whether a precondition does not hold."""
        wanted = self.headers.get("x-goog-if-generation-match")
        now = self.server.objects.get(key, (0, b""))[0]
        return wanted is not None and int(wanted) != now

    def _about(self, key):
        generation, data = self.server.objects[key]
        return {
            "ETag": f'"{hashlib.md5(data).hexdigest()}-{generation}"', "x_goog_generation": generation,
            "Last_Modified": "Sat, 28 Nov 2026 12:00:00 GMT", "Accept_Ranges": "bytes",
        }  # fmt: skip

    def do_PUT(self):
        data = self.rfile.read(int(self.headers.get("content-length") or 0))
        key, source = self._key(), self.headers.get("x-goog-copy-source")
        with self.server.lock:
            if self._refused(key):
                return self._fail(412, "PreconditionFailed")
            if source is not None:
                found = self.server.objects.get(self._key("/" + source.lstrip("/")))
                if found is None:
                    return self._fail(404, "NoSuchKey")
                data = found[1]
            self.server.generation += 1
            self.server.objects[key] = (self.server.generation, data)
            about = self._about(key)
        return self._reply(200, b"<CopyObjectResult/>" if source else b"", **about)

    def do_DELETE(self):
        with self.server.lock:
            if self._key() not in self.server.objects:
                return self._fail(404, "NoSuchKey")
            if self._refused(self._key()):
                return self._fail(412, "PreconditionFailed")
            del self.server.objects[self._key()]
        return self._reply(204)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        key, query = self._key(), parse_qs(urlsplit(self.path).query)
        with self.server.lock:
            if not key[1]:
                return self._list(key[0], query)
            if key not in self.server.objects:
                return self._fail(404, "NoSuchKey")
            about, data = self._about(key), self.server.objects[key][1]
        wanted = self.headers.get("range")
        if wanted is None or self.command == "HEAD":
            return self._reply(200, data, size=len(data), **about)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(data) - int(last))
        end = min(int(last), len(data) - 1) if first and last else len(data) - 1
        about["Content_Range"] = f"bytes {start}-{end}/{len(data)}"
        return self._reply(206, data[start : end + 1], **about)

    def _list(self, bucket, query):
        """All names under a prefix; with a delimiter, folders in place of what is in them."""
        prefix, delimiter = query.get("prefix", [""])[0], query.get("delimiter", [""])[0]
        after = query.get("start-after", [""])[0]
        items, folders = [], {}
        for (owner, name), (_, data) in sorted(self.server.objects.items()):
            if owner != bucket or not name.startswith(prefix) or name <= after:
                continue
            rest = name[len(prefix) :]
            if delimiter and delimiter in rest:
                folders[prefix + rest.partition(delimiter)[0] + delimiter] = None
                continue
            tag = self._about((owner, name))["ETag"]
            items.append(
                f"<Contents><Key>{escape(name)}</Key><Size>{len(data)}</Size><ETag>{tag}</ETag>"
                "<LastModified>2026-11-28T12:00:00.000Z</LastModified></Contents>"
            )
        common = [
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in folders
        ]
        body = f"<ListBucketResult>{''.join(items + common)}</ListBucketResult>"
        return self._reply(200, body.encode(), content_type="application/xml")
