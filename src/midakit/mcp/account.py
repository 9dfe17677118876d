"""Reads of an account that several tools share."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from midakit.core.concurrency import aio as concurrency
from midakit.errors import MidakitError, NotFound
from midakit.mida import calls, models
from midakit.mida.models.experiments import is_running
from midakit.stats import Verdict

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

JUDGED = 15
"""How many live experiments one answer judges: so many rows fit into an answer."""
AT_ONCE = 8
Judged = tuple[models.ExperimentDetails, Verdict]
Progress = Callable[[float, float], Awaitable[None]]


async def live_experiments(mida: "AsyncMida") -> list[models.Experiment]:
    """Return the account's live experiments, the newest first.

    Args:
        mida: The client.
    """
    listed = await mida.experiments.list(page_size=500).collect()
    live = [one for one in listed if is_running(one)]
    return sorted(live, key=lambda one: -(one.test_id or 0))


async def judged(
    mida: "AsyncMida", rows: list[models.Experiment], progress: Progress
) -> tuple[list[Judged], list[str]]:
    """Return the details and verdicts of experiments of the project, and what could not be judged.

    Experiments of other projects of the account are left out.

    Args:
        mida: The client.
        rows: The experiments.
        progress: Called with how many are done, and how many there are.
    """
    ids = [one.test_id for one in rows if one.test_id is not None]
    done = 0

    async def judge(test_id: int) -> Judged | str | None:
        nonlocal done
        try:
            details = await mida.send(calls.experiments.get(test_id))
            return details, await mida.verdict(test_id)
        except NotFound:
            return None
        except MidakitError as error:
            return f"{test_id}: {error}"
        finally:
            done += 1
            await progress(done, len(ids))

    answers = await concurrency.fan_out(judge, ids, limit=AT_ONCE)
    found = [one for one in answers if isinstance(one, tuple)]
    return found, [one for one in answers if isinstance(one, str)]
