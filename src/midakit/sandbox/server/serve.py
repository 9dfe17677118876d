"""A sandbox that serves from this process until it is interrupted."""

import signal
import sys
from contextlib import suppress
from queue import Empty, SimpleQueue

from midakit.sandbox.server.sandbox import Sandbox
from midakit.sandbox.settings import Settings


def serve(settings: Settings) -> None:
    """Serve from this process until SIGINT or SIGTERM, and print how to reach it.

    Args:
        settings: How to serve.

    Raises:
        OSError: The port is taken, or the data folder cannot be opened.
    """
    # not an Event: its lock may be held by the very thread that runs the handler, which would wait for ever
    signals: SimpleQueue[int] = SimpleQueue()
    previous = {
        number: signal.signal(number, lambda received, _: signals.put(received))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with Sandbox(settings) as sandbox:
            _say(f"Mida sandbox at {sandbox.url}")
            _say(f"  base URL     {sandbox.base_url}")
            _say(f"  project key  {sandbox.project_key or '(none: nothing was seeded)'}")
            _say(f"  API key      {sandbox.api_key}")
            _say("Ctrl-C ends it. For this shell:")
            _say(
                f"  export MIDA_BASE_URL={sandbox.base_url} MIDA_API_KEY={sandbox.api_key}"
                f" MIDA_PROJECT_KEY={sandbox.project_key}"
            )
            while True:
                with suppress(Empty):
                    signals.get(timeout=0.5)
                    break
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _say(line: str) -> None:
    """Print a line at once: whoever started the process waits for it."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
