"""Fetching the calls of a plan: workers on one iterator, each repeating a call while that makes sense.

An export's run and a task of Spark both work this way; they differ in what becomes of rows and failures.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import count
from random import uniform
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

from midakit.core.call import Call
from midakit.core.retry import Wait
from midakit.errors import BodyTooLarge, MidakitError, NotFound, Unauthorized
from midakit.export.plan.spec import REPORTS, Spec
from midakit.export.run.fetch import body, fetch_pages
from midakit.export.run.outage import OUTAGE, EndRun, GiveUp, OutageMonitor
from midakit.export.run.rate import RateSchedule

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient

Rows = TypeVar("Rows")

FINAL = (NotFound, Unauthorized, BodyTooLarge)
"""Errors that are answers, or too long ones: asking again would not change them."""


class RunStopped(Exception):  # not an error of a call: the run's own
    """The run ended before its plan did; what is committed stays, and a resume goes on from there."""


async def run_workers(
    work: Callable[[Spec], Awaitable[object]], specs: Iterator[Spec], workers: int
) -> None:
    """Work off the calls of a plan; the first failure cancels the rest and is raised by itself.

    Workers pull from one iterator, so nothing waits in a queue that grows with the plan.

    Args:
        work: What to do with a call.
        specs: The calls, in order.
        workers: How many calls may be worked on at once.
    """
    failures: list[Exception] = []

    async def worker() -> None:
        try:
            for spec in specs:
                await work(spec)
        except Exception as failure:
            failures.append(failure)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        for _ in range(workers):
            group.start_soon(worker)
    if failures:
        raise failures[0]


class Fetcher:
    """Fetches planned calls through the clients of their projects, at a known rate.

    Args:
        clients: The client of each project.
        rate: When requests may go.
        left: Returns how many calls have not ended yet.
        warn: Called with a sentence about data that may be incomplete.
        attempted: Called after attempts that were repeats or failures, with their statuses, whether
            the last was an answer, and what is waited for; None where nothing is.
        outage: Seconds without any answer after which `RunStopped` is raised.
    """

    def __init__(
        self,
        clients: "Mapping[str, AsyncClient]",
        rate: RateSchedule,
        *,
        left: Callable[[], int],
        warn: Callable[[str], object],
        attempted: Callable[[Sequence[int | None], bool, str | None], object] = lambda *_: None,
        outage: float = OUTAGE,
    ) -> None:
        self._clients = clients
        self._rate = rate
        self._left = left
        self._warn = warn
        self._attempted = attempted
        self._monitor = OutageMonitor(outage=outage, now=monotonic())

    async def fetch(
        self,
        spec: Spec,
        convert: Callable[[list[bytes]], Rows],
        tried: "dict[type[MidakitError], int] | None" = None,
    ) -> Rows:
        """Fetch the pages of a call and convert them; repeat what fails while that makes sense.

        Args:
            spec: The call of the plan.
            convert: Turns the bytes of the pages into rows.
            tried: Counts the attempts by how they ended: a 500 says nothing about how often to
                repeat after a 429.

        Returns:
            What `convert` made.

        Raises:
            MidakitError: The call is given up.
            RunStopped: No call is answered any more.
        """
        tried = {} if tried is None else tried
        began = monotonic()
        for turn in count():
            try:
                if spec.paged or spec.rows is not None:
                    pages = await fetch_pages(spec, partial(self._send, spec.project), self._warn)
                else:
                    pages = [await self._send(spec.project, spec.call)]
                rows = convert(pages)
            except MidakitError as error:
                so_often = tried.get(type(error), 0) + max(1, len(error.attempts))
                tried[type(error)] = so_often
                verdict = self._verdict(spec, error, so_often, turn, began)
                statuses = [one.status for one in error.attempts]
                waits = isinstance(verdict, Wait)
                self._attempted(statuses, isinstance(error, FINAL), str(error) if waits else None)
                if isinstance(verdict, EndRun):
                    raise RunStopped(verdict.why) from error
                if isinstance(verdict, GiveUp):
                    raise
                await anyio.sleep(uniform(0.5, 1.0) * verdict.seconds)  # noqa: S311  # no secret
            else:
                self._monitor.answered(monotonic())
                return rows
        raise AssertionError("unreachable: count() has no end")

    def _verdict(
        self, spec: Spec, error: MidakitError, attempts: int, turn: int, began: float
    ) -> Wait | GiveUp | EndRun:
        """Return what to do about a call that failed."""
        now = monotonic()
        if isinstance(error, FINAL):
            if isinstance(error, NotFound) and spec.kind in REPORTS:
                self._monitor.answered(now)
            return GiveUp()
        return self._monitor.decide(
            spec.id, error, attempts=attempts, turn=turn, left=self._left(), began=began, now=now
        )

    async def _send(self, project: str, call: Call[Any]) -> bytes:
        """Send a call when its time has come, and return the bytes of the answer."""
        if self._rate.limited:
            await self._rate.wait()
        response = await self._clients[project].send_raw(call)
        if len(response.attempts) == 1:
            return body(response)
        for _ in response.attempts[1:]:
            await self._rate.wait()  # repeats are requests too: they are paid for afterwards
        data = body(response)
        self._attempted([one.status for one in response.attempts], True, "")
        return data
