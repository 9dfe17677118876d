"""Which files become one, so that their number does not grow with every night (pure).

Files are merged like those of a log-structured tree: eight of about the same size become one. A row is
written anew once for each eightfold size, not every night, and few files are left of any size.
"""

from collections.abc import Iterable, Iterator, Sequence

from midakit.export.files.log_rules import LoggedFile

MOST = 50_000
"""Rows of one file that is made of others: what is in memory while it is made."""
MOST_BYTES = 16_000_000
"""Bytes of one file that is made of others. Answers as they came are packed to a tenth or less, so that the
rows of one table need 200 MB of memory; rows of other tables are small."""
FAN = 8
"""So many files of about the same size are merged."""


def grouped(files: Iterable[LoggedFile], most: int = MOST) -> Iterator[list[LoggedFile]]:
    """Yield files in groups that have no more rows and bytes than one file may have.

    Args:
        files: Files of one folder, in order.
        most: The most rows of a group, unless it is one file.
    """
    group: list[LoggedFile] = []
    for file in files:
        if group and not _fits([*group, file], most):
            yield group
            group = []
        group.append(file)
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
        if _fits([file] * FAN, most):
            sizes.setdefault(_size(file.rows), []).append(file)
    return [
        found[start : start + FAN]
        for _, found in sorted(sizes.items())
        for start in range(0, len(found) - FAN + 1, FAN)
    ]


def _fits(files: Sequence[LoggedFile], most: int) -> bool:
    """Return whether files may become one."""
    rows, size = sum(file.rows for file in files), sum(file.bytes for file in files)
    return rows <= most and size <= MOST_BYTES


def _size(rows: int) -> int:
    """Return how often a number can be divided by the number of files that are merged."""
    size = 0
    while rows >= FAN:
        rows, size = rows // FAN, size + 1
    return size


def release_memory() -> None:
    """Give back what Arrow's allocator keeps for later: half of the memory of a merge (not pure)."""
    import pyarrow as pa

    pa.default_memory_pool().release_unused()
