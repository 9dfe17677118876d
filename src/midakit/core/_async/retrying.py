"""Repeats what may be repeated: `retry.decide` decides, this module waits."""

from collections.abc import Callable
from functools import partial

from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import HookEvent, Hooks, called, tell
from midakit.core.limits import Quota
from midakit.core.retry import THROTTLED, FailedAttempt, Retry, Stop, Wait, decide
from midakit.core.service import Service
from midakit.core.wire.messages import Attempt, Request, Response
from midakit.errors import BodyTooLarge, DeadlineExceeded, Timeout, TransportError

FINAL = BodyTooLarge, DeadlineExceeded
"""Errors that a repeat would meet again: the answer stays too long, and a deadline has no more time."""

CLOSED = Stop("the client was closed")

_attempt = partial(tuple.__new__, Attempt)
"""Makes an `Attempt` without the function in between that a NamedTuple has; 0.99 of a call's CPU time."""


class Retrying:
    """Sends until it works, may not be repeated, or runs out of attempts, time or quota.

    Args:
        policy: How hard to try.
        quota: The tokens that repeats cost.
        service: Reads from a refusal how long the server wants a repeat to wait.
        hooks: Who is told about attempts and repeats.
        next_stop: Sends one attempt.
        random_between: Returns a random number between its two arguments; that of `random` when left out.
        is_closed: Says whether the client was closed, which ends its repeats; never, when left out.
    """

    __slots__ = (
        "_hooks",
        "_is_closed",
        "_next_stop",
        "_policy",
        "_quota",
        "_random_between",
        "_service",
    )

    def __init__(
        self,
        policy: Retry,
        quota: Quota,
        service: Service,
        hooks: Hooks,
        next_stop: concurrency.Send,
        random_between: Callable[[float, float], float] | None = None,
        is_closed: Callable[[], bool] = bool,
    ) -> None:
        self._policy = policy
        self._quota = quota
        self._service = service
        self._hooks = hooks
        self._next_stop = next_stop
        self._random_between = random_between or _uniform
        self._is_closed = is_closed

    async def __call__(self, request: Request) -> Response:
        """Send a request, again if need be.

        Args:
            request: Its attempts are noted in it.

        Returns:
            The last response, whatever its status.

        Raises:
            DeadlineExceeded: The next attempt would begin too late, or the last one ran out of time.
            TransportError: The last attempt got no answer.
        """
        waited, sent = 0.0, False
        while True:
            started = concurrency.now()
            response, error = None, None
            try:
                response = await self._next_stop(request)
            except TransportError as problem:
                error = problem
            sent = sent or error is None or error.sent
            self._note(request, response, error, started, waited)
            if response is not None and response.status < 400:
                repeats = len(request.attempts) - 1
                self._quota.give(Quota.REFILL + repeats * Quota.TRANSIENT)
                return response
            failure = self._failure(response, error)
            verdict = self._decide(request, failure)
            if isinstance(verdict, Stop):
                return self._give_up(request, response, error, verdict, sent)
            waited = verdict.seconds
            self._tell_retry(request, failure, waited)
            await concurrency.sleep(waited)
            if self._is_closed():
                return self._give_up(request, response, error, CLOSED, sent)

    def _note(
        self,
        request: Request,
        response: Response | None,
        error: TransportError | None,
        started: float,
        waited: float,
    ) -> None:
        status = None if response is None else response.status
        name = None if error is None else type(error).__name__
        seconds = concurrency.now() - started
        request.attempts.append(_attempt((status, name, seconds, waited)))
        if self._hooks.attempt:
            event = HookEvent(called(request), len(request.attempts), status, name, seconds)
            tell(self._hooks.attempt, event)

    def _failure(self, response: Response | None, error: TransportError | None) -> FailedAttempt:
        if response is None:
            assert error is not None
            return FailedAttempt(None, error.sent, final=isinstance(error, FINAL))
        throttled = response.status in THROTTLED
        retry_after = self._service.retry_after(response) if throttled else None
        return FailedAttempt(response.status, sent=True, retry_after=retry_after)

    def _decide(self, request: Request, failure: FailedAttempt) -> Wait | Stop:
        left = None if request.deadline is None else request.deadline - concurrency.now()
        if self._is_closed():
            return CLOSED
        verdict = decide(
            self._policy,
            failure,
            attempt=len(request.attempts),
            safe=request.call is None or request.call.safe,
            left=left,
            random_between=self._random_between,
        )
        cost = Quota.THROTTLED if failure.status in THROTTLED else Quota.TRANSIENT
        if not isinstance(verdict, Stop) and not self._quota.take(cost):
            return Stop("the retry quota is spent: too much of what is sent fails")
        return verdict

    def _tell_retry(self, request: Request, failure: FailedAttempt, wait: float) -> None:
        if self._hooks.retry:
            attempt = request.attempts[-1]
            event = HookEvent(
                called(request), len(request.attempts), failure.status, attempt.error, 0.0, wait
            )
            tell(self._hooks.retry, event)

    def _give_up(
        self,
        request: Request,
        response: Response | None,
        error: TransportError | None,
        verdict: Stop,
        sent: bool,
    ) -> Response:
        if verdict.out_of_time:
            what = f"status {response.status}" if response is not None else str(error)
            late = DeadlineExceeded(f"{what}; {verdict.why}", sent=sent)
            late.attempts = tuple(request.attempts)
            raise late from error
        if error is None:
            assert response is not None
            return response
        if _ran_out(error) and _past_deadline(request):
            error = DeadlineExceeded(f"the call's deadline passed: {error}")
        error.attempts = tuple(request.attempts)
        error.sent = sent
        raise error


def _ran_out(error: TransportError) -> bool:
    return isinstance(error, Timeout) and not isinstance(error, DeadlineExceeded)


def _past_deadline(request: Request) -> bool:
    return request.deadline is not None and request.expires >= request.deadline


def _uniform(least: float, most: float) -> float:
    from random import uniform  # few calls are repeated

    return uniform(least, most)  # noqa: S311
