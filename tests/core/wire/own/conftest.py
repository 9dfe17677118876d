"""Our own transport's tests run on asyncio's loop and on uvloop."""

import asyncio

import pytest

try:
    import uvloop
except ImportError:  # there is none for Windows, nor for a Python that is too new
    uvloop = None


@pytest.fixture(params=["asyncio", *(["uvloop"] if uvloop else [])])
def run(request):
    """Runs a coroutine function to its end on a loop of its own, and leaves no task behind."""
    factory = uvloop.new_event_loop if request.param == "uvloop" else asyncio.new_event_loop

    def runner(main):
        async def whole():
            await asyncio.wait_for(main(), 30)
            await asyncio.sleep(0.01)

        with asyncio.Runner(loop_factory=factory) as loops:
            return loops.run(whole())

    return runner
