"""The web page at `/`: experiments, their results, and the requests as they come.

It reads its own views, not the API, so that looking at the sandbox leaves no request in the list.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from midakit.sandbox.answers import Body, encode_json
from midakit.sandbox.errors import HttpError
from midakit.sandbox.origins import refuse_strangers
from midakit.sandbox.sandbox_state import SandboxState

_TYPES = {"index.html": "text/html", "page.css": "text/css", "page.js": "text/javascript"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
_log = logging.getLogger("midakit.sandbox")


@cache
def _file(name: str) -> bytes:
    return files("midakit.sandbox.page").joinpath(name).read_bytes()


def overview(state: SandboxState, _: Request) -> Body:
    """Every project with its experiments, and what the header shows."""
    projects = [
        {
            "project_key": project["project_key"],
            "name": project.get("website_name") or project["project_key"],
            "experiments": [
                {name: stored.get(name) for name in _SHOWN}
                for stored in state.records.find_all("experiment", project=project["project_key"])
            ],
        }
        for project in state.records.find_all("project")
    ]
    clock = {"now": state.now_text(), "frozen": state.clock.frozen}
    return {"projects": projects, "clock": clock, "faults": len(state.faults.shown())}


_SHOWN = ("test_id", "test_name", "url", "status", "is_completed", "serving_variant_id")


def report(state: SandboxState, request: Request) -> Body:
    """One experiment's result and daily rows."""
    text = request.path_params["test_id"]
    stored = state.records.find("experiment", int(text) if text.isdecimal() else -1)
    project = state.records.find_by_name("project", stored["project_key"]) if stored else None
    if stored is None or project is None:
        raise HttpError(404, "Experiment not found")
    context = state.context(project, stored)
    return {
        "result": state.reports.result(context, {}),
        "timeseries": state.reports.timeseries(context, {})["timeseries"],
    }


def routes(state: SandboxState, pool: ThreadPoolExecutor) -> list[BaseRoute]:
    """The page, its two files and its two views."""
    return [
        Route("/", _static(state, "index.html")),
        Route("/page.css", _static(state, "page.css")),
        Route("/page.js", _static(state, "page.js")),
        Route("/__sandbox__/view/overview", _view(state, pool, overview)),
        Route("/__sandbox__/view/report/{test_id}", _view(state, pool, report)),
    ]


def _static(state: SandboxState, name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            refuse_strangers(request, state.settings.host)
        except HttpError as problem:
            return Response(problem.message, problem.status, media_type="text/plain")
        return Response(_file(name), headers=_HEADERS, media_type=_TYPES[name])

    return answer


def _view(
    state: SandboxState, pool: ThreadPoolExecutor, view: Callable[[SandboxState, Request], Body]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        status = 200
        try:
            refuse_strangers(request, state.settings.host)
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(pool, view, state, request)
        except HttpError as problem:
            status, body = problem.status, {"error": problem.message}
        except Exception:
            _log.exception("%s failed", request.url.path)
            status, body = 500, {"error": "The sandbox failed; its log says why"}
        return Response(encode_json(body), status, _HEADERS, media_type="application/json")

    return answer
