"""A service: results, verdicts and segments of experiments over HTTP.

    uvicorn service:app

One client for the process: it is opened when the application starts and closed when it stops, and it
bounds how many calls are in flight, however many requests come in.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse

from midakit import (
    AsyncMida,
    DeadlineExceeded,
    InvalidRequest,
    MidakitError,
    NotFound,
    RateLimited,
)
from midakit.mida.filters import parse_segment


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[dict[str, AsyncMida]]:
    async with AsyncMida(timeout=5, deadline=15) as mida:
        yield {"mida": mida}


app = FastAPI(title="Experiments", lifespan=lifespan)


def client(request: Request) -> AsyncMida:
    return request.state.mida


Mida = Annotated[AsyncMida, Depends(client)]
Segment = Annotated[list[str], Query(description="device == mobile & country in (US, CA)")]


@app.exception_handler(MidakitError)
async def refused(request: Request, error: MidakitError) -> JSONResponse:
    """What went wrong upstream, as a status our callers can act on; details stay in our logs."""
    match error:
        case InvalidRequest():
            return JSONResponse({"error": str(error)}, 422)
        case NotFound():
            return JSONResponse({"error": "no such experiment in this project"}, 404)
        case RateLimited():
            wait = {"Retry-After": f"{error.retry_after or 1:.0f}"}
            return JSONResponse({"error": "try again later"}, 503, headers=wait)
        case DeadlineExceeded():
            return JSONResponse({"error": "Mida took too long"}, 504)
    return JSONResponse({"error": type(error).__name__}, 502)


@app.get("/experiments")
async def experiments(
    mida: Mida, limit: Annotated[int, Query(le=200)] = 50
) -> list[dict[str, Any]]:
    return [
        {"id": one.test_id, "name": one.test_name}
        async for one in mida.experiments.list(max_items=limit)
    ]


@app.get("/experiments/{test_id}/verdict")
async def verdict(test_id: int, mida: Mida) -> dict[str, Any]:
    found = await mida.verdict(test_id)
    return {"verdict": found.kind, "variant": found.variant_id, "why": found.why}


@app.get("/experiments/{test_id}/segments")
async def segments(test_id: int, segment: Segment, mida: Mida) -> dict[str, Any]:
    """One report for every segment asked for, side by side; one that fails keeps the others."""
    wanted = {text: parse_segment(text) for text in segment}
    outcomes = await mida.experiments.segments(test_id, wanted)
    return {
        name: outcome.answer.total_visitors if outcome.ok else type(outcome.error).__name__
        for name, outcome in outcomes.items()
    }
