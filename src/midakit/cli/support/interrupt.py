"""End a command at once on Ctrl-C, even while threads wait for a server that does not answer.

Python unwinds the main thread and then joins the others, which may take as long as their timeouts.
Commands that only read and write through the API have nothing to finish there, so after a moment
the process ends. Exports are not among them: they commit what they have, and asyncio stops them.

A signal that arrives between Python's last look and the system call that the main thread is about to
make (a sleep, a read from the terminal) does not cut that call short. So a thread hears of every
signal through a pipe, and sends it to the main thread again until it has been noticed.

The handler takes no lock and starts no thread: a second Ctrl-C may call it in the midst of itself, and
would wait for ever for a lock that the first call holds.
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
REPEAT = 0.05
"""Seconds until a signal that the main thread has not noticed is sent again."""
TIMES = 20
"""How often it is sent again at most."""
TOLD = threading.Event()
"""Set once somebody has said that the command was interrupted."""
UNFINISHED: set[Path] = set()
"""Files that are being written, to be removed when the process ends in mid-write."""

_noticed: list[bool] = []  # not an Event, which has a lock
_pipe: list[int] = []  # its writing end, once a thread listens at the other


def end_at_once() -> None:
    """Make Ctrl-C end the process within a moment, whatever the main thread and others wait for."""
    if threading.current_thread() is not threading.main_thread():
        return
    signal.signal(signal.SIGINT, _interrupted)
    if not hasattr(signal, "pthread_kill"):  # Windows cuts a sleep and a read short by itself
        return
    if not _pipe:
        listening, signalled = os.pipe()
        os.set_blocking(signalled, False)
        threading.Thread(target=_repeat, args=(listening,), daemon=True).start()
        _pipe.append(signalled)
    signal.set_wakeup_fd(_pipe[0], warn_on_full_buffer=False)


def _interrupted(number: int, frame: FrameType | None) -> None:
    _noticed.append(True)
    if not _pipe:  # nobody listens, on Windows
        threading.Thread(target=_give_up, daemon=True).start()
    signal.default_int_handler(number, frame)


def _repeat(listening: int) -> None:
    """Send Ctrl-C to the main thread again, a few times, until it has been noticed; then give up."""
    while os.read(listening, 1) != bytes([signal.SIGINT]):
        pass
    main = threading.main_thread().ident
    for _ in range(TIMES):
        sleep(REPEAT)
        if _noticed:
            _give_up()
        if main is None:
            return
        signal.pthread_kill(main, signal.SIGINT)


def _give_up() -> None:
    sleep(GRACE)
    for path in UNFINISHED:
        path.unlink(missing_ok=True)
    if not TOLD.is_set():
        sys.stderr.write("midakit: interrupted\n")
        sys.stderr.flush()
    os._exit(130)
