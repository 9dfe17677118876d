"""Several processes fetch for one run; the run alone writes.

    calls of the plan --leases--> processes: fetch, decode, make columns --rows--> the run: commits

- The run owns the budget. Each process has a fixed share of concurrency, rate and bytes, so that all of
  them together keep to what one would. When a process ends, the others get its share.
- A pause that a server asks one process for holds all of them.
- A call is done when its rows have arrived in the run. What a process that was killed had not handed over
  is leased to another. So no row can be there twice.
- Processes are started anew (no fork), with a command line that says nothing; the key goes through a pipe.
  They end with the run: without its pipe they exit, whatever has become of it.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from math import ceil
from threading import Lock
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from midakit.core.processes import APART
from midakit.export.files.buffer import FetchedRows
from midakit.export.plan.spec import Spec
from midakit.export.run.messages import (
    Attempted,
    Failed,
    Lease,
    Paused,
    ProcessSettings,
    Stopped,
    Told,
    Want,
    Warned,
    read,
    write,
)
from midakit.export.run.process_settings import shares
from midakit.export.run.worker import RunStopped

if TYPE_CHECKING:
    from midakit.export.run.process_runner import ProcessRunner

COMMAND = ("-P", "-m", "midakit.export.run.worker_process")


class Process:
    """A worker process, and the calls that it has."""

    def __init__(self) -> None:
        path = os.pathsep.join(entry or os.curdir for entry in sys.path)
        self._process = subprocess.Popen(  # noqa: S603  # our own module
            [sys.executable, *COMMAND],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            **APART,  # Ctrl-C is for the run, which ends its processes
        )
        self._lock = Lock()
        self.leased: dict[str, tuple[Spec, set[str]]] = {}
        """Id -> call, and the tables whose rows have not arrived."""
        self.fetched = 0
        """How many of them it has fetched."""
        self.wants = False
        """Whether it waits for calls."""
        self.concurrency = 1

    @property
    def id(self) -> int:
        """The number that the system gave it."""
        return self._process.pid

    def send(self, message: object) -> None:
        """Say something; one that has ended does not hear it, which `receive` then tells.

        Args:
            message: One of the run's messages.
        """
        assert self._process.stdin is not None
        with self._lock, suppress(OSError, ValueError):
            write(message, self._process.stdin)

    def receive(self) -> Any:
        """Wait for a message and return it; None when the process has ended."""
        assert self._process.stdout is not None
        return read(self._process.stdout)

    def end(self) -> int:
        """End the process, and return its exit code."""
        self._process.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()
        return code


class WorkerProcesses:
    """The worker processes of a run, and the calls that none of them has yet.

    Args:
        settings: What each of them goes by.
        specs: The calls to fetch, in order.
        run: What their rows go to.
    """

    def __init__(
        self, settings: Sequence[ProcessSettings], specs: Sequence[Spec], run: "ProcessRunner"
    ) -> None:
        self._settings = settings
        self._specs = iter(specs)  # a packed call is made when it is leased
        self._waiting = len(specs)
        """How many calls no process has."""
        self._again: deque[tuple[Spec, set[str]]] = deque()
        """Those among them that a process had, each with the tables that lack its rows."""
        self._run = run
        self._alive: list[Process] = []
        self._threads = anyio.CapacityLimiter(2 * len(settings))
        self._done = anyio.Event()
        rates = [one.rps for one in settings if one.rps is not None]
        self._budget = sum(one.concurrency for one in settings), sum(rates) if rates else None

    async def run(self) -> None:
        """Fetch all calls; whatever happens, no process is left.

        Raises:
            RunStopped: A process has stopped, or all have ended.
            OSError: The place cannot be written to.
        """
        failures: list[Exception] = []

        async def attend(process: Process) -> None:
            try:
                await self._attend(process)
            except Exception as failure:
                failures.append(failure)
                group.cancel_scope.cancel()

        started: list[Process] = []
        try:
            started.extend(Process() for _ in self._settings)
            self._alive = [*started]
            for process, settings in zip(started, self._settings, strict=True):
                process.concurrency = settings.concurrency
                await self._send(process, settings)  # before what others may have to say
            async with anyio.create_task_group() as group:
                for process in started:
                    group.start_soon(attend, process)
                await self._done.wait()
                group.cancel_scope.cancel()
        finally:
            for process in started:
                process.end()
        if failures:
            raise failures[0]

    async def _attend(self, process: Process) -> None:
        """Give a process calls and take its rows until it ends."""
        while True:
            message = await anyio.to_thread.run_sync(
                process.receive, abandon_on_cancel=True, limiter=self._threads
            )
            if message is None:
                break
            await self._hear(process, message)
            self._look_for_end()
        await self._take_over(process)

    async def _hear(self, process: Process, message: Any) -> None:
        match message:
            case Want():
                process.wants = True
                await self._lease(process)
            case FetchedRows():
                await self._take(process, message)
            case Failed():
                spec, _ = process.leased.pop(message.spec_id)
                self._run.failed(spec, message.error, message.attempts)
            case Attempted():
                self._run.attempted(*message)
            case Told():
                process.fetched += message.fetched
                under_way = sum(len(one.leased) - one.fetched for one in self._alive)
                self._run.told(message.bytes, message.fetched, under_way)
            case Warned():
                self._run.warn(message.text)
            case Paused():
                for one in self._alive:
                    if one is not process:
                        await self._send(one, message)
            case Stopped():
                raise RunStopped(message.why)

    async def _take(self, process: Process, rows: FetchedRows) -> None:
        """Hand rows to the run; a call is done with the last of its tables."""
        await self._run.took(rows)
        for id in rows.contents.specs:
            spec, lacking = process.leased[id]
            lacking.discard(rows.table)
            if not lacking:
                del process.leased[id]
                process.fetched -= 1
                self._run.ended(spec, absent=id in rows.contents.absent)

    async def _lease(self, process: Process) -> None:
        """Give a process calls: many at first, few in the end, so that all end together."""
        fair = ceil(self._waiting / (2 * len(self._alive)))
        most = min(2 * process.concurrency, fair)
        calls: list[tuple[Spec, set[str]]] = []
        while self._waiting and len(calls) < most:
            spec, lacking = self._next()
            if not self._run.skips(spec):
                calls.append((spec, lacking))
                process.leased[spec.id] = (spec, lacking)
        if calls:
            process.wants = False
            await self._send(process, Lease(calls, self._run.left))

    def _next(self) -> tuple[Spec, set[str]]:
        """Return a call that no process has, with the tables that lack its rows."""
        self._waiting -= 1
        if self._again:
            return self._again.popleft()
        spec = next(self._specs)
        return spec, self._run.tables_of(spec)

    async def _take_over(self, process: Process) -> None:
        """Let the others have the share of a process that has ended, and its calls."""
        self._alive.remove(process)
        code = await anyio.to_thread.run_sync(process.end)
        if not self._alive:
            raise RunStopped(f"all worker processes have ended, the last with exit code {code}")
        self._again.extend(process.leased.values())
        self._waiting += len(process.leased)
        self._run.told(0, -process.fetched, 0)
        for one, share in zip(self._alive, shares(*self._budget, len(self._alive)), strict=True):
            one.concurrency = share.concurrency
            await self._send(one, share)
            if one.wants:
                await self._lease(one)

    def _look_for_end(self) -> None:
        if not self._waiting and not any(process.leased for process in self._alive):
            self._done.set()

    async def _send(self, process: Process, message: object) -> None:
        await anyio.to_thread.run_sync(process.send, message, limiter=self._threads)
