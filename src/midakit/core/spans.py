"""Names and attributes of logs and spans; everything here is safe to show (pure).

Header and query names outside the allow-lists are shown as `***`: a name that nobody thought of
stays hidden.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from midakit.core.secret import MASK
from midakit.core.wire.messages import Headers, Request, Response

SHOWN_HEADERS = frozenset(
    {
        b"accept",
        b"accept-encoding",
        b"content-length",
        b"content-type",
        b"date",
        b"host",
        b"ld-api-version",
        b"retry-after",
        b"retry-after-ms",
        b"user-agent",
        b"x-request-id",
    }
)
SHOWN_QUERY = frozenset(
    {
        "breakdown_by",
        "end_date",
        "expand",
        "filter_by",
        "goal_key",
        "goal_keys",
        "goal_profile_id",
        "include_inactive",
        "limit",
        "metric_batch",
        "metric_keys",
        "min_count",
        "offset",
        "report_phase",
        "sort",
        "start_date",
        "timeframe_days",
        "tz",
    }
)


def shown_headers(headers: Headers) -> dict[str, str]:
    """Headers for a log: values outside the allow-list masked."""
    return {
        name.decode("latin-1"): value.decode("latin-1") if name in SHOWN_HEADERS else MASK
        for name, value in headers
    }


def shown_target(request: Request) -> str:
    """Path template and allowed query values: no key, no project, no visitor."""
    path = request.call.path if request.call is not None else request.target.decode().split("?")[0]
    query = request.target.decode("ascii").partition("?")[2]
    if not query:
        return path
    pairs: Iterable[tuple[str, str]] = parse_qsl(query, keep_blank_values=True)
    shown = (f"{name}={value if name in SHOWN_QUERY else MASK}" for name, value in pairs)
    return f"{path}?{'&'.join(shown)}"


def span_name(request: Request) -> str:
    """The operation: few names, so that a tracing backend can group by them."""
    return request.call.operation if request.call is not None else request.method


def span_attributes(service: str, request: Request) -> dict[str, Any]:
    """OpenTelemetry's HTTP client conventions."""
    return {
        "http.request.method": request.method,
        "server.address": request.origin.host,
        "server.port": request.origin.port,
        "url.template": request.call.path if request.call is not None else "",
        "midakit.service": service,
        "midakit.operation": span_name(request),
    }


def outcome_attributes(request: Request, response: Response | None) -> dict[str, Any]:
    """What is known when the call is over."""
    found: dict[str, Any] = {"http.request.resend_count": max(0, len(request.attempts) - 1)}
    if response is not None:
        found["http.response.status_code"] = response.status
        found["http.response.body.size"] = len(response.body)
    return found
