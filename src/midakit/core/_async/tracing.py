"""One log line and, where OpenTelemetry is in use, one span per call; attempts are folded in."""

import logging
import sys
from typing import Any

from midakit.core.concurrency import aio as concurrency
from midakit.core.hooks import Event, Hooks, tell
from midakit.core.port import Request, Response
from midakit.core.spans import outcome_attributes, shown_target, span_attributes, span_name
from midakit.errors import TransportError

logger = logging.getLogger("midakit")

Next = concurrency.Next


def _tracer() -> Any:
    """OpenTelemetry's tracer if the application has loaded it; midakit never loads it itself."""
    trace = sys.modules.get("opentelemetry.trace")
    return trace.get_tracer("midakit") if trace is not None else None


class Tracing:
    """Watches; changes nothing."""

    __slots__ = ("_hooks", "_name", "_next")

    def __init__(self, name: str, hooks: Hooks, following: Next) -> None:
        self._name = name
        self._hooks = hooks
        self._next = following

    async def __call__(self, request: Request) -> Response:
        """Send it, and say so."""
        tracer = _tracer()
        if tracer is None:
            return await self._logged(request)
        attributes = span_attributes(self._name, request)
        with tracer.start_as_current_span(
            span_name(request), kind=_client_kind(), attributes=attributes
        ) as span:
            try:
                response = await self._logged(request)
            except TransportError:
                span.set_attributes(outcome_attributes(request, None))
                raise
            span.set_attributes(outcome_attributes(request, response))
            if response.status >= 400:
                span.set_status(_error_status(f"status {response.status}"))
            return response

    async def _logged(self, request: Request) -> Response:
        try:
            response = await self._next(request)
        except TransportError as error:
            self._done(request, None, type(error).__name__)
            raise
        self._done(request, response.status, None)
        return response

    def _done(self, request: Request, status: int | None, error: str | None) -> None:
        if self._hooks.answer:
            seconds = sum(attempt.seconds + attempt.waited for attempt in request.attempts)
            tell(
                self._hooks.answer,
                Event(request.call, len(request.attempts), status, error, seconds),
            )
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug(
                "%s %s -> %s in %d attempt(s)",
                request.method,
                shown_target(request),
                status or error,
                len(request.attempts),
            )


def _client_kind() -> Any:
    return sys.modules["opentelemetry.trace"].SpanKind.CLIENT


def _error_status(text: str) -> Any:
    trace = sys.modules["opentelemetry.trace"]
    return trace.Status(trace.StatusCode.ERROR, text)
