"""Rows of timeseries from bytes to Parquet: `python -m benchmarks.account.converting WAY COUNT`."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.account.answers import DAYS, timeseries
from benchmarks.account.processes import timed


def columns(count):
    """Our way: straight into columns."""
    from datetime import UTC, datetime

    from midakit.export.files.buffer import Buffer, Limits
    from midakit.export.files.commit_log import CommitLog
    from midakit.export.files.folders import Folder
    from midakit.export.files.formats import FORMATS
    from midakit.export.files.targets import FileTarget
    from midakit.export.plan.spec import Spec
    from midakit.export.rows.tables import chunk
    from midakit.mida import calls

    with tempfile.TemporaryDirectory() as folder:
        log = CommitLog(Folder(Path(folder)))
        log.begin()
        buffer = Buffer(FileTarget(log, FORMATS["parquet"]), Limits(specs=10**9))
        page = json.dumps(timeseries()).encode()

        async def main():
            for number in range(count // (2 * DAYS)):
                spec = Spec(
                    kind="timeseries", project="p", call=calls.experiments.timeseries(number)
                )
                buffer.add(spec, chunk(spec, [page], datetime.now(UTC)), len(page))
                for key in buffer.due():
                    await buffer.write(key)
            for key in buffer.all():
                await buffer.write(key, anyway=True)

        asyncio.run(main())


def arrow(count):
    """`pyarrow.json` with the schema of our columns, as one would do without a client."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.json as pj
    import pyarrow.parquet as pq

    from midakit.export.schemas import ROW, arrow_types

    types = arrow_types()
    row = pa.struct(
        [("variant_id", pa.string()), *((name, types[kind]) for name, kind in ROW.items())]
    )
    parse = pj.ParseOptions(
        explicit_schema=pa.schema([("timeseries", pa.list_(row))]),
        unexpected_field_behavior="ignore",
    )
    page = json.dumps(timeseries()).encode()
    numbers = list(range(count // (2 * DAYS)))
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(numbers), 500):
            some = numbers[start : start + 500]
            lines = b"\n".join([page] * len(some))
            table = pj.read_json(
                pa.BufferReader(lines), pj.ReadOptions(block_size=len(lines)), parse
            )
            answers = table.column(0).combine_chunks()
            of = pa.array(some).take(pc.list_parent_indices(answers))
            rows = pa.Table.from_struct_array(answers.flatten()).append_column("test_id", of)
            pq.write_table(rows, f"{folder}/{start}.parquet", compression="zstd")


def models(count):
    """The typed models, each row as the dict that was sent, and pyarrow's `from_pylist`."""
    listed(count, lambda row: row.to_dict())


def fields(count):
    """The same, with the documented fields alone: two of the ten columns are lost."""
    import attrs

    listed(count, lambda row: attrs.asdict(row, recurse=False))


def listed(count, as_dict):
    import pyarrow as pa
    import pyarrow.parquet as pq

    from midakit.core.models.decode import loads
    from midakit.mida.models import Timeseries

    page = json.dumps(timeseries()).encode()
    with tempfile.TemporaryDirectory() as folder:
        rows, answers = [], count // (2 * DAYS)
        for number in range(answers):
            answer = loads(Timeseries, page)
            rows += [{"test_id": number, **as_dict(row)} for row in answer.timeseries]
            if len(rows) >= 50_000 or number == answers - 1:
                pq.write_table(pa.Table.from_pylist(rows), f"{folder}/{number}.parquet")
                rows = []


WAYS = {"columns": columns, "models": models, "fields": fields, "arrow": arrow}


if __name__ == "__main__":
    timed(lambda: WAYS[sys.argv[1]](int(sys.argv[2])), pandas=False)
