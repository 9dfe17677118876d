"""Calls about metrics."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Unpack

from midakit.core import checks
from midakit.core.call import Address, Call, Pairs
from midakit.core.extend import extended
from midakit.core.extra import ExtraOptions
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.errors import InvalidRequest

if TYPE_CHECKING:
    from midakit.launchdarkly.models import Metric, MetricList

ROOT = "/api/v2/metrics"
ADDRESS = Address("https://app.launchdarkly.com")
MOST = 50
SORTS = ("createdAt", "-createdAt", "name", "-name")
Expand = str | Iterable[str] | Unset


@expand_options
def get(
    project_key: str,
    metric_key: str,
    *,
    expand: Expand = UNSET,
    version_id: str | Unset = UNSET,
    api_version: str | Unset = UNSET,
    **extra: Unpack[ExtraOptions],
) -> "Call[Metric]":
    """Read one metric by its key.

    Args:
        project_key: Key of the LaunchDarkly project.
        metric_key: Key of the metric, as its page in LaunchDarkly shows it.
        expand: What to fill in beside the metric's own fields, such as `experiments` or
            `metricGroups`: text with commas, or a list.
        version_id: An older version of the metric; the newest when left out.
        api_version: The version of the API to ask for, such as `beta`; `20240415` when left out.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Returns:
        The call, not sent yet.

    Raises:
        InvalidRequest: A key is empty or holds what no key holds.
    """
    from midakit.launchdarkly.models import Metric

    project = checks.path_segment("project_key", project_key)
    metric = checks.path_segment("metric_key", metric_key)
    query = _expanded(expand)
    if not isinstance(version_id, Unset):
        query += (("versionId", checks.text("version_id", version_id)),)
    call: Call[Any] = Call(
        operation="launchdarkly_get_metric",
        method="GET",
        path=f"{ROOT}/{project}/{metric}",
        answer=Metric,
        address=ADDRESS,
        query=query,
        headers=_version(api_version),
        safe=True,
    )
    return extended(call, extra)


@expand_options
def list(
    project_key: str,
    *,
    limit: int = 20,
    offset: int = 0,
    filter: str | Unset = UNSET,
    sort: str | Unset = UNSET,
    expand: Expand = UNSET,
    api_version: str | Unset = UNSET,
    **extra: Unpack[ExtraOptions],
) -> "Call[MetricList]":
    """Read one page of a project's metrics in their summary form.

    Args:
        project_key: Key of the LaunchDarkly project.
        limit: Metrics on the page, 1 to 50.
        offset: How many metrics to leave out before it.
        filter: LaunchDarkly's filter expression, such as `query:checkout`.
        sort: `createdAt`, `-createdAt`, `name` or `-name`.
        expand: What to fill in for each metric: text with commas, or a list.
        api_version: The version of the API to ask for; `20240415` when left out.
        extra_query: Further query parameters, also in place of the call's own; a list gives its name several
            times.
        extra_body: Further fields of the JSON body, also in place of the call's own.
        extra_headers: Further headers, also in place of the client's own; values of secret ones are never
            shown.

    Returns:
        The call, not sent yet.

    Raises:
        InvalidRequest: An argument breaks its rule.
    """
    from midakit.launchdarkly.models import MetricList

    checks.between("limit", limit, 1, MOST, whole=True)
    checks.between("offset", offset, 0, float("inf"), whole=True)
    query: Pairs = (("limit", str(limit)), ("offset", str(offset)))
    if not isinstance(filter, Unset):
        query += (("filter", checks.text("filter", filter)),)
    if not isinstance(sort, Unset):
        query += (("sort", checks.one_of("sort", sort, SORTS)),)
    call: Call[Any] = Call(
        operation="launchdarkly_list_metrics",
        method="GET",
        path=f"{ROOT}/{checks.path_segment('project_key', project_key)}",
        answer=MetricList,
        address=ADDRESS,
        query=query + _expanded(expand),
        headers=_version(api_version),
        safe=True,
    )
    return extended(call, extra)


def _expanded(expand: Expand) -> Pairs:
    if isinstance(expand, Unset):
        return ()
    try:
        words = expand if isinstance(expand, str) else ",".join(expand)
    except TypeError:
        raise InvalidRequest("expand", "takes text with commas, or a list of texts") from None
    return (("expand", checks.text("expand", words)),)


def _version(api_version: str | Unset) -> Pairs:
    if isinstance(api_version, Unset):
        return ()
    return (("LD-API-Version", checks.path_segment("api_version", api_version)),)
