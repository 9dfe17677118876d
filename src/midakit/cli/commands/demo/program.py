"""What `midakit demo` did. With a key of your own, leave the sandbox out."""

import asyncio
import tempfile
from pathlib import Path

from midakit import AsyncMida, F
from midakit.sandbox import Sandbox


async def main(folder: Path) -> None:
    """List, decide, compare segments, export, report.

    Args:
        folder: The folder for the files.
    """
    async with (
        Sandbox(seed=42, visitors=300_000) as sandbox,
        AsyncMida(
            sandbox.api_key,
            project_key=sandbox.project_key,
            base_url=sandbox.base_url,
        ) as mida,
    ):
        async for experiment in mida.experiments.list():
            print(experiment.test_id, experiment.test_name, experiment.status)

        segments = {"mobile": F.device == "mobile", "US": F.country == "US"}
        verdict = await mida.verdict(1001, segments=segments)
        print(verdict, *verdict.why, sep="\n  ")
        for name, one in verdict.segments.items():
            rates = one.analysis.comparisons[0].conversion
            print(f"{name}: {rates.lift:+.1%} over Control, {one.kind}")

        export = await mida.export(folder / "export", segments=segments)
        print(export)

        await mida.report(path=folder / "report.html", segments=segments)
        print("open", folder / "report.html")


if __name__ == "__main__":
    asyncio.run(main(Path(tempfile.mkdtemp(prefix="midakit-"))))
