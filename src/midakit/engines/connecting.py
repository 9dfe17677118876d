"""From a worker to the API: what the driver shares with it, and the clients it opens.

The key is read where it is used: from the worker's own environment, or by a function that runs there.
"""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import attrs

from midakit.core.settings import resolve
from midakit.engines.broker import Address
from midakit.engines.options import Wanted
from midakit.errors import ConfigurationError

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

KeyReader = Callable[[str], str]
"""A project's key -> the API key that opens it; called in driver and workers."""


@attrs.frozen(kw_only=True)
class Shared:
    """What all tasks of a session go by; holds no API key."""

    rps: float | None = None
    broker: Address | None = None
    slots: int = 1
    key: KeyReader | None = attrs.field(default=None, repr=False)


def projects(wanted: Wanted) -> tuple[str, ...]:
    """The projects of a read: its option, or MIDA_PROJECT_KEY."""
    if wanted.projects:
        return wanted.projects
    found = resolve("project_key", None, variable="MIDA_PROJECT_KEY").value
    if found is None:
        raise ConfigurationError("option 'projects': not set, and neither is MIDA_PROJECT_KEY")
    return (found,)


@asynccontextmanager
async def clients(
    keys: Iterable[str], wanted: Wanted, shared: Shared
) -> AsyncIterator[dict[str, "AsyncMida"]]:
    """Project -> client, patient enough for a long run."""
    from midakit.export.exporting import ATTEMPTS, DEADLINE
    from midakit.mida._async.client import AsyncMida

    async with AsyncExitStack() as stack:
        found = {}
        for project in dict.fromkeys(keys):
            client = AsyncMida(
                shared.key(project) if shared.key is not None else None,
                project_key=project,
                region=wanted.region,
                base_url=wanted.base_url,
                max_concurrency=wanted.concurrency,
                retry=ATTEMPTS,
                deadline=DEADLINE,
            )
            found[project] = await stack.enter_async_context(client)
        yield found
