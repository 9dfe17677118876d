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

from midakit.sandbox.answers import encode_json
from midakit.sandbox.errors import HttpError
from midakit.sandbox.launchdarkly import metric_filter, seeded_metrics
from midakit.sandbox.sandbox_state import SandboxState

_ROOT = "/api/v2/metrics"
_VERSIONS = frozenset({"20240415", "20220603", "20210729", "20191212", "beta"})
_CODES = {400: "invalid_request", 401: "unauthorized", 404: "not_found",
          405: "method_not_allowed", 429: "rate_limited"}  # fmt: skip
_DEFAULT, _MOST = 20, 50
_WINDOW = 10_000
_SORTS = frozenset({"createdAt", "-createdAt", "name", "-name"})


class RateLimitWindow:
    """Requests counted in fixed windows of ten seconds."""

    def __init__(self) -> None:
        self._window = 0
        self._used = 0

    def headers(self, limit: int | None) -> dict[str, str]:
        """Count one request; the headers it gets, or a 429."""
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
    """Over the limit; carries the headers that say when to come back."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__(429, "Rate limit exceeded. Try again later.")
        self.headers = headers


def routes(state: SandboxState) -> list[BaseRoute]:
    """List and get."""
    windows = RateLimitWindow()

    async def answer(request: Request) -> Response:
        headers: dict[str, str] = {}
        try:
            _check(request, state)
            headers = windows.headers(state.ld_rate_limit)
            key = request.path_params.get("metric_key")
            project = request.path_params["project_key"]
            query = request.query_params
            body = _one(project, key, query) if key else _page(project, query)
            return Response(encode_json(body), headers=headers, media_type="application/json")
        except HttpError as problem:
            own = problem.headers if isinstance(problem, RateLimitExceeded) else headers
            return _error(problem, own)

    methods = ["GET", "POST", "PATCH", "PUT", "DELETE"]
    return [
        Route(f"{_ROOT}/{{project_key}}", answer, methods=methods),
        Route(f"{_ROOT}/{{project_key}}/{{metric_key}}", answer, methods=methods),
    ]


def _check(request: Request, state: SandboxState) -> None:
    if request.headers.get("authorization") != state.settings.access_token:
        raise HttpError(401, "Invalid access token")
    version = request.headers.get("ld-api-version")
    if version is not None and version not in _VERSIONS:
        raise HttpError(400, "Unknown LD-API-Version")
    if request.method not in {"GET", "HEAD"}:
        raise HttpError(405, "The sandbox serves LaunchDarkly metrics read-only")


def _error(problem: HttpError, headers: Mapping[str, str]) -> Response:
    body = {
        "code": _CODES.get(problem.status, "error"),
        "message": problem.message,
        "id": str(uuid.uuid4()),
    }
    return Response(encode_json(body), problem.status, dict(headers), media_type="application/json")


def _one(project: str, key: str, query: Mapping[str, str]) -> dict[str, Any]:
    metric = next((m for m in _metrics(project) if m["key"] == key), None)
    wanted = query.get("versionId")
    if metric is None or (wanted is not None and wanted != metric["_versionId"]):
        raise HttpError(404, "Unknown metric")
    return seeded_metrics.details(metric, _words(query.get("expand")))


def _page(project: str, query: Mapping[str, str]) -> dict[str, Any]:
    limit, offset = _whole(query, "limit", _DEFAULT), _whole(query, "offset", 0)
    if not 1 <= limit <= _MOST:
        raise HttpError(400, f"limit must be from 1 to {_MOST}")
    found = [m for m in _metrics(project) if metric_filter.matches(m, query.get("filter", ""))]
    sort = query.get("sort", "createdAt")
    if sort not in _SORTS:
        raise HttpError(400, "sort must be createdAt or name, with - for descending")
    name = "name" if sort.endswith("name") else "_creationDate"
    found.sort(key=lambda metric: (metric[name], metric["key"]), reverse=sort.startswith("-"))
    expand = _words(query.get("expand"))
    return {
        "items": [seeded_metrics.summary(m, expand) for m in found[offset : offset + limit]],
        "totalCount": len(found),
        "_links": _links(f"{_ROOT}/{project}", dict(query), limit, offset, len(found)),
    }


def _links(path: str, query: dict[str, str], limit: int, offset: int, total: int) -> dict[str, Any]:
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
    metrics = seeded_metrics.seeded(project)
    if not metrics:
        raise HttpError(404, f"Unknown project key {project[:80]}")
    return metrics


def _whole(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise HttpError(400, f"{name} must be a whole number")
    return int(text)


def _words(text: str | None) -> set[str]:
    return {word.strip() for word in (text or "").split(",") if word.strip()}
