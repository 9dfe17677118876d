"""The command line as tests use it: in this process, or in one of its own at a real terminal."""

import io
import json
import os
import re
import select
import signal
import struct
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import midakit
from midakit.cli import main
from midakit.cli.options import GlobalOptions, use
from support import signatures

HERE = str(Path(midakit.__file__).parents[1])
PROGRAM = [sys.executable, "-m", "midakit.cli"]
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str = ""

    @property
    def json(self):
        """Its output, read as JSON."""
        return json.loads(self.out)


class Midakit:
    """Runs commands in this process: `midakit("result", "1001")`."""

    def __init__(self, monkeypatch, capsys):
        self.monkeypatch = monkeypatch
        self.capsys = capsys
        signatures.read_once(monkeypatch)

    def __call__(self, *words, stdin=""):
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        self.capsys.readouterr()
        try:
            main([str(word) for word in words])
            code = 0
        except SystemExit as end:
            code = end.code
        finally:
            use(GlobalOptions())
            signal.set_wakeup_fd(-1)  # or a Ctrl-C of a later test would be sent again
            signal.signal(signal.SIGINT, signal.default_int_handler)
        out, err = self.capsys.readouterr()
        return Done(code, out, err)

    def good(self, *words, stdin=""):
        """One that must succeed."""
        done = self(*words, stdin=stdin)
        assert done.code == 0, done
        return done


def environment(**more):
    """A process of this tree's midakit."""
    path = os.pathsep.join(filter(None, [HERE, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **more}


def process(*words, stdin=subprocess.DEVNULL, **more):
    """A command in a process of its own, with pipes."""
    done = subprocess.run(
        [*PROGRAM, *words], env=environment(**more), stdin=stdin, capture_output=True,
        timeout=600, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


LAUNCH = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Makes the terminal its own, so that Ctrl-C reaches it, and becomes the command."""


class Terminal:
    """A command at a real terminal of some width; use it as a context manager."""

    def __init__(self, *words, columns=80, **more):
        import pty  # not on Windows, where tests of terminals are skipped
        import termios
        from fcntl import ioctl

        self.seen = ""
        self.screen, theirs = pty.openpty()
        ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
        kept = {name: value for name, value in environment(**more).items() if name != "COLUMNS"}
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", LAUNCH, *PROGRAM, *words], env={"TERM": "xterm", **kept},
            stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        )  # fmt: skip
        os.close(theirs)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.screen)

    def type(self, text):
        """Press keys; `\\x03` is Ctrl-C, `\\x04` Ctrl-D."""
        os.write(self.screen, text.encode())

    def until(self, words, seconds=300):
        """Read until the words, a pattern, are on the screen."""
        end = time.monotonic() + seconds
        while not re.search(words, self.text):
            assert time.monotonic() < end, f"never saw {words!r} in:\n{self.text}"
            assert self._read(), f"it ended before {words!r}:\n{self.text}"

    def end(self, seconds=300):
        """Read until it ends; its exit code."""
        end = time.monotonic() + seconds
        while self._read():
            assert time.monotonic() < end, f"it never ended:\n{self.text}"
        return self.process.wait(seconds)

    def _read(self):
        if not select.select([self.screen], [], [], 0.5)[0]:
            return True
        try:
            data = os.read(self.screen, 65_536)
        except OSError:  # how Linux says that nobody holds the other end
            return False
        self.seen += data.decode()
        return bool(data)

    @property
    def text(self):
        """What came, without colors and cursor moves."""
        return ESCAPES.sub("", self.seen).replace("\r\n", "\n")

    @property
    def lines(self):
        """Lines as they stand at the end: what a carriage return overwrote is gone."""
        return [line.rpartition("\r")[2] for line in self.text.split("\n")]
