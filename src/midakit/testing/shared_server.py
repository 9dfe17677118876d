"""One sandbox for all workers of pytest-xdist, in a process of its own.

A folder in the run's temporary folder, named after the options of the server:

    user-*         one for each worker, which has a lock on it for as long as it lives
    address.json   where the server is; there is none while no server runs
    lock           held by who joins, and by the server while it decides to end

The first worker starts the server. The server waits for the lock of every worker: it gets them when
the last one is gone, also when that was killed. It then removes the address and ends.
"""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from hashlib import blake2b
from pathlib import Path
from time import sleep
from typing import Any

from filelock import lock_descriptor

from midakit.core.files import write_whole
from midakit.core.processes import APART
from midakit.testing.remote_sandbox import RemoteSandbox

ADDRESS, LOCK = "address.json", "lock"
LOOK = 0.2
"""Seconds between two looks of the server at who is still there."""


@contextmanager
def shared_sandbox(
    folder: Path, options: Mapping[str, Any], namespace: str
) -> Iterator[RemoteSandbox]:
    """Use the server that all workers share, and start it if no other has.

    Args:
        folder: The folder that the workers of this run share.
        options: What the server is started with: fields of `Settings`.
        namespace: The namespace of this worker.

    Yields:
        The sandbox, in the namespace.

    Raises:
        RuntimeError: The server did not start; it has said why on the standard error output.
    """
    text = json.dumps(options, sort_keys=True, default=str)
    shared = folder / f"midakit-sandbox-{blake2b(text.encode(), digest_size=6).hexdigest()}"
    shared.mkdir(exist_ok=True)
    with ExitStack() as stack:
        with _held(shared / LOCK):
            stack.enter_context(_held(shared / f"user-{secrets.token_hex(8)}"))
            if not (shared / ADDRESS).exists():
                _start(shared, text)
            found = json.loads((shared / ADDRESS).read_text(encoding="utf-8"))
        yield stack.enter_context(closing(RemoteSandbox(namespace=namespace, **found)))


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Hold the lock of a file."""
    with path.open("ab") as file:
        lock_descriptor(file.fileno())
        yield


def _is_held(path: Path) -> bool:
    """Return whether another process has the lock of a file."""
    with path.open("ab") as file:
        return not lock_descriptor(file.fileno(), blocking=False)


def _start(shared: Path, options: str) -> None:
    """Start the server; it ends by itself, so nobody waits for its process."""
    words = [sys.executable, "-m", "midakit.testing.shared_server", str(shared)]
    process = subprocess.Popen(  # noqa: S603 -- our own module
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        **APART,  # Ctrl-C ends the tests first
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdin as given, process.stdout as said:
        given.write(options)
        given.close()
        if said.readline() != "ready\n":
            process.wait()
            raise RuntimeError("the sandbox that the workers share did not start")
    process.returncode = 0  # no warning: it outlives this process on purpose


def main(shared: Path) -> None:
    """Serve until no worker has its lock.

    Args:
        shared: The folder of the server and its workers.
    """
    from midakit.sandbox import Sandbox

    with Sandbox(**json.load(sys.stdin)) as sandbox:
        found = {
            "url": sandbox.url,
            "api_key": sandbox.api_key,
            "access_token": sandbox.access_token,
        }
        write_whole(shared / ADDRESS, json.dumps(found), mode=0o600)
        sys.stdout.write("ready\n")
        sys.stdout.close()
        _wait_for_users(shared)


def _wait_for_users(shared: Path) -> None:
    """Wait until every worker is gone; then let the next one start a server."""
    while True:
        with _held(shared / LOCK):  # nobody joins now
            for user in [*shared.glob("user-*")]:
                if not _is_held(user):
                    user.unlink()
            if not any(shared.glob("user-*")):
                (shared / ADDRESS).unlink()
                return
        sleep(LOOK)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
