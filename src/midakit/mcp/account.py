"""Reads of an account that several tools share."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from midakit.errors import MidakitError, NotFound
from midakit.mida import calls, models
from midakit.stats import Verdict

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

JUDGED = 25
"""How many live experiments one answer judges."""
Progress = Callable[[float, float], Awaitable[None]]


async def live_experiments(mida: "AsyncMida") -> list[models.Experiment]:
    """Return the account's live experiments, the newest first.

    Args:
        mida: The client.
    """
    listed = await mida.experiments.list(page_size=500).collect()
    live = [one for one in listed if one.status == models.Status.LIVE and not one.is_completed]
    return sorted(live, key=lambda one: -(one.test_id or 0))


async def judged(
    mida: "AsyncMida", rows: list[models.Experiment], progress: Progress
) -> tuple[list[tuple[models.ExperimentDetails, Verdict]], list[str]]:
    """Return the details and verdicts of experiments of the project, and what could not be judged.

    Experiments of other projects of the account are left out.

    Args:
        mida: The client.
        rows: The experiments.
        progress: Called with how many are done, and how many there are.
    """
    ids = [one.test_id for one in rows if one.test_id is not None]
    outcomes = await mida.gather(
        [calls.experiments.get(test_id) for test_id in ids], on_error="collect"
    )
    found, lost = [], []
    for done, outcome in enumerate(outcomes):
        await progress(done, len(outcomes))
        if isinstance(outcome.error, NotFound):
            continue
        try:
            details = outcome.unwrap()
            found.append((details, await mida.verdict(details.test_id or 0)))
        except MidakitError as error:
            lost.append(f"{ids[done]}: {error}")
    return found, lost
