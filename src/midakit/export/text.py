"""Counts and errors in words."""

from collections.abc import Mapping

from midakit.errors import APIError


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, in the plural where it belongs: `1 call`, `2,000 calls`.

    Args:
        number: How many there are.
        noun: The noun in the singular; its plural ends with an s.
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def rows_told(rows: Mapping[str, int]) -> str:
    """Say how many rows of which tables there are: `2 experiments, 1 result`, or `no rows`.

    Args:
        rows: Table -> rows.
    """
    told = []
    for table, count in rows.items():
        one = count == 1 and table != "timeseries"
        told.append(f"{count:,} {table.removesuffix('s') if one else table}")
    return ", ".join(told) or "no rows"


def describe(error: Exception) -> str:
    """Return what went wrong and where, without the number of a system error.

    Args:
        error: An error of a call, of a disk or of an object store.
    """
    if isinstance(error, OSError):
        return f"{error.strerror or error}{f' ({error.filename})' if error.filename else ''}"
    return str(error) if isinstance(error, APIError) else f"{type(error).__name__}: {error}"
