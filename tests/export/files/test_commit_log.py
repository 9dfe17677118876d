"""A log that was read before the place was locked: what others did since counts."""

from shutil import rmtree

import pytest

from midakit.errors import ConfigurationError
from midakit.export.files.commit_log import CommitLog, broken
from midakit.export.files.folders import Folder
from midakit.export.files.log_rules import LoggedFile, Snapshot, WriterFenced
from midakit.export.files.verify import verify
from support.account import Account
from support.exports import plan_of
from support.exports import run as run_export


def run_into(place, *names, checkpoint=True):
    """What a run leaves that commits files of these names."""
    log = CommitLog(Folder(place))
    log.begin()
    for name in names:
        log.commit(joins=[LoggedFile(name=name, rows=1, bytes=1)])
    if checkpoint:
        log.write_checkpoint()
    return log


@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_run_knows_what_was_committed_after_its_log_was_read(tmp_path, checkpoint):
    """It takes an epoch after theirs, and the earlier run is over."""
    run_into(tmp_path, "results/a", checkpoint=checkpoint)
    log = CommitLog(Folder(tmp_path))
    other = run_into(tmp_path, "results/b", checkpoint=checkpoint)
    log.begin()
    assert set(log.snapshot.files) == {"results/a", "results/b"}
    assert (log.epoch, other.epoch) == (3, 2)
    assert log.snapshot == CommitLog(Folder(tmp_path)).snapshot
    with pytest.raises(WriterFenced):
        other.commit(state="whole")


@pytest.mark.parametrize("later", ["a", "bc", "bcd"])
@pytest.mark.parametrize("checkpoint", [False, True])
def test_a_place_that_was_emptied_since_is_read_anew(tmp_path, later, checkpoint):
    """Whether the new log is shorter than the one that was read, as long, or longer."""
    run_into(tmp_path, "results/old", "results/older", checkpoint=checkpoint)
    log = CommitLog(Folder(tmp_path))
    rmtree(tmp_path)
    names = [f"results/{letter}" for letter in later]
    run_into(tmp_path, *names, checkpoint=checkpoint)
    log.begin()
    assert sorted(log.snapshot.files) == names
    assert log.snapshot == CommitLog(Folder(tmp_path)).snapshot


def test_a_log_that_is_checked_again_while_a_run_writes_is_in_order(tmp_path):
    """Of the entries after the mark all are read then: those of the run itself, too."""
    run_into(tmp_path, "results/a")
    log = run_into(tmp_path, "results/b", checkpoint=False)
    assert broken(log, Snapshot()) == []
    (tmp_path / "_midakit/log/00000004.json").write_text("{}")
    assert broken(log, Snapshot()) == ["_midakit/log/00000004.json"]


def test_a_resume_works_off_the_plan_that_another_run_wrote_before_the_place_was_locked(
    tmp_path, monkeypatch
):
    """Not the one that was in force when the place was read."""
    account, lock = Account(2), Folder.lock

    def night():
        return run_export(account.client(), tmp_path, since_last=True, end_date="2026-01-05")

    def late(self):
        monkeypatch.setattr(Folder, "lock", lock)
        assert night().ok
        lock(self)

    run_export(account.client(), tmp_path, kinds=("timeseries",), end_date="2026-01-02")
    monkeypatch.setattr(Folder, "lock", late)
    report = run_export(account.client(), tmp_path, resume=True)
    assert report.ok
    assert report.plan_id == plan_of(tmp_path).id
    assert plan_of(tmp_path).settings["round"] == 1
    assert verify(tmp_path).ok


def test_a_place_that_got_another_format_before_it_was_locked_is_refused(tmp_path, monkeypatch):
    """The export of the other run stays as it is."""
    account, lock = Account(2), Folder.lock

    def late(self):
        monkeypatch.setattr(Folder, "lock", lock)
        assert run_export(account.client(), tmp_path, format="csv", kinds=("results",)).ok
        lock(self)

    monkeypatch.setattr(Folder, "lock", late)
    with pytest.raises(ConfigurationError, match="format"):
        run_export(account.client(), tmp_path, format="jsonl", kinds=("results",))
    assert verify(tmp_path).ok
