"""`compact`: few files instead of many, and each row once."""

from os import PathLike

from midakit.errors import ConfigurationError
from midakit.export.files import open_store
from midakit.export.files.manifest import update_row_counts
from midakit.export.files.merge import MOST, merge_all
from midakit.export.files.stores import Store
from midakit.export.files.targets import FileTarget, open_target
from midakit.export.files.verify import format_of, require_export
from midakit.export.plan.frozen_plan import current_output


def compact(
    place: "str | PathLike[str] | Store", *, rows: int = MOST
) -> dict[str, tuple[int, int]]:
    """Merge the files of an export, and keep each row once.

    Args:
        place: The folder or URL of the export.
        rows: The most rows that one merged file may have.

    Returns:
        For each folder how many files it had before, and has now.

    Raises:
        ConfigurationError: There is no export, it is a DuckDB file, or another run writes there.

    Example:
        >>> compact("out")
        {'timeseries': (30, 1)}
    """
    store = open_store(place)
    require_export(store)
    format = format_of(store)
    output = current_output(store)
    store.lock()
    try:
        target = open_target(store, format, output.partition_by if output else None)
        try:
            if not isinstance(target, FileTarget):
                raise ConfigurationError("a DuckDB file needs no compaction")
            target.covered()  # removes what a kill has left
            counts = merge_all(target, rows)
            update_row_counts(target)
            return counts
        finally:
            target.close()
    finally:
        store.unlock()
