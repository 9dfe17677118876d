"""A task at work: many calls of a slice in flight at once, their rows as Arrow batches for Spark.

The calls run on an event loop in a thread of their own, so that connections stay alive while Spark is
busy with a batch; the loop waits when two batches are ready, so memory stays bounded. Everything begins
after the worker process was forked and ends with the task: a worker that is used again begins anew.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import anyio
from anyio.from_thread import start_blocking_portal

from midakit.engines.spark.connect import SessionSettings, clients
from midakit.engines.spark.options import ReadOptions
from midakit.errors import MidakitError, NotFound
from midakit.export.plan.spec import REPORTS, Spec
from midakit.export.rows.chunks import Chunk
from midakit.export.rows.chunks import batches as batches_of
from midakit.export.rows.tables import chunk
from midakit.export.rows.timestamps import in_micros
from midakit.export.run.rate import RateSchedule
from midakit.export.run.worker import Fetcher, RunStopped, run_workers

ROWS = 8_192
"""Rows that make a batch worth sending."""
READY = 2
"""Batches that may wait for Spark."""

log = logging.getLogger("midakit.engines")


def batches(
    specs: Sequence[Spec], options: ReadOptions, session: SessionSettings, tasks: int
) -> Iterator[Any]:
    """Yield the rows of a slice as Arrow record batches.

    Args:
        specs: The calls of the slice.
        options: What `.option(...)` set on the reader.
        session: What the session's tasks go by.
        tasks: How many tasks the read has.

    Raises:
        MidakitError: A call cannot be had; a note says which. It ends the task.
    """
    with (
        start_blocking_portal() as portal,
        _opened(portal, _stream(specs, options, session, tasks)) as stream,
    ):
        while True:
            try:
                found = portal.call(stream.receive)
            except anyio.EndOfStream:
                return
            if isinstance(found, BaseException):
                raise found
            yield found


@contextmanager
def _opened(portal: Any, stream: Any) -> Iterator[Any]:
    """Open the stream, and end it without an error of its own, whatever stopped its reader."""
    opened = portal.wrap_async_context_manager(stream)
    received = opened.__enter__()
    try:
        yield received
    finally:
        opened.__exit__(None, None, None)


@asynccontextmanager
async def _stream(
    specs: Sequence[Spec], options: ReadOptions, session: SessionSettings, tasks: int
) -> AsyncIterator[Any]:
    async with clients((spec.project for spec in specs), options, session) as opened:
        send, receive = anyio.create_memory_object_stream[Any](READY)
        with send, receive:
            async with anyio.create_task_group() as group:
                task = Task(specs, opened, session.rate(tasks), send)
                group.start_soon(task.run, options.concurrency)
                yield receive
                group.cancel_scope.cancel()


class Task:
    """The calls of a slice at work: workers fill one batch after another.

    Args:
        specs: The calls of the slice.
        opened: The client of each project.
        rate: When requests may go.
        send: Where batches go, and the error of the first call that cannot be had.
    """

    def __init__(
        self, specs: Sequence[Spec], opened: dict[str, Any], rate: RateSchedule, send: Any
    ) -> None:
        self._specs = iter(specs)
        self._send = send
        self._chunks: list[Chunk] = []
        self._rows = 0
        self._working = 0
        self._fetcher = Fetcher(opened, rate, left=lambda: self._working, warn=log.warning)

    async def run(self, concurrency: int) -> None:
        """Fetch everything, or everything up to the first failure.

        Args:
            concurrency: How many calls may be under way at once.
        """
        with self._send:
            try:
                await run_workers(self._work, self._specs, concurrency)
                await self._hand_over()
            except Exception as failure:
                await self._send.send(failure)

    async def _work(self, spec: Spec) -> None:
        """Fetch the rows of a call and add them to the batch."""
        self._working += 1
        try:
            await self._add(await self._fetcher.fetch(spec, partial(_convert, spec)))
        except (MidakitError, RunStopped) as error:
            if isinstance(error, NotFound) and spec.kind in REPORTS:
                log.info("test %s is not in project %s", spec.label().get("test_id"), spec.project)
                return
            error.add_note(f"midakit: {spec.kind} {dict(spec.context)}, call {spec.id} of the plan")
            raise
        finally:
            self._working -= 1

    async def _add(self, rows: Chunk) -> None:
        """Add rows to the batch, and hand it over when it is large enough."""
        if rows.rows:
            self._chunks.append(rows)
            self._rows += rows.rows
        if self._rows >= ROWS:
            await self._hand_over()

    async def _hand_over(self) -> None:
        """Send the rows to Spark."""
        chunks, self._chunks, self._rows = self._chunks, [], 0
        for batch, _ in batches_of(chunks):
            await self._send.send(batch.cast(in_micros(batch.schema)))


def _convert(spec: Spec, pages: list[bytes]) -> Chunk:
    return chunk(spec, pages, datetime.now(UTC))
