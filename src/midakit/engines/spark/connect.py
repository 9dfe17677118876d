"""From a worker to the API: what the driver tells it, and the clients it opens.

The key is read where it is used: from the worker's own environment, or by a function that runs there.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Self

import attrs

from midakit.core import settings
from midakit.engines.spark.options import ReadOptions
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
class ApiAddress:
    """Where calls go, as the driver's environment and profile say; no secret, so it travels.

    Args:
        project: The project's key.
        region: Where the account's data is stored: `us`, `eu` or `auto`.
        base_url: The address of the API; with it, no region counts.
    """

    project: str | None = None
    region: str | None = None
    base_url: str | None = None

    @classmethod
    def of_environment(cls) -> Self:
        """Return what a client of this process would use, so that workers use no other address."""
        stored = settings.read_profile(settings.profile_name(None).value)
        project, region, base_url = (
            settings.of_profile(key, None, stored).value
            for key in ("project_key", "region", "base_url")
        )
        region = None if base_url is not None else region or Region.US
        return cls(project=project, region=region, base_url=base_url)

    def with_options(self, options: ReadOptions) -> "ApiAddress":
        """Return the address of a read: its own region or base URL, else those of the session.

        Args:
            options: What `.option(...)` set on the reader; of it region and base URL count.
        """
        if options.region is None and options.base_url is None:
            return self
        return attrs.evolve(self, region=options.region, base_url=options.base_url)


@attrs.frozen(kw_only=True)
class SessionSettings:
    """What all tasks of a session go by; holds no API key.

    Args:
        rps: Requests a second that all tasks together may send; None to learn from 429.
        slots: Tasks that run at once; None where nobody can say.
        key: Reads the API key in driver and workers.
        address: Where calls go.
    """

    rps: float | None = None
    slots: int | None = None
    key: KeyReader | None = attrs.field(default=None, repr=False)
    address: ApiAddress = ApiAddress()

    def rate(self, tasks: int) -> RateSchedule:
        """Return a task's fixed part of the rate: the whole, divided by all tasks that may run at once.

        Args:
            tasks: Tasks of this read, which stand for the slots where nobody knows those.
        """
        share = None if self.rps is None else self.rps / (self.slots or tasks)
        return RateSchedule(share, burst=0)  # a slot runs one short task after another


def projects(options: ReadOptions, session: SessionSettings) -> tuple[str, ...]:
    """Return the projects of a read: those of its option, else that of the session.

    Args:
        options: What `.option(...)` set on the reader; of it the projects count.
        session: What the session's tasks go by.

    Raises:
        ConfigurationError: Neither names a project.
    """
    if options.projects:
        return options.projects
    if session.address.project is None:
        raise ConfigurationError(
            "option 'projects': not set, and neither was MIDA_PROJECT_KEY when the session was registered"
        )
    return (session.address.project,)


@asynccontextmanager
async def clients(
    keys: Iterable[str], options: ReadOptions, session: SessionSettings
) -> AsyncIterator[dict[str, "AsyncMida"]]:
    """Open a client for each project, with attempts and a deadline for a long run.

    Args:
        keys: Project keys.
        options: What `.option(...)` set on the reader; of it region and base URL count.
        session: What the session's tasks go by.

    Raises:
        ConfigurationError: No API key was found; a note says where it belongs.
    """
    from midakit.export.api import ATTEMPTS, DEADLINE
    from midakit.mida._async.client import AsyncMida

    address = session.address.with_options(options)
    async with AsyncExitStack() as stack:
        found = {}
        for project in dict.fromkeys(keys):
            try:
                client = AsyncMida(
                    session.key(project) if session.key is not None else None,
                    project_key=project,
                    region=address.region,
                    base_url=address.base_url,
                    max_concurrency=options.concurrency,
                    retry=ATTEMPTS,
                    deadline=DEADLINE,
                )
            except ConfigurationError as error:
                error.add_note(NO_KEY)
                raise
            found[project] = await stack.enter_async_context(client)
        yield found
