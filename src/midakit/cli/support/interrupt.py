"""Ctrl-C ends a command at once, even while threads wait for a server that does not answer.

Python unwinds the main thread and then joins the others, which may take as long as their timeouts.
Commands that only read and write through the API have nothing to finish there, so after a moment
the process ends. Exports are not among them: they commit what they have, and asyncio stops them.
"""

import os
import signal
import sys
import threading
from pathlib import Path
from time import sleep
from types import FrameType

GRACE = 0.7
"""Seconds to end in the usual way."""
TOLD = threading.Event()
"""Somebody has said already that it was interrupted."""
UNFINISHED: set[Path] = set()
"""Files that are being written; nobody wants them half."""


def end_at_once() -> None:
    """From now on Ctrl-C waits for no thread."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, _interrupted)


def _interrupted(number: int, frame: FrameType | None) -> None:
    threading.Thread(target=_give_up, daemon=True).start()
    signal.default_int_handler(number, frame)


def _give_up() -> None:
    sleep(GRACE)
    for path in UNFINISHED:
        path.unlink(missing_ok=True)
    if not TOLD.is_set():
        sys.stderr.write("midakit: interrupted\n")
        sys.stderr.flush()
    os._exit(130)
