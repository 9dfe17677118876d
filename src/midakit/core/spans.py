"""Names and attributes of logs and spans; everything here is safe to show (pure).

The value of a query parameter outside the allow-list is shown as `***`: what nobody thought of stays
hidden. Headers are not shown at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from midakit.core.secret import MASK
from midakit.core.wire.messages import Request, Response

if TYPE_CHECKING:
    from midakit.core.service import Service

ValuesAfter = Mapping[str, tuple[str, ...]]
"""Words of a path, and the names of the values that follow each of them, in order."""

PROJECT = "{project_key}"

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


def url_template(path: str, values_after: ValuesAfter) -> str:
    """Return a path with placeholders in place of its values, so that few different ones exist.

    Args:
        path: The path of a call; placeholders in it stay.
        values_after: What the provider says about its paths. A number is a value wherever it stands.

    Returns:
        The route, such as `/project/{project_key}/experiment/{test_id}/result`.
    """
    return "/".join(name or part for part, name in _named(path, values_after))


def _named(path: str, values_after: ValuesAfter) -> Iterator[tuple[str, str]]:
    """Give each part of a path, with the placeholder of a value and nothing for a word."""
    expected: tuple[str, ...] = ()
    for part in path.split("/"):
        if expected:
            yield part, f"{{{expected[0]}}}"
            expected = expected[1:]
        else:
            yield part, "{id}" if part.isdigit() else ""
            expected = values_after.get(part, ())


def shown_target(request: Request, values_after: ValuesAfter) -> str:
    """Return path and query for a log: no key, no project, no visitor.

    Args:
        request: Query values outside the allow-list are masked; without a call the path is shown
            as it was sent.
        values_after: What the provider says about its paths; a project's key is shown as its placeholder.

    Returns:
        The path, then the query as `name=value` pairs.
    """
    path = request.call.path if request.call is not None else request.target.decode().split("?")[0]
    path = "/".join(name if name == PROJECT else part for part, name in _named(path, values_after))
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


def span_attributes(service: "Service", request: Request) -> dict[str, Any]:
    """Return what is known when a call begins, by the names of OpenTelemetry's conventions.

    Args:
        service: The provider.
        request: Its path is shown as the template.

    Returns:
        The span's first attributes.
    """
    path = request.call.path if request.call is not None else ""
    return {
        "http.request.method": request.method,
        "server.address": request.origin.host,
        "server.port": request.origin.port,
        "url.template": url_template(path, service.values_after),
        "midakit.service": service.name,
        "midakit.operation": span_name(request),
    }


def outcome_attributes(
    request: Request, response: Response | None, error: str | None = None
) -> dict[str, Any]:
    """Return what is known when the call is over.

    Args:
        request: Its attempts are counted.
        response: The last one; None when none came.
        error: The class of the error that came instead of a response.

    Returns:
        Attributes to add to the span.
    """
    found: dict[str, Any] = {"http.request.resend_count": max(0, len(request.attempts) - 1)}
    if response is not None:
        found["http.response.status_code"] = response.status
        found["http.response.body.size"] = len(response.body)
        if response.status >= 400:
            error = str(response.status)
    if error is not None:
        found["error.type"] = error
    return found
