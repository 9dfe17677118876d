"""Files that count: what stands in a place, who writes it, in which order, and what a kill leaves.

A place is a folder, or a prefix in an object store. One run at a time writes into it.

| File | Written by | Holds |
|---|---|---|
| `._midakit.lock` | `folders`, `buckets` | who writes: a lock of the system, or an object with a time |
| `_midakit/log/00000001.json`, ... | `commit_log` | entries: files that join and leave, the plan |
| `_midakit/checkpoint.json` | `commit_log` | what the entries so far add up to; a help for readers |
| `_midakit/verified.json` | `verify` | which files it has read, and how much of the log |
| `_plans/ID.jsonl.gz` | `plan.frozen_plan` | the plans; the log says which one is in force |
| `_midakit_plan.jsonl` | `plan.frozen_plan` | a copy of that plan, for people; one call a line |
| `TABLE/part-RUN-HASH.parquet` | `targets` | rows, and the ids of all calls that they came from |
| `TABLE/part-RUN-HASH.csv.specs` | `text_files` | the same ids, where the data file cannot hold them |
| `_midakit/staged/TABLE/part-...` | `targets` | rows of an increment that still runs |
| `_midakit/left/TABLE/part-...` | `targets` | files that left the tables, until `vacuum` |
| `export.duckdb` | `duckdb_file` | rows and ids, in place of all data files |
| `TABLE/_delta_log/`, `TABLE/metadata/` | `table_formats` | a Delta or Iceberg table, not data files |
| `catalog.db` | `table_formats` | the catalog of Iceberg tables in a folder |
| `_damaged/...` | `targets` | data files that were found damaged |
| `failures.jsonl` | `manifest` | the calls that were given up |
| `_manifest.json` | `manifest` | every data file with its rows, and the report of the last run |
| `_SUCCESS` | `manifest` | the id of a plan whose last run ended with nothing missing |
| `_state.json` | `export.api` | the last day that was read of each report, for the next increment |

With `partition_by`, data files stand in folders `TABLE/column=value/`.

**What makes a row count.** An entry of the log that names its file (`log_rules`). An entry is put if
absent under the next number: a file on a disk is written under a hidden name, made durable, and then
named; an object store does the same in one PUT. All files of an entry join and leave in one step. A data
file is named by the run and by a hash of what it holds, so that writing it again changes nothing. An
answer that was lost is settled by reading: the entry under the number is ours, or another run's.

**Who may write.** Every run takes the next epoch with its first entry. From there on no earlier run can
commit: its entry is refused, it stops with exit code 4, and what it wrote is in no table.

**The order of a run**, and what a kill leaves after each step. "The next run" is a resume or the same
export again.

1. Lock. After a kill the system gives a folder's lock back; that of an object store ends by itself, five
   minutes after its last renewal.
2. Begin: an entry with the next epoch. A place of version 0.1 gets an entry that names its files and its
   plan.
3. Write the plan, then the entry that puts it in force, then its copy. A kill before the entry leaves the
   earlier plan in force; the new file means nothing. A kill before the copy leaves an older copy.
4. Remove `_SUCCESS`. From here on the place says that it is not complete.
5. Put away what a kill has left: data files of earlier runs that are in no table. A file that is not as
   long as the log says is moved to `_damaged/`, and its calls are asked again.
6. Write data files, and an entry after each. A kill between the two leaves a file that nobody counts, and
   loses the rows that were not committed; the next run asks for them again. Files of an increment are
   staged: their calls are done, their rows are not in the tables yet.
7. After an increment, also one that ends in part: publish. Write the files that lose rows anew, without
   them, and the new rows; commit that in one entry; put away what left. A kill before the entry leaves
   the tables as they were, and the staged files for the next run.
8. Write `failures.jsonl`, `_manifest.json`, an entry that says how the run ended, the checkpoint, and, if
   nothing is missing, `_SUCCESS`. A kill in between leaves older ones; the next run fetches nothing and
   writes them.
9. Write `_state.json`. A kill before it costs the next increment a few calls more, no row.
10. Unlock.

`verify` may run at any time, without the lock, also two at once: it writes one file, in one step, and what
that says is true of what it has read itself.

A DuckDB file takes rows, their calls and what they replace in one transaction, in place of steps 5 to 7.
A table of Delta or Iceberg takes rows and what they replace in one transaction, then an entry of the log
names the calls; a kill between the two is settled by the rows, which say their calls (`table_formats`).

**Known weaknesses.**

- Between an entry that lets files leave and the moment when they are put away, a glob over the folders
  counts them and those that replaced them. `midakit.export.open` does not.
- A reader that opened a snapshot and reads it lazily while its files are put away gets an error that a
  file is gone.
- A copy of a plan for people may be older than the plan in force after a kill in step 3.
"""

import os
from pathlib import Path

from midakit.core.checks import a_kind
from midakit.errors import ConfigurationError
from midakit.export.files.stores import Store

SCHEMES = ("s3://", "gs://", "az://")


def open_store(place: "str | os.PathLike[str] | Store") -> Store:
    """Return the store of a place.

    Args:
        place: A folder, a URL of an object store, or a store, which is returned itself.

    Raises:
        ConfigurationError: It is no place: empty, a URL of another kind, or a file.
        MissingExtra: obstore is not installed (extra `s3`).
    """
    if not isinstance(place, (str, os.PathLike)):
        if not hasattr(place, "put"):
            raise ConfigurationError(f"place: a folder or a URL, not {a_kind(place)}")
        return place
    if not str(place).strip():
        raise ConfigurationError("place: an empty text; the current folder is `.`")
    if isinstance(place, str) and place.startswith(SCHEMES):
        from midakit.export.files.buckets import Bucket

        return Bucket(place)
    if isinstance(place, str) and "://" in place:
        raise ConfigurationError(f"{place}: not a folder and not one of {', '.join(SCHEMES)}")
    from midakit.export.files.folders import Folder

    path = Path(place)
    if path.is_file():
        raise ConfigurationError(f"{path} is a file; an export needs a folder")
    return Folder(path)
