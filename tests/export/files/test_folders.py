"""A folder as a store: what a kill leaves in it, and what a run looks at."""

import os

import pytest

from midakit.export.files.commit_log import entry_name
from midakit.export.files.folders import Folder
from support.account import Account, dying, survives
from support.exports import run

NAMES = ["_SUCCESS", entry_name(1), "results/segment=a/part-1.csv", "_midakit/left/results/part-1"]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_killed_write_has_left_is_hidden_and_removed_by_the_next_run(tmp_path, name):
    """At every step; a file that got its name stays."""
    step, seen = 0, 0
    while True:
        place = tmp_path / f"{step}"
        store = Folder(place)
        store.lock()
        with dying(step):
            ended = survives(lambda: store.put(name, b"all of it"))  # noqa: B023
        store.unlock()
        assert list(store.names()) in ([], [name])
        seen += bool(list(place.rglob(".*.tmp")))
        store.lock()
        assert not list(place.rglob(".*.tmp"))
        store.unlock()
        if ended:
            break
        step += 1
    assert store.get(name) == b"all of it"
    assert seen > 1


def test_a_run_lists_no_folder_that_grows_with_all_nights(tmp_path, monkeypatch):
    """The log is read from its checkpoint on, and files that were put away are not looked at."""
    account, seen = Account(2), []
    run(account.client(), tmp_path, kinds=("timeseries",), end_date="2026-01-05")

    def seeing(genuine):
        def call(path="."):
            seen.append(os.path.relpath(path, tmp_path))
            return genuine(path)

        return call

    for name in ("scandir", "listdir"):
        monkeypatch.setattr(os, name, seeing(getattr(os, name)))
    assert run(account.client(), tmp_path, since_last=True, end_date="2026-01-06").ok
    assert "timeseries" in seen
    assert not {"_midakit/log", "_midakit/left", "_midakit/left/timeseries"} & set(seen)
