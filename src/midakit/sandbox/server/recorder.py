"""The application around one state: it records the API's requests, and faults and stubs interfere."""

import asyncio
import time
from typing import Any

from starlette.requests import ClientDisconnect, Request

from midakit.sandbox.delivery.endpoints import PATHS as DELIVERY
from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.middleware import run_with_faults
from midakit.sandbox.faults.protocol import Message, Receive, Scope, Send
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.browsers import SENT_METHOD
from midakit.sandbox.server.kept_answers import KeptAnswers
from midakit.sandbox.server.request_parts import read_body
from midakit.sandbox.server.responses import json_response
from midakit.sandbox.state.request_log import (
    KEPT_ANSWER,
    RawHeaders,
    RequestLog,
    SeenRequest,
    kept_part,
    masked,
)
from midakit.sandbox.stubs.active_stubs import ActiveStubs
from midakit.sandbox.stubs.request_match import SentRequest

RECORDED = ("/v2/", "/api/v2/", *DELIVERY)


class RequestRecorder:
    """The outermost application: it records the API's requests and applies the faults in force.

    Args:
        app: The application behind it.
        state: What the sandbox holds.
        kept: The answers to reads of records.
    """

    def __init__(self, app: Any, state: SandboxState, kept: KeptAnswers) -> None:
        self._app = app
        self._state = state
        self._kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, perhaps with faults."""
        if scope["type"] != "http" or not scope["path"].startswith(RECORDED):
            return await self._app(scope, receive, send)  # type: ignore[no-any-return]
        state, method, headers = (
            self._state,
            scope.get(SENT_METHOD, scope["method"]),
            scope["headers"],
        )
        query = scope["query_string"].decode("latin-1")
        seen = state.requests.add(method, scope["path"], query, headers)
        receive, send = _record_body(receive, state.requests, seen), _record_answer(send, seen)
        try:
            faults = state.faults.faults_for(method, scope["path"], _own_faults(headers))
        except HttpError as error:
            answer = error.status, {"error": error.message}
            return await json_response(answer)(scope, receive, send)
        stubs, app = state.stubs, self._app
        plain = not faults and not stubs and scope["method"] == "GET"
        if plain and await self._kept.send(scope, send):
            return None
        seen.fault = ", ".join(map(str, faults)) or None
        if stubs:
            app = StubbedApp(app, stubs, seen)
        return await run_with_faults(faults, state.faults, app, scope, receive, send)


class StubbedApp:
    """An application of which some requests are answered by stubs.

    Args:
        app: The application behind it.
        stubs: The stubs in force.
        seen: The request in the log.
    """

    def __init__(self, app: Any, stubs: ActiveStubs, seen: SeenRequest) -> None:
        self._app, self._stubs, self._seen = app, stubs, seen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with a stub's response, or hand the request on with its body."""
        try:
            body = await read_body(Request(scope, receive))
        except HttpError as error:
            answer = error.status, {"error": error.message}
            return await json_response(answer)(scope, receive, send)
        except ClientDisconnect:
            return None
        query, method = (
            scope["query_string"].decode("latin-1"),
            scope.get(SENT_METHOD, scope["method"]),
        )
        found = self._stubs.response_to(SentRequest(method, scope["path"], query, body))
        if found is None:
            return await self._app(scope, _again(body, receive), send)  # type: ignore[no-any-return]
        self._seen.stub, response = found
        await asyncio.sleep(response.delay)
        headers = [*response.headers, (b"content-length", str(len(response.body)).encode())]
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        return await send({"type": "http.response.body", "body": response.body})


def _own_faults(headers: RawHeaders) -> str | None:
    """Return the faults that a request brings itself."""
    for name, value in headers:
        if name == b"x-sandbox-fault":
            return value.decode("latin-1")
    return None


def _again(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives a body that was read already."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


def _record_body(receive: Receive, log: RequestLog, seen: SeenRequest) -> Receive:
    """Return a `receive` that also keeps the first part of the body."""

    async def recording() -> Message:
        message = await receive()
        if message["type"] == "http.request":
            log.add_body(seen, message.get("body", b""))
        return message

    return recording


def _record_answer(send: Send, seen: SeenRequest) -> Send:
    """Return a `send` that also keeps the answer and the time that it took."""
    started = time.perf_counter()

    async def recording(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
            seen.answer_headers = masked(message["headers"])
        else:
            seen.sent = kept_part(seen.sent, message.get("body", b""), KEPT_ANSWER)
            if not message.get("more_body"):
                seen.milliseconds = round((time.perf_counter() - started) * 1000, 2)
        await send(message)

    return recording
