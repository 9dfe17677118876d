"""Names and attributes of logs and spans; everything here is safe to show (pure).

The value of a query parameter outside the allow-list is shown as `***`: what nobody thought of stays
hidden. Headers are not shown at all.
"""

from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl

from midakit.core.secret import MASK
from midakit.core.wire.messages import Request, Response

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


def shown_target(request: Request) -> str:
    """Return path template and query for a log: no key, no project, no visitor.

    Args:
        request: Query values outside the allow-list are masked; without a call the path is shown
            as it was sent.

    Returns:
        The template, then the query as `name=value` pairs.
    """
    path = request.call.path if request.call is not None else request.target.decode().split("?")[0]
    query = request.target.decode("ascii").partition("?")[2]
    if not query:
        return path
    pairs: Iterable[tuple[str, str]] = parse_qsl(query, keep_blank_values=True)
    shown = (f"{name}={value if name in SHOWN_QUERY else MASK}" for name, value in pairs)
    return f"{path}?{'&'.join(shown)}"


def span_name(request: Request) -> str:
    """Return the operation: few names, so that a tracing backend can group by them.

    Args:
        request: Without a call its HTTP method is the name.

    Returns:
        The name of the span.
    """
    return request.call.operation if request.call is not None else request.method


def span_attributes(service: str, request: Request) -> dict[str, Any]:
    """Return what is known when a call begins, by the names of OpenTelemetry's conventions.

    Args:
        service: The provider's name.
        request: Its path is shown as the template.

    Returns:
        The span's first attributes.
    """
    return {
        "http.request.method": request.method,
        "server.address": request.origin.host,
        "server.port": request.origin.port,
        "url.template": request.call.path if request.call is not None else "",
        "midakit.service": service,
        "midakit.operation": span_name(request),
    }


def outcome_attributes(request: Request, response: Response | None) -> dict[str, Any]:
    """Return what is known when the call is over.

    Args:
        request: Its attempts are counted.
        response: The last one; None when none came.

    Returns:
        Attributes to add to the span.
    """
    found: dict[str, Any] = {"http.request.resend_count": max(0, len(request.attempts) - 1)}
    if response is not None:
        found["http.response.status_code"] = response.status
        found["http.response.body.size"] = len(response.body)
    return found
