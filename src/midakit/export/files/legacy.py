"""Places of version 0.1, which have no log: their files say themselves which calls they cover.

The next run into such a place lets the log name them, and goes on from there.
"""

from midakit.errors import ConfigurationError
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.contents import DamagedFile, FileContents, Format
from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.formats import FORMATS
from midakit.export.files.log_rules import LoggedFile, epoch_of
from midakit.export.files.stores import Store
from midakit.export.schemas import TABLES


def has_data(store: Store) -> bool:
    """Return whether a place holds rows of an export, whatever else is missing.

    Args:
        store: The folder or bucket of the export.
    """
    suffixes = tuple(format.suffix for format in FORMATS.values())
    return any(
        name == DuckDbTarget.FILE or (name.split("/")[0] in TABLES and name.endswith(suffixes))
        for name in store.names()
    )


def is_without_log(log: CommitLog) -> bool:
    """Return whether the log names nothing yet.

    Args:
        log: The log of the place.
    """
    return not log.snapshot.plan and not log.snapshot.files


def legacy_files(store: Store, format: Format) -> list[LoggedFile]:
    """Return the files of a place without a log, each with the ids of all its calls.

    Files whose rows another file took over are left out, and so are those whose calls are all in other
    files: a lost answer to a PUT, or a second writer, has doubled them. A damaged file has length -1, so
    that the next run sets it aside.

    Args:
        store: The folder or bucket of the export.
        format: The format of the files.
    """
    sizes = store.sizes()
    contents: dict[str, FileContents | None] = {}
    for name in sizes:
        if name.split("/")[0] in TABLES and name.endswith(format.suffix) and not epoch_of(name):
            try:
                contents[name] = format.read_contents(store, name)
            except DamagedFile:
                contents[name] = None
    replaced = {old for one in contents.values() if one for old in one.replaces}
    seen: set[tuple[str, str]] = set()
    found = []
    for name, one in contents.items():
        if one is None:
            found.append(LoggedFile(name=name, rows=0, bytes=-1))
            continue
        ids = {(name.split("/")[0], spec) for spec in one.specs}
        if name not in replaced and not ids <= seen:
            fresh = frozenset(spec for _, spec in ids - seen)
            found.append(
                LoggedFile(name=name, rows=one.rows, bytes=sizes[name], specs=fresh,
                           absent=one.absent & fresh)
            )  # fmt: skip
            seen |= ids
    return found


def refuse_data_without_plan(store: Store) -> None:
    """Refuse a place that holds data and does not say of which export: nothing may be guessed there.

    Args:
        store: The folder or bucket of the export.

    Raises:
        ConfigurationError: There is data.
    """
    if has_data(store):
        raise ConfigurationError(
            f"{store} holds data and no plan that says what it is; put the plan back, or choose another "
            "place"
        )
