"""What tests of the engines ask again and again."""

import asyncio
import json

from midakit import AsyncMida
from midakit.export.api import export
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.targets import open_target
from midakit.export.files.verify import format_of
from midakit.export.schemas import KEYS

KEY = "mk-5b1f77-nobody-may-see-this"
END = "2026-06-30"
HOURS = json.dumps({f"h{hour}": f"hourofday >= {hour}" for hour in range(1, 20)})


def frame(spark, table, stream=False, **options):
    """The table as a data frame."""
    reader = (spark.readStream if stream else spark.read).format("midakit").option("table", table)
    for name, value in {"end_date": END, **options}.items():
        if value is not None:
            reader = reader.option(name, value)
    return reader.load()


def streamed(spark, place, table, **options):
    """Work what is available now into a Parquet sink, from where the checkpoint is; rows of each batch."""
    found = frame(spark, table, stream=True, plan=f"{place}/plan", **options)
    to = {"path": f"{place}/sink", "checkpointLocation": f"{place}/checkpoint"}
    sizes = []
    while True:
        query = found.writeStream.format("parquet").options(**to).trigger(availableNow=True).start()
        try:
            query.awaitTermination()
        except (
            Exception
        ) as error:  # Spark gives a worker ten seconds to start, a busy machine may not
            if "connect back" not in str(error):
                raise
        sizes += [progress["numInputRows"] for progress in query.recentProgress]
        if query.exception() is None:
            return sizes


def plain(rows):
    """Rows without the moment they were fetched, in an order of their own, comparable."""
    return sorted(
        json.dumps(
            {name: str(value) for name, value in row.items() if name != "fetched_at" and value is not None},
            sort_keys=True,
        )
        for row in rows
    )  # fmt: skip


def of_frame(found):
    """Rows of a data frame, times in UTC as exports have them."""
    return plain(found.toArrow().to_pylist())


def exported(sandbox, place, **wanted):
    """An export into a folder."""

    async def main():
        async with AsyncMida(
            sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url
        ) as mida:
            return await export(mida, place, **wanted)

    return asyncio.run(main())


def of_export(place, table):
    """A table's rows in an export folder, with times as Spark has them."""
    import pyarrow as pa

    log = CommitLog(open_store(place))
    target = open_target(log.store, format_of(log), log=log, read_only=True)
    files = [name for name in target.files() if name.startswith(f"{table}/")]
    found = pa.concat_tables([target.read(name) for name in files])
    return plain(found.to_pylist())


def merged(table, earlier, now):
    """The rows of a load after a later export: that export's, and earlier ones whose key it has no more."""

    def key(row):
        read = json.loads(row)
        return [read.get(name) for name in KEYS[table]]

    there = [key(row) for row in now]
    return sorted([*now, *(row for row in earlier if key(row) not in there)])


def reports(sandbox, after=0):
    """The report requests that the sandbox saw, as path and query."""
    return [
        f"{seen['path']}?{seen['query']}"
        for seen in sandbox.requests(after)
        if seen["path"].rsplit("/", 1)[-1] in ("result", "timeseries", "metrics")
    ]
