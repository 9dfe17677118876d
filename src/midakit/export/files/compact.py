"""`compact`: few files instead of many, and each row once."""

from typing import Any

from midakit.errors import ConfigurationError
from midakit.export.files import merge as merging
from midakit.export.files.manifest import recount
from midakit.export.files.stores import open_store
from midakit.export.files.targets import Files, open_target
from midakit.export.files.verify import expect, form_of
from midakit.export.plan.frozen_plan import current_output


def compact(place: Any, *, rows: int = merging.MOST) -> dict[str, tuple[int, int]]:
    """Folder -> (files before, files after)."""
    store = open_store(place)
    expect(store)
    form = form_of(store)
    output = current_output(store)
    store.lock()
    try:
        target = open_target(store, form, output.partition_by if output else None)
        try:
            if not isinstance(target, Files):
                raise ConfigurationError("a DuckDB file needs no compaction")
            target.covered()  # tidies up
            counts = merging.compact(target, rows)
            recount(target)
            return counts
        finally:
            target.close()
    finally:
        store.unlock()
