"""Answers for programs: JSON that is what the API sent, and CSV."""

import csv
import io
import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

from midakit.cli.output.tables import Column, value
from midakit.cli.output.text import raw
from midakit.core.printable import printable


def speaks(out: IO[str]) -> bool:
    """Unicode can be written there.

    Args:
        out: Stdout, stderr or a file.
    """
    return (getattr(out, "encoding", None) or "utf-8").lower().startswith("utf")


def plain(data: Any) -> Any:
    """Models inside anything, as JSON.

    Args:
        data: Models, dicts, lists or plain values.
    """
    if hasattr(data, "to_dict"):
        return data.to_dict()
    if isinstance(data, dict):
        return {str(key): plain(one) for key, one in data.items()}
    if isinstance(data, list | tuple):
        return [plain(one) for one in data]
    return data


def dump(data: Any, indent: int | None = None, *, poor: bool = False) -> str:
    """JSON that holds no character a terminal could obey, nor, if poor, one it does not have.

    Args:
        data: Models, dicts, lists or plain values.
        indent: Spaces for each level of JSON; None writes one line.
        poor: Also spell out what is not ASCII.
    """
    text = json.dumps(data, indent=indent, ensure_ascii=poor, default=str)
    return printable(text, keep="\n")


def write_json(out: IO[str], data: Any) -> None:
    """One value.

    Args:
        out: Stdout, stderr or a file.
        data: Models, dicts, lists or plain values.
    """
    out.write(dump(data, 2, poor=not speaks(out)) + "\n")


def write_json_rows(out: IO[str], rows: Iterable[Any]) -> None:
    """Write an array, one row a line, once all are there: half an array is no JSON.

    Args:
        out: Stdout, stderr or a file.
        rows: Models or mappings, one for each row.
    """
    lines = [dump(plain(row), poor=not speaks(out)) for row in rows]
    body = ",\n".join(lines)
    out.write(f"[\n{body}\n]\n" if lines else "[]\n")


def write_csv(out: IO[str], rows: Iterable[Any], columns: Sequence[Column]) -> None:
    """Write a heading and the rows, as they come.

    Args:
        out: Stdout, stderr or a file.
        rows: Models or mappings, one for each row.
        columns: Which fields are shown, and how.
    """
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\n")
    writer.writerow([column.key for column in columns])
    for row in rows:
        writer.writerow([raw(value(row, column.key), column.kind) for column in columns])
        out.write(line.getvalue())
        line.seek(0)
        line.truncate()
    out.write(line.getvalue())
