"""The sandbox as a command of its own."""

import os
import subprocess
import sys
import time
import urllib.request

import pytest

from midakit.sandbox.__main__ import with_serve
from support.commands import process


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


def test_the_sandbox_is_called_by_the_name_that_was_typed():
    """Its help and its errors say `midakit sandbox`."""
    shown = process("sandbox", "serve", "--help")
    assert shown.out.startswith("usage: midakit sandbox serve")
    wrong = process("sandbox", "serve", "--port", "x")
    assert wrong.code == 2
    assert "midakit sandbox serve: error" in wrong.err
