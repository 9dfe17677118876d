"""`compact`: few files instead of many."""

from collections import Counter
from os import PathLike

from midakit.errors import ConfigurationError
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.manifest import update_row_counts
from midakit.export.files.merging import MOST, grouped, release_memory
from midakit.export.files.stores import Store
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.targets import FileTarget, open_target
from midakit.export.files.verify import require_output
from midakit.export.plan.frozen_plan import begin_run


def compact(
    place: "str | PathLike[str] | Store", *, rows: int = MOST
) -> dict[str, tuple[int, int]]:
    """Merge the files of an export; those who read meanwhile still find the files of before.

    Args:
        place: The folder or URL of the export.
        rows: The most rows that one merged file may have.

    Returns:
        For each folder how many files it had before, and has now.

    Raises:
        ConfigurationError: There is no export, it is a DuckDB file, or another run writes there.

    Example:
        print(export.compact("out"))
    """
    store = open_store(place)
    log = CommitLog(store)
    output = require_output(log)
    store.lock()
    try:
        begin_run(log)
        target = open_target(store, output.format_or_default, output.partition_by, log=log)
        try:
            if isinstance(target, DuckDbTarget):
                raise ConfigurationError("a DuckDB file needs no compaction")
            target.tidy()
            if isinstance(target, TableTarget):
                return target.compact()
            target.covered()  # sets damaged files aside
            counts = _merge_all(target, rows)
            log.write_checkpoint()
            update_row_counts(target)
            return counts
        finally:
            target.close()
    finally:
        store.unlock()


def _merge_all(target: FileTarget, most: int) -> dict[str, tuple[int, int]]:
    """Merge the files of each folder, one commit for each new file."""
    before = Counter(file.folder for file in target.log.snapshot.tables())
    for folder in before:
        files = [file for file in target.log.snapshot.tables() if file.folder == folder]
        for group in grouped(files, most):
            if len(group) > 1:
                parts = [(file, target.read(file.name)) for file in group]
                target.replace([target.join_files(folder, parts)], group)
                del parts
                release_memory()
    after = Counter(file.folder for file in target.log.snapshot.tables())
    return {folder: (count, after[folder]) for folder, count in before.items()}
