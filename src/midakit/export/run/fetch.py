"""The pages of a planned call, one after the other, whoever sends the requests."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from midakit.core.call import Call
from midakit.core.pages import Paging
from midakit.core.wire.messages import Response
from midakit.errors import DecodeError
from midakit.export.plan.spec import Spec
from midakit.export.schemas import KEYS

SendPage = Callable[[Call[Any]], Awaitable[bytes]]


async def fetch_pages(
    spec: Spec, send: SendPage, warn: Callable[[str], object] = lambda _: None
) -> list[bytes]:
    """Fetch what a planned call asks for: rows that the plan holds, one answer, or page after page.

    Pages overlap by a row, so that rows inserted or deleted meanwhile are noticed and read again.

    Args:
        spec: The call of the plan.
        send: Sends one call and returns the bytes of its answer.
        warn: Called with a sentence when a listing changed all the time it was read.

    Returns:
        The bytes of each page.

    Raises:
        DecodeError: A page is not a page of the listing.
    """
    if spec.rows is not None:
        return [spec.rows.encode()]
    if not spec.paged:
        return [await send(spec.call)]
    pages: list[bytes] = []
    paging = Paging(page_size=int(dict(spec.call.query)["limit"]), overlap=1)
    while True:
        query = (*spec.call.query, ("offset", str(paging.offset)))
        pages.append(await send(attrs.evolve(spec.call, query=query)))
        step = paging.take(_ids(spec, pages[-1]))
        if step.next_offset is None:
            break
    if not paging.report.settled:
        day = spec.label().get("window_start", "")
        warn(f"the listing of {spec.kind} {day} kept changing: rows may be missing")
    return pages


def body(response: Response) -> bytes:
    """Return the bytes of an answer; a refusal is raised as the error it is.

    Args:
        response: What came back for a call.
    """
    if response.status >= 300:
        response.parse()
        raise AssertionError("unreachable: a refusal parses to an error")
    return response.body


def _ids(spec: Spec, page: bytes) -> list[Any]:
    try:
        rows = json.loads(page)[spec.kind]
        return [row.get(KEYS[spec.kind][-1]) for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DecodeError(
            f"{spec.call.operation} answered with something that is not a page of {spec.kind}",
            status=200,
            first_bytes=page[:200],
            call=spec.call,
        ) from None
