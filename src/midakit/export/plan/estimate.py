"""What a plan would take: requests by kind, and time and bytes out of a short probe."""

import re
from collections import Counter
from collections.abc import Mapping
from time import monotonic
from typing import TYPE_CHECKING

import attrs

from midakit.core.pages import Report
from midakit.errors import MidakitError
from midakit.export.plan.spec import Plan, Spec

if TYPE_CHECKING:
    from midakit.core._async.client import AsyncClient

PROBES = 3
"""Of each kind."""


@attrs.frozen(kw_only=True)
class Estimate:
    """Before anything is written."""

    plan: Plan
    requests: Mapping[str, int]
    probed: int
    seconds: float | None
    bytes: int | None
    settled: bool
    """The listings held still while they were read."""

    @property
    def endpoints(self) -> dict[str, int]:
        """Requests by method and path; a listing may take more pages than one."""
        return dict(Counter(_endpoint(spec) for spec in self.plan.specs if spec.rows is None))

    def __str__(self) -> str:
        count = sum(self.requests.values())
        parts = [f"{count:,} requests" if count else "nothing to fetch"]
        if self.seconds is not None and self.bytes is not None:
            size = f"{self.bytes / 1e6:,.1f} MB"
            parts.append(f"about {self.seconds:,.0f} s and {size}, from {self.probed} probes")
        if not self.settled:
            parts.append("the listing kept moving, rows may be missing")
        lines = [f"  {number:>9,}  {name}" for name, number in self.endpoints.items()]
        return "\n".join(["; ".join(parts), *lines])


def _endpoint(spec: Spec) -> str:
    path = re.sub(r"/\d+(?=/|$)", "/{id}", spec.call.path)
    return f"{spec.call.method} {path}{' (each page)' if spec.paged else ''}"


async def estimate(
    clients: "Mapping[str, AsyncClient]",
    plan: Plan,
    listings: Mapping[str, Report],
    concurrency: int,
    rps: float | None,
) -> Estimate:
    """Send a few of each kind and multiply."""
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
