"""A sandbox that serves from this process until it is interrupted."""

import json
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

from midakit.sandbox.server.sandbox import Sandbox
from midakit.sandbox.settings import ServeSettings, Settings
from midakit.sandbox.values import Body


def serve(settings: Settings, own: ServeSettings | None = None) -> None:
    """Serve from this process until SIGINT or SIGTERM, and print how to reach it.

    A first signal lets requests in flight finish, a second one cuts them.

    Args:
        settings: How to serve.
        own: How to tell that it is ready, and how to end; None is the usual way.

    Raises:
        OSError: The port is taken, or the data folder cannot be opened.
        ValueError: The certificate cannot be used.
    """
    own = own or ServeSettings()
    # not an Event: its lock may be held by the very thread that runs the handler, which would wait for ever
    signals: SimpleQueue[int] = SimpleQueue()
    previous = {
        number: signal.signal(number, lambda received, _: signals.put(received))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    sandbox = Sandbox(settings)
    try:
        if own.ready_file is not None:
            own.ready_file.unlink(missing_ok=True)  # of a process that was killed
        sandbox.start()
        _tell(sandbox, own)
        while _none(signals, 0.5):
            pass
        sandbox.end_requests(own.grace)
        while sandbox.serves and _none(signals, 0.05):
            pass
    finally:
        sandbox.stop()
        if own.ready_file is not None:
            own.ready_file.unlink(missing_ok=True)
        for number, handler in previous.items():
            signal.signal(number, handler)


def _none(signals: SimpleQueue[int], seconds: float) -> bool:
    """Wait for a signal, and return whether there was none."""
    with suppress(Empty):
        signals.get(timeout=seconds)
        return False
    return True


def ready_line(sandbox: Sandbox) -> Body:
    """Return what a program has to know to use a sandbox.

    Args:
        sandbox: The sandbox, which runs.

    Returns:
        The line as JSON.
    """
    from midakit._version import __version__

    projects = sandbox.state.records.find_all("project")
    return {
        "ready": True,
        "version": __version__,
        "pid": os.getpid(),
        "url": sandbox.url,
        "base_url": sandbox.base_url,
        "api_key": sandbox.api_key,
        "access_token": sandbox.access_token,
        "project_keys": [project["project_key"] for project in projects],
        "ca_file": str(sandbox.ca_file) if sandbox.ca_file else None,
    }


def _tell(sandbox: Sandbox, own: ServeSettings) -> None:
    """Tell how to reach it, in words or as JSON."""
    line = json.dumps(ready_line(sandbox))
    if own.ready_file is not None:
        _write_whole(own.ready_file, line + "\n")
    if own.ready_json:
        _say(line)
        return
    _say(f"Mida sandbox at {sandbox.url}")
    _say(f"  base URL     {sandbox.base_url}")
    _say(f"  project key  {sandbox.project_key or '(none: nothing was seeded)'}")
    _say(f"  API key      {sandbox.api_key}")
    if sandbox.ca_file:
        _say(f"  certificate  SSL_CERT_FILE={sandbox.ca_file}")
    _say("Ctrl-C ends it. For this shell:")
    _say(
        f"  export MIDA_BASE_URL={sandbox.base_url} MIDA_API_KEY={sandbox.api_key}"
        f" MIDA_PROJECT_KEY={sandbox.project_key}"
    )


def _write_whole(path: Path, text: str) -> None:
    """Write a file that no reader sees half of; only its owner may read it."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def _say(line: str) -> None:
    """Print a line at once: whoever started the process waits for it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
