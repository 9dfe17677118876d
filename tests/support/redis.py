"""A real Redis server for a test, where Debian's package is installed."""

import shutil
import socket
import subprocess
from contextlib import contextmanager

COMMAND = shutil.which("redis-server") or shutil.which("valkey-server")


def free_port():
    """A port that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]


@contextmanager
def running(port=None):
    """A server that keeps nothing on disk; gives its port when it answers."""
    port = port or free_port()
    words = [
        COMMAND,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            for line in process.stdout:
                if "Ready to accept connections" in line:
                    break
            else:
                raise RuntimeError("the server ended before it was ready")
            yield port
        finally:
            process.terminate()
            process.stdout.close()
