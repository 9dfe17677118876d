"""The routes of the delivery endpoints: JSON in, JSON out, for pages of every origin."""

from collections.abc import Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from midakit.sandbox.delivery.endpoints import HANDLERS
from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.protocol import Receive, Scope, Send
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.request_parts import read_body
from midakit.sandbox.server.responses import answer_or_error
from midakit.sandbox.server.workers import Workers
from midakit.sandbox.values import decode_json, encode_json

_ANY_ORIGIN = {"access-control-allow-origin": "*"}
_PREFLIGHT = {
    **_ANY_ORIGIN,
    "access-control-allow-methods": "POST",
    "access-control-allow-headers": "content-type, idempotency-key, x-sandbox-fault, "
    "x-sandbox-namespace",
    "access-control-max-age": "600",
}


class DeliveryEndpoint:
    """One of the four endpoints.

    Args:
        state: What the sandbox holds.
        workers: The threads for a request that has to wait for a report.
        handler: What answers a body.
    """

    def __init__(self, state: SandboxState, workers: Workers, handler: Callable[..., Any]) -> None:
        self._state = state
        self._workers = workers
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        response = await self._response(Request(scope, receive))
        if response is not None:
            await response(scope, receive, send)

    async def _response(self, request: Request) -> Response | None:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=_PREFLIGHT)
        if request.method != "POST":
            return _json(405, {"error": "Method not allowed"}, {"allow": "OPTIONS, POST"})
        try:
            answer = await answer_or_error(self._answer(request), request.url.path)
        except ClientDisconnect:
            return None
        status, body = answer if isinstance(answer, tuple) else (200, answer)
        return _json(status, body)

    async def _answer(self, request: Request) -> Any:
        body = decode_json(await read_body(request))
        if not isinstance(body, dict):
            raise HttpError(400, "Request body must be a JSON object")
        key = request.headers.get("idempotency-key")
        body = {**body, **request.path_params}
        lock = self._state.visits.lock
        if lock.acquire(blocking=False):  # no thread while nobody counts: 3 times as many requests
            try:
                return self._handler(self._state, body, key)
            finally:
                lock.release()
        return await self._workers.run(self._handler, self._state, body, key)


def _json(status: int, body: Any, headers: dict[str, str] | None = None) -> Response:
    """Return JSON that pages of every origin may read."""
    whole = {**_ANY_ORIGIN, **(headers or {})}
    return Response(encode_json(body), status, whole, media_type="application/json")


def delivery_routes(state: SandboxState, workers: Workers) -> list[BaseRoute]:
    """Return the routes of the delivery endpoints.

    Args:
        state: What the sandbox holds.
        workers: The threads for a request that has to wait.

    Returns:
        One route for each endpoint.
    """
    return [
        Route(path, DeliveryEndpoint(state, workers, handler)) for path, handler in HANDLERS.items()
    ]
