"""CSV and JSON lines: the ids of the calls stand in a file of their own, beside the data."""

import io
import json
from typing import Any

from midakit.export.files.contents import SIDECAR, DamagedFile, FileContents, Format
from midakit.export.files.stores import Store
from midakit.export.rows.casting import take
from midakit.export.schemas import arrow, columns

FORMULA = r"^('*[=+\-@\t\r])"
"""Text that a spreadsheet would run, with the apostrophes before it: one more can be taken off again."""
DEFUSED = r"^'('*[=+\-@\t\r])"
LARGEST = 2**31 - 1
"""Bytes of the largest block that Arrow reads at once."""


def _sidecar_contents(store: Store, name: str) -> FileContents:
    """Read the sidecar, which also knows how long the data must be."""
    try:
        about = json.loads(store.get(name + SIDECAR))
        specs, absent = frozenset(about["specs"]), frozenset(about["absent"])
        found = FileContents(specs, absent, tuple(about["replaces"]), about["rows"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        raise DamagedFile(f"{name}: its {SIDECAR} file is missing or damaged") from None
    size = store.size(name)
    if size != about["bytes"]:
        raise DamagedFile(f"{name}: {about['bytes']} bytes were written but {size} are there")
    return found


def _replaced(table: Any, pattern: str, replacement: str) -> Any:
    """Return a table with a replacement in each cell of text."""
    import pyarrow as pa
    import pyarrow.compute as pc

    options = pc.ReplaceSubstringOptions(pattern, replacement)
    return pa.table(
        [
            pc.call_function("replace_substring_regex", [column], options)
            if pa.types.is_string(column.type)
            else column
            for column in table.columns
        ],
        schema=table.schema,
    )


def _joined(table: Any) -> Any:
    """Return a table with each list of texts as one text, with commas."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = {
        field.name: pc.call_function("binary_join", [column, ","])
        if pa.types.is_list(field.type)
        else column
        for field, column in zip(table.schema, table.columns, strict=True)
    }
    return pa.table(columns)


def _split(rows: Any, table: str) -> Any:
    """Return rows with the lists of their table, which CSV holds as texts with commas."""
    import pyarrow as pa
    import pyarrow.compute as pc

    options = pc.SplitPatternOptions(",")
    for field in arrow(table):
        if pa.types.is_list(field.type) and field.name in rows.schema.names:
            column = pc.call_function("split_pattern", [rows.column(field.name)], options)
            rows = rows.set_column(rows.schema.get_field_index(field.name), field, column)
    return rows


def _encode_csv(table: Any, contents: FileContents) -> bytes:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    return _encode_verbatim(_replaced(_joined(table), FORMULA, r"'\1"), contents)


def _read_csv(data: bytes, table: str) -> Any:
    return _split(_replaced(_cells(data, table), DEFUSED, r"\1"), table)


def _encode_verbatim(table: Any, _: FileContents) -> bytes:
    import pyarrow.csv as pc

    buffer = io.BytesIO()
    pc.write_csv(_joined(table), buffer)
    return buffer.getvalue()


def _read_verbatim(data: bytes, table: str) -> Any:
    return _split(_cells(data, table), table)


def _cells(data: bytes, table: str) -> Any:
    """Read a file; lists are still text."""
    import pyarrow as pa
    import pyarrow.csv as pc

    options = pc.ConvertOptions(
        column_types={
            field.name: pa.string() if pa.types.is_list(field.type) else field.type
            for field in arrow(table)
        },
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    return pc.read_csv(
        pa.BufferReader(data),
        # one block: a row that is longer than one, as of `raw`, is refused
        read_options=pc.ReadOptions(block_size=min(len(data) + 1, LARGEST)),
        parse_options=pc.ParseOptions(newlines_in_values=True),
        convert_options=options,
    )


def _encode_json_lines(table: Any, _: FileContents) -> bytes:
    """Write times as ISO text, and leave nulls out."""
    import msgspec

    encode = msgspec.json.Encoder().encode
    lines = (
        encode({name: value for name, value in row.items() if value is not None})
        for batch in table.to_batches(max_chunksize=8192)
        for row in batch.to_pylist()
    )
    return b"".join(line + b"\n" for line in lines)


def _read_json_lines(data: bytes, table: str) -> Any:
    import pyarrow as pa

    rows = [take(json.loads(line), columns(table))[0] for line in data.split(b"\n") if line]
    return pa.Table.from_pylist(rows, schema=arrow(table))


CSV = Format(".csv", _encode_csv, _sidecar_contents, _read_csv, sidecar=True)
"""CSV with a header, and with text that no spreadsheet runs as a formula."""
CSV_VERBATIM = Format(".csv", _encode_verbatim, _sidecar_contents, _read_verbatim, sidecar=True)
"""CSV with a header, and with text as the server sent it."""
JSON_LINES = Format(".jsonl", _encode_json_lines, _sidecar_contents, _read_json_lines, sidecar=True)
"""One JSON object a line."""
