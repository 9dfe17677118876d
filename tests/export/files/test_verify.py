"""What a verification reads, what it knows from an earlier one, and what it finds either way."""

import json
import os
import shutil
import threading
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.export import compact, verify
from midakit.export.files import folders, open_store
from midakit.export.files.commit_log import CHECKPOINT, CommitLog, entry_name
from midakit.export.files.folders import COARSE_TICK, SECOND, TICK, Folder, fingerprint
from midakit.export.files.log_rules import LoggedFile, Snapshot
from midakit.export.files.targets import open_target
from midakit.export.files.verified import FILE, CheckedFile, Verified, parse_verified
from midakit.export.files.verify import format_of
from midakit.export.text import counted
from support.account import Account, dying, survives
from support.daily import Daily
from support.exports import FILES, TABLE_FORMATS, run
from support.mounts import mounted, remount

OLD = Path(__file__).parents[2] / "data" / "export_0_1"
KIND = {"kinds": ("timeseries",)}
HAVING_FILES = (*FILES, *TABLE_FORMATS)
"""Formats that have more than one data file."""


def exported(place, form="parquet", nights=(5, 6)):
    """An account whose export has files of several nights."""
    account = Daily(2)
    for day in nights:
        if day == nights[0]:
            wanted = {"format": form, "end_date": f"2026-01-{day:02}", **KIND}
            assert run(account.client(), place, **wanted).ok
        else:
            night(account, place, day)
    return account


def night(account, place, day):
    """An increment that reads one day again: older files stay."""
    wanted = {"since_last": True, "lookback": 1, "end_date": f"2026-01-{day:02}"}
    assert run(account.client(), place, **wanted).ok


def data_files(place):
    """The names of the files whose rows are in the tables."""
    log = CommitLog(open_store(place))
    with closing(open_target(log.store, format_of(log), log=log, read_only=True)) as target:
        if hasattr(target, "data_files"):
            return [file.name for file in target.data_files()]
        return target.files()


def settled(place):
    """Verify until nothing has to be read: a file that was written a moment ago is read twice."""
    while True:
        found = verify(place)
        assert found.ok, found
        if not found.read:
            return found


def victim_of(place):
    """A data file with rows, of those that count."""
    names = {name.rpartition("/")[2] for name in data_files(place)}
    found = (path for path in sorted((place / "timeseries").rglob("*")) if path.name in names)
    return next(path for path in found if path.stat().st_size > 100)


def changed(data):
    """As many bytes, one of them another."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


@pytest.mark.parametrize("form", HAVING_FILES)
def test_what_was_read_once_is_not_read_again(tmp_path, form):
    """After the first one only the files of the night are read, and with `full` all of them."""
    account = exported(tmp_path, form)
    first = verify(tmp_path)
    assert (first.ok, first.read, first.known) == (True, len(data_files(tmp_path)), 0)
    assert settled(tmp_path).known == first.read
    before = set(data_files(tmp_path))
    night(account, tmp_path, 7)
    now = set(data_files(tmp_path))
    found = verify(tmp_path)
    assert (found.ok, found.read, found.known) == (True, len(now - before), len(now & before))
    full = verify(tmp_path, full=True)
    assert (full.ok, full.read, full.known) == (True, len(now), 0)
    assert f"; {counted(len(now), 'file')} read, 0 known from before" in str(full)


def test_a_known_file_is_not_opened(tmp_path, monkeypatch):
    """Nothing of the tables is asked for, nor what the log said before."""
    exported(tmp_path)
    settled(tmp_path)
    opened, genuine = [], Folder.get

    def get(self, name):
        opened.append(name)
        return genuine(self, name)

    monkeypatch.setattr(Folder, "get", get)
    assert verify(tmp_path).ok
    assert not [name for name in opened if name.startswith("timeseries/")]
    assert entry_name(1) not in opened
    opened.clear()
    assert verify(tmp_path, full=True).ok
    assert {name for name in opened if name.startswith("timeseries/")} == set(data_files(tmp_path))
    assert entry_name(1) in opened


def test_nothing_is_written_when_nothing_is_new(tmp_path):
    """A verification every minute wears no disk, and costs no PUT."""
    exported(tmp_path)
    settled(tmp_path)
    before = (tmp_path / FILE).stat()
    verify(tmp_path)
    verify(tmp_path, full=True)
    assert (tmp_path / FILE).stat().st_ino == before.st_ino


DAMAGES = {
    "removed": lambda path: path.unlink(),
    "changed": lambda path: path.write_bytes(changed(path.read_bytes())),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "emptied": lambda path: path.write_bytes(b""),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"\n"),
}


@pytest.mark.parametrize("form", HAVING_FILES)
def test_a_file_that_was_known_and_was_changed_is_found_every_time(tmp_path, form):
    """Removed, changed in place with the length it had, cut: until it is put back."""
    exported(tmp_path, form)
    settled(tmp_path)
    victim = victim_of(tmp_path)
    about, data = victim.stat(), victim.read_bytes()
    for name, damage in DAMAGES.items():
        damage(victim)
        if victim.exists():  # whoever changed it may set this time, but not that of the change
            os.utime(victim, ns=(about.st_atime_ns, about.st_mtime_ns))
        for full in (False, True, False):
            found = verify(tmp_path, full=full)
            assert not found.ok, name
            assert found.damaged == (f"timeseries/{victim.name}",), name
        victim.write_bytes(data)
        assert settled(tmp_path).known == len(data_files(tmp_path)), name


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_sidecar_is_a_part_of_its_file(tmp_path, form):
    """The calls of a file stand in it."""
    exported(tmp_path, form)
    settled(tmp_path)
    victim = victim_of(tmp_path)
    sidecar = victim.with_name(f"{victim.name}.specs")
    sidecar.write_bytes(changed(sidecar.read_bytes()))
    assert verify(tmp_path).damaged == (f"timeseries/{victim.name}",)


@pytest.mark.parametrize("form", HAVING_FILES)
def test_bits_that_a_disk_lost_are_seen_by_a_full_verification_and_by_those_after_it(
    tmp_path, form, monkeypatch
):
    """Nobody wrote, so all that the system says of the file stays as it was."""
    exported(tmp_path, form)
    settled(tmp_path)
    victim = victim_of(tmp_path)
    before, data = victim.stat(), victim.read_bytes()
    victim.write_bytes(changed(data))
    genuine = folders.fingerprint
    monkeypatch.setattr(
        folders,
        "fingerprint",
        lambda about, now: genuine(before if about.st_ino == before.st_ino else about, now),
    )
    assert verify(tmp_path).ok
    name = f"timeseries/{victim.name}"
    assert verify(tmp_path, full=True).damaged == (name,)
    assert verify(tmp_path).damaged == (name,)
    victim.write_bytes(data)
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", ["parquet", "csv", TABLE_FORMATS[0]])
def test_a_copy_of_a_place_is_read_whole(tmp_path, form):
    """The mark is copied too, with the times of the files; nobody has read these ones."""
    exported(tmp_path / "one", form)
    count = settled(tmp_path / "one").known
    shutil.copytree(tmp_path / "one", tmp_path / "two")  # keeps times, as rsync does
    found = verify(tmp_path / "two")
    assert (found.ok, found.read, found.known) == (True, count, 0)


def test_a_file_of_a_stranger_is_named_and_breaks_nothing(tmp_path):
    """`open` does not read it; a glob does, and counts its rows."""
    exported(tmp_path)
    stranger = tmp_path / "timeseries" / "part-of-somebody.parquet"
    shutil.copy(victim_of(tmp_path), stranger)
    for found in (verify(tmp_path), settled(tmp_path)):
        assert (found.ok, found.unlisted) == (True, ("timeseries/part-of-somebody.parquet",))
    assert str(found).endswith("1 file in no commit")
    stranger.unlink()
    assert verify(tmp_path).unlisted == ()


def test_a_file_that_vanishes_while_the_folder_is_listed_stops_nothing(tmp_path):
    """As those that a run puts away meanwhile; a link that leads nowhere is listed and not there, too."""
    account = exported(tmp_path)
    (tmp_path / "timeseries" / "part-of-nobody.parquet").symlink_to(tmp_path / "nowhere")
    assert verify(tmp_path).ok
    night(account, tmp_path, 7)
    assert verify(tmp_path, full=True).ok


@pytest.mark.parametrize("form", [form for form in FILES if (OLD / form).is_dir()])
def test_a_place_of_version_0_1_is_known_too(tmp_path, form):
    """Its files have random names, and no log says what they held: the first reading does."""
    place = tmp_path / "old"
    shutil.copytree(OLD / form, place)
    first = verify(place)
    assert (first.ok, first.known) == (True, 0)
    assert settled(place).known == first.read > 1
    victim = max((place / "timeseries").glob(f"*.{form}"))
    text = victim.read_bytes()
    victim.write_bytes(changed(text))
    assert verify(place).damaged == (f"timeseries/{victim.name}",)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: b"",
        lambda _: b"{}\n",
        lambda data: data[:-1],
        changed,
        lambda data: data.replace(b'"midakit_verified": 1', b'"midakit_verified": 2', 1),
        lambda data: data + data,
    ],
)
def test_a_mark_that_is_damaged_or_of_another_version_says_nothing(tmp_path, spoil):
    """Then all is read, and the mark is good again."""
    exported(tmp_path)
    count = settled(tmp_path).known
    mark = tmp_path / FILE
    mark.write_bytes(spoil(mark.read_bytes()))
    found = verify(tmp_path)
    assert (found.ok, found.read, found.known) == (True, count, 0)
    assert settled(tmp_path).known == count


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=9)
MARKS = st.builds(
    Verified,
    st.builds(
        Snapshot,
        version=st.integers(0, 9),
        plan=NAMES,
        files=st.dictionaries(NAMES, st.just(0), max_size=2).map(
            lambda names: {
                name: LoggedFile(name=name, rows=1, bytes=2, specs=frozenset("ab"))
                for name in names
            }
        ),
    ),
    st.dictionaries(NAMES, st.builds(CheckedFile, NAMES, NAMES), max_size=3),
)


@given(MARKS, st.data())
def test_a_mark_is_read_back_whole_or_not_at_all(mark, data):
    """Whatever byte of it is changed, and wherever it is cut off."""
    written = mark.dump()
    assert parse_verified(written) == mark
    at = data.draw(st.integers(0, len(written) - 1))
    assert parse_verified(written[:at]) == Verified()
    other = data.draw(st.integers(1, 255))
    spoilt = written[:at] + bytes([written[at] ^ other]) + written[at + 1 :]
    assert parse_verified(spoilt) == Verified()


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 3 * COARSE_TICK))
def test_a_file_that_was_changed_a_moment_ago_has_no_fingerprint(written, changed_at, later):
    """It may be changed once more, and its times stay the same; whole seconds are a coarser clock."""
    last = max(written, changed_at)
    about = SimpleNamespace(st_size=7, st_mtime_ns=written, st_ctime_ns=changed_at, st_ino=9)
    whole = not written % SECOND and not changed_at % SECOND
    tick = COARSE_TICK if whole else TICK
    expected = f"7-{written}-{changed_at}-9" if later >= tick else ""
    assert fingerprint(about, last + later) == expected


@pytest.mark.parametrize(("times", "tick"), [((SECOND, 0), COARSE_TICK), ((SECOND + 1, 0), TICK)])
def test_the_tick_of_a_clock_is_told_by_its_times(times, tick):
    """At the edge, on both sides."""
    about = SimpleNamespace(st_size=7, st_mtime_ns=times[0], st_ctime_ns=times[1], st_ino=9)
    assert fingerprint(about, times[0] + tick)
    assert not fingerprint(about, times[0] + tick - 1)


def test_a_kill_at_any_step_of_a_verification_leaves_a_mark_that_is_true(tmp_path):
    """The one of before or the new one: what is known was read, and a damage is found."""
    account = exported(tmp_path / "place")
    settled(tmp_path / "place")
    night(account, tmp_path / "place", 7)
    step = 0
    while True:
        place = shutil.copytree(tmp_path / "place", tmp_path / f"{step}")
        with dying(step):
            ended = survives(lambda: verify(place))  # noqa: B023
        count = len(data_files(place))
        found = verify(place)
        assert (found.ok, found.read + found.known) == (True, count)
        victim = victim_of(place)
        victim.write_bytes(changed(victim.read_bytes()))
        assert verify(place).damaged == (f"timeseries/{victim.name}",)
        if ended:
            break
        step += 1
    assert step > 3


def test_two_verifications_at_once_leave_a_mark_that_is_true(tmp_path, monkeypatch):
    """Both read all and write: each mark is whole, and either is right."""
    exported(tmp_path)
    both, genuine = threading.Barrier(2), Folder.put

    def put(self, name, data, **how):
        if name == FILE:
            both.wait(60)
        genuine(self, name, data, **how)

    monkeypatch.setattr(Folder, "put", put)
    found = []
    threads = [threading.Thread(target=lambda: found.append(verify(tmp_path))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    monkeypatch.undo()
    assert [one.ok for one in found] == [True, True]
    assert parse_verified((tmp_path / FILE).read_bytes()) != Verified()
    assert settled(tmp_path).known == found[0].read
    assert not list(tmp_path.rglob(".*.tmp"))


def test_a_verification_inside_the_writing_of_another_ones_mark_harms_neither(
    tmp_path, monkeypatch
):
    """The hidden file of each has a name of its own."""
    exported(tmp_path)
    genuine, nested = os.fsync, []

    def fsync(descriptor):
        if not nested:
            nested.append(None)
            nested.append(verify(tmp_path))
        genuine(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    assert verify(tmp_path).ok
    assert nested[1].ok
    monkeypatch.undo()
    assert parse_verified((tmp_path / FILE).read_bytes()) != Verified()


def test_who_may_only_read_reads_all_every_time(tmp_path):
    """And gets the same answer; nothing is written."""
    exported(tmp_path)
    count = len(data_files(tmp_path))
    with mounted(tmp_path, "--bind", str(tmp_path)):
        remount(tmp_path, "bind,ro")
        for _ in range(2):
            found = verify(tmp_path)
            assert (found.ok, found.read, found.known) == (True, count, 0)
        assert not (tmp_path / FILE).exists()


def test_a_disk_that_refuses_the_mark_spoils_no_verification(tmp_path, monkeypatch):
    """A folder of somebody else, or a full disk."""
    exported(tmp_path)

    def refuse(*_, **__):
        raise PermissionError("not yours")

    monkeypatch.setattr(Folder, "put", refuse)
    for _ in range(2):
        assert (verify(tmp_path).ok, verify(tmp_path).known) == (True, 0)


def test_an_entry_of_the_log_that_is_gone_or_damaged_is_named(tmp_path):
    """Snapshots of before cannot be opened without it; entries that were checked are in a full one."""
    account = exported(tmp_path)
    entry = tmp_path / entry_name(3)
    text = entry.read_bytes()
    for damage in (lambda: entry.unlink(), lambda: entry.write_bytes(text[:-1])):
        damage()
        assert verify(tmp_path).damaged == (entry_name(3),)
        assert verify(tmp_path).damaged == (entry_name(3),)
        entry.write_bytes(text)
        settled(tmp_path)
        (tmp_path / FILE).unlink()
    settled(tmp_path)
    entry.unlink()
    assert verify(tmp_path).ok
    assert verify(tmp_path, full=True).damaged == (entry_name(3),)
    entry.write_bytes(text)
    version = len(list((tmp_path / "_midakit/log").iterdir()))
    night(account, tmp_path, 7)
    (tmp_path / entry_name(version + 1)).unlink()
    assert verify(tmp_path).damaged == (entry_name(version + 1),)


@pytest.mark.parametrize("known", [False, True])
def test_a_checkpoint_that_says_something_else_than_the_log_is_named(tmp_path, known):
    """It is what runs and readers begin with."""
    exported(tmp_path)
    if known:
        settled(tmp_path)
    path = tmp_path / CHECKPOINT
    fields = json.loads(path.read_bytes())
    fields["files"][0]["rows"] += 1
    path.write_bytes(json.dumps(fields).encode())
    assert verify(tmp_path).damaged == (CHECKPOINT,)
    assert run(Daily(2).client(), tmp_path, resume=True).ok  # makes it anew, from what it says
    assert not verify(tmp_path, full=True).ok


def test_another_export_in_the_same_folder_is_not_known(tmp_path):
    """A mark that was left behind says nothing of it, and accuses nobody."""
    place = tmp_path / "place"
    exported(place, nights=(5, 6, 7))
    settled(place)
    mark = (place / FILE).read_bytes()
    shutil.rmtree(place)
    exported(place)
    (place / FILE).write_bytes(mark)
    found = verify(place)
    assert (found.ok, found.known) == (True, 0)
    assert settled(place).ok


def test_files_that_left_the_tables_are_forgotten(tmp_path):
    """The mark does not grow with all files that there ever were."""
    exported(tmp_path, nights=range(5, 12))
    settled(tmp_path)
    compact(tmp_path)
    settled(tmp_path)
    known = parse_verified((tmp_path / FILE).read_bytes()).files
    assert set(known) == set(data_files(tmp_path))


def test_the_rows_of_a_duckdb_file_are_read_by_a_full_verification(tmp_path):
    """It is one file, which each night changes; DuckDB has a checksum in each block of it."""
    account = Account(200)
    run(account.client(), tmp_path, format="duckdb", end_date="2026-01-31", **KIND)
    assert (verify(tmp_path).read, verify(tmp_path, full=True).read) == (0, 1)
    path = tmp_path / "export.duckdb"
    data, block, spoilt = path.read_bytes(), 256 * 1024, 0
    for start in range(3 * 4096, len(data), block):
        path.write_bytes(
            data[: start + 99] + changed(data[start + 99 : start + 299]) + data[start + 299 :]
        )
        found = verify(tmp_path, full=True)
        assert found.damaged in ((), ("export.duckdb",))  # a block may be free
        spoilt += not found.ok
    assert spoilt > 1
    path.write_bytes(data)
    assert verify(tmp_path, full=True).ok


@pytest.mark.parametrize("form", ["parquet", "csv", *TABLE_FORMATS])
def test_object_stores_tell_by_the_etag_what_was_changed(place_of, monkeypatch, form):
    """Nothing that is known is fetched; an object of the same length is."""
    place = place_of(f"verified-{form}")
    account = exported(place, form)
    store = open_store(place)
    first = verify(place)
    assert (first.ok, first.read, first.known) == (True, len(data_files(place)), 0)
    fetched, genuine = [], type(store).get

    def get(self, name):
        fetched.append(name)
        return genuine(self, name)

    monkeypatch.setattr(type(store), "get", get)
    again = verify(place)
    assert (again.ok, again.read, again.known) == (True, 0, first.read)
    assert not [name for name in fetched if name.startswith("timeseries/")]
    before = set(data_files(place))
    night(account, place, 7)
    now = set(data_files(place))
    found = verify(place)
    assert (found.ok, found.read, found.known) == (True, len(now - before), len(now & before))
    name = data_files(place)[0]
    [where] = [one for one in store.sizes("timeseries") if one.endswith(name.rpartition("/")[2])]
    data = store.get(where)
    store.put(where, changed(data), replace=True)
    assert verify(place).damaged == (name,)
    store.remove(where)
    assert verify(place).damaged == (name,)
    store.put(where, data)
    assert verify(place).ok
