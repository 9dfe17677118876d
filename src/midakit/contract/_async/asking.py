"""Sends the reads one after the other and judges their answers."""

from typing import TYPE_CHECKING, Any

from midakit.contract import filters, listings, reports  # noqa: F401  they hold the questions
from midakit.contract.question import QUESTIONS, ReadReply, Replies, answer, body_of
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

    It takes about fifty GET requests, one after the other.

    Args:
        mida: The client of a project, best of one with a running experiment and secondary metrics.

    Returns:
        For each question what was seen, and whether the SDK's assumption holds.

    Raises:
        TransportError: The server cannot be reached.
        ConfigurationError: The client has no project.

    Example:
        report = await contract.check_async(mida)
        print(report.differs, len(report.unknown))
    """
    replies: dict[str, ReadReply] = {}
    for name, call in first_reads().items():
        replies[name] = await _ask(mida, call)
    sample = await _sample(mida, replies)
    for name, call in reads_of(sample).items():
        replies[name] = await _ask(mida, call)
    return ContractReport(tuple(answer(one, replies) for one in QUESTIONS))


async def _ask(mida: "AsyncMida", call: Call[Any]) -> ReadReply:
    response = await mida.send_raw(call)
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
    return ReadReply(response.status, body_of(response.body), headers)


async def _sample(mida: "AsyncMida", replies: Replies) -> Sample:
    """Find an experiment of the project with the most visitors, and one of another project."""
    best, visitors, foreign = None, 0, None
    for row in replies["experiments"].rows("experiments")[:TRIED]:
        reply = await _ask(mida, calls.experiments.result(row["test_id"]))
        if reply.status == 404:
            foreign = row["test_id"]
        elif reply.ok:
            found = sum(int(one.get("visitors") or 0) for one in reply.rows("variants"))
            if best is None or found > visitors:
                best, visitors = row["test_id"], found
    goals = [one for one in replies["goals"].rows("goals") if one.get("goal_key")][:2]
    batches = 1
    if best is not None:
        metrics = await _ask(mida, calls.experiments.metrics(best))
        batches = 2 if len(metrics.rows("metric_definitions")) > 10 else 1
    return Sample(
        best,
        tuple(one["goal_profile_id"] for one in goals),
        tuple(one["goal_key"] for one in goals),
        foreign,
        batches,
    )
