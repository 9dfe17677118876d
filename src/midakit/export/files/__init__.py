"""Files that count: what stands in a place, who writes it, in which order, and what a kill leaves.

A place is a folder, or a prefix in an object store. One run at a time writes into it.

| File | Written by | Holds |
|---|---|---|
| `._midakit.lock` | `folders`, `buckets` | who writes: a lock of the system, or an object with a time |
| `_midakit_plan.jsonl` | `plan.frozen_plan` | the plan, one call a line |
| `_plans/ID.jsonl.gz` | `plan.frozen_plan` | the plans before it |
| `TABLE/part-ID.parquet` | `targets` | rows, and the ids of all calls that they came from |
| `TABLE/part-ID.csv.specs` | `text_files` | the same ids, where the data file cannot hold them |
| `TABLE/merged-HEX.parquet` | `merge` | the same, and the names of the files that it replaces |
| `export.duckdb` | `duckdb_file` | rows and ids, in place of all data files |
| `_damaged/...` | `targets` | data files that were found damaged |
| `failures.jsonl` | `manifest` | the calls that were given up |
| `_manifest.json` | `manifest` | every data file with its rows, and the report of the last run |
| `_SUCCESS` | `manifest` | the id of a plan whose last run ended with nothing missing |
| `_state.json` | `export.api` | the last day that was read of each report, for the next increment |

With `partition_by`, data files stand in folders `TABLE/column=value/`.

**What makes a row count.** A data file is written under a hidden name, made durable, and then named
(`Store.put`); an object store does the same in one PUT. The file holds the ids of the calls that its rows
came from, so rows and ids become visible in the same step. Nothing else says what is done: the manifest
is for readers, and a resume does not look at it.

**The order of a run**, and what a kill leaves after each step. "The next run" is a resume or the same
export again.

1. Lock. After a kill the system gives a folder's lock back; that of an object store ends by itself, five
   minutes after its last renewal.
2. Write the plan. An increment first copies the plan of before to `_plans/`. A kill in between leaves
   that plan twice, which is harmless: the same increment makes a new plan.
3. Remove `_SUCCESS`. From here on the place says that it is not complete.
4. Read the ids of all files. What a kill has left goes: hidden files, ids without their data file, files
   whose rows a merged file took over. A damaged file is moved to `_damaged/`, and its calls are asked
   again.
5. Commit files, one after the other. For CSV and JSON lines the file with the ids comes first: without
   its data file it means nothing and is removed in step 4. A kill loses the rows that were fetched and
   not committed; the next run asks for them again.
6. After an increment, merge: write a file with the rows that stay, which names the files it replaces;
   then remove those. A kill in between leaves rows twice until the next run's step 4. `compact` merges
   in the same way.
7. Write `failures.jsonl`, then `_manifest.json`, then, if nothing is missing, `_SUCCESS`. A kill in
   between leaves an older manifest or no `_SUCCESS`; the next run fetches nothing and writes them.
8. Write `_state.json`. A kill before it costs the next increment a few calls more, no row.
9. Unlock.

A DuckDB file takes rows and ids in one transaction, in place of steps 4 to 6.

**Known weaknesses.**

- An object store that answers a PUT with an error after it took the file: the repeat finds the name
  taken and writes the same rows under another name. `verify` finds them twice, until a `compact` makes
  them one file with every row twice.
- A run that was stopped for longer than its lock lasts, and goes on in the middle of a PUT after another
  run took the place over: both commit the same rows. `verify` finds them twice.
- After an increment that did not end complete, rows that were read again stand beside the old ones until
  an increment ends complete and merges them.
"""

import os
from pathlib import Path

from midakit.errors import ConfigurationError
from midakit.export.files.stores import Store

SCHEMES = ("s3://", "gs://", "az://")


def open_store(place: "str | os.PathLike[str] | Store") -> Store:
    """Return the store of a place.

    Args:
        place: A folder, a URL of an object store, or a store, which is returned itself.

    Raises:
        ConfigurationError: It is a URL of another kind.
        MissingExtra: obstore is not installed (extra `s3`).
    """
    if not isinstance(place, (str, os.PathLike)):
        return place
    if isinstance(place, str) and place.startswith(SCHEMES):
        from midakit.export.files.buckets import Bucket

        return Bucket(place)
    if isinstance(place, str) and "://" in place:
        raise ConfigurationError(f"{place}: not a folder and not one of {', '.join(SCHEMES)}")
    from midakit.export.files.folders import Folder

    return Folder(Path(place))
