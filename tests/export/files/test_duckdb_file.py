"""Why a database file cannot be opened."""

import subprocess
import sys

import pytest

from midakit.export.files.duckdb_file import DuckDbTarget
from midakit.export.files.folders import Folder
from midakit.export.files.stores import PlaceInUse, PlaceUnwritable

duckdb = pytest.importorskip("duckdb")

HOLD = """
import duckdb, sys
kept = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def test_another_process_has_it_open(tmp_path):
    """The file is good, and free again when that process ends."""
    path = str(tmp_path / DuckDbTarget.FILE)
    words = [sys.executable, "-c", HOLD, path]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(PlaceInUse, match="another process has the database open"):
            DuckDbTarget(Folder(tmp_path))
        holder.communicate()
    DuckDbTarget(Folder(tmp_path)).close()


def test_a_reader_in_the_same_process_has_it_open(tmp_path):
    """As in a notebook that still shows a table of the export: the place is in use, and not damaged."""
    DuckDbTarget(Folder(tmp_path)).close()
    reader = DuckDbTarget(Folder(tmp_path), read_only=True)
    with pytest.raises(PlaceInUse, match="this process has the database open"):
        DuckDbTarget(Folder(tmp_path))
    reader.close()
    DuckDbTarget(Folder(tmp_path)).close()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('IO Error: Could not set lock on file "x": Conflicting lock is held in python', PlaceInUse),
        (
            'IO Error: Cannot open file "x": The process cannot access the file because it is being used by another process.',
            PlaceInUse,
        ),
        ("IO Error: Corrupt database file: a checksum does not match in block at 12288", PlaceUnwritable),
        ('IO Error: Cannot open file "/data/locks/x": No space left on device', PlaceUnwritable),
    ],
)  # fmt: skip
def test_the_words_of_duckdb_tell_a_lock_from_damage(tmp_path, monkeypatch, said, expected):
    """On Linux, on Windows, and of a file that is damaged, as DuckDB 1 and 2 say it."""

    def refuse(*_, **__):
        raise duckdb.IOException(said)

    monkeypatch.setattr(duckdb, "connect", refuse)
    with pytest.raises(expected):
        DuckDbTarget(Folder(tmp_path))
