"""Record what Mida's own clients send, byte for byte, for the comparison in the tests.

    git clone https://github.com/mida-so/mida-node && (cd mida-node && npm install)
    git clone https://github.com/mida-so/mida-python
    python scripts/record_sdk_wire.py mida-node mida-python > tests/data/delivery/sdk_wire.json

Each client makes the same four calls against a server on this machine, which writes the requests down.
Both packages are named in Mida's documentation; neither could be installed from npm or PyPI.
"""

import json
import socketserver
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

NODE = """
const Mida = require(process.argv[1]);
const mida = new Mida("PROJECTxKEY");
mida.host = process.argv[2];
(async () => {
  await mida.getExperiment("checkout-v2", "user-42");
  await mida.setEvent("Purchase", "user-42", {revenue: 49.99, quantity: 1, currency: "USD"});
  await mida.reloadFeatureFlags("user-42");
  await mida.setAttribute("user-42", {gender: "male", company_name: "Apple Inc"});
})();
"""
PYTHON = """
import sys
sys.path.insert(0, sys.argv[1])
from mida import Mida
mida = Mida("PROJECTxKEY")
mida.host = sys.argv[2]
mida.get_experiment("checkout-v2", "user-42")
mida.set_event("Purchase", "user-42")
mida.reload_feature_flags("user-42")
mida.set_attribute("user-42", {"gender": "male", "company_name": "Apple Inc"})
"""
OPERATIONS = {
    "/experiment/query": "variant",
    "/experiment/event": "event",
    "/feature-flag": "flags",
    "/track/PROJECTxKEY": "attributes",
}
ANSWERS = {"variant": b'{"version":"Control"}', "flags": b"[]"}
VARYING = {"host", "connection", "content-length"}


class Recorder(socketserver.StreamRequestHandler):
    """Answers every request of a connection and writes it down."""

    seen: list[dict[str, Any]]

    def handle(self) -> None:
        """Read requests until the client leaves."""
        while line := self.rfile.readline():
            method, path, _ = line.decode().split()
            headers = {}
            while (text := self.rfile.readline().strip()) != b"":
                name, _, value = text.decode().partition(":")
                headers[name.lower()] = value.strip()
            body = self.rfile.read(int(headers.get("content-length", "0")))
            operation = OPERATIONS[path]
            kept = {name: value for name, value in headers.items() if name not in VARYING}
            self.seen.append(
                {
                    "operation": operation,
                    "method": method,
                    "path": path,
                    "headers": kept,
                    "body": body.decode(),
                }
            )
            answer = ANSWERS.get(operation, b"{}")
            head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(answer)}\r\n\r\n"
            self.wfile.write(head.encode() + answer)


def record(command: list[str]) -> list[dict[str, Any]]:
    """Run a client; the address of the server is added to its command."""
    seen: list[dict[str, Any]] = []
    handler = type("Handler", (Recorder,), {"seen": seen})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        subprocess.run(
            [*command, f"http://127.0.0.1:{server.server_address[1]}"], check=True, timeout=60
        )
        server.shutdown()
    return seen


def main() -> None:
    """Record both clients."""
    node, python = (Path(word).resolve() for word in sys.argv[1:3])
    found = {
        "mida-node 1.0.5": record(["node", "-e", NODE, str(node / "index.js")]),
        "mida-python": record([sys.executable, "-c", PYTHON, str(python)]),
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
