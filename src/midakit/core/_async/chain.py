"""The way of a request: tracing -> retrying -> limiting -> transport, each `async (Request) -> Response`."""

from collections.abc import Callable
from random import uniform
from typing import TYPE_CHECKING

from midakit.core._async.limiting import Limiting
from midakit.core._async.retrying import Retrying
from midakit.core._async.tracing import Tracing
from midakit.core.concurrency.aio import Limiter
from midakit.core.hooks import Hooks
from midakit.core.limits import Quota
from midakit.core.retry import Retry
from midakit.core.service import Service

if TYPE_CHECKING:
    from midakit.core.wire.messages import AsyncTransport


def chain(
    transport: "AsyncTransport",
    *,
    limiter: Limiter,
    quota: Quota,
    policy: Retry,
    service: Service,
    hooks: Hooks,
    dice: Callable[[float, float], float] = uniform,
) -> Tracing:
    """Put the stops in a row."""
    limiting = Limiting(limiter, transport.send)
    retrying = Retrying(policy, quota, limiter, service, hooks, limiting, dice)
    return Tracing(service.name, hooks, retrying)
