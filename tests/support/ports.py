"""Ports for servers that tests start."""

import random
import socket
from contextlib import suppress


def free_port():
    """A port nobody uses now, and below those that the system gives to connections.

    Of those, one may be in use when a server that was killed is to come back.
    """
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
