"""Servers that harm before the first byte of a request: in the handshake of TLS."""

import gc
import socket
import threading

import pytest

import midakit
from support.forms import FORMS, caught

RECORD = b"\x16\x03\x03\x3f\xff\x02\x00\x3f\xfb"
"""How a handshake begins: a record of 16 kB that holds a hello of the server."""


class Dripping:
    """Answers a client's hello with one byte at a time, and knows when the client hung up."""

    def __enter__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.hung_up = threading.Event()
        threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self._listener.close()

    @property
    def url(self):
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self):
        sock, _ = self._listener.accept()
        with sock:
            sock.recv(65536)
            try:
                for byte in RECORD + bytes(1000):
                    sock.sendall(bytes([byte]))
                    threading.Event().wait(0.03)
            except OSError:
                self.hung_up.set()


@pytest.mark.parametrize("form", [form for form in FORMS if form.through != "proxy"], ids=str)
def test_a_handshake_that_drips_ends_in_time(form):
    """Nothing was sent, so even an unsafe POST may be repeated; the socket is closed at once."""
    with Dripping() as server:
        error = caught(form, server, "x", method="POST", safe=False, timeout=0.4, retry=1)
        assert type(error) is midakit.Timeout, repr(error)
        assert not error.sent
        assert server.hung_up.wait(60)
    gc.collect()  # a socket that is left to it warns, and warnings are errors here
