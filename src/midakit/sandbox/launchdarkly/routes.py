"""LaunchDarkly's metric endpoints, read-only, over seeded metrics of every kind.

The access token stands alone in `Authorization`; errors are `{"code", "message", "id"}`; the
rate-limit headers count in epoch milliseconds and appear only when a limit is set.
"""

import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from midakit.sandbox.errors import HttpError
from midakit.sandbox.launchdarkly.metric_filter import matches
from midakit.sandbox.launchdarkly.seeded_metrics import details, seeded_metrics, summary, version_of
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.values import Body, encode_json, whole_number

_ROOT = "/api/v2/metrics"
_VERSIONS = frozenset({"20240415", "20220603", "20210729", "20191212", "beta"})
_CODES = {400: "invalid_request", 401: "unauthorized", 404: "not_found",
          405: "method_not_allowed", 429: "rate_limited"}  # fmt: skip
_DEFAULT_LIMIT, _MOST = 20, 50
_WINDOW = 10_000
_SORTS = frozenset({"createdAt", "-createdAt", "name", "-name"})


class RateLimitWindow:
    """The requests of the present window of ten seconds, counted."""

    def __init__(self) -> None:
        self._window = 0
        self._used = 0

    def count(self, limit: int | None) -> dict[str, str]:
        """Count one request in its window.

        Args:
            limit: How many are allowed in a window; None is no limit.

        Returns:
            The headers of its answer.

        Raises:
            RateLimitExceeded: There were too many.
        """
        if limit is None:
            return {}
        now = int(time.time() * 1000)
        if now // _WINDOW != self._window:
            self._window, self._used = now // _WINDOW, 0
        self._used += 1
        headers = {
            "X-Ratelimit-Route-Limit": str(limit),
            "X-Ratelimit-Route-Remaining": str(max(0, limit - self._used)),
            "X-Ratelimit-Reset": str((self._window + 1) * _WINDOW),
        }
        if self._used > limit:
            raise RateLimitExceeded(headers)
        return headers


class RateLimitExceeded(HttpError):
    """A request over the limit.

    Args:
        headers: They say when to come back.
    """

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(429, "Rate limit exceeded. Try again later.")
        self.headers = headers


def launchdarkly_routes(state: SandboxState) -> list[BaseRoute]:
    """Return the routes that list metrics and get one.

    Args:
        state: It has the access token and the rate limit.

    Returns:
        The routes.
    """
    window = RateLimitWindow()

    async def answer(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            _check(request, state)
            headers = window.count(state.ld_rate_limit)
            project, query = request.path_params["project_key"], request.query_params
            key = request.path_params.get("metric_key")
            body = _one(project, key, query) if key else _page(project, query)
            return Response(encode_json(body), headers=headers, media_type="application/json")
        except HttpError as error:
            own = error.headers if isinstance(error, RateLimitExceeded) else headers
            code = _CODES.get(error.status, "error")
            body = {"code": code, "message": error.message, "id": str(uuid.uuid4())}
            return Response(encode_json(body), error.status, own, media_type="application/json")

    methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
    paths = (f"{_ROOT}/{{project_key}}", f"{_ROOT}/{{project_key}}/{{metric_key}}")
    return [Route(path, answer, methods=methods) for path in paths]


def _check(request: Request, state: SandboxState) -> None:
    """Check the token, the version and the method."""
    if request.headers.get("authorization") != state.settings.access_token:
        raise HttpError(401, "Invalid access token")
    version = request.headers.get("ld-api-version")
    if version is not None and version not in _VERSIONS:
        raise HttpError(400, "Unknown LD-API-Version")
    if request.method not in {"GET", "HEAD"}:
        raise HttpError(405, "The sandbox serves LaunchDarkly metrics read-only")


def _one(project: str, key: str, query: Mapping[str, str]) -> Body:
    """Return one metric by its key."""
    metric = next((m for m in _metrics(project) if m["key"] == key), None)
    wanted = query.get("versionId")
    if metric is not None and wanted is not None:
        metric = version_of(metric, wanted)
    if metric is None:
        raise HttpError(404, "Unknown metric")
    return details(metric, _words(query.get("expand")))


def _page(project: str, query: Mapping[str, str]) -> Body:
    """Return one page of a project's metrics."""
    limit, offset = whole_number(query, "limit", _DEFAULT_LIMIT), whole_number(query, "offset", 0)
    if not 1 <= limit <= _MOST:
        raise HttpError(400, f"limit must be from 1 to {_MOST}")
    found = [m for m in _metrics(project) if matches(m, query.get("filter", ""))]
    sort = query.get("sort", "createdAt")
    if sort not in _SORTS:
        raise HttpError(400, "sort must be createdAt or name, with - for descending")
    name = "name" if sort.endswith("name") else "_creationDate"
    found.sort(key=lambda metric: (metric[name], metric["key"]), reverse=sort.startswith("-"))
    expand = _words(query.get("expand"))
    return {
        "items": [summary(m, expand) for m in found[offset : offset + limit]],
        "totalCount": len(found),
        "_links": _links(f"{_ROOT}/{project}", dict(query), limit, offset, len(found)),
    }


def _links(path: str, query: dict[str, str], limit: int, offset: int, total: int) -> Body:
    """Return the links to other pages."""
    last = max(0, (total - 1) // limit * limit)
    places = {"self": offset, "first": 0, "last": last}
    if offset + limit < total:
        places["next"] = offset + limit
    if offset > 0:
        places["prev"] = max(0, offset - limit)
    return {
        name: {
            "href": f"{path}?{urlencode({**query, 'limit': limit, 'offset': place})}",
            "type": "application/json",
        }
        for name, place in places.items()
    }


def _metrics(project: str) -> list[dict[str, Any]]:
    """Return the metrics of a project that exists."""
    metrics = seeded_metrics(project)
    if not metrics:
        raise HttpError(404, f"Unknown project key {project[:80]}")
    return metrics


def _words(text: str | None) -> set[str]:
    """Return the words of a list with commas."""
    return {word.strip() for word in (text or "").split(",") if word.strip()}
