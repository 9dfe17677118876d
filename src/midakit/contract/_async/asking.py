"""Sends the reads one after the other and judges their answers."""

from typing import TYPE_CHECKING, Any

from midakit.contract import filters, listings, reports  # noqa: F401  they hold the questions
from midakit.contract.question import (
    QUESTIONS,
    ReadReply,
    Replies,
    answer,
    body_of,
    is_id,
    visitors_of,
)
from midakit.contract.reads import Sample, first_reads, reads_of
from midakit.contract.report import ContractReport
from midakit.core.call import Call
from midakit.mida import calls

if TYPE_CHECKING:
    from midakit.mida._async.client import AsyncMida

TRIED = 20
"""So many experiments are looked at for one with visitors."""


async def check(mida: "AsyncMida") -> ContractReport:
    """Ask a server what the documentation of the API leaves open; nothing is changed.

    It takes up to sixty GET requests, one after the other.

    Args:
        mida: The client of a project, best of one with a running experiment and secondary metrics.

    Returns:
        For each question what was seen, and whether the SDK's assumption holds.

    Raises:
        APIError: The experiments cannot be listed, as with a wrong key; nothing else was asked.
        TransportError: The server cannot be reached.
        ConfigurationError: The client has no project.

    Example:
        report = await contract.check_async(mida)
        print(report.differs, len(report.unknown))
    """
    replies: dict[str, ReadReply] = {}
    for name, call in first_reads().items():
        replies[name] = await _ask(mida, call, needed=name == "experiments")
    sample = await _sample(mida, replies)
    for name, call in reads_of(sample).items():
        replies[name] = await _ask(mida, call)
    return ContractReport(tuple(answer(one, replies) for one in QUESTIONS))


async def _ask(mida: "AsyncMida", call: Call[Any], *, needed: bool = False) -> ReadReply:
    response = await mida.send_raw(call)
    if needed and response.status >= 400:
        response.parse()  # raises
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
    return ReadReply(response.status, body_of(response.body), headers)


async def _sample(mida: "AsyncMida", replies: Replies) -> Sample:
    """Find an experiment of the project with the most visitors, and one of another project."""
    best, visitors, foreign = None, 0, None
    listed = replies["experiments"].rows("experiments")[:TRIED]
    for test_id in [row["test_id"] for row in listed if is_id(row.get("test_id"))]:
        reply = await _ask(mida, calls.experiments.result(test_id))
        if reply.status == 404:
            foreign = test_id
        elif reply.ok and (best is None or visitors_of(reply) > visitors):
            best, visitors = test_id, visitors_of(reply)
    goals = [
        one for one in replies["goals"].rows("goals")
        if one.get("goal_key") and is_id(one.get("goal_profile_id"))
    ][:2]  # fmt: skip
    batches = 1
    if best is not None:
        metrics = await _ask(mida, calls.experiments.metrics(best))
        batches = min(len(metrics.rows("metric_definitions")), 2)
    return Sample(
        best,
        tuple(one["goal_profile_id"] for one in goals),
        tuple(one["goal_key"] for one in goals),
        foreign,
        batches,
    )
