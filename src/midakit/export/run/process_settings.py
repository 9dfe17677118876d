"""How many processes fetch for a run, and what each of them goes by."""

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING, Any

from midakit.core.checks import between
from midakit.core.concurrency.aio import is_mocked
from midakit.errors import ConfigurationError
from midakit.export.run.call_runner import BYTES_IN_FLIGHT
from midakit.export.run.messages import ClientSettings, HandedKey, ProcessSettings, Share
from midakit.mida.options import Processes

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

CALLS = 1_000
"""Calls that make one more process worth its start, which takes as long as some hundreds of them."""
MOST = 8
"""The most processes that are started unasked: the run itself can commit for about as many."""


def how_many(
    asked: Processes, *, calls: int, concurrency: int, cpus: int, reason: str | None
) -> int:
    """Return how many processes fetch; 1 is the one that runs.

    Args:
        asked: What the user said.
        calls: Calls of the run.
        concurrency: How many calls may be under way at once.
        cpus: Processors that this process may use.
        reason: Why the clients cannot be made again in another process; None where they can.
    """
    most = min(calls // CALLS, cpus, MOST) if asked == "auto" else asked
    return 1 if reason else max(1, min(most, calls, concurrency))


QUOTA = Path("/sys/fs/cgroup/cpu.max")
"""Where Linux tells a container how much processor time it may use, in a period."""


def usable_cpus() -> int:
    """Return how many processors this process may use: those of its container, and not of the machine."""
    known = hasattr(os, "sched_getaffinity")
    count = len(os.sched_getaffinity(0)) if known else os.cpu_count() or 1
    with suppress(OSError, ValueError):  # no container, or "max": no quota
        time, period = map(int, QUOTA.read_text(encoding="ascii").split())
        return max(1, min(count, time // period))
    return count


def why_not(clients: "Iterable[AsyncMida]") -> str | None:
    """Return what ties clients to this process, or None.

    Args:
        clients: The clients of an export.
    """
    if is_mocked():
        return "a mock of httpx"
    for client in clients:
        engine = client._engine
        if engine.http_client is not None:
            return "an injected http_client"
        if not isinstance(engine.transport_choice, str | None):
            return "a transport of your own"
        if engine.hooks.attempt or engine.hooks.retry or engine.hooks.answer:
            return "hooks"
    if not sys.executable:
        return "a program without a Python of its own"
    return None


def check_processes(asked: "int | str", clients: "Iterable[AsyncMida]") -> None:
    """Refuse a number of processes that cannot be.

    Args:
        asked: What the user said.
        clients: The clients of the export.

    Raises:
        ConfigurationError: It is no number, or something ties the clients to this process.
    """
    if asked == "auto":
        return
    if isinstance(asked, bool) or not isinstance(asked, int) or asked < 1:
        raise ConfigurationError(f"processes: {asked!r} is neither 1 or more nor 'auto'")
    reason = why_not(clients)
    if asked > 1 and reason:
        raise ConfigurationError(f"processes: {reason} works in one process only; leave it out")


def calls_at_once(client: "AsyncMida", asked: int | None) -> int:
    """Return how many calls may be under way at once.

    Args:
        client: The client of the export.
        asked: What the user said; None for the client's own number.

    Raises:
        InvalidRequest: It is no whole number from 1 up.
    """
    if asked is None:
        return client.limits.window.ceiling
    return int(between("concurrency", asked, 1, inf, whole=True))


def shares(concurrency: int, rps: float | None, processes: int) -> list[Share]:
    """Return what each process may have under way and send a second; together no more than one would.

    Args:
        concurrency: How many calls all of them may have under way: as many as processes, or more.
        rps: Requests a second of all of them.
        processes: How many there are.
    """
    rate = None if rps is None else rps / processes
    return [Share((concurrency + place) // processes, rate) for place in range(processes)]


def settings_of(
    clients: "Mapping[str, AsyncMida]",
    share: Share,
    processes: int,
    **options: Any,
) -> ProcessSettings:
    """Return what one of several processes goes by.

    Args:
        clients: The client of each project.
        share: Its share of concurrency and rate.
        processes: How many there are.
        **options: What is the same for all of them.
    """
    projects: dict[int, list[str]] = {}  # views share connections and pauses, in the process too
    for project, client in clients.items():
        projects.setdefault(id(client._engine), []).append(project)
    made = []
    for names in projects.values():
        given = clients[names[0]]._options()
        key = HandedKey(given.pop("api_key"))
        made.append(
            ClientSettings(key, {**given, "max_concurrency": share.concurrency}, tuple(names))
        )
    return ProcessSettings(tuple(made), *share, most_bytes=BYTES_IN_FLIGHT // processes, **options)
