"""The GrowthBook client."""

from typing import Any

from midakit.core import settings
from midakit.core._async.client import AsyncClient
from midakit.core.call import Address, Call
from midakit.core.pages import rows_of
from midakit.errors import ConfigurationError
from midakit.growthbook.service import HOST, GrowthBookService

PAGE = 100
MOST_PAGES = 1_000


class AsyncGrowthBook(AsyncClient):
    """A client that reads GrowthBook's metrics, experiments and features.

    Args:
        api_key: A secret key; when left out, `GROWTHBOOK_API_KEY`.
        base_url: Address of your own server; when left out, `GROWTHBOOK_BASE_URL`, else GrowthBook's cloud.
        timeout: Seconds for one attempt; 30 when left out.
        deadline: Seconds for a whole call, with all attempts and waits; no limit when left out.

    Raises:
        ConfigurationError: There is no key, or the address cannot be used.

    Example:
        async with AsyncGrowthBook() as growthbook:  # GROWTHBOOK_API_KEY
            print([metric["name"] for metric in await growthbook.metrics()])
    """

    def __init__(
        self,
        api_key: str | None = None,
        *,
        base_url: str | None = None,
        timeout: float | None = None,
        deadline: float | None = None,
    ) -> None:
        given, api_key = settings.hidden(api_key), None  # tracebacks show local variables
        key = settings.hidden(
            settings.resolve("api_key", given, variable="GROWTHBOOK_API_KEY").value
        )
        if key is None:
            raise ConfigurationError(
                "api_key: not set; pass api_key= or set GROWTHBOOK_API_KEY", setting="api_key"
            )
        address = settings.resolve(
            "base_url", base_url, variable="GROWTHBOOK_BASE_URL", default=HOST
        )
        origin, prefix = settings.url_of(address)
        prefix = prefix.removesuffix("/v1").removesuffix("/api")  # both stand in the paths of calls
        super().__init__(
            GrowthBookService(origin, prefix, key),
            timeout=30.0 if timeout is None else timeout,
            deadline=deadline,
            max_concurrency=4,
        )

    async def metrics(self) -> list[dict[str, Any]]:
        """Read all metrics, as the API gives them.

        Raises:
            MidakitError: GrowthBook could not be read.

        Example:
            async with AsyncGrowthBook() as growthbook:
                metrics = await growthbook.metrics()
        """
        return await self._all("metrics")

    async def experiments(self) -> list[dict[str, Any]]:
        """Read all experiments, as the API gives them.

        Raises:
            MidakitError: GrowthBook could not be read.

        Example:
            async with AsyncGrowthBook() as growthbook:
                running = [one for one in await growthbook.experiments() if one["status"] == "running"]
        """
        return await self._all("experiments")

    async def features(self) -> list[dict[str, Any]]:
        """Read all features, as the API gives them.

        Raises:
            MidakitError: GrowthBook could not be read.

        Example:
            async with AsyncGrowthBook() as growthbook:
                flags = [one["id"] for one in await growthbook.features()]
        """
        return await self._all("features")

    async def _all(self, what: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for _ in range(MOST_PAGES):
            query = (("limit", str(PAGE)), ("offset", str(len(found))))
            call: Call[dict[str, Any]] = Call(
                operation=f"growthbook_list_{what}", method="GET", path=f"/api/v1/{what}",
                answer=dict, address=Address(HOST), query=query, safe=True,
            )  # fmt: skip
            page = await self.send(call)
            rows = rows_of(call, page, what)
            found += rows
            if not rows or not page.get("hasMore"):
                break
        return found
