"""A task at work: a slice's calls in flight at once, their rows as Arrow batches for Spark.

The calls run on a loop in a thread of their own, so that connections stay alive while Spark is busy
with a batch; the loop waits when two batches are ready, so memory stays flat. Everything begins after
the worker process was forked and ends with the task: a worker that is used again starts afresh.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import partial
from random import uniform
from time import monotonic
from typing import Any

import anyio
from anyio.from_thread import start_blocking_portal

from midakit.core.call import Call
from midakit.engines.spark.connect import Shared, clients
from midakit.engines.spark.options import Wanted
from midakit.engines.timestamps import in_micros
from midakit.errors import MidakitError, NotFound
from midakit.export.plan.spec import REPORTS, Spec
from midakit.export.rows import chunks
from midakit.export.rows.chunks import Chunk
from midakit.export.rows.tables import chunk
from midakit.export.run.fetch import body, fetch
from midakit.export.run.patience import Patience, Wait
from midakit.export.run.rate import RateSchedule
from midakit.export.run.runner import OUTAGE

ROWS = 8_192
"""Rows that make a batch worth sending."""
READY = 2
"""Batches that may wait for Spark."""

log = logging.getLogger("midakit.engines")


def batches(specs: Sequence[Spec], wanted: Wanted, shared: Shared, tasks: int) -> Iterator[Any]:
    """The rows of a slice; the first call that cannot be had ends the task with its error."""
    with (
        start_blocking_portal() as portal,
        _opened(portal, _stream(specs, wanted, shared, tasks)) as stream,
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
    """The stream, ended in peace: what stops its reader is no affair of the calls in flight."""
    opened = portal.wrap_async_context_manager(stream)
    received = opened.__enter__()
    try:
        yield received
    finally:
        opened.__exit__(None, None, None)


@asynccontextmanager
async def _stream(
    specs: Sequence[Spec], wanted: Wanted, shared: Shared, tasks: int
) -> AsyncIterator[Any]:
    async with clients((spec.project for spec in specs), wanted, shared) as opened:
        send, receive = anyio.create_memory_object_stream[Any](READY)
        with send, receive:
            async with anyio.create_task_group() as group:
                task = Task(specs, opened, shared.rate(tasks), send)
                group.start_soon(task.run, wanted.concurrency)
                yield receive
                group.cancel_scope.cancel()


class Task:
    """Workers that pull from one iterator and fill one batch after another."""

    def __init__(
        self, specs: Sequence[Spec], opened: dict[str, Any], rate: RateSchedule, send: Any
    ) -> None:
        self._specs = iter(specs)
        self._clients = opened
        self._rate = rate
        self._send = send
        self._pile: list[Chunk] = []
        self._piled = 0
        self._working = 0

    async def run(self, concurrency: int) -> None:
        """Everything, or everything up to the first failure."""
        failures: list[Exception] = []
        self._patience = Patience(outage=OUTAGE, now=monotonic())

        async def worker() -> None:
            self._working += 1
            try:
                for spec in self._specs:
                    await self._add(await self._rows(spec))
            except Exception as failure:
                failures.append(failure)
                group.cancel_scope.cancel()
            finally:
                self._working -= 1

        with self._send:
            async with anyio.create_task_group() as group:
                for _ in range(concurrency):
                    group.start_soon(worker)
            if failures:
                await self._send.send(failures[0])
            else:
                await self._hand_over()

    async def _add(self, rows: Chunk | None) -> None:
        if rows is not None and rows.rows:
            self._pile.append(rows)
            self._piled += rows.rows
        if self._piled >= ROWS:
            await self._hand_over()

    async def _hand_over(self) -> None:
        pile, self._pile, self._piled = self._pile, [], 0
        for batch, _ in chunks.batches(pile):
            await self._send.send(batch.cast(in_micros(batch.schema)))

    async def _rows(self, spec: Spec) -> Chunk | None:
        try:
            return await self._patiently(spec)
        except NotFound:
            if spec.kind not in REPORTS:
                raise
            self._patience.good(monotonic())
            log.info("test %s is not in project %s", spec.label().get("test_id"), spec.project)
            return None
        except MidakitError as error:
            error.add_note(f"midakit: {spec.kind} {dict(spec.context)}, call {spec.id} of the plan")
            raise

    async def _patiently(self, spec: Spec) -> Chunk:
        """As an export bears it: a server that restarts costs a pause, not the task."""
        attempts, turn, began = 0, 0, monotonic()
        while True:
            try:
                pages = await fetch(spec, partial(self._page, spec.project), log.warning)
                found = chunk(spec, pages, datetime.now(UTC))
            except MidakitError as error:
                attempts += max(1, len(error.attempts))
                verdict = self._patience.failed(
                    spec.id, error, attempts=attempts, turn=turn, left=self._working,
                    began=began, now=monotonic(),
                )  # fmt: skip
                if not isinstance(verdict, Wait):
                    raise
                await anyio.sleep(uniform(0.5, 1.0) * verdict.seconds)  # noqa: S311  # no secret
                turn += 1
            else:
                self._patience.good(monotonic())
                return found

    async def _page(self, project: str, call: Call[Any]) -> bytes:
        await self._rate.wait()
        response = await self._clients[project].send_raw(call)
        for _ in response.attempts[1:]:
            await self._rate.wait()  # repeats are requests too: they are paid for afterwards
        return body(response)
