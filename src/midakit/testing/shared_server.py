"""One sandbox for all workers of pytest-xdist, in a process of its own.

Two files in the run's temporary folder, named after the options of the server:

    users      each worker has a shared lock on it for as long as it lives
    address    where the server is, as JSON; there is none while no server runs

The first worker starts the server. The server waits for the lock on `users` alone: it gets it when
the last worker is gone, also when that was killed. It then removes the address and ends.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import IO, Any

from midakit.testing.remote_sandbox import RemoteSandbox


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
    name = f"midakit-sandbox-{blake2b(text.encode(), digest_size=6).hexdigest()}"
    users, address = folder / f"{name}.users", folder / f"{name}.json"
    with users.open("a") as mine, (folder / f"{name}.starting").open("a") as starting:
        fcntl.flock(mine, fcntl.LOCK_SH)
        with _held(starting):
            if not address.exists():
                _start(users, address, text)
        found = json.loads(address.read_text(encoding="utf-8"))
        sandbox = RemoteSandbox(namespace=namespace, **found)
        try:
            yield sandbox
        finally:
            sandbox.close()


@contextmanager
def _held(file: IO[str]) -> Iterator[None]:
    """Hold the lock of a file."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def _start(users: Path, address: Path, options: str) -> None:
    """Start the server; it ends by itself, so nobody waits for its process."""
    words = [sys.executable, "-m", "midakit.testing.shared_server", str(users), str(address)]
    process = subprocess.Popen(  # noqa: S603 -- our own module
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C ends the tests first
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


def main(users: Path, address: Path) -> None:
    """Serve until no worker has its lock.

    Args:
        users: The file that the workers have locked.
        address: Where to write the address.
    """
    from midakit.sandbox import Sandbox

    with Sandbox(**json.load(sys.stdin)) as sandbox, users.open("a") as everybody:
        found = {
            "url": sandbox.url,
            "api_key": sandbox.api_key,
            "access_token": sandbox.access_token,
        }
        descriptor = os.open(address, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(found, file)
        sys.stdout.write("ready\n")
        sys.stdout.close()
        fcntl.flock(everybody, fcntl.LOCK_EX)
        address.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
