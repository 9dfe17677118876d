"""The first call of a process: what it takes beyond a Python that does nothing.

    python -m benchmarks.first_call [--rounds 15]

CPU time of whole processes, in shuffled order: imports, classes, the connection, the call, the end.
"""

import argparse
import os
import resource
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks import harness
from benchmarks.calls.serving import server
from benchmarks.harness import Row

MILLISECONDS = 100
BLOCKING = """
from midakit import Mida
with Mida("key", project_key="p", base_url={url!r}) as mida:
    mida.experiments.result(100000)
"""
ASYNCHRONOUS = """
import asyncio
from midakit import AsyncMida
async def main():
    async with AsyncMida("key", project_key="p", base_url={url!r}) as mida:
        await mida.experiments.result(100000)
asyncio.run(main())
"""
LOOP = """
import asyncio
async def main(): pass
asyncio.run(main())
"""
HTTPX = """
import httpx
with httpx.Client(headers={{"authorization": "Bearer key"}}) as client:
    client.get({url!r} + "/v2/project/p/experiment/100000/result").raise_for_status().json()
"""
PROGRAMS = {
    "nothing": "", "first call of a blocking client": BLOCKING,
    "first call of an asynchronous client": ASYNCHRONOUS, "asyncio alone": LOOP, "first call of httpx.Client": HTTPX,
}  # fmt: skip


def spent(code: str, environment: dict[str, str]) -> float:
    """Milliseconds of CPU time of a process that runs a program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    given = harness.options(parser)
    environment = {
        name: value
        for name, value in os.environ.items()
        if name != "PYTHONDONTWRITEBYTECODE" and not name.upper().endswith("_PROXY")
    }
    source = str(Path(__file__).parents[1] / "src")
    environment["PYTHONPATH"] = os.pathsep.join(
        [source, *filter(None, [os.environ.get("PYTHONPATH")])]
    )
    with server() as running:
        url = running.url(tls=False, delay=False)
        works = {
            name: partial(spent, code.format(url=url), environment)
            for name, code in PROGRAMS.items()
        }
        for work in works.values():
            work()  # so that every module is compiled
        found = harness.interleaved(works, given.rounds)
    rows = []
    for name in [*PROGRAMS][1:]:
        ratios = [
            (one - bare) / MILLISECONDS
            for one, bare in zip(found[name], found["nothing"], strict=True)
        ]
        ours = name.endswith("client")
        rows.append(Row(name, f"{MILLISECONDS} ms", ratios, at_most=1 if ours else None))
    harness.tell(
        "The first call of a process", rows,
        "CPU time of a whole process over that of a Python that does nothing, against 100 ms. No asynchronous client can "
        "take less than `asyncio.run` of nothing, which is a row of its own.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
