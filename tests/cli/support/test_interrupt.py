"""Ctrl-C ends every long command cleanly, says what is safe, and leaves nothing behind."""

import re
import subprocess
import sys
import time

import pytest

from support.commands import Terminal, environment, process

TRACES = ("Traceback", "Exception ignored", "Task was destroyed", "ResourceWarning")


def interrupted(screen):
    """Ctrl-C, and how it ended."""
    screen.type("\x03")
    code = screen.end()
    assert not any(words in screen.text for words in TRACES), screen.text
    return code


def waiting_for(shop):
    """Until a request has come and hangs."""
    end = time.monotonic() + 300
    while not any(rule["fired"] for rule in shop.state.faults.as_json()):
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.parametrize(
    "words",
    [
        ("result", "1001"),
        ("timeseries", "1001", "-s", "a=os == ios", "-s", "b=os == macos", "-s", "c=os == linux"),
        ("compare", "1001", "-s", "a=os == ios"),
        ("doctor",),
    ],
    ids=" ".join,
)
def test_a_command_that_waits_is_left(words, shop):
    """A server that never answers holds nobody."""
    shop.faults({"action": "hang"})
    with Terminal(*words) as screen:
        waiting_for(shop)
        assert interrupted(screen) == 130
        assert screen.text.count("interrupted") == 1
    shop.clear_faults()


def test_watching_stops_between_two_looks_and_during_one(shop):
    """It says so; the last picture stays on the screen."""
    with Terminal("watch", "1001", "--every", "60") as screen:
        screen.until("Ctrl-C ends")
        assert interrupted(screen) == 130
        assert "stopped watching" in screen.text
        assert "Homepage headline" in screen.text
    shop.faults({"action": "hang"})
    with Terminal("watch", "1001", "--quiet") as screen:
        waiting_for(shop)
        assert interrupted(screen) == 130
    shop.clear_faults()


def test_an_export_says_what_is_safe_and_goes_on_from_there(shop, home):
    """Exit code 130, the folder and --resume named, and --resume completes it."""
    with Terminal("export", "run", "out", "--rps", "1", "--kind", "results") as screen:
        screen.until(r" [1-9]/[0-9]")
        assert interrupted(screen) == 130
        said = " ".join(screen.text.split())
        assert "earlier rows kept" in said
        assert "--resume" in said
    done = process("export", "run", "out", "--resume")
    assert done.code == 0, done
    assert process("export", "verify", "out").code == 0


def test_the_sandbox_ends_on_ctrl_c(home):
    """With code 0: that is how it is meant to end; it prints what a shell needs first."""
    with Terminal("sandbox", "--port", "0", "--visitors", "200") as screen:
        screen.until("MIDA_PROJECT_KEY=")
        assert re.search(
            r"export MIDA_BASE_URL=http://127\.0\.0\.1:\d+/v2 MIDA_API_KEY=", screen.text
        )
        assert interrupted(screen) == 0


def test_a_file_that_was_being_written_is_not_left_half(shop, home):
    """Nor is a hidden one beside it."""
    shop.faults({"action": "hang"})
    with Terminal("goals", "list", "-o", "goals.csv") as screen:
        waiting_for(shop)
        assert interrupted(screen) == 130
    shop.clear_faults()
    assert [one.name for one in home.iterdir() if one.is_file()] == []


UNNOTICED = """
import signal, sys, threading, time
from midakit.cli.support.interrupt import end_at_once

def elsewhere():
    started.wait()
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

end_at_once()
started = threading.Event()
threading.Thread(target=elsewhere).start()
try:
    started.set()
    {wait}
except KeyboardInterrupt:
    print("noticed", flush=True)
"""
"""Another thread takes the signal, so it does not cut short what the main thread waits in."""


@pytest.mark.parametrize("wait", ["time.sleep(3000)", "sys.stdin.readline()"])
def test_a_signal_that_comes_just_before_a_wait_is_noticed(wait):
    """Ctrl-C between two looks of `watch`, or at a question, is not slept through."""
    with subprocess.Popen(
        [sys.executable, "-c", UNNOTICED.format(wait=wait)], env=environment(),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        assert program.stdout.read() == "noticed\n"


TWICE = """
import faulthandler, os, signal, sys, time
from midakit.cli.support import interrupt

def again_at(step):
    lines = 0

    def trace(frame, event, arg):
        nonlocal lines
        lines += 1
        if lines == step:
            os.kill(os.getpid(), signal.SIGINT)
        return trace

    try:
        sys.settrace(trace)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(3000)
    except KeyboardInterrupt:
        sys.settrace(None)

interrupt.GRACE = 3000
faulthandler.dump_traceback_later(300, exit=True)
interrupt.end_at_once()
for step in range(1, 40):
    again_at(step)
os._exit(0)
"""
"""A second Ctrl-C comes at each of the lines that Python runs because of the first."""


def test_a_second_ctrl_c_does_not_hold_up_the_first():
    """Wherever it comes, both end in one KeyboardInterrupt."""
    done = subprocess.run(
        [sys.executable, "-c", TWICE],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
