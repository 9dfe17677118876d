"""The LaunchDarkly client: settings in, metrics out."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from midakit.core import settings
from midakit.core._async.client import AsyncClient
from midakit.core.retry import Retry
from midakit.core.secret import Secret
from midakit.core.settings import OnUnknown
from midakit.errors import ConfigurationError
from midakit.launchdarkly import auth
from midakit.launchdarkly.service import LaunchDarklyService

if TYPE_CHECKING:
    from typing import Self

    from midakit.launchdarkly._async.metrics import AsyncMetrics

Instance = Literal["commercial", "eu", "federal"]


class AsyncLaunchDarkly(AsyncClient):
    """Reads LaunchDarkly's metrics.

    A token that is left out comes from `LAUNCHDARKLY_ACCESS_TOKEN`. `base_url` is scheme and host.
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
        on_unknown: OnUnknown = "keep",
    ) -> None:
        token = settings.resolve(
            "access_token", access_token, variable="LAUNCHDARKLY_ACCESS_TOKEN"
        ).value
        if token is None:
            raise ConfigurationError(
                "access_token: not set; pass access_token= or set LAUNCHDARKLY_ACCESS_TOKEN"
            )
        base = auth.base(
            settings.resolve("instance", instance, default="commercial"),
            settings.resolve("base_url", base_url, variable="LAUNCHDARKLY_BASE_URL"),
        )
        super().__init__(
            LaunchDarklyService(*base, Secret(str(token)), api_version),
            timeout=30.0 if timeout is None else timeout,
            deadline=deadline,
            retry=retry,
            max_concurrency=max_concurrency,
            transport=transport,
            http_client=http_client,
            on_unknown=on_unknown,
        )

    def with_options(self, **options: Any) -> "Self":
        """A cheap view: `timeout`, `deadline`, `retry`, `on_unknown` may differ."""
        view = super().with_options(**options)
        view.__dict__.pop("metrics", None)  # cached on this client, bound to it
        return view

    @cached_property
    def metrics(self) -> "AsyncMetrics":
        """What experiments measure."""
        from midakit.launchdarkly._async.metrics import AsyncMetrics

        return AsyncMetrics(self)
