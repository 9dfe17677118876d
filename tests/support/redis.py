"""A real Redis server for a test, where Debian's package is installed."""

import shutil
import subprocess
from contextlib import contextmanager

from support.ports import free_port

COMMAND = shutil.which("redis-server") or shutil.which("valkey-server")


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
