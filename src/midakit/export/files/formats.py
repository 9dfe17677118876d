"""How a table becomes a file, and how a file tells which specs it covers.

The ids are inside the file (Parquet and Arrow: schema metadata, read from the footer); CSV and JSON
lines cannot hold them, so a sidecar is written before the data and means nothing without it.
"""

import io
import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from midakit.errors import ConfigurationError, MidakitError
from midakit.export.files.stores import Store

SPECS = b"midakit.specs"
ABSENT = b"midakit.absent"
REPLACES = b"midakit.replaces"
SIDECAR = ".specs"
FOOTER = 65_536
"""Bytes from the end of a file that hold most footers."""


class Damaged(MidakitError):
    """A file whose end is not what its beginning promised."""


class Covered(NamedTuple):
    """What a file says about itself."""

    specs: frozenset[str]
    """Ids of the specs in it."""
    absent: frozenset[str]
    """Of these, the ones that had nothing to give."""
    replaces: tuple[str, ...] = ()
    """Files whose rows it took over: where one is still there, its remover was killed."""
    rows: int = 0


def _pack(ids: Iterable[str]) -> bytes:
    return b"".join(bytes.fromhex(one) for one in sorted(ids))


def _unpack(data: bytes) -> frozenset[str]:
    return frozenset(data[start : start + 8].hex() for start in range(0, len(data), 8))


def _stamped(table: Any, covered: Covered) -> Any:
    told = {
        SPECS: _pack(covered.specs),
        ABSENT: _pack(covered.absent),
        REPLACES: json.dumps(covered.replaces).encode(),
    }
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **told})


def _from_metadata(metadata: dict[bytes, bytes] | None, rows: int) -> Covered:
    if not metadata or SPECS not in metadata:
        raise Damaged("the file does not say which calls it covers")
    replaces = json.loads(metadata.get(REPLACES, b"[]"))
    absent = _unpack(metadata.get(ABSENT, b""))
    return Covered(_unpack(metadata[SPECS]), absent, tuple(replaces), rows)


class File(NamedTuple):
    """A committed file."""

    name: str
    table: str
    rows: int
    bytes: int


class Format:
    """One file format."""

    suffix = ""

    def write(self, store: Store, name: str, table: Any, covered: Covered) -> int:
        """Commit a table; returns its size in bytes."""
        data = self.encode(table, covered)
        store.put(name, data)
        return len(data)

    def encode(self, table: Any, covered: Covered) -> bytes:
        """The bytes of the file."""
        raise NotImplementedError

    def covered(self, store: Store, name: str) -> Covered:
        """What a file covers; raises Damaged."""
        raise NotImplementedError

    def read(self, store: Store, name: str) -> Any:
        """The table back."""
        raise NotImplementedError


class Parquet(Format):
    """Parquet with zstd."""

    suffix = ".parquet"

    def encode(self, table: Any, covered: Covered) -> bytes:
        """One file."""
        import pyarrow.parquet as pq

        buffer = io.BytesIO()
        pq.write_table(_stamped(table, covered), buffer, compression="zstd")
        return buffer.getvalue()

    def covered(self, store: Store, name: str) -> Covered:
        """From the footer, which is all that is read."""
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
            raise Damaged(f"{name}: {error}") from None

    def read(self, store: Store, name: str) -> Any:
        """The table back."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        # one thread: Arrow's pool must not be at work when a short command ends
        # read_table() would start Arrow's I/O threads, which abort a short process at its exit
        file = pq.ParquetFile(pa.BufferReader(store.get(name)), pre_buffer=False)
        return file.read(use_threads=False)


class Ipc(Format):
    """Arrow's own file format."""

    suffix = ".arrow"

    def encode(self, table: Any, covered: Covered) -> bytes:
        """One file."""
        import pyarrow as pa

        table = _stamped(table, covered)
        buffer = io.BytesIO()
        with pa.ipc.new_file(buffer, table.schema) as writer:
            writer.write_table(table)
        return buffer.getvalue()

    def covered(self, store: Store, name: str) -> Covered:
        """From the footer."""
        import pyarrow as pa

        try:
            file = pa.ipc.open_file(store.get(name))
            return _from_metadata(file.schema.metadata, _rows(file))
        except (pa.ArrowException, OSError, ValueError) as error:
            raise Damaged(f"{name}: {error}") from None

    def read(self, store: Store, name: str) -> Any:
        """The table back."""
        import pyarrow as pa

        return pa.ipc.open_file(store.get(name)).read_all()


def _rows(file: Any) -> int:
    return sum(file.get_batch(number).num_rows for number in range(file.num_record_batches))


class _WithSidecar(Format):
    def write(self, store: Store, name: str, table: Any, covered: Covered) -> int:
        """The sidecar first: without its data file it is void, and the next run removes it.

        A sidecar that is there already is never replaced: it may be another file's.
        """
        data = self.encode(table, covered)
        about = {
            "bytes": len(data),
            "rows": table.num_rows,
            "specs": sorted(covered.specs),
            "absent": sorted(covered.absent),
            "replaces": covered.replaces,
        }
        store.put(name + SIDECAR, json.dumps(about).encode())
        store.put(name, data)
        return len(data)

    def covered(self, store: Store, name: str) -> Covered:
        """From the sidecar, which also knows how long the data must be."""
        try:
            about = json.loads(store.get(name + SIDECAR))
            specs, absent = frozenset(about["specs"]), frozenset(about["absent"])
            found = Covered(specs, absent, tuple(about["replaces"]), about["rows"])
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            raise Damaged(f"{name}: its {SIDECAR} file is missing or damaged") from None
        size = store.size(name)
        if size != about["bytes"]:
            raise Damaged(f"{name}: {about['bytes']} bytes were written and {size} are there")
        return found


class Csv(_WithSidecar):
    """CSV with a header."""

    suffix = ".csv"

    def encode(self, table: Any, covered: Covered) -> bytes:
        """One file."""
        import pyarrow.csv as pc

        buffer = io.BytesIO()
        pc.write_csv(table, buffer)
        return buffer.getvalue()

    def read(self, store: Store, name: str) -> Any:
        """The table back, typed by its schema."""
        import pyarrow.csv as pc

        from midakit.export.schemas import arrow

        schema = arrow(name.split("/")[0])
        options = pc.ConvertOptions(
            column_types={field.name: field.type for field in schema}, strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        )  # fmt: skip
        return pc.read_csv(io.BytesIO(store.get(name)), convert_options=options)


class JsonLines(_WithSidecar):
    """One JSON object a line."""

    suffix = ".jsonl"

    def encode(self, table: Any, covered: Covered) -> bytes:
        """One file; times as ISO text, nulls left out."""
        import msgspec

        encode = msgspec.json.Encoder().encode
        lines = (
            encode({name: value for name, value in row.items() if value is not None})
            for batch in table.to_batches(max_chunksize=8192)
            for row in batch.to_pylist()
        )
        return b"".join(line + b"\n" for line in lines)

    def read(self, store: Store, name: str) -> Any:
        """The table back, typed by its schema."""
        import pyarrow as pa

        from midakit.export.rows.casting import take
        from midakit.export.schemas import arrow, columns

        table = name.split("/")[0]
        rows = [
            take(json.loads(line), columns(table))[0]
            for line in store.get(name).split(b"\n")
            if line
        ]
        return pa.Table.from_pylist(rows, schema=arrow(table))


FORMATS: dict[str, Format] = {
    "parquet": Parquet(),
    "arrow": Ipc(),
    "csv": Csv(),
    "jsonl": JsonLines(),
}
NAMES = (*FORMATS, "duckdb")


def by_name(name: str) -> Format:
    """The format a user names."""
    if name not in FORMATS:
        raise ConfigurationError(f"format: {name!r} is not one of: {', '.join(NAMES)}")
    return FORMATS[name]
