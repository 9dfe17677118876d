"""The events on disk: what a process that died had accepted is found by the next one, once."""

import os
import signal
import subprocess
import sys
from itertools import count

import pytest

from midakit.delivery import journal as module
from midakit.delivery.event_queue import PendingEvent
from midakit.delivery.journal import EventJournal

numbers = count()


def event(name="a", values="{}"):
    return PendingEvent(f"id-{next(numbers)}", "event", "visitor", name, values)


def told(events):
    return [(one.event_id, one.kind, one.visitor, one.name, one.values) for one in events]


def left_behind(folder, write):
    """Run a piece of Python in a process that kills itself."""
    text = (
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from midakit.delivery.journal import EventJournal\n"
        "from midakit.delivery.event_queue import PendingEvent\n"
        "journal = EventJournal(Path(sys.argv[1]))\n"
        "events = [PendingEvent(f'e{n}', 'event', 'v', f'name {n}', '{\"n\": %d}' % n) for n in range(5)]\n"
        f"{write}\nos.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", text, str(folder)], check=False)
    assert done.returncode == -signal.SIGKILL


def test_what_a_killed_process_had_accepted_is_adopted(tmp_path):
    """Accepted and not settled, in order; settled ones do not come back; a second look finds none."""
    left_behind(
        tmp_path,
        "[journal.accept(e) for e in events]; journal.settle(events[1]); journal.settle(events[3])",
    )
    found = EventJournal(tmp_path)
    assert [(one.event_id, one.name, one.values) for one in found.adopt()] == [
        ("e0", "name 0", '{"n": 0}'),
        ("e2", "name 2", '{"n": 2}'),
        ("e4", "name 4", '{"n": 4}'),
    ]
    assert found.adopt() == []
    assert len(list(tmp_path.iterdir())) == 1


def test_a_line_that_was_cut_off_is_left_out(tmp_path):
    """The process was killed while it wrote: what was whole before comes back."""
    left_behind(
        tmp_path,
        'journal.accept(events[0]); os.write(journal._current._file, b\'["+","e1","event","v\')',
    )
    journal = EventJournal(tmp_path)
    assert [one.event_id for one in journal.adopt()] == ["e0"]
    journal.close()


def test_what_a_living_process_holds_is_left_alone(tmp_path):
    """Two processes in one folder: neither takes the other's events."""
    one, other = EventJournal(tmp_path), EventJournal(tmp_path)
    one.accept(event())
    assert other.adopt() == []
    one.close()
    assert len(other.adopt()) == 1
    other.close()


def test_events_that_stand_in_two_files_come_once(tmp_path):
    """A process that was killed while it took events over leaves them twice: ids tell."""
    left_behind(tmp_path, "[journal.accept(e) for e in events]")
    left_behind(tmp_path, "[journal.accept(e) for e in events]")
    journal = EventJournal(tmp_path)
    assert [one.event_id for one in journal.adopt()] == ["e0", "e1", "e2", "e3", "e4"]
    journal.close()


def test_a_journal_without_open_events_leaves_nothing(tmp_path):
    """Settled events take no space, and closing removes an empty file."""
    journal = EventJournal(tmp_path)
    for _ in range(3):
        events = [event() for _ in range(10)]
        for one in events:
            journal.accept(one)
        for one in events:
            journal.settle(one)
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) == 0
    journal.settle(events[0])  # twice is harmless
    journal.close()
    assert list(tmp_path.iterdir()) == []


def test_long_files_are_followed_by_new_ones_and_go_when_settled(tmp_path, monkeypatch):
    """The folder does not grow with what was sent, also when something always waits."""
    monkeypatch.setattr(module, "SEGMENT_BYTES", 2000)
    journal, waiting = EventJournal(tmp_path), []
    for _ in range(600):
        waiting.append(event(values='{"text": "' + "x" * 100 + '"}'))
        journal.accept(waiting[-1])
        if len(waiting) > 5:
            journal.settle(waiting.pop(0))
    assert len(list(tmp_path.iterdir())) <= 4
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 10_000
    journal.close()
    assert told(EventJournal(tmp_path).adopt()) == told(waiting)


def test_only_the_owner_may_read_the_files(tmp_path):
    """Properties of visitors are nobody else's business."""
    journal = EventJournal(tmp_path)
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600]
    journal.close()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_forked_child_does_not_keep_its_parents_file(tmp_path):
    """When the parent is gone its events can be adopted, although a child lives on."""
    reader, writer = os.pipe()
    hears, lives = os.pipe()
    parent = os.fork()
    if parent == 0:
        journal = EventJournal(tmp_path)
        journal.accept(PendingEvent("kept", "event", "v", "n", "{}"))
        if os.fork() == 0:
            os.close(writer)
            os.write(lives, b".")
            os.read(reader, 1)  # lives until the test lets it go
            os._exit(0)
        os.read(hears, 1)
        os.kill(os.getpid(), signal.SIGKILL)
    for end in (reader, hears, lives):
        os.close(end)
    os.waitpid(parent, 0)
    journal = EventJournal(tmp_path)
    assert [one.event_id for one in journal.adopt()] == ["kept"]
    os.close(writer)
    journal.close()


def test_a_full_disk_is_an_error_and_leaves_no_half_line(tmp_path, monkeypatch):
    """What could not be written was not accepted; what is in the file stays whole."""
    journal = EventJournal(tmp_path)
    journal.accept(event("whole"))
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[: len(data) // 2]))
    with pytest.raises(OSError, match="space"):
        journal.accept(event("half"))
    monkeypatch.undo()
    journal.accept(event("next"))
    journal.close()
    assert [one.name for one in EventJournal(tmp_path).adopt()] == ["whole", "next"]
