"""`midakit proxy`: record what the service answers to any client, and replay it."""

import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from midakit.cli.input.arguments import Port


def proxy(
    file: Path,
    *,
    mode: Literal["replay", "record", "new"] = "replay",
    upstream: str = "",
    host: str = "127.0.0.1",
    port: Port = 4020,
    secret: Annotated[tuple[str, ...], Parameter(negative=())] = (),
) -> int:
    """Record what a service answers, and replay it to clients in any language.

    No key stands in the file. Point a client at the address that is printed.

    $ midakit proxy account.json --mode record --upstream https://api-us.mida.so
    $ midakit proxy account.json

    Args:
        file: The recording: a cassette, as JSON.
        mode: Answer from the file, record everything again, or record what is missing.
        upstream: The address of the service; for recording.
        host: The address to listen on; this machine only unless you change it.
        port: The port to listen on; 0 takes a free one.
        secret: A further word that must not stand in the file; may be repeated.
    """
    from midakit.testing.proxy import RecordingProxy

    ended = threading.Event()
    running = RecordingProxy(file, mode, upstream=upstream, host=host, port=port, secrets=secret)
    previous = {
        number: signal.signal(number, lambda *_: ended.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with running:
            what = f"Replaying {file}" if mode == "replay" else f"Recording {upstream} to {file}"
            sys.stdout.write(f"{what} at {running.base_url}\nCtrl-C ends it.\n")
            sys.stdout.flush()
            while not ended.wait(0.5):
                pass
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    return 0
