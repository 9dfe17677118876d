"""What a plan would take: requests by kind, and time and bytes out of a short probe."""

import re
from collections import Counter
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING

import attrs

from midakit.core.pages import PagingReport
from midakit.errors import MidakitError
from midakit.export.plan.plan import Plan
from midakit.export.plan.spec import Spec
from midakit.export.text import counted

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient

PROBES = 3
"""How many calls of each kind are sent."""


@attrs.frozen(kw_only=True)
class Estimate:
    """What an export would take, before anything is written."""

    plan: Plan
    """The plan that was made for it."""
    requests: Mapping[str, int]
    """Kind -> requests."""
    probed: int
    """Calls that were sent and answered."""
    seconds: float | None
    """The expected duration; None where no probe was answered."""
    bytes: int | None
    """The expected bytes of all answers; None where no probe was answered."""
    settled: bool
    """Whether the listings stayed the same while they were read."""

    @property
    def endpoints(self) -> dict[str, int]:
        """Requests by method and path; a listing may take more pages than one."""
        return dict(Counter(_endpoint(spec) for spec in self.plan.specs if spec.rows is None))

    def __str__(self) -> str:
        count = sum(self.requests.values())
        parts = [counted(count, "request") if count else "nothing to fetch"]
        if self.seconds is not None and self.bytes is not None:
            size = f"{self.bytes / 1e6:,.1f} MB"
            probes = counted(self.probed, "probe")
            parts.append(f"about {self.seconds:,.0f} s and {size}, from {probes}")
        if not self.settled:
            parts.append("the listing kept changing, rows may be missing")
        lines = [f"  {number:>9,}  {name}" for name, number in self.endpoints.items()]
        return "\n".join(["; ".join(parts), *lines])


def _endpoint(spec: Spec) -> str:
    path = re.sub(r"/\d+(?=/|$)", "/{id}", spec.call.path)
    return f"{spec.call.method} {path}{' (each page)' if spec.paged else ''}"


async def estimate(
    clients: "Mapping[str, AsyncClient]",
    plan: Plan,
    listings: Mapping[str, PagingReport],
    concurrency: int,
    rps: float | None,
) -> Estimate:
    """Send a few calls of each kind and multiply what they took.

    Args:
        clients: The client of each project.
        plan: The calls of the whole export; only a few of each kind are sent.
        listings: What the pages of the listings looked like.
        concurrency: How many calls would run at once.
        rps: Requests a second that would be sent at most; None for no limit.
    """
    counts = plan.counts()
    took: dict[str, list[tuple[float, int]]] = {}
    for kind in counts:
        specs = [spec for spec in plan.specs if spec.kind == kind and spec.rows is None]
        for spec in specs[:: max(1, len(specs) // PROBES)][:PROBES]:
            started = monotonic()
            try:
                response = await clients[spec.project].send_raw(spec.call)
            except MidakitError:
                continue
            took.setdefault(kind, []).append((monotonic() - started, len(response.body)))
    probed = sum(map(len, took.values()))
    seconds = size = None
    if probed:
        one = {
            kind: [sum(part) / len(seen) for part in zip(*seen, strict=True)]
            for kind, seen in took.items()
        }
        alone = sum(one[kind][0] * count for kind, count in counts.items() if kind in one)
        seconds = max(alone / concurrency, sum(counts.values()) / rps if rps else 0.0)
        size = int(sum(one[kind][1] * count for kind, count in counts.items() if kind in one))
    return Estimate(
        plan=plan,
        requests=counts,
        probed=probed,
        seconds=seconds,
        bytes=size,
        settled=all(report.settled for report in listings.values()),
    )
