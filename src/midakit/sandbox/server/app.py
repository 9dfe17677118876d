"""The ASGI application: requests are recorded, given their faults, checked, and handed on.

    recording -> faults -> stubs -> method -> key and project -> ids -> query -> body -> handler

Every refusal is JSON. A handler is a plain function of the state and the request; those that read
visits, and writes that must reach a disk, run in a worker thread.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from midakit.sandbox import page
from midakit.sandbox.contract.operations import Operation, body_violation, operations, read_query
from midakit.sandbox.contract.published import published
from midakit.sandbox.errors import HttpError
from midakit.sandbox.faults.protocol import Receive, Scope, Send
from midakit.sandbox.launchdarkly.routes import launchdarkly_routes
from midakit.sandbox.routes import HANDLERS, REPORTS, SLOW, Handler
from midakit.sandbox.routes.api_request import ApiRequest
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.server.access import person_for, project_for, sent_key
from midakit.sandbox.server.admin import control_routes
from midakit.sandbox.server.delivery import delivery_routes
from midakit.sandbox.server.endpoint_paths import EndpointPaths
from midakit.sandbox.server.kept_answers import KEPT, KeptAnswers, send_json
from midakit.sandbox.server.namespace_app import PREFIX, NamespaceApp
from midakit.sandbox.server.recorder import RequestRecorder
from midakit.sandbox.server.request_parts import parse_body, parse_path_id, query_lists, read_body
from midakit.sandbox.server.responses import answer_or_error, json_response, method_not_allowed
from midakit.sandbox.server.workers import Workers
from midakit.sandbox.values import Answer, encode_json

BASE = "/v2"


class Endpoint:
    """All operations of one path.

    Args:
        state: What the sandbox holds.
        workers: The threads for handlers that take long.
        kept: The answers to reads of records.
    """

    def __init__(self, state: SandboxState, workers: Workers, kept: KeptAnswers) -> None:
        self._state = state
        self._workers = workers
        self._kept = kept
        self._methods: dict[str, tuple[Operation, Handler]] = {}

    def add(self, operation: Operation) -> None:
        """Add an operation of this path.

        Args:
            operation: The operation; there must be a handler with its name.
        """
        self._methods[operation.method] = (operation, HANDLERS[operation.name])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request to the path."""
        if scope["method"] not in self._methods:
            return await method_not_allowed(self._methods)(scope, receive, send)
        operation, handler = self._methods[scope["method"]]
        version = self._state.records.version
        work = self._answer(Request(scope, receive), operation, handler)
        try:
            answer = await answer_or_error(work, f"{scope['method']} {scope['path']}")
        except ClientDisconnect:
            return None
        if operation.name in KEPT and isinstance(answer, tuple) and answer[0] == 200:
            body = encode_json(answer[1])
            self._kept.keep(scope, version, body)
            return await send_json(send, body)
        return await json_response(answer)(scope, receive, send)

    async def _answer(self, http: Request, operation: Operation, handler: Handler) -> Answer:
        """Check a request and hand it on; a good answer begins with `success`."""
        records, headers, path = self._state.records, http.headers, http.path_params
        project = project_for(records, sent_key(headers), path["project_key"], operation.name)
        writes = operation.method != "GET"
        person = person_for(records, headers, project, writes=writes)
        ids = {
            name: parse_path_id(text, name) for name, text in path.items() if name != "project_key"
        }
        texts = dict(http.query_params)
        query, violation = read_query(operation, texts)
        body = parse_body(await read_body(http), operation)
        violation = violation or body_violation(operation, body)
        if violation:
            raise HttpError(400, violation)
        request = ApiRequest(
            project=project,
            path_ids=ids,
            query=query,
            query_lists=query_lists(http.query_params),
            query_texts=texts,
            headers=headers,
            origin=f"{http.scope['scheme']}://{headers.get('host', '')}{http.scope.get(PREFIX, '')}",
            person=person,
            body=body,
        )
        if operation.name in REPORTS:
            answer = await self._workers.report(handler, self._state, request)
        elif writes and self._state.settings.data_dir is not None:
            answer = await self._workers.run(handler, self._state, request)
        elif operation.name in SLOW:
            answer = await self._workers.visits(handler, self._state, request)
        else:
            answer = handler(self._state, request)
        status, answered = answer if isinstance(answer, tuple) else (200, answer)
        return status, {"success": True, **answered}


async def _unknown_path(_: Request, __: Exception) -> Response:
    """Answer a request to a path that does not exist."""
    return json_response((404, {"error": "No such path; the API is under /v2"}))


async def _openapi(request: Request) -> Response:
    """Answer with the contract, served at the address that was asked."""
    prefix = request.scope.get(PREFIX, "")
    return json_response(published(f"{request.url.scheme}://{request.url.netloc}{prefix}{BASE}"))


def build_app(state: SandboxState) -> NamespaceApp:
    """Build the application over a state, and over the namespaces that it will have.

    Args:
        state: What the sandbox holds; the application closes it when it ends.

    Returns:
        The ASGI application.
    """
    workers = Workers()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        workers.shutdown()
        state.close()

    return NamespaceApp(state, lambda own: _build_one(own, workers, lifespan))


def _build_one(state: SandboxState, workers: Workers, lifespan: Any) -> RequestRecorder:
    """Build the application over one state."""
    kept = KeptAnswers(state.records)
    endpoints: dict[str, Endpoint] = {}
    for operation in operations():
        endpoints.setdefault(operation.path, Endpoint(state, workers, kept)).add(operation)
    routes: list[BaseRoute] = [
        *launchdarkly_routes(state),
        *delivery_routes(state, workers),
        Route("/openapi.json", _openapi),
        *page.static_routes(),
        Mount("/__sandbox__", routes=control_routes(state, workers)),
    ]
    handlers: dict[Any, Callable[..., Any]] = {404: _unknown_path}
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers=handlers)
    app.router.redirect_slashes = False
    paths = EndpointPaths(f"{BASE}/", app)
    for path, endpoint in endpoints.items():
        paths.add(path, endpoint)
    return RequestRecorder(paths, state, kept)
