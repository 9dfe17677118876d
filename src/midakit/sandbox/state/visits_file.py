"""The baseline of the visits in a file: the columns of every table, and the exchange rates.

A numpy archive (`.npz`, no pickles). The words of a column are its UTF-8 bytes in one piece and
the places where each word ends. The file is written beside the old one and then takes its name, so
that a kill or a full disk leaves the old one whole.
"""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from midakit.sandbox.state.columns import Array
from midakit.sandbox.state.tables import Cells

Baseline = dict[str, dict[str, Cells]]
"""The columns of each table."""
Rates = dict[tuple[str, str], float]
"""Exchange rates: (project key, currency) -> rate."""
_FORM = 1


def save(path: Path, baseline: Baseline, rates: Rates, *, ready: Callable[[], None]) -> None:
    """Write a baseline.

    Args:
        path: The file.
        baseline: The columns of each table.
        rates: The exchange rates.
        ready: Called when the new file is whole, just before it takes the place of the old one.

    Raises:
        OSError: It could not be written; the old file is as it was.
    """
    head = {"form": _FORM, "rates": [[*pair, rate] for pair, rate in rates.items()]}
    arrays: dict[str, Array] = {"head": _bytes(json.dumps(head).encode())}
    for table, columns in baseline.items():
        for name, cells in columns.items():
            key = f"{table}.{name}"
            if isinstance(cells, tuple):
                arrays[key], words = cells[0], [word.encode() for word in cells[1]]
                arrays[f"{key}.words"] = _bytes(b"".join(words))
                arrays[f"{key}.ends"] = np.cumsum([len(word) for word in words], dtype="int64")
            else:
                arrays[key] = cells
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
            file.flush()
            os.fsync(file.fileno())
        ready()
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def load(path: Path) -> tuple[Baseline, Rates]:
    """Read a baseline.

    Args:
        path: The file.

    Returns:
        The columns of each table, and the exchange rates.

    Raises:
        ValueError: The file is damaged.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = dict(archive)
        head = json.loads(arrays.pop("head").tobytes())
        if head["form"] != _FORM:
            raise ValueError(f"form {head['form']}")
        baseline: Baseline = {}
        for key, cells in arrays.items():
            table, name, *part = key.split(".")
            if not part:
                baseline.setdefault(table, {})[name] = _cells(arrays, key, cells)
    except Exception as error:  # a damaged archive fails in any of a dozen ways
        raise ValueError(f"{path} is damaged, or of another version of midakit") from error
    return baseline, {(project, currency): rate for project, currency, rate in head["rates"]}


def _cells(arrays: Mapping[str, Array], key: str, cells: Array) -> Cells:
    """Return one column."""
    if f"{key}.words" not in arrays:
        return cells
    text, ends = arrays[f"{key}.words"].tobytes(), arrays[f"{key}.ends"].tolist()
    return cells, [text[start:end].decode() for start, end in zip([0, *ends], ends, strict=False)]


def _bytes(text: bytes) -> Array:
    """Return bytes as an array."""
    return np.frombuffer(text, "uint8")
