"""The sandbox's own controls as routes under `/__sandbox__/`; they are no part of the API."""

import asyncio
from collections.abc import Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from midakit.sandbox import page
from midakit.sandbox.faults.protocol import Receive, Scope, Send
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.control_body import Control
from midakit.sandbox.server.controls import (
    CONTROLS,
    import_lines,
    show_health,
)
from midakit.sandbox.server.responses import answer_or_error, json_response, method_not_allowed
from midakit.sandbox.server.stub_controls import show_requests
from midakit.sandbox.server.workers import Workers
from midakit.sandbox.values import Answer, decode_json, whole_number

_POLL = 0.1
_LONGEST_WAIT = 30.0


def control_routes(state: SandboxState, workers: Workers) -> list[BaseRoute]:
    """Return the controls as routes.

    Args:
        state: What the sandbox holds.
        workers: The threads they run in.

    Returns:
        One route per path, without the common beginning.
    """
    return [Route(path, Controls(state, workers, methods)) for path, methods in CONTROLS.items()]


class Controls:
    """All methods of one control.

    Args:
        state: What the sandbox holds.
        workers: The threads they run in.
        methods: The function of each HTTP method.
    """

    def __init__(
        self, state: SandboxState, workers: Workers, methods: Mapping[str, Control]
    ) -> None:
        self._state = state
        self._workers = workers
        self._methods = methods

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to a control."""
        try:
            response = await self._response(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        """Run the control and return what it answered; text is for the export alone."""
        answer = await answer_or_error(self._answer(request), request.url.path)
        if answer is None:
            return method_not_allowed(self._methods)
        return PlainTextResponse(answer) if isinstance(answer, bytes) else json_response(answer)

    async def _answer(self, request: Request) -> Answer | bytes | None:
        """Check a request and run its control; None when there is no such method."""
        control = self._methods.get(request.method)
        if control is None:
            return None
        raw = await request.body()
        body = raw if control is import_lines else decode_json(raw) if raw.strip() else None
        query = dict(request.query_params)
        if control is show_requests and "wait" in query:
            await self._wait_for_request(query)
        if control is show_health:
            return show_health(self._state, query, body)  # whatever else the sandbox is busy with
        if control is page.report:
            return await self._workers.report(control, self._state, query, body)
        return await self._workers.run(control, self._state, query, body)

    async def _wait_for_request(self, query: Mapping[str, str]) -> None:
        """Hold a reader of requests until there is a new one, without holding a thread."""
        after = whole_number(query, "after", 0)
        left = min(float(whole_number(query, "wait", 0)), _LONGEST_WAIT)
        while self._state.requests.count <= after and left > 0:
            await asyncio.sleep(_POLL)
            left -= _POLL
