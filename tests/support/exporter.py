"""A program that exports, to be killed: `python exporter.py URL KEY PROJECT PLACE OPTIONS`.

It says `at work` when the plan is frozen, and ends with the report's exit code.
"""

import asyncio
import json
import sys

from midakit import AsyncMida
from midakit.export.api import export
from midakit.export.files.buffer import Limits


class WithoutPandas:
    """Finds no pandas: pyarrow would import it at its first array, which takes half of a short run."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "pandas":
            raise ModuleNotFoundError(name)


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
    sys.meta_path.insert(0, WithoutPandas)
    asyncio.run(main(*sys.argv[1:]))
