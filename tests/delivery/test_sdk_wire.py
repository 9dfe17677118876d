"""Our requests beside those of Mida's own clients, as `scripts/record_sdk_wire.py` recorded them."""

import json
import socketserver
import threading
from pathlib import Path

import pytest

from midakit import __version__
from midakit.delivery import MidaDelivery

RECORDED = json.loads(
    (Path(__file__).parents[1] / "data/delivery/sdk_wire.json").read_text(encoding="utf-8")
)
OPERATIONS = ("variant", "event", "flags", "attributes")
OURS_ALONE = {"event": {"idempotency-key"}}
"""Headers that no client of Mida sends, by operation."""
VARYING = {"host", "connection", "content-length", "accept-encoding"}


class Recorder(socketserver.StreamRequestHandler):
    """Keeps every request as it came from the socket."""

    def handle(self):
        while line := self.rfile.readline():
            head = {}
            while text := self.rfile.readline().strip():
                name, _, value = text.decode().partition(":")
                head[name.lower()] = value.strip()
            body = self.rfile.read(int(head["content-length"]))
            method, path, _ = line.decode().split()
            self.server.seen[path] = (method, head, body.decode())
            answer = {"/experiment/query": b'{"version":"Control"}', "/feature-flag": b"[]"}
            reply = answer.get(path, b"{}")
            self.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(reply) + reply)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True


@pytest.fixture(scope="module")
def ours():
    """What our client sends for the calls that the others made, by operation."""
    with Server(("127.0.0.1", 0), Recorder) as server:
        server.seen = {}
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with MidaDelivery("PROJECTxKEY", base_url=url, budget=30) as delivery:
            delivery.variant("checkout-v2", "user-42")
            delivery.event(
                "Purchase", "user-42", {"revenue": 49.99, "quantity": 1, "currency": "USD"}
            )
            delivery.flags("user-42")
            delivery.attributes("user-42", {"gender": "male", "company_name": "Apple Inc"})
            assert delivery.flush(60)
        server.shutdown()
        thread.join()
    paths = {one["operation"]: one["path"] for one in RECORDED["mida-node 1.0.5"]}
    assert set(server.seen) == set(paths.values())
    return {operation: (path, *server.seen[path]) for operation, path in paths.items()}


def theirs(client, operation):
    return next(one for one in RECORDED[client] if one["operation"] == operation)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bodies_are_those_of_mida_node_to_the_byte(ours, operation):
    """Method, path and body are the same bytes."""
    path, method, _, body = ours[operation]
    recorded = theirs("mida-node 1.0.5", operation)
    assert (method, path, body) == (recorded["method"], recorded["path"], recorded["body"])


@pytest.mark.parametrize("operation", OPERATIONS)
def test_bodies_say_what_mida_python_says(ours, operation):
    """The same JSON without its blanks; events bring their properties, which it cannot send."""
    path, method, _, body = ours[operation]
    recorded = theirs("mida-python", operation)
    assert (method, path) == (recorded["method"], recorded["path"])
    sent, expected = json.loads(body), json.loads(recorded["body"])
    assert {name: sent[name] for name in expected} == expected
    assert set(sent) - set(expected) == ({"properties"} if operation == "event" else set())


@pytest.mark.parametrize("operation", OPERATIONS)
def test_headers_differ_where_it_is_told(ours, operation):
    """The same names but for the id of events; JSON is asked for and sent, and we say who we are."""
    _, _, head, _ = ours[operation]
    recorded = theirs("mida-node 1.0.5", operation)["headers"]
    assert set(head) - VARYING == set(recorded) | OURS_ALONE.get(operation, set())
    assert head["content-type"] == recorded["content-type"]
    assert head["accept"] in recorded["accept"]
    assert head["user-agent"] == f"midakit/{__version__}"
