"""The processes of the contenders, seen from the run: asked one at a time, each within its time."""

import json
import os
import select
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_OURS = ("PROXY", "MIDA", "OPENAI", "STRIPE", "SSL_CERT", "CA_BUNDLE")


class OutError(Exception):
    """This contender takes no further part; the text says why."""


def environment(ca):
    """Without proxies and keys of the machine, trusting the run's own authority."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not any(word in name.upper() for word in NOT_OURS)
    }
    return {**kept, "SSL_CERT_FILE": ca, "PYTHONPATH": os.pathsep.join(_paths())}


def _paths():
    return [str(ROOT), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]


class Worker:
    """One contender's process."""

    def __init__(self, name, ca):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.calls.working", name],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            bufsize=0, env=environment(ca),
        )  # fmt: skip

    def ask(self, do, *, within=90.0, **details):
        """Its answer to one command; an OutError when it is missing, too slow, or fails."""
        self.say(do, **details)
        return self.hear(within)

    def say(self, do, **details):
        """Begin one command."""
        command = json.dumps({"do": do, **details}) + "\n"
        try:
            self.process.stdin.write(command.encode())
        except BrokenPipeError:
            raise OutError("its process ended") from None

    def hear(self, within=90.0):
        """The answer to the command that was begun."""
        readable, _, _ = select.select([self.process.stdout], [], [], within)
        if not readable:
            self.process.kill()
            raise OutError(f"not done within {within:.0f} s")
        line = self.process.stdout.readline()
        if not line:
            said = self.process.stderr.read().decode(errors="replace").strip()
            raise OutError(f"its process ended: {said.splitlines()[-1] if said else 'no word'}")
        found = json.loads(line)
        if "missing" in found:
            raise OutError(f"{found['missing']} is not installed")
        if "failed" in found:
            raise OutError(found["failed"])
        return found

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()


class Fleet:
    """Workers by name, started when first needed."""

    def __init__(self, ca):
        self.ca = ca
        self.workers = {}

    def ask(self, name, do, **details):
        if name not in self.workers:
            self.workers[name] = Worker(name, self.ca)
        try:
            return self.workers[name].ask(do, **details)
        except OutError:
            self.workers.pop(name).close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        for worker in self.workers.values():
            worker.close()
