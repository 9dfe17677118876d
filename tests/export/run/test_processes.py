"""Exports that fetch in several processes: the same rows, whatever dies, within the limits of one."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import AsyncMida, ConfigurationError, Mida
from midakit.export.api import export
from midakit.export.files.buffer import FetchedRows, Limits
from midakit.export.files.contents import FileContents
from midakit.export.files.verify import verify
from midakit.export.run import process_settings
from midakit.export.run import processes as parent
from midakit.export.run.messages import Lease, Paused, ProcessSettings, Share, Want
from midakit.export.run.process_settings import CALLS, MOST, how_many, shares
from midakit.export.run.processes import WorkerProcesses
from midakit.export.run.worker import RunStopped
from support.account import KEY, Account
from support.exports import FORMATS, committed, rows
from support.served_account import serving

ONE_WAY = ("arrow", "jsonl")
"""Formats whose rows take the way of Parquet's from a process to a file"""
ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-06-30"}


def client(served, kind=AsyncMida, **options):
    return kind(KEY, project_key="p1", base_url=served.url, **options)


def run(served, place, *, max_concurrency=8, **options):
    """An export from the served account, to its end."""

    async def main():
        async with client(served, max_concurrency=max_concurrency) as mida:
            return await export(mida, place, **options)

    return asyncio.run(main())


@pytest.fixture
def started(monkeypatch):
    """The worker processes that the test's exports start."""
    found = []

    class Noted(parent.Process):
        def __init__(self):
            super().__init__()
            found.append(self)

    monkeypatch.setattr(parent, "Process", Noted)
    return found


def has_ended(number):
    """Whether a process is gone, or only waits to be asked how it ended."""
    try:
        return (
            Path(f"/proc/{number}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
            == "Z"
        )
    except (FileNotFoundError, ProcessLookupError):
        return True


def wait_for(condition):
    for _ in range(3_000):
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("not within a minute")


def odd_account():
    """Some experiments are elsewhere, some answers drift."""
    account = Account(40)
    account.status = dict.fromkeys(range(5, 40, 9), 404)
    account.spoil = lambda _, body: {**body, "new": 1} if body["test_id"] % 7 == 0 else body
    return account


@pytest.mark.parametrize(
    "form",
    [
        *(one for one in FORMATS if one not in ONE_WAY),
        *(pytest.param(one, marks=pytest.mark.soak) for one in ONE_WAY),
    ],
)
def test_two_processes_leave_the_rows_of_one(tmp_path, form):
    """In every format, with absent experiments, drift and the answers themselves."""
    asked = {**ASKED, "kinds": ("experiments", *ASKED["kinds"]), "format": form, "keep_raw": True}
    with serving(odd_account()) as served:
        one, told = run(served, tmp_path / "one", **asked), []
        two = run(served, tmp_path / "two", processes=2, on_progress=told.append, **asked)
    assert two.ok
    assert (two.fetched, two.absent, two.rows, two.drift) == (
        one.fetched,
        one.absent,
        one.rows,
        one.drift,
    )
    for name in (*asked["kinds"], "raw"):
        assert rows(tmp_path / "two", name) == rows(tmp_path / "one", name)
    assert verify(tmp_path / "two").ok
    assert [(last.kind, last.done, last.total, last.in_flight) for last in told[-1:]] == [
        ("finished", one.fetched, one.fetched, 0)
    ]
    assert max(event.bytes for event in told) > 10_000


def test_a_blocking_client_and_folders_by_segment(tmp_path):
    """`Mida.export` takes the same option; a partition is a folder whoever fetched it."""
    asked = {**ASKED, "partition_by": "test_id"}
    with serving(Account(6)) as served:
        run(served, tmp_path / "one", **asked)
        with client(served, Mida) as mida:
            report = mida.export(tmp_path / "two", processes=2, **asked)
    assert report.ok
    assert len({Path(file.name).parent for file in report.files}) == 12
    assert rows(tmp_path / "two", "results") == rows(tmp_path / "one", "results")


def test_calls_of_a_killed_process_are_taken_over(tmp_path, started):
    """No row is lost and none is there twice."""
    account, count = Account(60), 0

    async def seen(_):
        nonlocal count
        count += 1
        if count == 30:
            os.kill(started[0].id, signal.SIGKILL)

    with serving(account) as served:
        run(served, tmp_path / "calm", **ASKED)
        count = 0
        served.seen = seen
        report = run(served, tmp_path / "out", processes=2, **ASKED)
    assert report.ok
    assert set(committed(tmp_path / "out").values()) == {1}
    for name in ASKED["kinds"]:
        assert rows(tmp_path / "out", name) == rows(tmp_path / "calm", name)
    assert all(has_ended(process.id) for process in started)


def test_when_all_are_killed_the_run_stops_and_resumes(tmp_path, started):
    """What was handed over is kept; the report says why."""
    count = 0

    async def seen(_):
        nonlocal count
        count += 1
        if count == 40:
            for process in started:
                os.kill(process.id, signal.SIGKILL)

    with serving(Account(60), seen) as served:
        report = run(served, tmp_path, processes=2, **ASKED)
        assert report.state == "stopped"
        assert "worker processes have ended, the last with exit code -9" in report.why
        served.seen = None
        assert run(served, tmp_path, processes=2, resume=True).ok
    assert set(committed(tmp_path).values()) == {1}
    assert verify(tmp_path).ok


def test_failures_and_refused_keys_are_those_of_one_process(tmp_path):
    """A call that fails for good is in the report; a key that is refused ends the run."""
    account = Account(12)
    account.status[3] = 400
    with serving(account) as served:
        report = run(served, tmp_path / "failed", processes=2, **ASKED)
        assert report.state == "partial"
        assert {(one.kind, one.status) for one in report.failures} == {
            ("results", 400),
            ("timeseries", 400),
        }
        account.status = dict.fromkeys(account.ids, 401)
        refused = run(served, tmp_path / "refused", processes=2, **ASKED)
    assert refused.state == "stopped"
    assert "no longer accepted" in refused.why


def test_all_processes_together_have_no_more_calls_under_way_than_one(tmp_path):
    """The concurrency is shared, also by numbers that do not divide."""
    with serving(Account(60)) as served:

        async def seen(_):
            for _ in range(20):
                await asyncio.sleep(0)
            await asyncio.sleep(0.01)

        served.seen = seen
        assert run(served, tmp_path, processes=2, max_concurrency=5, **ASKED).ok
        assert 3 <= served.most_in_flight <= 5


def test_a_key_is_in_no_command_line_and_in_no_environment(tmp_path, started):
    """It goes through a pipe."""
    told = []

    def look():
        for process in started:
            told.extend(
                Path(f"/proc/{process.id}/{name}").read_bytes() for name in ("cmdline", "environ")
            )

    async def seen(_):
        look()

    with serving(Account(3), seen) as served:
        assert run(served, tmp_path, processes=2, **ASKED).ok
    assert told
    assert not any(KEY.encode() in text for text in told)
    assert not any(
        KEY.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()
    )


def test_what_is_tied_to_one_process_is_refused_by_name(tmp_path):
    """Hooks, transports and clients of the user's own cannot follow; `auto` stays in one process then."""
    account = Account(2)
    with pytest.raises(
        ConfigurationError, match="a transport of your own works in one process only"
    ):
        asyncio.run(account.client().export(tmp_path, processes=2, **ASKED))
    with pytest.raises(ConfigurationError, match="processes: 0 is neither"):
        asyncio.run(account.client().export(tmp_path, processes=0, **ASKED))
    with serving(account) as served:
        mida = client(served)
        mida.hooks.on_answer(print)
        with pytest.raises(ConfigurationError, match="hooks"):
            asyncio.run(mida.export(tmp_path, processes=2, **ASKED))
    assert run_auto(account.client(), tmp_path).ok


def run_auto(mida, place):
    async def main():
        async with mida:
            return await mida.export(place, processes="auto", **ASKED)

    return asyncio.run(main())


SCRIPT = """
from midakit import Mida
mida = Mida({key!r}, project_key="p1", base_url={url!r}, max_concurrency=4)
print(mida.export({place!r}, processes=2, kinds=("results", "timeseries"), end_date="2026-06-30"))
mida.close()
"""


def script(served, folder):
    """A plain script, with no guard around its code."""
    path = folder / "script.py"
    path.write_text(
        SCRIPT.format(key=KEY, url=served.url, place=str(folder / "out")), encoding="utf-8"
    )
    return subprocess.Popen(
        [sys.executable, path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def children(number):
    """The processes that a process has started."""
    found = Path(f"/proc/{number}/task").glob("*/children")
    return [int(child) for file in found for child in file.read_text(encoding="utf-8").split()]


def test_a_script_without_a_guard_exports(tmp_path):
    """The processes do not run the script again."""
    with serving(Account(10)) as served:
        out, err = script(served, tmp_path).communicate(timeout=120)
    assert out.startswith("whole: 20 results, 60 timeseries"), err
    assert served.reports == 20


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_processes_end_with_their_run(tmp_path, number):
    """Whatever ended it; the rest is resumed, and no row is there twice."""
    gate = threading.Event()

    async def seen(_):
        if served.reports > 8:
            await asyncio.to_thread(gate.wait, 120)

    with serving(Account(20), seen) as served:
        process = script(served, tmp_path)
        wait_for(lambda: served.reports > 8)
        found = children(process.pid)
        assert len(found) == 2
        process.send_signal(number)
        process.communicate(timeout=120)
        wait_for(lambda: all(map(has_ended, found)))
        gate.set()
        served.seen = None
        assert run(served, tmp_path / "out", resume=True).ok
    assert set(committed(tmp_path / "out").values()) == {1}


@given(
    asked=st.integers(1, 50), calls=st.integers(0, 20_000), concurrency=st.integers(1, 200), cpus=st.integers(1, 64),
)  # fmt: skip
def test_how_many_processes(asked, calls, concurrency, cpus):
    """No more than asked for, than calls, and than may be under way; unasked, none without enough work."""
    some = {"calls": calls, "concurrency": concurrency, "cpus": cpus}
    assert how_many(asked, reason=None, **some) == max(1, min(asked, calls, concurrency))
    assert how_many(asked, reason="hooks", **some) == how_many("auto", reason="hooks", **some) == 1
    unasked = how_many("auto", reason=None, **some)
    assert unasked == max(1, min(calls // CALLS, cpus, MOST, concurrency))


@pytest.mark.parametrize(
    ("text", "count"),
    [("150000 100000", 1), ("200000 100000", 2), ("5000 100000", 1), ("max 100000", 3)],
)
def test_a_container_is_asked_how_many_processors_it_has(tmp_path, monkeypatch, text, count):
    """A machine may have more than a container may use."""
    (tmp_path / "cpu.max").write_text(f"{text}\n", encoding="ascii")
    monkeypatch.setattr(process_settings, "QUOTA", tmp_path / "cpu.max")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    assert process_settings.usable_cpus() == count


@given(processes=st.integers(1, 20), more=st.integers(0, 100), rps=st.none() | st.floats(0.1, 1e4))
def test_shares_add_up_to_what_one_process_would_have(processes, more, rps):
    """To the last call, and every process can send one."""
    found = shares(processes + more, rps, processes)
    assert sum(share.concurrency for share in found) == processes + more
    assert max(found).concurrency - min(found).concurrency <= 1
    assert min(share.concurrency for share in found) >= 1
    assert rps is None or sum(share.rps for share in found) == pytest.approx(rps)


class Scripted:
    """A process that says what a test lets it say, and notes what it hears."""

    def __init__(self, *says):
        self.says, self.heard = list(says), []
        self.leased, self.wants, self.concurrency, self.fetched = {}, False, 1, 0

    def send(self, message):
        self.heard.append(message)

    def receive(self):
        return self.says.pop(0) if self.says else None

    def end(self):
        return 1


class Noting:
    """A run that notes."""

    left = 0

    def __init__(self):
        self.rows = []

    def tables_of(self, spec):
        return {"results", "raw"}

    def skips(self, spec):
        return False

    async def took(self, rows):
        self.rows.append(rows)

    def ended(self, spec, *, absent):
        self.rows.append("ended")

    def told(self, *counts):
        pass


class Call:
    """Enough of a planned call."""

    id = "a"


def test_pauses_shares_and_calls_go_to_the_others(monkeypatch):
    """A pause holds every process; after a death the rest have its share, and the tables it still owed."""
    part = FetchedRows("raw", "", None, FileContents(frozenset({"a"}), frozenset()), {})
    first = Scripted(Want(), part, Paused(0, 2.5))
    gate = threading.Event()

    class Second(Scripted):
        def receive(self):
            gate.wait(60)
            return super().receive()

        def send(self, message):
            super().send(message)
            if isinstance(message, Share):
                gate.set()

    second = Second(Want())
    made = [first, second]
    monkeypatch.setattr(parent, "Process", lambda: made.pop(0))
    settings = [
        ProcessSettings((), 2, 5.0, False, 60.0, None, None, Limits(), 100),
        ProcessSettings((), 1, 5.0, False, 60.0, None, None, Limits(), 100),
    ]
    sink = Noting()
    with pytest.raises(RunStopped, match="exit code 1"):
        asyncio.run(WorkerProcesses(settings, [Call()], sink).run())
    assert first.heard[1:] == [Lease([(first.heard[1].calls[0][0], {"results"})], 0)]
    assert second.heard[1:3] == [Paused(0, 2.5), Share(3, 10.0)]
    assert second.heard[3].calls[0][1] == {"results"}
    assert sink.rows == [part]
