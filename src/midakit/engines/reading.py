"""A task at work: a slice's calls in flight at once, their rows as Arrow batches for Spark.

The calls run on a loop in a thread of their own, so that connections stay alive while Spark is busy
with a batch; the loop waits when two batches are ready, so memory stays flat. Everything begins after
the worker process was forked and ends with the task: a worker that is used again starts afresh.
"""

import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

import anyio
from anyio.from_thread import start_blocking_portal

from midakit.core.call import Call
from midakit.engines.connecting import Shared, clients
from midakit.engines.options import Wanted
from midakit.engines.sharing import Share
from midakit.errors import MidakitError, NotFound
from midakit.export.fetching import body, fetch
from midakit.export.plan import REPORTS, Spec
from midakit.export.schemas import arrow
from midakit.export.tables import piece

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
    share = Share(shared.rps, broker=shared.broker, sharers=shared.sharers(tasks))
    async with clients((spec.project for spec in specs), wanted, shared) as opened:
        send, receive = anyio.create_memory_object_stream[Any](READY)
        try:
            with send, receive:
                async with anyio.create_task_group() as group:
                    group.start_soon(Task(specs, opened, share, send).run, wanted.concurrency)
                    yield receive
                    group.cancel_scope.cancel()
        finally:
            await share.close()


class Task:
    """Workers that pull from one iterator and fill one batch after another."""

    def __init__(
        self, specs: Sequence[Spec], opened: dict[str, Any], share: Share, send: Any
    ) -> None:
        self._specs = iter(specs)
        self._clients = opened
        self._share = share
        self._send = send
        self._pile: list[Any] = []

    async def run(self, concurrency: int) -> None:
        """Everything, or everything up to the first failure."""
        failures: list[Exception] = []

        async def worker() -> None:
            try:
                for spec in self._specs:
                    await self._add(await self._rows(spec))
            except Exception as failure:
                failures.append(failure)
                group.cancel_scope.cancel()

        with self._send:
            async with anyio.create_task_group() as group:
                for _ in range(concurrency):
                    group.start_soon(worker)
            if failures:
                await self._send.send(failures[0])
            else:
                await self._hand_over()

    async def _add(self, batch: Any) -> None:
        if batch is not None and batch.num_rows:
            self._pile.append(batch)
        if sum(one.num_rows for one in self._pile) >= ROWS:
            await self._hand_over()

    async def _hand_over(self) -> None:
        pile, self._pile = self._pile, []
        if pile:
            await self._send.send(_joined(pile))

    async def _rows(self, spec: Spec) -> Any:
        async def page(call: Call[Any]) -> bytes:
            await self._share.wait()
            response = await self._clients[spec.project].send_raw(call)
            for _ in response.attempts[1:]:
                await self._share.wait()  # repeats are requests too: they are paid for afterwards
            return body(response)

        try:
            pages = await fetch(spec, page)
        except NotFound:
            if spec.kind not in REPORTS:
                raise
            log.info("test %s is not in project %s", spec.label().get("test_id"), spec.project)
            return None
        except MidakitError as error:
            error.add_note(f"midakit: {spec.kind} {dict(spec.context)}, call {spec.id} of the plan")
            raise
        return piece(spec, pages, datetime.now(UTC)).batch


@cache
def spark_schema(table: str) -> Any:
    """A table's schema with times in microseconds, which is all that Spark knows."""
    import pyarrow as pa

    stamp = pa.timestamp("us", tz="UTC")
    return pa.schema(
        [
            pa.field(field.name, stamp if pa.types.is_timestamp(field.type) else field.type)
            for field in arrow(table)
        ]
    )


def _joined(pile: Sequence[Any]) -> Any:
    import pyarrow as pa

    table = pile[0].schema.metadata[b"midakit.table"].decode()
    whole = pa.Table.from_batches(pile).cast(spark_schema(table)).combine_chunks()
    return whole.to_batches()[0]
