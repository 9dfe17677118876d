"""`vacuum`: delete the files that left the tables, once nobody can be reading them any more."""

from datetime import UTC, datetime, timedelta
from os import PathLike

from midakit.errors import InvalidRequest
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog, entries
from midakit.export.files.contents import SIDECAR
from midakit.export.files.formats import TABLE_FORMATS
from midakit.export.files.stores import LEFT, Store
from midakit.export.files.table_formats.target import TableTarget
from midakit.export.files.targets import open_target
from midakit.export.files.verify import require_output


def vacuum(place: "str | PathLike[str] | Store", *, keep: timedelta = timedelta(days=7)) -> int:
    """Delete the files that increments and compactions have replaced.

    Snapshots of before cannot be opened any more then.

    Args:
        place: The folder or URL of the export.
        keep: How long ago a file must have left. A reader that is slower than this finds its files gone.

    Returns:
        How many files were deleted.

    Raises:
        InvalidRequest: `keep` is no span of time.
        ConfigurationError: There is no export, or another run writes there.

    Example:
        from datetime import timedelta

        deleted = export.vacuum("out", keep=timedelta(days=30))
    """
    if not isinstance(keep, timedelta) or keep < timedelta():
        raise InvalidRequest(
            "keep", f"a timedelta from 0 up, such as timedelta(days=7), not {keep!r:.40}"
        )
    store = open_store(place)
    log = CommitLog(store)
    format = require_output(log).format_or_default
    store.lock()
    try:
        log.begin()
        limit = datetime.now(UTC) - keep
        needed = {
            name
            for entry in entries(store, 0)
            if datetime.fromisoformat(entry.at) > limit
            for name in entry.leaves
        }
        old = [
            name
            for name in store.names()
            if name.startswith(LEFT) and name.removeprefix(LEFT).removesuffix(SIDECAR) not in needed
        ]
        for name in old:
            store.remove(name)
        return sum(not name.endswith(SIDECAR) for name in old) + _of_tables(log, format, keep)
    finally:
        store.unlock()


def _of_tables(log: CommitLog, format: str, keep: timedelta) -> int:
    """Let the tables of a table format delete files of their own; return how many."""
    if format not in TABLE_FORMATS:
        return 0
    target = open_target(log.store, format, log=log)
    assert isinstance(target, TableTarget)
    target.open_tables()
    return target.vacuum(keep)
