"""Metrics: what LaunchDarkly's experiments measure."""

from typing import TYPE_CHECKING

from midakit.core._async.paging import AsyncPager
from midakit.core.unset import UNSET, Unset
from midakit.launchdarkly import calls
from midakit.launchdarkly.calls.metrics import Expand

if TYPE_CHECKING:
    from midakit.launchdarkly._async.client import AsyncLaunchDarkly
    from midakit.launchdarkly.models import Metric


class AsyncMetrics:
    """`ld.metrics`."""

    __slots__ = ("_client",)

    def __init__(self, client: "AsyncLaunchDarkly") -> None:
        self._client = client

    async def get(
        self,
        project_key: str,
        metric_key: str,
        *,
        expand: Expand = UNSET,
        version_id: str | Unset = UNSET,
        api_version: str | Unset = UNSET,
    ) -> "Metric":
        """One metric; `expand` fills in more of it, `version_id` picks a version."""
        return await self._client.send(
            calls.metrics.get(
                project_key,
                metric_key,
                expand=expand,
                version_id=version_id,
                api_version=api_version,
            )
        )

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
    ) -> "AsyncPager[Metric]":
        """A project's metrics in summary form.

        Pages are asked for by offset: the links that the server sends are never followed, so none
        can lead the token to another host.
        """
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
            ),
            items="items",
            key="key",
            page_size=page_size,
            max_items=max_items,
            start_offset=start_offset,
            prefetch=prefetch,
        )
