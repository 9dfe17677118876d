"""Which files become one, so that their number does not grow with every night (pure).

Files are merged like those of a log-structured tree: eight of about the same size become one. A row is
written anew once for each eightfold size, not every night, and few files are left of any size.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from midakit.export.files.log_rules import LoggedFile

MOST = 100_000
"""Rows of one file that is made of others: what is in memory while it is made."""
FAN = 8
"""So many files of about the same size are merged."""

Part = tuple[LoggedFile, Any]
"""A file, and those of its rows that stay."""


def grouped(parts: Iterable[Part], most: int = MOST) -> Iterator[list[Part]]:
    """Yield files in groups that have no more rows than one file may have.

    Args:
        parts: Files with the rows of them that stay.
        most: The most rows of a group, unless it is one file.
    """
    group: list[Part] = []
    for part in parts:
        if group and sum(rows.num_rows for _, rows in [*group, part]) > most:
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def alike(files: Iterable[LoggedFile], most: int = MOST) -> list[Sequence[LoggedFile]]:
    """Return groups of files that are worth merging, each of files that follow one another by name.

    Args:
        files: Files of one folder.
        most: The most rows of a file that is made of others.
    """
    sizes: dict[int, list[LoggedFile]] = {}
    for file in sorted(files, key=lambda file: file.name):
        if file.rows * FAN <= most:
            sizes.setdefault(_size(file.rows), []).append(file)
    return [
        found[start : start + FAN]
        for _, found in sorted(sizes.items())
        for start in range(0, len(found) - FAN + 1, FAN)
    ]


def _size(rows: int) -> int:
    """Return how often a number can be divided by the number of files that are merged."""
    size = 0
    while rows >= FAN:
        rows, size = rows // FAN, size + 1
    return size
