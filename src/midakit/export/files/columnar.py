"""Parquet and Arrow files: the ids of the calls stand in the schema's metadata, in the file's footer."""

import io
import json
from collections.abc import Iterable
from typing import Any

from midakit.export.files.contents import DamagedFile, FileContents, Format
from midakit.export.files.stores import Store

SPECS = b"midakit.specs"
ABSENT = b"midakit.absent"
REPLACES = b"midakit.replaces"
ROW_GROUP = 16_384
"""Rows that are encoded together: in one group, 46,000 rows of results take 5 MB more at the peak."""
FOOTER = 65_536
"""Bytes from the end of a file that hold most footers."""


def _pack(ids: Iterable[str]) -> bytes:
    return b"".join(bytes.fromhex(one) for one in sorted(ids))


def _unpack(data: bytes) -> frozenset[str]:
    return frozenset(data[start : start + 8].hex() for start in range(0, len(data), 8))


def _stamped(table: Any, contents: FileContents) -> Any:
    """Return a table with the contents in its metadata."""
    stamp = {
        SPECS: _pack(contents.specs),
        ABSENT: _pack(contents.absent),
        REPLACES: json.dumps(contents.replaces).encode(),
    }
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **stamp})


def _from_metadata(metadata: dict[bytes, bytes] | None, rows: int) -> FileContents:
    if not metadata or SPECS not in metadata:
        raise DamagedFile("the file has no ids of calls")
    replaces = json.loads(metadata.get(REPLACES, b"[]"))
    absent = _unpack(metadata.get(ABSENT, b""))
    return FileContents(_unpack(metadata[SPECS]), absent, tuple(replaces), rows)


def _packing(table: Any) -> dict[str, str]:
    """Return how each column is compressed: one without values is smaller as it is, and takes less."""
    import pyarrow as pa

    return {
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name: (
            "none" if table[field.name].null_count == table.num_rows else "zstd"
        )
        for field in table.schema
    }


def _bounded(schema: Any) -> list[str]:
    """Return the columns whose least and greatest value let readers skip rows.

    Names and other texts stand in no order: their bounds exclude nothing, and take a tenth of the time.
    """
    import pyarrow as pa

    return [
        field.name
        for field in schema
        if field.name == "project" or field.type not in (pa.string(), pa.list_(pa.string()))
    ]


def _encode_parquet(table: Any, contents: FileContents) -> bytes:
    import pyarrow.parquet as pq

    buffer = io.BytesIO()
    options: dict[str, Any] = {  # by column, which the types of pyarrow do not know
        "compression": _packing(table),
        "write_statistics": _bounded(table.schema),
        "row_group_size": ROW_GROUP,
    }
    pq.write_table(_stamped(table, contents), buffer, **options)
    return buffer.getvalue()


def _parquet_contents(store: Store, name: str) -> FileContents:
    """Read the footer alone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    end = store.tail(name, FOOTER)
    size = int.from_bytes(end[-8:-4], "little") + 8
    if size > len(end):
        end = store.tail(name, size)
    try:
        file = pq.ParquetFile(pa.BufferReader(end), pre_buffer=False)
        return _from_metadata(file.schema_arrow.metadata, file.metadata.num_rows)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DamagedFile(f"{name}: {error}") from None


def _read_parquet(data: bytes, _: str) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    # one thread, and not read_table(): Arrow's threads abort a short process that ends meanwhile
    file = pq.ParquetFile(pa.BufferReader(data), pre_buffer=False)
    return file.read(use_threads=False)


def _encode_arrow(table: Any, contents: FileContents) -> bytes:
    import pyarrow as pa

    table = _stamped(table, contents)
    buffer = io.BytesIO()
    with pa.ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def _arrow_contents(store: Store, name: str) -> FileContents:
    import pyarrow as pa

    try:
        file = pa.ipc.open_file(store.get(name))
        rows = sum(file.get_batch(number).num_rows for number in range(file.num_record_batches))
        return _from_metadata(file.schema.metadata, rows)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DamagedFile(f"{name}: {error}") from None


def _read_arrow(data: bytes, _: str) -> Any:
    import pyarrow as pa

    return pa.ipc.open_file(data).read_all()


PARQUET = Format(".parquet", _encode_parquet, _parquet_contents, _read_parquet)
"""Parquet with zstd, where there is something to compress."""
ARROW = Format(".arrow", _encode_arrow, _arrow_contents, _read_arrow)
"""Arrow's own file format."""
