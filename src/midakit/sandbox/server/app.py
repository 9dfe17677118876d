"""The ASGI application: requests are noted, spoiled if asked for, checked, and handed on.

    recording -> faults -> method -> key and project -> ids -> query -> body -> handler

Every refusal is JSON.  A handler is a plain function of the state and the call; those that ask
DuckDB, and writes that must reach a disk, run in a worker thread.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from midakit.sandbox import page
from midakit.sandbox.answers import Answer, encode_json
from midakit.sandbox.contract.operations import Operation, body_problem, operations, plain_query
from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.middleware import act
from midakit.sandbox.faults.protocol import Message, Receive, Scope, Send
from midakit.sandbox.launchdarkly import routes as launchdarkly
from midakit.sandbox.routes import HANDLERS, SLOW, Handler
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server import access, admin
from midakit.sandbox.server.request_parts import parse_body, parse_path_id, read, repeated
from midakit.sandbox.state.request_log import KEPT_BODY, SeenRequest
from midakit.sandbox.state.timestamps import iso_text

BASE = "/v2"
OBSERVED = (f"{BASE}/", "/api/v2/")
_WORKERS = 8
_log = logging.getLogger("midakit.sandbox")


class Endpoint:
    """All methods of one path."""

    def __init__(self, state: SandboxState, pool: ThreadPoolExecutor) -> None:
        self._state = state
        self._pool = pool
        self._methods: dict[str, tuple[Operation, Handler]] = {}

    def add(self, operation: Operation) -> None:
        """Take an operation of this path in."""
        self._methods[operation.method] = (operation, HANDLERS[operation.name])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if scope["method"] not in self._methods:
            allowed = {"allow": ", ".join(sorted(self._methods))}
            await json_response((405, {"error": "Method not allowed"}), allowed)(
                scope, receive, send
            )
            return
        operation, handler = self._methods[scope["method"]]
        try:
            answer = await self._answer(request, operation, handler)
        except ClientDisconnect:
            return
        except HttpError as problem:
            answer = problem.status, {"error": problem.message}
        except Exception:
            _log.exception("%s %s failed", scope["method"], scope["path"])
            answer = 500, {"error": "The sandbox failed; its log says why"}
        await json_response(answer)(scope, receive, send)

    async def _answer(self, request: Request, operation: Operation, handler: Handler) -> Answer:
        headers, path = request.headers, request.path_params
        project = access.project_for(
            self._state.records, access.api_key(headers), path["project_key"], operation.name
        )
        writes = operation.method != "GET"
        person = access.person_for(self._state.records, headers, project, writes=writes)
        ids = {
            name: parse_path_id(text, name) for name, text in path.items() if name != "project_key"
        }
        texts = dict(request.query_params)
        query, problem = plain_query(operation, texts)
        body = parse_body(await read(request), operation)
        problem = problem or body_problem(operation, body)
        if problem:
            raise HttpError(400, problem)
        call = ApiRequest(
            operation,
            project,
            ids,
            query,
            repeated(request.query_params),
            texts,
            headers,
            f"{request.url.scheme}://{headers.get('host', '')}",
            person,
            body,
        )
        slow = operation.name in SLOW or (writes and self._state.settings.data_dir is not None)
        if not slow:
            return handler(self._state, call)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._pool, handler, self._state, call)


def json_response(answer: Answer, headers: dict[str, str] | None = None) -> Response:
    """An answer as a response."""
    status, body = answer if isinstance(answer, tuple) else (200, answer)
    return Response(encode_json(body), status, headers, media_type="application/json")


class RequestRecorder:
    """Notes the API's requests and runs them through the faults in force."""

    def __init__(self, app: Any, state: SandboxState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or spoil it."""
        if scope["type"] != "http" or not scope["path"].startswith(OBSERVED):
            await self._app(scope, receive, send)
            return
        state, headers = self._state, Headers(scope=scope)
        seen = state.requests.add(
            iso_text(datetime.now(UTC)),  # a frozen clock would tell nothing here
            scope["method"],
            scope["path"],
            scope["query_string"].decode("latin-1"),
            dict(headers),
        )
        started = time.perf_counter()
        try:
            faults = state.faults.hits(
                scope["method"], scope["path"], headers.get("x-sandbox-fault")
            )
        except HttpError as problem:
            await json_response((problem.status, {"error": problem.message}))(scope, receive, send)
            seen.status = problem.status
            return
        seen.fault = ", ".join(map(str, faults)) or None
        receive, send = _noting(receive, seen), _timing(send, seen, started)
        if faults:
            await act(faults, state.faults, self._app, scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _noting(receive: Receive, seen: SeenRequest) -> Receive:
    async def noting() -> Message:
        message = await receive()
        if message["type"] == "http.request" and len(seen.body) < KEPT_BODY:
            text = message.get("body", b"").decode(errors="replace")
            seen.body = (seen.body + text)[:KEPT_BODY]
        return message

    return noting


def _timing(send: Send, seen: SeenRequest, started: float) -> Send:
    async def timing(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
        elif not message.get("more_body"):
            seen.milliseconds = round((time.perf_counter() - started) * 1000, 2)
        await send(message)

    return timing


async def _nothing_here(_: Request, __: Exception) -> Response:
    return json_response((404, {"error": "No such path; the API is under /v2"}))


def build(state: SandboxState) -> RequestRecorder:
    """The application over a state."""
    pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="midakit-sandbox")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        pool.shutdown(cancel_futures=True)
        state.close()

    routes: list[BaseRoute] = [
        *_mida(state, pool),
        *launchdarkly.routes(state),
        *page.routes(state, pool),  # its views lie under the mount: they come first
        Mount("/__sandbox__", routes=admin.routes(state, pool)),
    ]
    handlers: dict[Any, Callable[..., Any]] = {404: _nothing_here}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    app.router.redirect_slashes = False
    return RequestRecorder(app, state)


def _mida(state: SandboxState, pool: ThreadPoolExecutor) -> list[BaseRoute]:
    """One route per path of the contract; an operation without a handler fails here."""
    endpoints: dict[str, Endpoint] = {}
    for operation in operations():
        endpoint = endpoints.setdefault(operation.path, Endpoint(state, pool))
        endpoint.add(operation)
    return [Route(BASE + path, endpoint) for path, endpoint in endpoints.items()]
