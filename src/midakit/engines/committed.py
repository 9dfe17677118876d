"""What an export folder holds, for loading it elsewhere: its committed rows, each under one key.

A warehouse merges on one column that is never null, so the natural key of a table (`schemas.KEYS`,
whose parts may be null) is written out as `row_key`. What is new is told by the calls that rows came
from, not by files: an increment and a compaction write rows that were there before into new files.
"""

from collections.abc import Iterable
from importlib import import_module
from os import PathLike
from typing import Any

from midakit.core.checks import several
from midakit.errors import ConfigurationError
from midakit.export.files import open_store
from midakit.export.files.commit_log import CommitLog
from midakit.export.files.stores import Store
from midakit.export.files.targets import FileTarget, open_target
from midakit.export.files.verify import format_of
from midakit.export.plan.frozen_plan import current_plan, past_plans
from midakit.export.plan.plan import FILE, Plan
from midakit.export.rows.timestamps import in_micros
from midakit.export.schemas import KEYS

ROW_KEY = "row_key"


class CommittedExport:
    """The files of an export, to be read.

    Args:
        place: The folder or URL of the export.

    Raises:
        ConfigurationError: There is no export, or its format is none of files.
    """

    def __init__(self, place: "str | PathLike[str] | Store") -> None:
        log = CommitLog(open_store(place))
        format = format_of(log)
        target = open_target(log.store, format, log=log, read_only=True)
        if not isinstance(target, FileTarget):
            target.close()
            raise ConfigurationError(
                f"{place} has the format {format}, which needs no loading; export as parquet to load it"
            )
        self._target = target
        self._names = sorted(target.files())
        if not self._names and FILE not in set(target.store.names()):
            raise ConfigurationError(f"{place} is not an export: it has no {FILE}")

    def tables(self, wanted: Iterable[str] | None = None) -> list[str]:
        """Return the tables that have files.

        Args:
            wanted: Only these tables.

        Raises:
            ConfigurationError: A table that is wanted has no files.
            InvalidRequest: The tables are no list.
        """
        there = list(dict.fromkeys(name.split("/")[0] for name in self._names))
        if wanted is not None:
            wanted = several(
                "tables", wanted, f"must be a list of tables; there are: {', '.join(there)}"
            )
        missing = sorted(set(wanted or ()) - set(there))
        if missing:
            raise ConfigurationError(
                f"{self._target.store} has no table {missing[0]!r}; it has: {', '.join(there)}"
            )
        return there if wanted is None else list(dict.fromkeys(wanted))

    def files(self, table: str) -> list[str]:
        """Return the committed files of a table.

        Args:
            table: A table of the export, such as `results`.
        """
        return [name for name in self._names if name.split("/")[0] == table]

    def specs(self, name: str) -> frozenset[str]:
        """Return the ids of the calls whose rows a file holds.

        Args:
            name: Path of the file below the place, with slashes.
        """
        return self._target.format.read_contents(self._target.store, name).specs

    def plans(self) -> list[Plan]:
        """Return the plans of all exports into the folder, the current one last."""
        log = self._target.log
        last = current_plan(log)
        return [*past_plans(log), *([last] if last is not None else [])]

    def read(self, name: str) -> Any:
        """Return a file's rows as an Arrow table, with their key.

        Args:
            name: Path of the file below the place, with slashes.
        """
        found = self._target.read(name)
        rows = found.cast(in_micros(found.schema))
        return rows.append_column(ROW_KEY, row_key(name.split("/")[0], rows))


def row_key(table: str, rows: Any) -> Any:
    r"""Return the natural key of each row as one text.

    Its parts are joined by `|` and null is written as `\N`; both signs are escaped in values.

    Args:
        table: A table of the export, such as `results`; it decides which columns make the key.
        rows: The rows, as an Arrow table.
    """
    import pyarrow as pa

    pc: Any = import_module("pyarrow.compute")

    parts = []
    for name in KEYS[table]:
        text = rows[name].cast(pa.string())
        for sign in ("\\", "|"):
            text = pc.replace_substring(text, sign, f"\\{sign}")
        parts.append(pc.fill_null(text, "\\N"))
    return pc.binary_join_element_wise(*parts, "|")


def latest(rows: Any) -> Any:
    """Return one row for each key, the one that was fetched last.

    Args:
        rows: Rows with their key, as an Arrow table.
    """
    import pyarrow as pa

    pc: Any = import_module("pyarrow.compute")

    if rows.num_rows < 2:
        return rows
    ordered = rows.sort_by([(ROW_KEY, "ascending"), ("fetched_at", "descending")])
    keys = ordered[ROW_KEY].combine_chunks()
    first = pc.not_equal(keys[1:], keys[:-1])
    return ordered.filter(pa.chunked_array([pa.array([True]), first]))
