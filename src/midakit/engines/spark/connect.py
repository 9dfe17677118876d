"""From a worker to the API: what the driver shares with it, and the clients it opens.

The key is read where it is used: from the worker's own environment, or by a function that runs there.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

import attrs

from midakit.core import settings
from midakit.engines.spark.options import Wanted
from midakit.errors import ConfigurationError
from midakit.export.run.rate import RateSchedule
from midakit.mida.regions import Region

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

NO_KEY = (
    "midakit in Spark: each process reads the key itself; MIDA_API_KEY must have been in its environment "
    "when Spark started it, or use register(spark, key=...)"
)

KeyReader = Callable[[str], str]
"""A project's key -> the API key that opens it; called in driver and workers."""


@attrs.frozen(kw_only=True)
class Place:
    """Where calls go, as the driver's environment and profile say; no secret, so it travels."""

    project: str | None = None
    region: str | None = None
    base_url: str | None = None

    @classmethod
    def of_environment(cls) -> Self:
        """What a client of this process would use: workers must not end up at another address."""
        stored = settings.profile(settings.named(None).value)

        def found(key: str) -> Any:
            return settings.resolve(key, None, variable=f"MIDA_{key.upper()}", profile=stored).value

        base_url = found("base_url")
        region = None if base_url is not None else found("region") or Region.US
        return cls(project=found("project_key"), region=region, base_url=base_url)

    def with_options(self, wanted: Wanted) -> "Place":
        """A read's own region or address goes before both of the session."""
        if wanted.region is None and wanted.base_url is None:
            return self
        return attrs.evolve(self, region=wanted.region, base_url=wanted.base_url)


@attrs.frozen(kw_only=True)
class Shared:
    """What all tasks of a session go by; holds no API key."""

    rps: float | None = None
    slots: int | None = None
    """Tasks that run at once; None where nobody can say."""
    key: KeyReader | None = attrs.field(default=None, repr=False)
    place: Place = Place()

    def rate(self, tasks: int) -> RateSchedule:
        """Return a task's fixed part of the rate: the whole, divided by all tasks that may run at once.

        Args:
            tasks: Tasks of this read, which stand for the slots where nobody knows those.
        """
        share = None if self.rps is None else self.rps / (self.slots or tasks)
        return RateSchedule(share, burst=0)  # a slot runs one short task after another


def projects(wanted: Wanted, shared: Shared) -> tuple[str, ...]:
    """The projects of a read: its option, or the session's."""
    if wanted.projects:
        return wanted.projects
    if shared.place.project is None:
        raise ConfigurationError(
            "option 'projects': not set, and neither was MIDA_PROJECT_KEY when the session was registered"
        )
    return (shared.place.project,)


@asynccontextmanager
async def clients(
    keys: Iterable[str], wanted: Wanted, shared: Shared
) -> AsyncIterator[dict[str, "AsyncMida"]]:
    """Project -> client, patient enough for a long run."""
    from midakit.export.api import ATTEMPTS, DEADLINE
    from midakit.mida._async.client import AsyncMida

    place = shared.place.with_options(wanted)
    async with AsyncExitStack() as stack:
        found = {}
        for project in dict.fromkeys(keys):
            try:
                client = AsyncMida(
                    shared.key(project) if shared.key is not None else None,
                    project_key=project,
                    region=place.region,
                    base_url=place.base_url,
                    max_concurrency=wanted.concurrency,
                    retry=ATTEMPTS,
                    deadline=DEADLINE,
                )
            except ConfigurationError as error:
                error.add_note(NO_KEY)
                raise
            found[project] = await stack.enter_async_context(client)
        yield found
