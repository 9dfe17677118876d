"""The process of one contender: it opens its client when told, sends, and says what it took.

    python -m benchmarks.calls.working NAME     commands and answers are JSON, a line each

A process each keeps memory, imports, garbage and CPU time apart; an idle one costs nothing. Every
answer is checked after the clock has stopped: each number asked for must have come back once, out
of a body whose other fields are right.
"""

import asyncio
import importlib
import importlib.metadata
import inspect
import json
import os
import resource
import sys
import time
from contextlib import AsyncExitStack, suppress
from pathlib import Path

from benchmarks.calls.contenders import CONTENDERS, shapes
from benchmarks.calls.exchanges import EXCHANGES, FIRST, read


def version(distribution):
    """Ours from the source, which may run without being installed."""
    if distribution == "midakit":
        return importlib.import_module("midakit").__version__
    return importlib.metadata.version(distribution)


def peak():
    """The most resident memory of this process; not `ru_maxrss`, which remembers the parent's."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def forget_peak():
    """What follows is measured anew, where the system can do that."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def busy():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


MOST_THREADS = 64


class Bench:
    """One contender with an open client."""

    def __init__(self, name):
        self.contender = CONTENDERS[name]
        factory = None
        if self.contender.uvloop:
            import uvloop

            factory = uvloop.new_event_loop
        self.runner = asyncio.Runner(loop_factory=factory)
        self.stack = AsyncExitStack()

    def open(self, url, ca, flight, asks="result"):
        """A fresh client for that door and that kind of call; says which versions it runs on."""
        self.exchange = EXCHANGES[asks]
        module, _, function = self.contender.opens.partition(":")
        opener = getattr(importlib.import_module(f"benchmarks.calls.contenders.{module}"), function)
        self.flight = self.contender.flight or flight
        if self.contender.shape == "threads":
            self.flight = min(self.flight, MOST_THREADS)
        forget_peak()

        async def enter():
            await self.stack.aclose()
            opened = opener(url, ca, self.flight, self.exchange)
            if hasattr(opened, "__aenter__"):
                return await self.stack.enter_async_context(opened)
            return self.stack.enter_context(opened)

        self.client = self.runner.run(enter())
        return {"versions": {need: version(need) for need in self.contender.needs}}

    def send(self, count):
        """`count` calls; their answers."""
        numbers = range(FIRST, FIRST + count)
        if self.contender.shape == "own":
            found = self.client.many(numbers, self.flight)
        else:
            found = getattr(shapes, self.contender.shape)(self.client, numbers, self.flight)
        return self.finished(found)

    def finished(self, found):
        if not inspect.isawaitable(found):
            return found

        async def wait():
            return await found

        return self.runner.run(wait())

    def run(self, count, warm):
        """Seconds and CPU seconds of `count` calls, after some that do not count."""
        if warm:
            self.send(warm)
        used, started = busy(), time.perf_counter()
        answers = self.send(count)
        seconds, used = time.perf_counter() - started, busy() - used
        numbers = (a if isinstance(a, int) else read(a, self.exchange.number) for a in answers)
        assert sorted(numbers) == [*range(FIRST, FIRST + count)], "answers were lost or mixed up"
        whole = self.exchange.is_whole
        odd = next((a for a in answers if not isinstance(a, int) and not whole(a)), None)
        assert odd is None, f"not the answer: {odd!r}"
        return {"seconds": seconds, "cpu": used}

    def delays(self, count):
        """Each call's own seconds, the median and the 99th of a hundred."""
        if self.contender.shape == "own":
            found = self.finished(self.client.delays(range(FIRST, FIRST + count), self.flight))
        else:
            found, plain = [], self.client
            self.client = _timed(plain, found)
            try:
                self.send(count)
            finally:
                self.client = plain
        ordered = sorted(found)
        assert len(ordered) == count
        return {"p50": ordered[count // 2], "p99": ordered[min(count - 1, count * 99 // 100)]}

    def memory(self):
        """The most bytes this process has held since the client was opened."""
        return {"peak": peak()}

    def close(self):
        self.runner.run(self.stack.aclose())
        self.runner.close()


def _timed(get, found):
    if inspect.iscoroutinefunction(get):

        async def timed(number):
            started = time.perf_counter()
            answer = await get(number)
            found.append(time.perf_counter() - started)
            return answer

    else:

        def timed(number):
            started = time.perf_counter()
            answer = get(number)
            found.append(time.perf_counter() - started)
            return answer

    return timed


def main(name):
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    bench = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            bench = bench or Bench(name)
            found = getattr(bench, command.pop("do"))(**command)
        except ImportError as error:
            found = {"missing": error.name or str(error)}
        except Exception as error:
            found = {"failed": f"{type(error).__name__}: {error}"[:300]}
        answers.write(json.dumps(found) + "\n")
    if bench is not None:
        bench.close()


if __name__ == "__main__":
    main(sys.argv[1])
