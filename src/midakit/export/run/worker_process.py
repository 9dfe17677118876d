"""A worker process of a run: it fetches the calls that it is given and hands their rows over.

    python -m midakit.export.run.worker_process     started by `processes`; speaks on its two pipes

It ends when its pipe from the run does, whatever it is doing.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import AsyncExitStack
from queue import SimpleQueue
from time import monotonic
from typing import IO, TYPE_CHECKING, Any

from midakit.core.limits import Pause
from midakit.core.without_pandas import do_without_pandas
from midakit.errors import MidakitError, NotFound
from midakit.export.files.buffer import BATCH, Buffer, FetchedRows, Limits
from midakit.export.files.contents import CommittedFile
from midakit.export.files.formats import by_name
from midakit.export.files.windows import days_of
from midakit.export.plan.spec import REPORTS, Spec
from midakit.export.run.call_runner import CallRunner
from midakit.export.run.messages import (
    Attempted,
    Failed,
    Lease,
    Paused,
    ProcessSettings,
    Share,
    Stopped,
    Told,
    Want,
    Warned,
    read,
    write,
)
from midakit.export.run.worker import RunStopped

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

WAIT = 1.0
"""Seconds after which rows are handed over, however few they are."""
TELL = 0.2
"""Seconds after which a progress bar hears what was fetched."""


class Outgoing:
    """Messages to the run, written by a thread: the event loop never waits for the run.

    Args:
        pipe: The pipe to the run.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._queue: SimpleQueue[tuple[object, threading.Event]] = SimpleQueue()
        threading.Thread(target=self._write, daemon=True).start()

    def put(self, message: object) -> threading.Event:
        """Say something.

        Args:
            message: One of a process's messages.

        Returns:
            What is set once it is written.
        """
        written = threading.Event()
        self._queue.put((message, written))
        return written

    def _write(self) -> None:
        while True:
            message, written = self._queue.get()
            try:
                write(message, self._pipe)
            except OSError:  # the run has ended
                os._exit(0)
            written.set()


class PipeBuffer(Buffer):
    """Rows that wait until they are handed over; handing over waits while the run is busy.

    Where the run writes files, files are handed over: the run then takes a third of the CPU, because
    others make the files and fewer bytes go through the pipe. Else rows are, by thousands.

    Args:
        out: Where messages go.
        settings: What the process goes by.
    """

    def __init__(self, out: Outgoing, settings: ProcessSettings) -> None:
        limits = settings.limits
        if settings.format is None:
            limits = Limits(rows=BATCH, bytes=settings.most_bytes // 4, seconds=WAIT)
        super().__init__(None, limits, partition_by=settings.partition_by)
        self._out = out
        self._format = None if settings.format is None else by_name(settings.format)

    def _hand_on(self, found: FetchedRows) -> CommittedFile:
        rows = found.rows
        if self._format is not None:
            days = days_of(found.table, rows)
            found = found._replace(rows=self._format.encoded(rows, found.contents, days))
        self._out.put(found).wait()
        return CommittedFile("", found.table, rows.num_rows, 0)


class WorkerProcess(CallRunner):
    """Works off the calls that the run leases.

    Args:
        settings: What it goes by.
        clients: Its clients, in the order of the settings.
        out: Where messages go.
    """

    def __init__(
        self, settings: ProcessSettings, clients: "Sequence[AsyncMida]", out: Outgoing
    ) -> None:
        super().__init__(
            {
                project: client.project(project)
                for made, client in zip(settings.clients, clients, strict=True)
                for project in made.projects
            },
            PipeBuffer(out, settings),
            rps=settings.rps,
            keep_raw=settings.keep_raw,
            outage=settings.outage,
            most_bytes=settings.most_bytes,
        )
        self._clients = clients
        self._out = out
        self._queue: asyncio.Queue[Spec] = asyncio.Queue()
        self._share = 0
        self._busy = 0
        self._asked = False
        self._failed = 0
        self._told = Told(0, 0)
        self._told_at = monotonic()
        self._group: asyncio.TaskGroup

    async def run(self, share: Share) -> None:
        """Fetch until the process is ended.

        Args:
            share: What may be under way.
        """
        async with asyncio.TaskGroup() as self._group:
            self.hear(share)

    def hear(self, message: Any) -> None:
        """Do what the run says.

        Args:
            message: One of the run's messages.
        """
        match message:
            case Lease():
                self._counts.total = message.left + self._counts.done
                self._asked = False
                for spec, lacking in message.calls:
                    there = set(self._coverage.tables(spec)) - lacking
                    self._coverage.add({table: [{spec.id}] for table in there})
                    self._queue.put_nowait(spec)
                self._ask()
            case Share():
                for client in self._clients:
                    client.limits.window.ceiling = message.concurrency
                self._rate.change(message.rps)
                for _ in range(message.concurrency - self._share):
                    self._group.create_task(self._fetch())
                self._share = message.concurrency
                self._ask()
            case Paused():
                pause = self._clients[message.client].limits.pause
                pause.until = max(pause.until, monotonic() + message.seconds)

    async def _fetch(self) -> None:
        """Work off calls, one after the other; hand everything over when there are none."""
        while True:
            spec = await self._queue.get()
            self._busy += 1
            try:
                await self._work(spec)
            except RunStopped as stop:
                await asyncio.to_thread(self._out.put(Stopped(str(stop))).wait)
                return
            self._busy -= 1
            self._ask()
            if monotonic() - self._told_at > TELL:
                self._tell_counts()
            if not self._busy and self._queue.empty():
                await self._flush_all()

    def _ask(self) -> None:
        """Ask for more calls before there are none."""
        if not self._asked and self._queue.qsize() < self._share:
            self._asked = True
            self._out.put(Want())

    async def _flush(self, key: tuple[str, str], *, anyway: bool) -> None:
        self._tell_counts()  # the rows may end the run
        await super()._flush(key, anyway=anyway)

    def _tell_counts(self) -> None:
        counts, told = self._counts, self._told
        done = counts.done - self._failed
        self._out.put(Told(counts.bytes - told.bytes, done - told.fetched))
        self._told, self._told_at = Told(counts.bytes, done), monotonic()

    def _note_failed(self, spec: Spec, error: MidakitError, attempts: int) -> None:
        if isinstance(error, NotFound) and spec.kind in REPORTS:
            self._note_absent(spec)
            return
        self._counts.done += 1
        self._failed += 1
        self._out.put(Failed(spec.id, error, attempts))

    def _attempted(
        self, statuses: Sequence[int | None], answered: bool, detail: str | None
    ) -> None:
        self._out.put(Attempted(tuple(statuses), answered, detail))

    def _warn(self, text: str) -> None:
        self._out.put(Warned(text))


class SharedPause(Pause):
    """A pause that the run hears of, so that the other processes pause too.

    Args:
        client: The place of its client in the settings.
        out: Where messages go.
    """

    __slots__ = ("_client", "_out")

    def __init__(self, client: int, out: Outgoing) -> None:
        super().__init__()
        self._client = client
        self._out = out

    def extend(self, until: float) -> None:
        """Hold everyone longer.

        Args:
            until: The new end.
        """
        before = self.until
        super().extend(until)
        if self.until > before:
            self._out.put(Paused(self._client, self.until - monotonic()))


async def work(settings: ProcessSettings, incoming: IO[bytes], out: Outgoing) -> None:
    """Fetch what the run leases until it ends.

    Args:
        settings: What the process goes by.
        incoming: The pipe from the run.
        out: Where messages go.
    """
    from midakit.mida._async.client import AsyncMida

    async with AsyncExitStack() as stack:
        clients = [AsyncMida(made.key, **made.options) for made in settings.clients]
        for place, client in enumerate(clients):
            client.limits.pause = SharedPause(place, out)
            await stack.enter_async_context(client)
        process = WorkerProcess(settings, clients, out)
        loop = asyncio.get_running_loop()

        def listen() -> None:
            while (message := read(incoming)) is not None:
                loop.call_soon_threadsafe(process.hear, message)
            os._exit(0)  # the run has ended, or has all that it needs

        threading.Thread(target=listen, daemon=True).start()
        await process.run(Share(settings.concurrency, settings.rps))


def main() -> None:
    """Run a worker process on its standard streams; what the code prints goes to standard error."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    incoming, outgoing = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    do_without_pandas()
    settings = read(incoming)
    if settings is not None:
        asyncio.run(work(settings, incoming, Outgoing(outgoing)))


if __name__ == "__main__":
    main()
