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

from midakit.sandbox.exchange import Body, encoded
from midakit.sandbox.refusal import Problem
from midakit.sandbox.server.admin import refuse_strangers
from midakit.sandbox.world import World

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


def overview(world: World, _: Request) -> Body:
    """Every project with its experiments, and what the header shows."""
    projects = [
        {
            "project_key": project["project_key"],
            "name": project.get("website_name") or project["project_key"],
            "experiments": [
                {name: stored.get(name) for name in _SHOWN}
                for stored in world.records.list("experiment", project=project["project_key"])
            ],
        }
        for project in world.records.list("project")
    ]
    clock = {"now": world.stamp(), "frozen": world.clock.frozen}
    return {"projects": projects, "clock": clock, "faults": len(world.faults.shown())}


_SHOWN = ("test_id", "test_name", "url", "status", "is_completed", "serving_variant_id")


def report(world: World, request: Request) -> Body:
    """One experiment's result and daily rows."""
    text = request.path_params["test_id"]
    stored = world.records.get("experiment", int(text) if text.isdecimal() else -1)
    project = world.records.named("project", stored["project_key"]) if stored else None
    if stored is None or project is None:
        raise Problem(404, "Experiment not found")
    context = world.context(project, stored)
    return {
        "result": world.reports.result(context, {}),
        "timeseries": world.reports.timeseries(context, {})["timeseries"],
    }


def routes(world: World, pool: ThreadPoolExecutor) -> list[BaseRoute]:
    """The page, its two files and its two views."""
    return [
        Route("/", _static(world, "index.html")),
        Route("/page.css", _static(world, "page.css")),
        Route("/page.js", _static(world, "page.js")),
        Route("/__sandbox__/view/overview", _view(world, pool, overview)),
        Route("/__sandbox__/view/report/{test_id}", _view(world, pool, report)),
    ]


def _static(world: World, name: str) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            refuse_strangers(request, world.settings.host)
        except Problem as problem:
            return Response(problem.message, problem.status, media_type="text/plain")
        return Response(_file(name), headers=_HEADERS, media_type=_TYPES[name])

    return answer


def _view(
    world: World, pool: ThreadPoolExecutor, view: Callable[[World, Request], Body]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        status = 200
        try:
            refuse_strangers(request, world.settings.host)
            loop = asyncio.get_running_loop()
            body = await loop.run_in_executor(pool, view, world, request)
        except Problem as problem:
            status, body = problem.status, {"error": problem.message}
        except Exception:
            _log.exception("%s failed", request.url.path)
            status, body = 500, {"error": "The sandbox failed; its log says why"}
        return Response(encoded(body), status, _HEADERS, media_type="application/json")

    return answer
