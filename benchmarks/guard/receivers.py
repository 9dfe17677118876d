"""Where messages arrive: a webhook receiver and a mailbox, each a real server on this machine."""

import base64
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from aiosmtpd.controller import Controller

SECRET = base64.b64encode(b"a secret of the month's receivers").decode()


@dataclass
class Arrived:
    """What arrived, in order; a list may hold the same message twice."""

    webhook: list[tuple[str, dict]] = field(default_factory=list)
    """Id and data of each delivery."""
    mails: list[str] = field(default_factory=list)
    """The text of each mail."""
    forged: int = 0
    """Deliveries whose signature was wrong."""
    webhook_url: str = ""
    mail_address: str = ""


@contextmanager
def receiving() -> Iterator[Arrived]:
    """Serve both receivers."""
    arrived = Arrived()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            number, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
            signed = f"{number}.{at}.".encode() + body
            digest = hmac.new(base64.b64decode(SECRET), signed, hashlib.sha256).digest()
            wanted = f"v1,{base64.b64encode(digest).decode()}"
            arrived.forged += self.headers["webhook-signature"] != wanted
            arrived.webhook.append((number, json.loads(body)["data"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Mailbox:
        async def handle_DATA(self, server: object, session: object, envelope: object) -> str:
            mail = message_from_bytes(envelope.content)
            parts = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
            text = (parts or [mail])[0].get_payload(decode=True).decode()
            arrived.mails.append(text.strip())
            return "250 OK"

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mailbox = Controller(Mailbox(), hostname="127.0.0.1", port=port, server_hostname="localhost")
    mailbox.start()
    arrived.webhook_url = f"http://127.0.0.1:{server.server_port}"
    arrived.mail_address = (
        f"mailto://127.0.0.1:{port}/?from=guard@example.com&to=ops@example.com"
        "&mode=insecure&format=text"
    )
    try:
        yield arrived
    finally:
        mailbox.stop()
        server.shutdown()
        thread.join()
        server.server_close()
