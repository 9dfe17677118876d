"""A store that answers as Google's object store does (its XML API), preconditions and all.

The emulators on the package indexes answer without an ETag or ignore `x-goog-if-generation-match`, so
that put-if-absent cannot be tried with them. What it does is written after the reference of the XML API.
It is called by the proxy before it, in its process.
"""

import hashlib
import threading
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class GoogleStore:
    """Buckets in memory: (bucket, name) -> (generation, bytes). A bucket is there when it is named."""

    def __init__(self):
        self.objects = {}
        self.generation = 1000
        self.lock = threading.Lock()

    def answer(self, command, target, headers, body):
        """A status with its words, headers, and a body.

        Args:
            command: `GET`, `HEAD`, `PUT` or `DELETE`.
            target: Path and query.
            headers: Those of the request, with names in small letters.
            body: What a PUT brings.
        """
        url = urlsplit(target)
        with self.lock:
            key = _key(url.path)
            if command == "PUT":
                return self._put(key, headers, body)
            if command == "DELETE":
                return self._delete(key, headers)
            if not key[1]:
                return self._list(key[0], parse_qs(url.query))
            return self._get(key, headers.get("range") if command == "GET" else None)

    def _refuses(self, key, headers):
        """Whether a precondition does not hold."""
        wanted = headers.get("x-goog-if-generation-match")
        now = self.objects.get(key, (0, b""))[0]
        return wanted is not None and int(wanted) != now

    def _about(self, key):
        generation, data = self.objects[key]
        return {
            "etag": f'"{hashlib.md5(data).hexdigest()}-{generation}"', "x-goog-generation": generation,
            "last-modified": "Sat, 28 Nov 2026 12:00:00 GMT", "accept-ranges": "bytes",
        }  # fmt: skip

    def _put(self, key, headers, data):
        source = headers.get("x-goog-copy-source")
        if self._refuses(key, headers):
            return _failure("412 Precondition Failed", "PreconditionFailed")
        if source is not None:
            found = self.objects.get(_key("/" + source.lstrip("/")))
            if found is None:
                return _failure("404 Not Found", "NoSuchKey")
            data = found[1]
        self.generation += 1
        self.objects[key] = (self.generation, data)
        return "200 OK", self._about(key), b"<CopyObjectResult/>" if source else b""

    def _delete(self, key, headers):
        if key not in self.objects:
            return _failure("404 Not Found", "NoSuchKey")
        if self._refuses(key, headers):
            return _failure("412 Precondition Failed", "PreconditionFailed")
        del self.objects[key]
        return "204 No Content", {}, b""

    def _get(self, key, wanted):
        if key not in self.objects:
            return _failure("404 Not Found", "NoSuchKey")
        about, data = self._about(key), self.objects[key][1]
        if wanted is None:
            return "200 OK", about, data
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        start = int(first) if first else max(0, len(data) - int(last))
        end = min(int(last), len(data) - 1) if first and last else len(data) - 1
        about["content-range"] = f"bytes {start}-{end}/{len(data)}"
        return "206 Partial Content", about, data[start : end + 1]

    def _list(self, bucket, query):
        """All names under a prefix; with a delimiter, folders in place of what is in them."""
        prefix, delimiter = query.get("prefix", [""])[0], query.get("delimiter", [""])[0]
        after = query.get("start-after", [""])[0]
        items, folders = [], {}
        for (owner, name), (_, data) in sorted(self.objects.items()):
            if owner != bucket or not name.startswith(prefix) or name <= after:
                continue
            rest = name[len(prefix) :]
            if delimiter and delimiter in rest:
                folders[prefix + rest.partition(delimiter)[0] + delimiter] = None
                continue
            tag = self._about((owner, name))["etag"]
            items.append(
                f"<Contents><Key>{escape(name)}</Key><Size>{len(data)}</Size><ETag>{tag}</ETag>"
                "<LastModified>2026-11-28T12:00:00.000Z</LastModified></Contents>"
            )
        common = [
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in folders
        ]
        body = f"<ListBucketResult>{''.join(items + common)}</ListBucketResult>"
        return "200 OK", {"content-type": "application/xml"}, body.encode()


def _key(path):
    """The bucket and the name of an object, of the path of its URL."""
    bucket, _, name = unquote(path).lstrip("/").partition("/")
    return bucket, name


def _failure(status, code):
    return status, {}, f"<Error><Code>{code}</Code></Error>".encode()
