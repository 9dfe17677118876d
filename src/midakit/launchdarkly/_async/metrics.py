"""The calls about metrics."""

from typing import TYPE_CHECKING, Unpack

from midakit.core._async.paging import AsyncPager
from midakit.core.extra import ExtraOptions, taken
from midakit.core.options import expand_options
from midakit.core.unset import UNSET, Unset
from midakit.launchdarkly import calls
from midakit.launchdarkly.calls.metrics import Expand

if TYPE_CHECKING:
    from midakit.launchdarkly._async.client import AsyncLaunchDarkly
    from midakit.launchdarkly.models import Metric


class AsyncMetrics:
    """The metrics of LaunchDarkly projects: `ld.metrics`."""

    __slots__ = ("_client",)

    def __init__(self, client: "AsyncLaunchDarkly") -> None:
        self._client = client

    @expand_options
    async def get(
        self,
        project_key: str,
        metric_key: str,
        *,
        expand: Expand = UNSET,
        version_id: str | Unset = UNSET,
        api_version: str | Unset = UNSET,
        **extra: Unpack[ExtraOptions],
    ) -> "Metric":
        """Read one metric by its key.

        Args:
            project_key: Key of the LaunchDarkly project.
            metric_key: Key of the metric, as its page in LaunchDarkly shows it.
            expand: What to fill in beside the metric's own fields, such as `experiments` or
                `metricGroups`: text with commas, or a list.
            version_id: An older version of the metric; the newest when left out.
            api_version: The version of the API to ask for, such as `beta`; `20240415` when left out.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Raises:
            InvalidRequest: A key is empty or holds what no key holds.
            NotFound: There is no such metric, or the token may not see it.

        Example:
            [first] = await ld.metrics.list("small", max_items=1).collect()
            metric = await ld.metrics.get("small", first.key)
            print(metric.name, metric.kind)
        """
        return await self._client.send(
            calls.metrics.get(
                project_key,
                metric_key,
                expand=expand,
                version_id=version_id,
                api_version=api_version,
                **taken(extra),
            )
        )

    @expand_options
    def list(
        self,
        project_key: str,
        *,
        filter: str | Unset = UNSET,
        sort: str | Unset = UNSET,
        expand: Expand = UNSET,
        api_version: str | Unset = UNSET,
        page_size: int = 50,
        max_items: int | None = None,
        start_offset: int = 0,
        prefetch: int = 0,
        **extra: Unpack[ExtraOptions],
    ) -> "AsyncPager[Metric]":
        """List the metrics of a project in their summary form.

        Pages are asked for by offset: the links that the server sends are never followed, so none
        can lead the token to another host.

        Args:
            project_key: Key of the LaunchDarkly project.
            filter: LaunchDarkly's filter expression, such as `query:checkout`.
            sort: `createdAt`, `-createdAt`, `name` or `-name`.
            expand: What to fill in for each metric: text with commas, or a list.
            api_version: The version of the API to ask for; `20240415` when left out.
            page_size: Metrics per request, 50 at most.
            max_items: Stop after so many metrics.
            start_offset: How many metrics to leave out at the beginning.
            prefetch: Pages that may be fetched before they are asked for.
            extra_query: Further query parameters, also in place of the call's own; a list gives its name
                several times.
            extra_body: Further fields of the JSON body, also in place of the call's own.
            extra_headers: Further headers, also in place of the client's own; values of secret ones are never
                shown.

        Returns:
            A pager: iterate over it, or call `.collect()`.

        Raises:
            InvalidRequest: A key is empty or holds what no key holds, or a number is out of its
                bounds.

        Example:
            async for metric in ld.metrics.list("small"):
                print(metric.key, metric.kind)
        """
        further = taken(extra)
        return AsyncPager(
            self._client,
            lambda limit, offset: calls.metrics.list(
                project_key,
                limit=limit,
                offset=offset,
                filter=filter,
                sort=sort,
                expand=expand,
                api_version=api_version,
                **further,
            ),
            items="items",
            key="key",
            page_size=page_size,
            max_items=max_items,
            start_offset=start_offset,
            prefetch=prefetch,
        )
