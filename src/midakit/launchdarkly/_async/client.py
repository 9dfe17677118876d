"""The LaunchDarkly client."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from midakit.core import settings
from midakit.core._async.client import AsyncClient
from midakit.core.retry import Retry
from midakit.core.settings import OnUnknown
from midakit.errors import ConfigurationError
from midakit.launchdarkly import auth
from midakit.launchdarkly.service import LaunchDarklyService

if TYPE_CHECKING:
    from midakit.launchdarkly._async.metrics import AsyncMetrics

Instance = Literal["commercial", "eu", "federal"]


class AsyncLaunchDarkly(AsyncClient):
    """A client that reads LaunchDarkly's metrics.

    Args:
        access_token: The API access token; when left out, `LAUNCHDARKLY_ACCESS_TOKEN`.
        instance: `commercial`, `eu` or `federal`.
        base_url: Scheme and host of another instance, instead of `instance`.
        api_version: Sent in the header `LD-API-Version`; `20240415` when left out.
        timeout: Seconds for one attempt; 30 when left out.
        deadline: Seconds for a whole call, with all attempts and waits; no limit when left out.
        retry: A `Retry`, or the number of attempts; 3 when left out.
        max_concurrency: The most requests in flight.
        transport: `"own"`, `"httpx"`, or an object with `send`; chosen automatically when left out.
        http_client: An `httpx` or `httpx2` client to send through; it is never closed here.
        max_body: The longest answer in bytes, unpacked; 64 MiB when left out.
        on_unknown: `"error"` refuses answers with undocumented or odd values; `"keep"` keeps them.

    Raises:
        ConfigurationError: There is no token, or an option cannot be used.

    Example:
        async with AsyncLaunchDarkly(timeout=10) as source:  # LAUNCHDARKLY_ACCESS_TOKEN
            print([metric.key async for metric in source.metrics.list("small")])
    """

    def __init__(
        self,
        access_token: str | None = None,
        *,
        instance: Instance | None = None,
        base_url: str | None = None,
        api_version: str = auth.API_VERSION,
        timeout: float | None = None,
        deadline: float | None = None,
        retry: Retry | int | None = None,
        max_concurrency: int = 16,
        transport: Any = None,
        http_client: Any = None,
        max_body: int | None = None,
        on_unknown: OnUnknown = "keep",
    ) -> None:
        given, access_token = settings.hidden(access_token), None  # tracebacks show local variables
        token = settings.hidden(
            settings.resolve("access_token", given, variable="LAUNCHDARKLY_ACCESS_TOKEN").value
        )
        if token is None:
            raise ConfigurationError(
                "access_token: not set; pass access_token= or set LAUNCHDARKLY_ACCESS_TOKEN",
                setting="access_token",
            )
        base = auth.base(
            settings.resolve("instance", instance, default="commercial"),
            settings.resolve("base_url", base_url, variable="LAUNCHDARKLY_BASE_URL"),
        )
        super().__init__(
            LaunchDarklyService(*base, token, api_version),
            timeout=30.0 if timeout is None else timeout,
            deadline=deadline,
            retry=retry,
            max_concurrency=max_concurrency,
            transport=transport,
            http_client=http_client,
            max_body=max_body,
            on_unknown=on_unknown,
        )

    @cached_property
    def metrics(self) -> "AsyncMetrics":
        """The metrics of LaunchDarkly projects."""
        from midakit.launchdarkly._async.metrics import AsyncMetrics

        return AsyncMetrics(self)
