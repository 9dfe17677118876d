"""Run the bulk methods of a blocking client on an event loop in a background thread.

Single calls of a blocking client need no loop. Many at once are quicker on one (threads spend their
time waiting for the interpreter lock), so `gather`, `stream`, `export` and the fan-outs above
them run there. The loop starts when first needed and stops with the client; a forked child starts
its own. Results cross between the threads once a batch, not once a call.

Calls go over connections of the loop's own, by our own transport. Where a single call would take
another one (an injected client, a transport object, a proxy, a mock), they go through the blocking
transport, on threads, so that they pass where single calls pass.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

from midakit.core._async.client import AsyncClient
from midakit.core._async.engine import Engine
from midakit.core.concurrency import aio
from midakit.core.concurrency.loop_thread import LoopThread
from midakit.core.wire.messages import Request, Response
from midakit.errors import ConfigurationError

if TYPE_CHECKING:
    from midakit.core._sync.client import Client
    from midakit.core._sync.engine import Engine as BlockingEngine
    from midakit.core.call import Call
    from midakit.core.outcome import Outcome
    from midakit.core.service import Service
    from midakit.core.wire.messages import Transport

T = TypeVar("T")

_opening = threading.Lock()
_kept_alive: list["BulkLoop"] = []
"""The loops of a parent process: nothing of them may be touched here, or collected."""


def bulk_loop_of(client: "Client") -> "BulkLoop":
    """Return the client's loop for bulk methods, started if need be.

    Args:
        client: A blocking client.

    Returns:
        The loop that all its views share; a temporary one when asked from inside that loop, where
        waiting for it would never end.

    Raises:
        ConfigurationError: The client is closed.
    """
    engine = client._engine
    if engine.closed:
        raise ConfigurationError("this client is closed; make a new one")
    with _opening:
        found: BulkLoop | None = engine.bulk_loop
        if found is not None and found.loop.alive:
            return BulkLoop(engine) if found.loop.is_here else found
        if found is not None:
            _kept_alive.append(found)
        engine.bulk_loop = found = BulkLoop(engine)
        return found


class BulkLoop:
    """A loop thread, and what asynchronous clients in it share with the blocking one.

    Args:
        engine: What the views of the blocking client share.
    """

    def __init__(self, engine: "BlockingEngine") -> None:
        self.loop = LoopThread()
        self._blocking = engine
        self._engines: dict[bool, Engine] = {}
        self._threads: ThreadPoolExecutor | None = None

    def run(self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """Run an async function to its end in the loop; a temporary loop stops after it.

        Args:
            work: The function.
            *args: What it is called with.

        Returns:
            What it returns.

        Raises:
            TransportError: The client was closed meanwhile.
        """
        try:
            return self.loop.run(work, *args)
        finally:
            if self._blocking.bulk_loop is not self:
                self.stop()

    def twin(self, client: "Client") -> AsyncClient:
        """Return an asynchronous client that sends as a view of the blocking one does.

        Args:
            client: The view.
        """
        service = client._locate()
        twin = AsyncClient(
            service,
            timeout=client._timeout,
            deadline=client._deadline,
            retry=client._retry,
            max_body=client._max_body,
            on_unknown=client._on_unknown,
        )
        return self.share_with(twin, service)

    def share_with(self, twin: AsyncClient, service: "Service") -> AsyncClient:
        """Let an asynchronous client share this loop's connections, limits, quota and hooks.

        Args:
            twin: The client; it must not have sent anything yet.
            service: Says where its requests go.

        Returns:
            The same client.
        """
        through = self._blocking.choose(service.origin).kind != "own"
        with _opening:
            engine = self._engines.get(through)
            if engine is None:
                engine = self._engines[through] = self._open(service, through=through)
        twin._engine = engine
        return twin

    def _open(self, service: "Service", *, through: bool) -> Engine:
        blocking = self._blocking
        choice = blocking.transport_choice
        if through:
            self._threads = ThreadPoolExecutor(blocking.ceiling, thread_name_prefix="midakit")
            choice = OnThreads(lambda: blocking.open(service)[0], self._threads)
        engine = Engine(ceiling=blocking.ceiling, transport=choice, http_client=None)
        engine.hooks = blocking.hooks
        engine.quota = blocking.quota
        engine.created_at = ""  # the blocking engine warns
        gate, lasting = blocking.limiter.gate, blocking.bulk_loop is self
        engine.limiter = aio.Limiter(gate.child() if lasting else gate.sibling())
        return engine

    def stop(self) -> None:
        """End what is under way, close the connections, and wait until all is gone."""
        if not self.loop.alive:
            return
        self.loop.stop()
        if self._threads is not None:
            self._threads.shutdown(cancel_futures=True)
        for engine in self._engines.values():
            engine.closed = True  # its connections ended with the loop


class OnThreads:
    """A blocking transport as an asynchronous one: each request in a thread, in its own context.

    Args:
        transport: Returns the blocking transport that is right just now.
        pool: The thread pool in which blocking requests run.
    """

    def __init__(self, transport: Callable[[], "Transport"], pool: ThreadPoolExecutor) -> None:
        self._transport = transport
        self._pool = pool

    async def send(self, request: Request) -> Response:
        """Send one attempt.

        Args:
            request: Method, address, headers and body of the attempt.

        Returns:
            The response, whatever its status.
        """
        context = copy_context()
        return await asyncio.wrap_future(
            self._pool.submit(lambda: context.run(self._transport().send, request))
        )

    async def aclose(self) -> None:
        """Leave the transport open: it belongs to the blocking client, which closes it."""


class Stream:
    """`with client.stream(calls) as outcomes`: each as it finishes, in the caller's thread.

    The calls are pulled in the caller's thread too, where they may be tied to something (a database
    cursor). At most `limit` are in flight, and as many more begun or waiting to be read.

    Args:
        client: The blocking client.
        calls: What to send.
        limit: The most calls in flight.
    """

    def __init__(self, client: "Client", calls: Iterable["Call[Any]"], limit: int) -> None:
        self._client = client
        self._calls = iter(calls)
        self._limit = limit
        self._todo: deque[Call[Any]] = deque()
        self._finished: list[Outcome[Any]] = []
        self._failure: Exception | None = None
        self._workers: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Iterator["Outcome[Any]"]:
        self._bulk_loop = bulk_loop_of(self._client)
        self._twin = self._bulk_loop.twin(self._client)
        return self._outcomes()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bulk_loop.loop.alive:
            self._bulk_loop.run(self._leave)

    def _outcomes(self) -> Iterator["Outcome[Any]"]:
        open_places = 2 * self._limit
        while True:
            fresh = list(islice(self._calls, open_places))
            open_places -= len(fresh)
            if open_places == 2 * self._limit:
                return
            for outcome in self._bulk_loop.loop.run(self._take, fresh):
                open_places += 1
                yield outcome

    # In the loop

    async def _take(self, fresh: list["Call[Any]"]) -> list["Outcome[Any]"]:
        """Begin the fresh calls, wait until some call is finished, and return what is."""
        self._todo.extend(fresh)
        for _ in range(min(self._limit - len(self._workers), len(self._todo))):
            self._workers.add(asyncio.create_task(self._work()))
        self._ready = asyncio.Event()
        if not self._finished and self._failure is None:
            await self._ready.wait()
        if self._failure is not None:
            raise self._failure
        finished, self._finished = self._finished, []
        return finished

    async def _work(self) -> None:
        try:
            while self._todo and self._failure is None:
                outcome = await self._twin.try_send(self._todo.popleft())
                self._finished.append(outcome)  # to the list of now, not of before the wait
                self._ready.set()
        except Exception as failure:
            self._failure = failure
            self._ready.set()
        finally:  # at once: a callback would come too late for the next `_take`
            self._workers.discard(asyncio.current_task())

    async def _leave(self) -> None:
        left = list(self._workers)
        for worker in left:
            worker.cancel()
        if left:
            await asyncio.wait(left)
