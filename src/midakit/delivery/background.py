"""The thread that sends events and renews answers, with an event loop of its own.

It serves both clients, whatever loop or thread they run in, and goes on when those are busy.

- Events of one visitor go one after the other, in the order in which they were recorded: each visitor
  belongs to a lane, and a lane sends one event at a time.
- An event is repeated with the same id until the service takes it or refuses it. While the service is
  away a circuit lets one event try, so that an outage is not made worse.
- A forked child begins with an empty queue: the parent's events are the parent's.
"""

import atexit
import logging
import random
import weakref
from asyncio import Event, Semaphore, Task, create_task, gather, get_running_loop, sleep
from collections import deque
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from inspect import iscoroutinefunction
from threading import Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

from midakit.core._async.client import AsyncClient
from midakit.core.concurrency import fork
from midakit.core.concurrency.loop_thread import LoopThread
from midakit.core.hooks import Hooks
from midakit.core.retry import Retry, longest_pause
from midakit.delivery import calls
from midakit.delivery.circuit import Admission, Circuit
from midakit.delivery.event_queue import EventCounts, EventQueue, PendingEvent
from midakit.delivery.failures import is_outage_status
from midakit.delivery.options import DeliveryOptions
from midakit.delivery.service import DeliveryService
from midakit.errors import ConfigurationError, MidakitError

if TYPE_CHECKING:
    from midakit.delivery.journal import EventJournal

logger = logging.getLogger("midakit.delivery")

PAUSES = Retry(base=0.25, cap=20.0)
"""How long an event waits before it is sent again, beyond the repeats of the core."""
AT_ONCE = 8
"""The most answers that threads are renewing for a blocking client."""
RENEWALS = 1000
"""The most answers that are being renewed at once; more are left as they are."""


class Background:
    """One process's thread for one client.

    Args:
        service: The project.
        options: How events are sent.
        hooks: Who is told about attempts.
        transport: The client's option `transport`.

    Raises:
        ConfigurationError: The folder for events on disk cannot be used.
    """

    def __init__(
        self, service: DeliveryService, options: DeliveryOptions, hooks: Hooks, transport: Any
    ) -> None:
        self._process = fork.process_token
        self._service = service
        self._options = options
        self.queue = EventQueue(options.max_events, options.on_full)
        self._journal = _journal(options)
        self.client = AsyncClient(
            service,
            timeout=options.refresh_timeout,
            max_concurrency=options.event_concurrency + 16,
            transport=transport,
        )
        """A client for the event loop of this thread."""
        self.client._engine.hooks = hooks
        self.client._engine.created_at = ""  # the client that owns this one warns
        self._circuit = Circuit()
        self._offered: deque[PendingEvent] = deque()
        self._posted = False
        self._lanes: list[deque[PendingEvent]] = [deque() for _ in range(options.event_concurrency)]
        self._busy: set[int] = set()
        self._tasks: set[Task[None]] = set()
        self._renewing: set[Hashable] = set()
        self._renewals: set[Task[None]] = set()
        self.at_end: list[Callable[[], Coroutine[Any, Any, None]]] = []
        """What closes the things that others have opened in this event loop."""
        self._places = Semaphore(AT_ONCE)
        self._thread = LoopThread()
        # Here and now: a child forked while another thread imports would wait for its modules for ever.
        self._thread.run(self.client.preload)
        atexit.register(_at_exit, weakref.ref(self), options.flush_timeout)
        if self._journal is not None:
            for event in self._journal.adopt():
                self._take(event)

    @property
    def alive(self) -> bool:
        """Whether it runs in this process and was not stopped."""
        return self._thread.alive

    @property
    def counts(self) -> EventCounts:
        """What became of its events; none in a forked child, because they are the parent's."""
        return self.queue.counts if self._process is fork.process_token else EventCounts()

    # Events

    def offer(self, event: PendingEvent) -> bool:
        """Accept an event, unless the queue is full.

        Args:
            event: The event.

        Returns:
            Whether it was accepted: then it is sent, or counted as dropped.
        """
        if not self.alive:
            return False
        if self._journal is not None:
            try:
                self._journal.accept(event)
            except OSError as error:
                logger.warning("an event cannot be written to disk: %s", error)
        if self._take(event):
            return True
        self._settled(event)
        return False

    def _take(self, event: PendingEvent) -> bool:
        accepted, victim = self.queue.offer(event)
        if victim is not None:
            self._settled(victim)
        if accepted:
            self._offered.append(event)
            if not self._posted:  # one wake-up for all events until the loop has seen them
                self._posted = True
                self._thread.post(self._distribute)
        return accepted

    def _settled(self, event: PendingEvent) -> None:
        if self._journal is not None:
            try:
                self._journal.settle(event)
            except OSError as error:
                logger.warning("a settled event stays on disk and may be sent again: %s", error)

    def _distribute(self) -> None:
        """Give events to the lanes of their visitors, and start the lanes that rest."""
        self._posted = False
        while self._offered:
            event = self._offered.popleft()
            lane = hash(event.visitor) % len(self._lanes)
            self._lanes[lane].append(event)
            if lane not in self._busy:
                self._busy.add(lane)
                self._start(self._run_lane(lane), self._tasks)

    async def _run_lane(self, lane: int) -> None:
        """Send what a lane holds, one after the other."""
        waiting = self._lanes[lane]
        try:
            while waiting:
                event = waiting.popleft()
                if self.queue.claim(event):
                    acknowledged = await self._send(event)
                    self._settled(event)
                    self.queue.settle(acknowledged=acknowledged)
        finally:
            self._busy.discard(lane)

    async def _send(self, event: PendingEvent) -> bool:
        """Send an event until the service takes it (True) or refuses it (False)."""
        failures = 0
        while True:
            await self._admitted()
            try:
                call = self._call(event)
                status = (await self.client.send_raw(call)).status
            except MidakitError:
                status = None
            except Exception:
                logger.exception("%s cannot be sent", _operation(event))
                return False
            if status is not None and not is_outage_status(status):
                self._circuit.succeeded()
                if status >= 300:
                    logger.warning("%s was refused with status %d", _operation(event), status)
                return status < 300
            self._circuit.failed(monotonic())
            self.queue.repeat()
            await sleep(random.uniform(0.5, 1.0) * longest_pause(PAUSES, failures))  # noqa: S311
            failures += 1

    async def _admitted(self) -> None:
        """Wait until the circuit lets this event go."""
        while self._circuit.admit(monotonic()) is Admission.REFUSE:  # noqa: ASYNC110 -- time opens it
            await sleep(max(0.02, self._circuit.left(monotonic())))

    def _call(self, event: PendingEvent) -> Any:
        if event.kind == "attributes":
            return calls.attributes(event.visitor, event.values)
        project = self._service.project_key
        return calls.event(project, event.name, event.visitor, event.values, event.event_id)

    # Answers

    def renew(self, key: Hashable, work: Callable[..., Any], *args: Any) -> bool:
        """Run work that renews an answer, unless it is running already.

        Args:
            key: What is renewed.
            work: An async function, or one that blocks.
            *args: What it is called with.

        Returns:
            Whether it will run.
        """
        if key in self._renewing or len(self._renewing) >= RENEWALS:
            return False
        self._renewing.add(key)
        if self._thread.post(lambda: self._start(self._renew(key, work, args), self._renewals)):
            return True
        self._renewing.discard(key)
        return False

    async def _renew(self, key: Hashable, work: Callable[..., Any], args: tuple[Any, ...]) -> None:
        try:
            if iscoroutinefunction(work):
                await work(*args)
            else:
                async with self._places:
                    await _in_thread(work, *args)
        except Exception:
            logger.exception("an answer could not be renewed")
        finally:
            self._renewing.discard(key)

    # Life

    @staticmethod
    def _start(work: Any, tasks: "set[Task[None]]") -> None:
        task = create_task(work)
        tasks.add(task)  # the loop alone would let it be collected
        task.add_done_callback(tasks.discard)

    def flush(self, seconds: float) -> bool:
        """Wait until every event is settled.

        Args:
            seconds: The longest wait.

        Returns:
            Whether they all are.
        """
        return not self.alive or self.queue.wait_until_empty(seconds)

    async def _end(self) -> None:
        """End what is being renewed and sent, and close what is open in this loop."""
        ending = [*self._renewals, *self._tasks]
        for task in ending:
            task.cancel()
        await gather(*ending, return_exceptions=True)
        for close in self.at_end:
            await close()
        await self.client.aclose()

    def stop(self, seconds: float) -> None:
        """Send what waits, for some time, then end; what is left is dropped, or stays on disk.

        Args:
            seconds: The longest wait.
        """
        if self.alive:
            self.flush(seconds)
            self._thread.run(self._end)
            self._thread.stop()
            lost = self.queue.give_up()
            if lost and self._journal is None:
                logger.warning("%d event(s) were dropped when the client was closed", lost)
            if self._journal is not None:
                self._journal.close()


async def _in_thread(work: Callable[..., Any], *args: Any) -> None:
    """Run work that blocks, in a thread that keeps nobody from ending: neither the loop nor the program."""
    loop, done = get_running_loop(), Event()

    def run() -> None:
        try:
            work(*args)
        except Exception:
            logger.exception("an answer could not be renewed")
        finally:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(done.set)

    Thread(target=run, name="midakit-renewal", daemon=True).start()
    await done.wait()


def _operation(event: PendingEvent) -> str:
    return "track_attributes" if event.kind == "attributes" else "record_event"


def _journal(options: DeliveryOptions) -> "EventJournal | None":
    if options.spill is None:
        return None
    from midakit.delivery.journal import EventJournal

    try:
        return EventJournal(options.spill)
    except OSError as error:
        raise ConfigurationError(f"spill: the folder cannot be used: {error}") from error


def _at_exit(found: "weakref.ref[Background]", seconds: float) -> None:
    background = found()
    if background is not None:
        background.stop(seconds)
