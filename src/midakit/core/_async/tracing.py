"""One log line and, where OpenTelemetry is in use, one span per call; attempts are folded in."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import HookEvent, Hooks, called, tell
from midakit.core.log import DEBUG, LazyLogger
from midakit.core.spans import outcome_attributes, shown_target, span_attributes, span_name
from midakit.core.wire.messages import Request, Response
from midakit.errors import TransportError

if TYPE_CHECKING:
    from midakit.core.service import Service

logger = LazyLogger("midakit")

NO_SPAN = nullcontext()


class Tracing:
    """Watches calls and changes nothing.

    Args:
        service: Its name and the words of its paths are in spans and logs.
        hooks: Who is told when a call is over.
        next_stop: Sends the request.
    """

    __slots__ = ("_hooks", "_next_stop", "_service")

    def __init__(self, service: "Service", hooks: Hooks, next_stop: concurrency.Send) -> None:
        self._service = service
        self._hooks = hooks
        self._next_stop = next_stop

    def __call__(self, request: Request) -> concurrency.Responding:
        """Send a request, and watch it if anybody wants to know.

        Args:
            request: It is sent whether it is watched or not.

        Returns:
            What the next stop returns: while nobody watches, this one costs no coroutine of its own.
        """
        watched = (
            self._hooks.answer or "opentelemetry.trace" in sys.modules or logger.is_enabled(DEBUG)
        )
        return self._watch(request) if watched else self._next_stop(request)

    async def _watch(self, request: Request) -> Response:
        with _span(self._service, request) as span:
            try:
                response = await self._next_stop(request)
            except TransportError as error:
                self._done(request, None, type(error).__name__)
                _finish(span, request, None, type(error).__name__)
                raise
            self._done(request, response.status, None)
            _finish(span, request, response)
            return response

    def _done(self, request: Request, status: int | None, error: str | None) -> None:
        if self._hooks.answer:
            seconds = sum(attempt.seconds + attempt.waited for attempt in request.attempts)
            tell(
                self._hooks.answer,
                HookEvent(called(request), len(request.attempts), status, error, seconds),
            )
        if logger.is_enabled(DEBUG):
            logger.debug(
                "%s %s -> %s in %d attempt(s)",
                request.method,
                shown_target(request, self._service.values_after),
                status or error,
                len(request.attempts),
            )


def _span(service: "Service", request: Request) -> AbstractContextManager[Any]:
    """Begin a span if the application has loaded OpenTelemetry; midakit never loads it."""
    trace = sys.modules.get("opentelemetry.trace")
    if trace is None:
        return NO_SPAN
    span: AbstractContextManager[Any] = trace.get_tracer("midakit").start_as_current_span(
        span_name(request), kind=trace.SpanKind.CLIENT, attributes=span_attributes(service, request)
    )
    return span


def _finish(
    span: Any, request: Request, response: Response | None, error: str | None = None
) -> None:
    if span is None:
        return
    span.set_attributes(outcome_attributes(request, response, error))
    if response is not None and response.status >= 400:
        span.set_status(_error_status(f"status {response.status}"))


def _error_status(text: str) -> Any:
    trace = sys.modules["opentelemetry.trace"]
    return trace.Status(trace.StatusCode.ERROR, text)
