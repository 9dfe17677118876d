"""A server that answers as the sandbox does, but for what a test changes: a proxy on a real socket."""

import json
import threading
import urllib.error
import urllib.parse
import urllib.request
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def twisted(sandbox, change):
    """Serve the sandbox, changed.

    Args:
        sandbox: The running sandbox.
        change: Called with method, path, query, status and body; returns another status and body.

    Yields:
        The base URL, and the list of the methods and paths that were asked for.
    """
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            asked.append((self.command, self.path))
            parts = urllib.parse.urlsplit(self.path)
            headers = {"Authorization": self.headers["Authorization"]}
            request = urllib.request.Request(f"{sandbox.url}{self.path}", headers=headers)
            try:
                with DIRECT.open(request) as reply:
                    status, data = reply.status, reply.read()
            except urllib.error.HTTPError as error:
                status, data = error.code, error.read()
            query = dict(urllib.parse.parse_qsl(parts.query))
            status, body = change(parts.path, query, status, json.loads(data))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            for name, value in self.extra.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_POST = do_PATCH = do_DELETE = do_PUT = do_GET
        extra = getattr(change, "headers", {})

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v2", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
