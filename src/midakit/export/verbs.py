"""`export` as a verb of the clients."""

from typing import Any

from midakit.export.run.report import ExportReport


async def aexport(client: Any, place: Any, **options: Any) -> ExportReport:
    """`await AsyncMida.export(place, ...)`."""
    from midakit.export.api import export

    return await export(client, place, **options)


def export(client: Any, place: Any, **options: Any) -> ExportReport:
    """`Mida.export(place, ...)`: the asynchronous engine, run to its end in the client's room."""
    from midakit.core.concurrency.blocking_bulk import room_of
    from midakit.export.api import export as run

    room = room_of(client)
    twin = client.asynchronous()
    room.admit(twin, client._locate())

    async def main() -> ExportReport:
        return await run(twin, place, **options)

    return room.run(main)
