"""A program that exports, to be killed: `python exporter.py URL KEY PROJECT PLACE OPTIONS`.

It says `at work` when the plan is frozen, and ends with the report's exit code.
"""

import asyncio
import json
import sys

from midakit import AsyncMida
from midakit.core.without_pandas import do_without_pandas
from midakit.export.api import export
from midakit.export.files.buffer import Limits


def told(event):
    if event.kind == "planned":
        print("at work", flush=True)


async def main(url, key, project, place, options):
    wanted = json.loads(options)
    async with AsyncMida(key, project_key=project, base_url=url) as mida:
        report = await export(
            mida, place, limits=Limits(specs=5), concurrency=4, on_progress=told, **wanted
        )
    print(report)
    sys.exit(report.exit_code)


if __name__ == "__main__":
    do_without_pandas()
    asyncio.run(main(*sys.argv[1:]))
