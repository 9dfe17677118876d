"""The pages of a spec, one after the other, whoever sends the calls."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import attrs

from midakit.core.call import Call
from midakit.core.port import Response
from midakit.export.plan import Spec

Page = Callable[[Call[Any]], Awaitable[bytes]]


async def fetch(spec: Spec, page: Page) -> list[bytes]:
    """What a spec asks for: the rows it brings along, one answer, or page after page."""
    if spec.rows is not None:
        return [spec.rows.encode()]
    if not spec.paged:
        return [await page(spec.call)]
    pages: list[bytes] = []
    size = int(dict(spec.call.query)["limit"])
    while True:
        query = (*spec.call.query, ("offset", str(len(pages) * size)))
        pages.append(await page(attrs.evolve(spec.call, query=query)))
        if _count(pages[-1], spec.kind) < size:
            return pages


def body(response: Response) -> bytes:
    """The bytes of an answer; a refusal is raised as the error it is."""
    if response.status >= 300:
        response.parse()
        raise AssertionError("unreachable: a refusal parses to an error")
    return response.body


def _count(page: bytes, kind: str) -> int:
    found = json.loads(page).get(kind)
    return len(found) if isinstance(found, list) else 0
