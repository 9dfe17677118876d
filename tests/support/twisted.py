"""A server that answers as the sandbox does, but for what a test changes: a proxy on a real socket."""

import json
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager

from support.json_server import JSON
from support.serving import serving

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def twisted(sandbox, change):
    """Serve the sandbox, changed.

    Args:
        sandbox: The running sandbox.
        change: Called with path, query, status and body; returns another status and body. Its attribute
            `headers`, if it has one, is sent with every answer.

    Yields:
        The base URL, and the requests that came.
    """

    def answer(asked):
        headers = {"Authorization": asked.headers["authorization"]}
        request = urllib.request.Request(
            f"{sandbox.url}{asked.path}", asked.body or None, headers, method=asked.method
        )
        try:
            with DIRECT.open(request) as reply:
                status, data = reply.status, reply.read()
        except urllib.error.HTTPError as error:
            with error:
                status, data = error.code, error.read()
        parts = urllib.parse.urlsplit(asked.path)
        query = dict(urllib.parse.parse_qsl(parts.query))
        status, body = change(parts.path, query, status, json.loads(data))
        return status, {**JSON, **getattr(change, "headers", {})}, json.dumps(body).encode()

    with serving(answer) as (address, seen):
        yield f"{address}/v2", seen
