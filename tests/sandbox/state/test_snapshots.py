"""Snapshots: the whole state at one moment, whatever happened since, and whenever the process dies."""

import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.sandbox import Sandbox
from midakit.sandbox.data import datasets
from midakit.sandbox.data.datasets import export_data
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.errors import HttpError
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import Settings
from midakit.sandbox.state.columns import Texts
from midakit.sandbox.state.records import Records
from midakit.sandbox.state.visits import Visits
from support.api import Api

ROOT = Path(__file__).parents[3]


def whole(state):
    """All that the API can show: the export, the other objects, the clock, and what reports say."""
    others = [state.records.find_all(kind, deleted=True) for kind in ("comment", "group", "option")]
    return [*export_data(state)], others, state.clock.state()


def first_uuid(state):
    return state.visits.visitors.texts("uuid").text(0)


def record(state, name, price=1.0):
    visitor = state.visits.find_visitor(uuid=first_uuid(state))
    state.visits.add_event(visitor, name, {"revenue": price}, at=state.clock.now())


def test_restore_brings_back_everything_and_again(api, sandbox):
    """Objects, events, options and the clock are as they were, also the second time."""
    api.post("/goal", {"goal_name": "Kept", "goal_type": "event", "goal_value": "kept"})
    record(sandbox.state, "kept")
    sandbox.clock(move=3600)
    before = whole(sandbox.state)
    report = api.get("/experiment/1001/result")
    sandbox.snapshot("one")
    for turn in range(2):
        api.delete("/experiment/1002")
        record(sandbox.state, f"lost {turn}")
        sandbox.state.change_options(plan=300)
        sandbox.clock(move=99)
        assert whole(sandbox.state) != before
        sandbox.restore("one")
        assert whole(sandbox.state) == before
        assert api.get("/experiment/1001/result") == report
    sandbox.reset()
    assert whole(sandbox.state) != before
    sandbox.restore("one")
    assert whole(sandbox.state) == before


def test_a_snapshot_survives_other_data():
    """After a seed it still brings back its own data, and reset then means its own baseline."""
    with Sandbox(seed=1, visitors=50) as sandbox, Api(sandbox) as api:
        first = whole(sandbox.state)
        record(sandbox.state, "kept")
        before = whole(sandbox.state)
        sandbox.snapshot("one")
        api.admin("POST", "/seed", json={"seed": 2, "visitors": 60})
        other = whole(sandbox.state)
        sandbox.snapshot("two")
        sandbox.restore("one")
        assert whole(sandbox.state) == before
        sandbox.reset()
        assert whole(sandbox.state) == first
        sandbox.restore("two")
        assert whole(sandbox.state) == other


def test_restore_costs_the_same_for_any_number_of_visitors():
    """Nothing of the baseline is copied or read: the columns are the same memory as before."""
    with Sandbox(seed=1, visitors=200) as sandbox:
        sandbox.snapshot("one")
        cells = sandbox.state.visits.events.table.values("created_at")
        sandbox.restore("one")
        again = sandbox.state.visits.events.table.values("created_at")
        assert again.ctypes.data == cells.ctypes.data


def test_a_sandbox_without_data_can_be_reset():
    """Nothing is there afterwards, and something can be added."""
    with Sandbox(seed=None) as sandbox:
        sandbox.reset()
        sandbox.snapshot("empty")
        sandbox.state.add_project({"project_key": "P", "website_name": "P"}, "key")
        sandbox.restore("empty")
        assert sandbox.project_key == ""


@pytest.mark.parametrize("name", ["", "../up", ".hidden", "a/b", "a" * 101, "ä"])
def test_a_name_that_no_file_can_have_is_refused(api, name):
    """It gets 400, and one that nothing has 404."""
    assert api.admin("POST", "/snapshots", json={"name": name}).status_code == 400
    assert api.admin("POST", "/restore", json={"name": "unknown"}).status_code == 404
    assert api.admin("DELETE", "/snapshots?name=unknown").status_code == 404


def test_the_controls_take_list_restore_and_delete(api, sandbox):
    """As every language uses them."""
    assert api.admin("POST", "/snapshots", json={"name": "http"}).status_code == 201
    api.delete("/experiment/1002")
    assert "http" in api.admin("GET", "/snapshots").json()["snapshots"]
    assert api.admin("POST", "/restore", json={"name": "http"}).json() == {"restored": "http"}
    api.get("/experiment/1002")
    assert "http" not in api.admin("DELETE", "/snapshots?name=http").json()["snapshots"]


@settings(max_examples=40)
@given(
    st.lists(
        st.sampled_from(
            ["write", "write new", "change", "reset", "take a", "take b", "go a", "go b"]
        ),
        max_size=12,
    )
)
def test_any_order_of_writes_resets_and_snapshots(steps):
    """A restore brings back what was there when the snapshot was taken, a namespace the baseline."""
    with Small() as state:
        taken = {"base": whole(state)}
        for place, step in enumerate(steps):
            match step.split():
                case ["write"]:
                    record(state, "checkout_started")
                case ["write", "new"]:
                    record(state, f"word {place}", place)
                case ["change"]:
                    visitor = state.visits.find_visitor(uuid=first_uuid(state))
                    state.visits.set_attributes(visitor, {"plan": f"plan {place}"})
                case ["reset"]:
                    state.reset()
                    assert whole(state) == taken["base"]
                case ["take", name]:
                    state.take_snapshot(name)
                    taken[name] = whole(state)
                case ["go", name] if name in taken:
                    state.restore(name)
                    assert whole(state) == taken[name]
        assert whole(state.namespaces.get("fresh")) == taken["base"]


class Small:
    """A small state that is seeded once."""

    _lines = None

    def __enter__(self):
        self.state = SandboxState(Settings(seed=None))
        if Small._lines is None:
            datasets.seed(self.state, 1, Sizes(visitors=20))
            Small._lines = [*export_data(self.state)]
        else:
            datasets.import_data(self.state, Small._lines)
        return self.state

    def __exit__(self, *_):
        self.state.close()


def test_a_column_that_is_shared_is_copied_before_a_write():
    """Whoever got the cells and the words of a column keeps them."""
    column = Texts()
    column.replace([1, 2], ["a", "b"])
    numbers, words = column.share(2)
    column.extend(["c"])
    column.cut(1, 2)
    column.extend(["d", "e"])
    other = Texts()
    other.replace(numbers, words)
    assert [other.text(row) for row in range(2)] == ["a", "b"]
    assert [column.text(row) for row in range(3)] == ["a", "d", "e"]


# ------------------------------------------------------------------- on disk


def test_snapshots_on_disk_are_there_after_a_restart(tmp_path):
    """Taken in one run, restored in another, also when other data were seeded meanwhile."""
    with Sandbox(seed=1, visitors=50, data_dir=tmp_path) as sandbox, Api(sandbox) as api:
        record(sandbox.state, "kept")
        before = whole(sandbox.state)
        sandbox.snapshot("one")
        api.admin("POST", "/seed", json={"seed": 2, "visitors": 60})
    with Sandbox(data_dir=tmp_path) as sandbox:
        assert sandbox.snapshots() == ["one"]
        sandbox.restore("one")
        assert whole(sandbox.state) == before
        record(sandbox.state, "after the restore")
        after = whole(sandbox.state)
    with Sandbox(data_dir=tmp_path) as sandbox:
        assert whole(sandbox.state) == after


WRITER = """
import os, shutil, sys, traceback
from pathlib import Path
from midakit.sandbox.data.datasets import import_data
from midakit.sandbox.sandbox_state import SandboxState
from midakit.sandbox.settings import Settings
from midakit.sandbox.state.records import Records
from midakit.sandbox.state.visits import Visits

def write(folder, what, stop):
    state = SandboxState(Settings(data_dir=folder))
    steps = 0

    def step():
        nonlocal steps
        steps += 1
        if steps > stop:
            os.kill(os.getpid(), 9)

    def on_disk(event, arguments):
        if event in {"os.rename", "os.remove", "os.truncate", "open", "os.link", "sqlite3.connect"}:
            step()

    def before(cls, name):
        method = getattr(cls, name)
        setattr(cls, name, lambda *given: (step(), method(*given))[1])

    sys.addaudithook(on_disk)
    before(Visits, "_take")
    before(Records, "keep_baseline")
    if what == "reset":
        state.reset()
    elif what == "restore":
        state.restore("one")
    else:
        import_data(state, Path(what))

made, what = Path(sys.argv[1]), sys.argv[2]
stop, ended = 0, None
while ended != 0:
    folder = made.parent / f"run{stop}"
    shutil.copytree(made, folder)
    child = os.fork()
    if child == 0:
        try:
            write(folder, what, stop)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert ended in (0, -9)
    stop += 1
print(stop)
"""
"""Copies a folder and writes in a process that is killed at a step, one step later each time, to the end."""


@pytest.mark.parametrize("what", ["reset", "restore", "import"])
def test_a_kill_at_any_step_leaves_one_state_or_the_other(tmp_path, what):
    """Killed before its first step it was never asked for; later the next start finishes or undoes it."""
    made = tmp_path / "made"
    if what == "import":
        with Sandbox(seed=2, visitors=20) as other:
            (tmp_path / "account.jsonl").write_text("\n".join(export_data(other.state)))
            datasets.import_data(other.state, tmp_path / "account.jsonl")
            imported = whole(other.state)
    with Sandbox(seed=1, visitors=30, data_dir=made) as sandbox:
        first = whole(sandbox.state)
        sandbox.state.put_goal("P", {"goal_profile_id": 900, "goal_key": "g", "status": 1})
        record(sandbox.state, "kept")
        kept = whole(sandbox.state)
        sandbox.snapshot("one")
        sandbox.state.put_goal("P", {"goal_profile_id": 901, "goal_key": "h", "status": 1})
        record(sandbox.state, "later")
        later = whole(sandbox.state)
    goal = {"reset": first, "restore": kept}.get(what) or imported
    what = what.replace("import", str(tmp_path / "account.jsonl"))
    done = subprocess.run(
        [sys.executable, "-c", WRITER, made, what],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = []
    for stop in range(int(done.stdout)):
        reopened = SandboxState(Settings(data_dir=tmp_path / f"run{stop}"))
        state = whole(reopened)
        if goal is not kept:
            reopened.reset()
            assert whole(reopened) == (first if state == later else goal)
        reopened.close()
        assert state in (goal, later)
        found.append(state == goal)
    assert len(found) >= 5
    assert found[0] is False
    assert found[-2:] == [True, True]  # the last was not killed
    assert found == sorted(found)  # never back again


def test_an_import_that_cannot_be_finished_leaves_the_old_data(tmp_path, monkeypatch):
    """Also when the visits are new already, as on a disk that is full when the objects are stored."""

    def full(_):
        raise OSError(28, "No space left on device")

    with Sandbox(seed=1, visitors=30, data_dir=tmp_path) as sandbox:
        record(sandbox.state, "kept")
        before = whole(sandbox.state)
        with monkeypatch.context() as patched:
            patched.setattr(Records, "keep_baseline", full)
            with pytest.raises(OSError, match="No space left"):
                datasets.seed(sandbox.state, 2, Sizes(visitors=20))
        assert whole(sandbox.state) == before
        record(sandbox.state, "after")
        after = whole(sandbox.state)
    with Sandbox(data_dir=tmp_path) as sandbox:
        assert whole(sandbox.state) == after


def test_an_import_after_a_restore_that_failed_stays(tmp_path, monkeypatch):
    """The next start does a failed restore again, but not over data that came later."""

    def full(*_):
        raise OSError(28, "No space left on device")

    with Sandbox(seed=1, visitors=30, data_dir=tmp_path) as sandbox:
        sandbox.snapshot("one")
        record(sandbox.state, "later")
        with monkeypatch.context() as patched:
            patched.setattr(Visits, "restore", full)
            with pytest.raises(OSError, match="No space left"):
                sandbox.restore("one")
        datasets.seed(sandbox.state, 2, Sizes(visitors=20))
        imported = whole(sandbox.state)
    with Sandbox(data_dir=tmp_path) as sandbox:
        assert whole(sandbox.state) == imported


def test_a_killed_snapshot_is_none_and_the_older_one_stays(tmp_path):
    """What was being written under a name does not count, what it would replace does."""
    with Sandbox(seed=1, visitors=30, data_dir=tmp_path) as sandbox:
        before = whole(sandbox.state)
        sandbox.snapshot("one")
    folder = tmp_path / "snapshots"
    shutil.copytree(folder / "one", folder / ".new-two")
    (folder / "one").rename(folder / ".old-one")
    with Sandbox(data_dir=tmp_path) as sandbox:
        assert sandbox.snapshots() == ["one"]
        record(sandbox.state, "later")
        sandbox.restore("one")
        assert whole(sandbox.state) == before
        with pytest.raises(HttpError):
            sandbox.restore("two")
    assert [path.name for path in folder.iterdir()] == ["one"]


def test_the_python_client_of_a_namespace_has_the_servers_snapshots():
    """One that was taken for all tests serves every namespace."""
    with Sandbox(seed=1, visitors=50) as sandbox:
        record(sandbox.state, "kept")
        before = whole(sandbox.state)
        sandbox.snapshot("logged-in")
        mine = sandbox.namespace("mine")
        assert whole(mine.state) != before
        mine.restore("logged-in")
        assert whole(mine.state) == before
        mine.snapshot("logged-in")
        record(mine.state, "mine")
        assert urllib.request.urlopen(sandbox.url + "/__sandbox__/health").status == 200
        sandbox.restore("logged-in")
        assert whole(sandbox.state) == before
