"""The engine room of a blocking client: its bulk verbs run on the asynchronous engine, in one thread.

Single calls of a blocking client need no loop. Many at once are quicker on one (threads spend their
time handing the interpreter to each other), so `gather`, `stream`, `export` and the fan-outs above
them run there. The room opens when first needed and closes with the client; a forked child opens
its own. Results cross between the threads once a batch, not once a call.

Calls go over connections of the room's own, by the transport that an asynchronous client would
choose. With an injected client, a transport object, plain httpx, a proxy or a mock they go through
the blocking transport instead, on threads, so that they pass where single calls pass.
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
_left_behind: list["Room"] = []


def room_of(client: "Client") -> "Room":
    """The client's room, opened if need be; one for the moment when asked from inside it."""
    engine = client._engine
    if engine.closed:
        raise ConfigurationError("this client is closed; make a new one")
    with _opening:
        room: Room | None = engine.apart
        if room is not None and room.loop.alive:
            return Room(engine) if room.loop.is_here else room
        if room is not None:
            _left_behind.append(room)  # the parent's: nothing of it may be touched, or collected
        engine.apart = room = Room(engine)
        return room


class Room:
    """A loop thread, and what asynchronous clients in it share with the blocking one."""

    def __init__(self, engine: "BlockingEngine") -> None:
        self.loop = LoopThread()
        self._blocking = engine
        self._engines: dict[bool, Engine] = {}
        self._threads: ThreadPoolExecutor | None = None

    def run(self, work: Callable[..., Coroutine[Any, Any, T]], *args: Any) -> T:
        """Run it to its end in the loop; a room for the moment closes behind it."""
        try:
            return self.loop.run(work, *args)
        finally:
            if self._blocking.apart is not self:
                self.stop()

    def twin(self, client: "Client") -> AsyncClient:
        """An asynchronous client that sends as this view of the blocking one does."""
        service = client._locate()
        twin = AsyncClient(
            service,
            timeout=client._timeout,
            deadline=client._deadline,
            retry=client._retry,
            on_unknown=client._on_unknown,
        )
        return self.admit(twin, service)

    def admit(self, twin: AsyncClient, service: "Service") -> AsyncClient:
        """Let an asynchronous client share the room's connections, limits, quota and hooks."""
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
            choice = OnThreads(lambda: blocking.open(service), self._threads)
        engine = Engine(ceiling=blocking.ceiling, transport=choice, http_client=None)
        engine.hooks = blocking.hooks
        engine.quota = blocking.quota
        gate = blocking.limiter.gate  # a room for the moment leaves no trace in it
        engine.limiter = aio.Limiter(gate.child() if blocking.apart is self else gate.sibling())
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
    """A blocking transport as an asynchronous one: each request in a thread, in its own context."""

    def __init__(self, transport: Callable[[], "Transport"], pool: ThreadPoolExecutor) -> None:
        self._transport = transport
        self._pool = pool

    async def send(self, request: Request) -> Response:
        """One attempt."""
        context = copy_context()
        return await asyncio.wrap_future(
            self._pool.submit(lambda: context.run(self._transport().send, request))
        )

    async def aclose(self) -> None:
        """It belongs to the blocking client, which closes it."""


class Stream:
    """`with client.stream(calls) as outcomes`: each as it finishes, in the caller's thread.

    The calls are pulled in the caller's thread too, where they may be tied to something (a database
    cursor). At most `limit` are in flight, and as many more begun or waiting to be read.
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
        self._room = room_of(self._client)
        self._twin = self._room.twin(self._client)
        return self._outcomes()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._room.loop.alive:
            self._room.run(self._leave)

    def _outcomes(self) -> Iterator["Outcome[Any]"]:
        open_places = 2 * self._limit
        while True:
            fresh = list(islice(self._calls, open_places))
            open_places -= len(fresh)
            if open_places == 2 * self._limit:
                return
            for outcome in self._room.loop.run(self._take, fresh):
                open_places += 1
                yield outcome

    # In the loop

    async def _take(self, fresh: list["Call[Any]"]) -> list["Outcome[Any]"]:
        """Put the fresh calls to work, and give what is finished; something is, before long."""
        self._todo.extend(fresh)
        for _ in range(min(self._limit - len(self._workers), len(self._todo))):
            self._workers.add(asyncio.create_task(self._work()))
        self._bell = asyncio.Event()
        if not self._finished and self._failure is None:
            await self._bell.wait()
        if self._failure is not None:
            raise self._failure
        finished, self._finished = self._finished, []
        return finished

    async def _work(self) -> None:
        try:
            while self._todo and self._failure is None:
                outcome = await self._twin._outcome(self._todo.popleft())
                self._finished.append(outcome)  # to the list of now, not of before the wait
                self._bell.set()
        except Exception as failure:
            self._failure = failure
            self._bell.set()
        finally:  # at once: a callback would come too late for the next `_take`
            self._workers.discard(asyncio.current_task())

    async def _leave(self) -> None:
        left = list(self._workers)
        for worker in left:
            worker.cancel()
        if left:
            await asyncio.wait(left)


def gather(client: "Client", calls: Iterable["Call[Any]"], limit: int, on_error: Any) -> list[Any]:
    """Answers or outcomes, in the calls' order."""
    found = list(calls)  # pulled here, where they may be tied to this thread
    room = room_of(client)
    return room.run(room.twin(client).gather, found, limit, on_error)
