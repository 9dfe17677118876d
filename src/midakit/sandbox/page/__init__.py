"""The web page at `/`: experiments, their results, the requests as they come, and the controls.

It reads its own views, not the API, so that looking at the sandbox leaves no request in the list.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from midakit.sandbox.errors import HttpError
from midakit.sandbox.page.intervals import with_intervals
from midakit.sandbox.reports import result, timeseries
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Body, whole_number

_SCRIPTS = ("page.js", "dom.js", "report.js", "controls.js", "requests.js")
_FILES = {"/": "index.html", "/page.css": "page.css"} | {f"/{name}": name for name in _SCRIPTS}
_TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
_HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
}
_EXPERIMENT = ("test_id", "test_name", "url", "status", "is_completed", "serving_variant_id")


def overview(state: SandboxState, _query: Mapping[str, str], _body: Any) -> Body:
    """Return every project with its experiments, and what the header shows.

    Args:
        state: What the sandbox holds.
        _query: Not used.
        _body: Not used.

    Returns:
        The view as JSON.
    """
    projects = [
        {
            "project_key": project["project_key"],
            "name": project.get("website_name") or project["project_key"],
            "experiments": [
                {name: stored.get(name) for name in _EXPERIMENT}
                for stored in state.records.find_all("experiment", project=project["project_key"])
            ],
        }
        for project in state.records.find_all("project")
    ]
    clock = {"now": state.now_text(), "frozen": state.clock.frozen}
    return {
        "projects": projects,
        "clock": clock,
        "rules": state.faults.as_json(),
        "stubs": state.stubs.as_json(),
        "snapshots": state.snapshots.names(),
        "namespaces": state.root.namespaces.names(),
    }


def report(state: SandboxState, query: Mapping[str, str], _body: Any) -> Body:
    """Return one experiment's result and daily rows.

    Args:
        state: What the sandbox holds.
        query: `test_id`, the experiment.
        _body: Not used.

    Returns:
        The view as JSON.

    Raises:
        HttpError: 404, there is no such experiment.
    """
    stored = state.records.find("experiment", whole_number(query, "test_id", 0))
    project = state.records.find_by_name("project", stored["project_key"]) if stored else None
    if stored is None or project is None:
        raise HttpError(404, "Experiment not found")
    context = state.report_context(project, stored)
    found = result(state.visits, context, {})
    level = stored["confidence_interval"]
    shown = {**found, "level": level, "variants": with_intervals(found["variants"], level)}
    return {
        "result": shown,
        "timeseries": timeseries(state.visits, context, {})["timeseries"],
    }


def static_routes() -> list[BaseRoute]:
    """Return the routes of the page and its files."""
    return [Route(path, _static(name)) for path, name in _FILES.items()]


@cache
def _file(name: str) -> bytes:
    """Read a file of the page once."""
    return files("midakit.sandbox.page").joinpath(name).read_bytes()


def _static(name: str) -> Callable[[Request], Awaitable[Response]]:
    """Return the handler that sends a file of the page."""

    async def answer(_: Request) -> Response:
        return Response(_file(name), headers=_HEADERS, media_type=_TYPES[name.split(".")[-1]])

    return answer
