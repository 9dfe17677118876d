"""The journal: a write is whole or undone, and a damaged line is named."""

import errno
import os

import pytest

from midakit.sandbox import Sandbox
from midakit.sandbox.state.journal import Journal


def test_a_refused_write_leaves_nothing_behind(tmp_path, monkeypatch):
    """When the disk is full in the middle of a line, the next acknowledged line stands alone."""
    path = tmp_path / "events.jsonl"
    journal = Journal(path)
    journal.append([{"kept": 1}])
    real = os.write

    def full(file, data):
        monkeypatch.setattr(
            os, "write", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
        )
        return real(file, bytes(data)[:5])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="full"):
        journal.append([{"lost": 2}])
    monkeypatch.setattr(os, "write", real)
    journal.append([{"kept": 3}])
    journal.close()
    assert list(Journal(path).read()) == [{"kept": 1}, {"kept": 3}]


def test_a_line_cut_off_by_a_kill_is_dropped(tmp_path):
    """The last line was never acknowledged when it has no end."""
    path = tmp_path / "events.jsonl"
    path.write_bytes(b'{"a":1}\n{"b":')
    assert list(Journal(path).read()) == [{"a": 1}]


@pytest.mark.parametrize("damaged", [b'{"a":1}{"b":2}', b'{"a":1\xff}', b"\x00"])
def test_a_damaged_line_is_named_with_its_file(tmp_path, damaged):
    """Starting on such a folder fails with the file and the number of the line."""
    with Sandbox(data_dir=tmp_path, visitors=5):
        pass
    line = b'{"type":"visitor","visitor_id":9,"created_at":"2026-05-01T00:00:00"}\n'
    (tmp_path / "events.jsonl").write_bytes(line + damaged + b"\n")
    with pytest.raises(OSError, match=r"cannot open the data in .*events\.jsonl, line 2 is not a"):
        Sandbox(data_dir=tmp_path).start()
