"""`export` as a verb of the clients."""

from typing import Any

from midakit.export.report import ExportReport


async def aexport(client: Any, place: Any, **options: Any) -> ExportReport:
    """`await AsyncMida.export(place, ...)`."""
    from midakit.export.exporting import export

    return await export(client, place, **options)


def export(client: Any, place: Any, **options: Any) -> ExportReport:
    """`Mida.export(place, ...)`: the asynchronous engine, run to its end in a loop of its own."""
    from midakit.core.loops import run_apart
    from midakit.export.exporting import export as run

    return run_apart(client, lambda twin: run(twin, place, **options))
