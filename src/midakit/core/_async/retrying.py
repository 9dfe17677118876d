"""Repeats what may be repeated; the decision is `retry.decide`, this file waits."""

from collections.abc import Callable

from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import Event, Hooks, tell
from midakit.core.limits import Quota
from midakit.core.retry import THROTTLED, Failed, Retry, Stop, Wait, decide
from midakit.core.service import Service
from midakit.core.wire.messages import Attempt, Request, Response
from midakit.errors import DeadlineExceeded, Timeout, TransportError

Next = concurrency.Next
Dice = Callable[[float, float], float]


class Retrying:
    """Sends until it works, may not be repeated, or runs out of attempts, time or quota."""

    __slots__ = ("_dice", "_hooks", "_limiter", "_next", "_policy", "_quota", "_service")

    def __init__(
        self,
        policy: Retry,
        quota: Quota,
        limiter: concurrency.Limiter,
        service: Service,
        hooks: Hooks,
        following: Next,
        dice: Dice,
    ) -> None:
        self._policy = policy
        self._quota = quota
        self._limiter = limiter
        self._service = service
        self._hooks = hooks
        self._next = following
        self._dice = dice

    async def __call__(self, request: Request) -> Response:
        """The last response, whatever its status; raises only TransportErrors."""
        waited = 0.0
        while True:
            started = concurrency.now()
            response, error = None, None
            try:
                response = await self._next(request)
            except TransportError as failure:
                error = failure
            self._note(request, response, error, started, waited)
            if response is not None and response.status < 400:
                self._note_success(request, response)
                return response
            failed = self._judge(response, error)
            verdict = self._decide(request, failed)
            if isinstance(verdict, Stop):
                return self._give_up(request, response, error, verdict)
            waited = verdict.seconds
            self._tell_retry(request, failed, waited)
            await concurrency.sleep(waited)

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
        request.attempts.append(Attempt(status, name, seconds, waited))
        if self._hooks.attempt:
            event = Event(request.call, len(request.attempts), status, name, seconds)
            tell(self._hooks.attempt, event)

    def _note_success(self, request: Request, response: Response) -> None:
        spent = len(request.attempts) - 1
        self._quota.give(Quota.REFILL + spent * Quota.TRANSIENT)
        self._limiter.gate.door.saw(False)
        hold = self._service.pace(response)
        if hold:
            self._limiter.gate.door.close(concurrency.now() + hold)

    def _judge(self, response: Response | None, error: TransportError | None) -> Failed:
        if response is None:
            assert error is not None
            return Failed(None, error.sent)
        refused = response.status in THROTTLED
        self._limiter.gate.door.saw(refused)
        asked = self._service.wait(response) if refused else None
        if asked is not None and asked <= self._policy.longest_wait:
            self._limiter.gate.door.close(concurrency.now() + asked)
        return Failed(response.status, sent=True, asked=asked)

    def _decide(self, request: Request, failed: Failed) -> Wait | Stop:
        left = None if request.deadline is None else request.deadline - concurrency.now()
        verdict = decide(
            self._policy,
            failed,
            attempt=len(request.attempts),
            safe=request.call is None or request.call.safe,
            left=left,
            uniform=self._dice,
        )
        cost = Quota.THROTTLED if failed.status in THROTTLED else Quota.TRANSIENT
        if not isinstance(verdict, Stop) and not self._quota.take(cost):
            return Stop("the retry quota is spent: too much of what is sent fails")
        return verdict

    def _tell_retry(self, request: Request, failed: Failed, wait: float) -> None:
        if self._hooks.retry:
            attempt = request.attempts[-1]
            event = Event(
                request.call, len(request.attempts), failed.status, attempt.error, 0.0, wait
            )
            tell(self._hooks.retry, event)

    def _give_up(
        self,
        request: Request,
        response: Response | None,
        error: TransportError | None,
        verdict: Stop,
    ) -> Response:
        if verdict.out_of_time:
            what = f"status {response.status}" if response is not None else str(error)
            late = DeadlineExceeded(f"{what}; {verdict.why}")
            late.attempts = tuple(request.attempts)
            raise late from error
        if error is None:
            assert response is not None
            return response
        if isinstance(error, Timeout) and _past_deadline(request):
            error = DeadlineExceeded(f"the call's deadline passed: {error}", sent=error.sent)
        error.attempts = tuple(request.attempts)
        raise error


def _past_deadline(request: Request) -> bool:
    return request.deadline is not None and request.expires >= request.deadline
