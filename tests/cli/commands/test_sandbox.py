"""The sandbox as a command of its own."""

import os
import re
import subprocess
import sys
import time
import urllib.request

import pytest

from midakit.sandbox.__main__ import with_serve
from support.commands import environment, process


def test_the_sandbox_serves_until_it_is_told_to_stop(tmp_path):
    """`midakit sandbox serve` answers /__sandbox__/health and ends on SIGTERM."""
    process = subprocess.Popen(
        [sys.executable, "-m", "midakit.cli", "sandbox", "serve", "--port", "0", "--visitors", "200"],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        url = process.stdout.readline().split()[-1]
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"{url}/__sandbox__/health") as answer:
                    assert answer.status == 200
                break
            except OSError:
                time.sleep(0.1)
        else:
            pytest.fail("never ready")
    finally:
        process.terminate()
        assert process.wait(300) == 0
        process.stdout.close()


def test_the_sandbox_serves_when_nothing_else_is_named():
    """`midakit sandbox`, with or without its options, is `midakit sandbox serve`."""
    assert with_serve([]) == ["serve"]
    assert with_serve(["--port", "0"]) == ["serve", "--port", "0"]
    assert with_serve(["check", "a", "b"]) == ["check", "a", "b"]
    assert with_serve(["--help"]) == ["--help"]


def test_a_sandbox_that_cannot_start_says_why(shop):
    """A port that is taken, a port that is none, a count that is none."""
    taken = process("sandbox", "--port", shop.url.rpartition(":")[2])
    assert (taken.code, "--port 0 takes a free one" in taken.err) == (1, True)
    for words, said in (
        (("--port", "99999"), "above 65535"),
        (("--visitors", "-5"), "is not a whole number from 0"),
    ):
        done = process("sandbox", *words)
        assert (done.code, said in done.err) == (2, True), done


def test_the_sandbox_looks_like_the_other_commands():
    """Its help has their panels, its errors their two lines, and a slip is named."""
    shown = process("sandbox", "serve", "--help").out
    assert shown.startswith("Usage: midakit sandbox serve [OPTIONS]\n")
    assert "\u256d\u2500 Parameters \u2500" in shown
    assert re.search(r"--visitors N +How many visitors", shown)
    assert "usage:" not in shown
    above = process("sandbox", "--help").out
    for name in ("serve", "health", "check"):
        assert re.search(rf"\u2502 {name} +\w", above)
    wrong = process("sandbox", "serve", "--port", "x")
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == (
        "midakit: --port: 'x' is not a whole number from 0\n"
        "  `midakit sandbox serve --help` shows what it takes.\n"
    )
    assert "unknown command 'serv'; did you mean serve?" in process("sandbox", "serv").err


def test_without_the_extra_the_help_is_a_plain_one():
    """`python -m midakit.sandbox` stands alone, and so does the command without `cli`."""
    code = (
        "import sys; sys.modules['cyclopts'] = None\n"
        "from importlib import util; found = util.find_spec\n"
        "util.find_spec = lambda name, *more: None if name == 'cyclopts' else found(name, *more)\n"
        "from midakit.cli import main; main(['sandbox', 'serve', '--help'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("usage: midakit sandbox serve")
