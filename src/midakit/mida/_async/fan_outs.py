"""Fan-outs: many requests for one answer, under the client's limit."""

import json
from collections.abc import Callable, Mapping
from math import inf
from typing import TYPE_CHECKING, Any, get_args

from midakit.core.call import Call
from midakit.core.checks import between
from midakit.core.outcome import Outcome
from midakit.core.unset import UNSET
from midakit.errors import (
    DecodeError,
    InvalidRequest,
    MidakitError,
    RateLimited,
    ServerError,
    TransportError,
)
from midakit.mida import calls, models
from midakit.mida.filters.accepted import named_segments
from midakit.mida.metric_batches import UnmatchedNumbers, batches, merge
from midakit.mida.options import AnyReportOptions, MetricsOptions, ReportName
from midakit.mida.segment_outcomes import SegmentOutcomes

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida
    from midakit.mida.options import Where

REPORTS = get_args(ReportName)
MAY_BE_ALONE = (DecodeError, RateLimited, ServerError, TransportError)
"""Errors of one group of metrics that need not be those of the others."""


async def metrics_in_batches(
    client: "AsyncMida",
    test_id: int | str,
    batch_size: int,
    limit: int | None,
    options: MetricsOptions,
) -> "models.BatchedMetrics":
    """Ask for the first group, learn how many there are, ask for the rest side by side, and merge.

    Args:
        client: The client that sends the calls.
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        batch_size: Metrics per call.
        limit: The most calls in flight; as many as the client allows when None.
        options: Options of `experiments.metrics`.

    Returns:
        The merged answer; `.failed` holds the groups that did not come.

    Raises:
        InvalidRequest: `metric_batch` was given too, or the size is below 1.
        MidakitError: The first two groups did not come, so that it is not known how many there are.
        DecodeError: The answers cannot be put together.
    """
    from midakit.mida.models import FailedBatch

    if options.get("metric_batch", UNSET) is not UNSET:
        raise InvalidRequest(
            "metric_batch", "cannot be combined with batch_size, which makes the batches itself"
        )
    batch_size = between("batch_size", batch_size, 1, inf, whole=True)

    def ask(asked: list[int]) -> "Call[models.Metrics]":
        batch: MetricsOptions = {**options, "metric_batch": asked}
        return calls.experiments.metrics(test_id, **batch)

    opening = list(range(batch_size))
    lost: MidakitError | None = None
    try:
        first = await client.send(ask(opening))
    except MAY_BE_ALONE as error:
        lost = error
        first = await _second(client, ask([index + batch_size for index in opening]), error)
    total = first.metric_count or len(first.metric_definitions)
    groups = batches(total, batch_size) or [[]]
    if lost is not None and len(groups) < 2:
        raise lost
    known = groups.pop(0 if lost is None else 1)
    failed = [] if lost is None else [FailedBatch(indexes=tuple(groups.pop(0)), error=lost)]
    outcomes = await client.gather([ask(asked) for asked in groups], limit, on_error="collect")
    parts: list[tuple[list[int], Mapping[str, Any]]] = [(known, first.raw)]
    for asked, outcome in zip(groups, outcomes, strict=True):
        if outcome.error is None:
            parts.append((asked, outcome.answer.raw))
        else:
            failed.append(FailedBatch(indexes=tuple(asked), error=outcome.error))
    return _merged(parts, total, failed, ask(opening))


async def _second(
    client: "AsyncMida", call: "Call[models.Metrics]", lost: MidakitError
) -> "models.Metrics":
    """Return the second group, which tells how many there are; without it, raise the first one's error."""
    try:
        answer = await client.send(call)
    except MidakitError:
        raise lost from None
    if not answer.metric_count or not answer.metrics:
        raise lost
    return answer


def _merged(parts: Any, total: int, failed: list[Any], call: Call[Any]) -> "models.BatchedMetrics":
    from midakit.core.models.decode import loads
    from midakit.mida.models import BatchedMetrics

    try:
        body = merge(parts, total)
    except UnmatchedNumbers as error:
        raise DecodeError(f"{call.operation}: {error}", status=200, call=call) from None
    merged: models.BatchedMetrics = loads(BatchedMetrics, json.dumps(body).encode())
    merged.failed = tuple(failed)
    return merged


async def reports_by_segment(
    client: "AsyncMida",
    test_id: int | str,
    segments: "Mapping[str, Where | None]",
    report: ReportName,
    limit: int | None,
    options: AnyReportOptions,
) -> dict[str, Outcome[Any]]:
    """Ask for the same report once for each named segment.

    Args:
        client: The client that sends the calls.
        test_id: The experiment's `test_id`, as `experiments.list` gives it.
        segments: Filters by name; None is everyone.
        report: `result`, `metrics` or `timeseries`.
        limit: The most calls in flight; as many as the client allows when None.
        options: Sent with every call, such as `start_date`; those that the report takes.

    Returns:
        An outcome for each name, in order.

    Raises:
        InvalidRequest: The report is unknown, `where` was given too, an option breaks its rule, or a segment,
            which the error names.
    """
    if report not in REPORTS:
        raise InvalidRequest("report", f"{report!r} is not one of: {', '.join(REPORTS)}")
    if options.get("where", UNSET) is not UNSET:
        raise InvalidRequest(
            "where", "cannot be combined with segments; add it to each segment with &"
        )
    build: Callable[..., Call[Any]] = getattr(calls.experiments, report)
    asked = [
        build(test_id, **{**options, "where": UNSET if where is None else where})
        for where in named_segments(segments).values()
    ]
    outcomes = await client.gather(asked, limit, on_error="collect")
    return SegmentOutcomes(zip(segments, outcomes, strict=True))
