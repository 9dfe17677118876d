"""Networks that die, servers that refuse, disks that are full, listings that move."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from midakit import AsyncMida, ConfigurationError
from midakit.export.files.buffer import Limits
from midakit.export.files.folders import Folder
from midakit.export.files.verify import verify
from midakit.export.plan import planner as planning
from midakit.sandbox import Sandbox
from support import exporter
from support.account import KEY, Account
from support.exports import FORMATS, plan_of, rows, run
from support.mounts import mounted, remount

ASKED = {"kinds": ("results", "timeseries"), "end_date": "2026-06-30"}
MANY = {
    **ASKED,
    "segments": {
        f"h{hour}": [[{"criteria": "hourofday", "operator": ">=", "value": hour}]] for hour in range(7)
    },
}  # fmt: skip


def client(sandbox, **options):
    return AsyncMida(
        sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url, **options
    )


CALM = {}


@pytest.fixture
def calm(mida_sandbox, tmp_path):
    """The rows of an undisturbed run, and how long it took: the same for every test."""
    if not CALM:
        began = time.monotonic()
        run(client(mida_sandbox), tmp_path / "calm", **MANY)
        CALM["seconds"] = time.monotonic() - began
        CALM["rows"] = {name: rows(tmp_path / "calm", name) for name in ASKED["kinds"]}
    return CALM


def test_random_429s_cost_little_and_lose_nothing(mida_sandbox, tmp_path, calm):
    """A third of all answers refused at random: nothing fails, and the rate does not collapse."""
    mida_sandbox.faults({"action": "status", "args": {"code": 429}, "probability": 0.3})
    began = time.monotonic()
    report = run(client(mida_sandbox), tmp_path / "storm", **MANY)
    took = time.monotonic() - began
    assert report.ok, report
    assert report.throttled > 20
    assert {name: rows(tmp_path / "storm", name) for name in ASKED["kinds"]} == calm["rows"]
    assert took < 60 + 30 * calm["seconds"]  # a pace cut at every refusal would take minutes


def test_429s_that_say_when_to_come_back_are_obeyed(mida_sandbox, tmp_path, calm):
    """Everyone waits for the server's time, then goes on; no call is given up."""
    rule = {"action": "status", "args": {"code": 429, "retry_after": "1"}, "skip": 40, "times": 20}
    mida_sandbox.faults(rule)
    report = run(client(mida_sandbox), tmp_path / "storm", **MANY)
    assert report.ok, report
    assert report.throttled == 20
    assert report.seconds > 1
    assert {name: rows(tmp_path / "storm", name) for name in ASKED["kinds"]} == calm["rows"]


def test_server_errors_and_resets_are_borne(mida_sandbox, tmp_path, calm):
    """Every tenth answer is a 500, a cut connection or half a body: the same rows all the same."""
    mida_sandbox.faults(
        {"action": "status", "args": {"code": 500}, "probability": 0.1},
        {"action": "reset", "probability": 0.05},
        {"action": "truncate", "args": {"at": "0.5"}, "probability": 0.05},
    )
    report = run(client(mida_sandbox), tmp_path / "storm", **MANY)
    assert report.ok, report.failures
    assert report.retries > 10
    assert {name: rows(tmp_path / "storm", name) for name in ASKED["kinds"]} == calm["rows"]


def test_a_server_that_restarts_in_mid_run_is_waited_for(tmp_path):
    """A while without a server: the run goes on when it is back, and fails nothing."""
    asked = {**ASKED, "segments": {"m": "device == mobile", "d": "device == desktop"}}
    with Sandbox(seed=42, visitors=100) as first:
        run(client(first), tmp_path / "calm", **asked)
        port = int(first.url.rsplit(":", 1)[1])
    server = Sandbox(seed=42, visitors=100, port=port).start()

    def restart():
        nonlocal server
        server.stop()
        time.sleep(1)
        server = Sandbox(seed=42, visitors=100, port=port).start()

    helper = threading.Thread(target=restart)

    def listener(event):
        if event.kind == "done" and event.done >= 12 and helper.ident is None:
            helper.start()

    try:
        report = run(client(server), tmp_path / "out", concurrency=4, on_progress=listener, **asked)
        assert helper.ident is not None
        helper.join()
    finally:
        server.stop()
    assert report.ok, report
    for name in ASKED["kinds"]:
        assert rows(tmp_path / "out", name) == rows(tmp_path / "calm", name)


def test_a_network_that_stays_dead_stops_the_run(mida_sandbox, tmp_path, monkeypatch):
    """It gives up after the outage it was told to bear, says so, and can be resumed."""
    monkeypatch.setattr("midakit.export.api.ATTEMPTS", 1)  # the sooner have all calls failed
    mida_sandbox.faults({"action": "reset", "path": ".*/timeseries"})
    report = run(client(mida_sandbox, retry=1), tmp_path, outage=1.0, **ASKED)
    assert report.exit_code == 4
    assert "nothing but failures" in report.why
    assert not report.failures
    mida_sandbox.clear_faults()
    again = run(client(mida_sandbox), tmp_path, resume=True)
    assert again.ok
    assert again.skipped == report.fetched


@pytest.mark.parametrize("code", [401, 403])
def test_a_revoked_key_stops_the_run(tmp_path, code):
    """Not nine thousand failures: whatever was in flight, and then the end, exit 4."""
    account = Account(400)
    account.status = dict.fromkeys(range(30, 401), code)
    report = run(account.client(), tmp_path, concurrency=4, **ASKED)
    assert report.exit_code == 4
    assert ("p1" if code == 401 else "8 calls in a row were refused") in report.why
    assert len(report.failures) < 20
    assert len(account.reports) < 100
    account.status = {}
    assert run(account.client(), tmp_path, resume=True).ok
    assert not (tmp_path / "failures.jsonl").exists()


def test_an_experiment_of_another_project_is_reported_and_done(tmp_path):
    """A listing shows the whole account's: 404 is `not_in_project`, and the export is whole."""
    account = Account(5)
    account.status = {3: 404}
    seen = []
    report = run(account.client(), tmp_path, on_progress=seen.append, **ASKED)
    assert report.exit_code == 0
    assert report.absent == 1
    assert "1 not in the project" in str(report)
    told = [event.detail for event in seen if event.kind == "absent"]
    assert told == ["3 is not in project p1"]
    before = len(account.reports)
    assert run(account.client(), tmp_path, resume=True).ok
    assert len(account.reports) == before


def test_one_404_speaks_for_all_reports_of_an_experiment(tmp_path):
    """Two kinds by three segments are six calls of each experiment, and one of a foreign one."""
    account = Account(40)
    account.status = {3: 404, 17: 404}
    segments = {"m": "device == mobile", "d": "device == desktop"}
    report = run(account.client(), tmp_path, segments=segments, concurrency=8, **ASKED)
    assert (report.state, report.absent, report.fetched) == ("whole", 2, 40 * 6)
    counts = Counter(number for number, _ in account.reports)
    assert counts == {number: 1 if number in (3, 17) else 6 for number in range(1, 41)}
    assert verify(tmp_path).ok


def test_a_404_on_a_goal_says_nothing_about_other_goals(tmp_path):
    """The experiment may well be there, and only the goal unknown."""
    account = Account(3)
    genuine = account._answer

    def answer(path, query):
        if query.get("goal_key") == ["gone"]:
            return 404, {"success": False, "error": "gone is no active goal of this project"}
        return genuine(path, query)

    account._answer = answer
    report = run(account.client(), tmp_path, goals=("gone", "buy"), **ASKED)
    assert report.ok
    found = [json.loads(row) for row in rows(tmp_path, "results")]
    assert Counter(row["goal_key"] for row in found) == {"buy": 3 * 2}


def test_failures_are_written_down_and_retried_alone(tmp_path):
    """failures.jsonl says what, why and how often; a retry asks for just those, and clears it."""
    account = Account(6)
    account.status = {2: 400, 5: 400}
    assert run(account.client(), tmp_path, **ASKED).exit_code == 3
    lines = [json.loads(line) for line in (tmp_path / "failures.jsonl").read_text().splitlines()]
    assert sorted((line["label"], line["kind"]) for line in lines) == [
        ("2", "results"), ("2", "timeseries"), ("5", "results"), ("5", "timeseries"),
    ]  # fmt: skip
    assert {(line["error"], line["status"], line["attempts"]) for line in lines} == {
        ("BadRequest", 400, 1)
    }
    assert not (tmp_path / "_SUCCESS").exists()
    account.status = {5: 400}
    account.seen.clear()
    assert run(account.client(), tmp_path, retry_failed=True).exit_code == 3
    assert sorted(account.reports) == [
        (2, "result"), (2, "timeseries"), (5, "result"), (5, "timeseries"),
    ]  # fmt: skip
    assert len((tmp_path / "failures.jsonl").read_text().splitlines()) == 2
    account.status = {}
    assert run(account.client(), tmp_path, retry_failed=True).exit_code == 0
    assert not (tmp_path / "failures.jsonl").exists()
    assert verify(tmp_path).ok


@pytest.mark.parametrize("name", ["failures.jsonl", "_state.json"])
@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"\xff", b'{"a": 1}\n{"b'])
def test_a_damaged_note_about_the_export_loses_no_row(tmp_path, name, content):
    """Neither for a resume nor for the next night: at worst, more is asked for again."""
    account = Account(3)
    account.status = {2: 400}
    assert run(account.client(), tmp_path, **ASKED).exit_code == 3
    (tmp_path / name).write_bytes(content)
    run(account.client(), tmp_path, retry_failed=True)
    (tmp_path / name).write_bytes(content)
    account.status = {}
    assert run(account.client(), tmp_path, resume=True).ok
    (tmp_path / name).write_bytes(content)
    assert run(account.client(), tmp_path, since_last=True).ok
    assert verify(tmp_path).ok


@pytest.mark.parametrize("ask", [lambda place: run(Account(1).client(), place, **ASKED), verify])
def test_a_place_that_is_a_file_is_said(tmp_path, ask):
    """In words, and not with the name of a file that nobody knows."""
    place = tmp_path / "out.parquet"
    place.write_bytes(b"")
    with pytest.raises(
        ConfigurationError, match=r"out\.parquet is a file; an export needs a folder"
    ):
        ask(place)


@pytest.mark.parametrize("place", ["", " ", 5, None])
@pytest.mark.parametrize("ask", [lambda place: run(Account(1).client(), place, **ASKED), verify])
def test_what_is_no_place_is_refused(tmp_path, monkeypatch, ask, place):
    """A variable that was never set must not fill the current folder."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigurationError, match="^place: "):
        ask(place)
    assert [*tmp_path.iterdir()] == []


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 400 KB."""
    place = tmp_path / "small"
    place.mkdir()
    with mounted(place, "-t", "tmpfs", "-o", "size=400k", "midakit-test"):
        yield place


@pytest.mark.parametrize("form", FORMATS)
def test_a_full_disk_stops_the_run_and_a_larger_one_ends_it(small_disk, tmp_path, form):
    """Exit 4 with the reason; what is there is whole; a resume ends in the rows of a calm run."""
    account = Account(300)
    asked = {**ASKED, "format": form, "keep_raw": True}
    run(account.client(), tmp_path / "calm", **asked)
    place = small_disk / "out"
    report = run(account.client(), place, limits=Limits(specs=20), concurrency=4, **asked)
    assert report.exit_code == 4, report
    assert any(
        word in report.why.lower() for word in ("space", "full")
    )  # a disk, or a catalog on it
    assert not verify(place).damaged
    assert not list(place.rglob(".*.tmp"))
    remount(small_disk, "size=80m")
    before = len(account.reports)
    again = run(account.client(), place, resume=True)
    assert again.ok, again
    assert len(account.reports) - before == 600 - again.skipped
    for name in ASKED["kinds"]:
        assert rows(place, name) == rows(tmp_path / "calm", name)


def test_a_file_that_may_not_grow_stops_the_run(tmp_path, monkeypatch):
    """A quota says no with an error of its own; it is treated like a full disk."""
    account = Account(20)
    genuine, written = os.fsync, []

    def fsync(descriptor):
        written.append(descriptor)
        if len(written) > 12:
            raise OSError(errno.EDQUOT, os.strerror(errno.EDQUOT))
        genuine(descriptor)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", fsync)
        report = run(account.client(), tmp_path, limits=Limits(specs=2), concurrency=1, **ASKED)
    assert report.exit_code == 4
    assert "quota" in report.why.lower()
    assert run(account.client(), tmp_path, resume=True).ok
    assert verify(tmp_path).ok


@pytest.mark.parametrize("moved", ["deleted", "inserted", "both"])
def test_a_listing_that_moves_while_it_is_read_loses_nobody(tmp_path, monkeypatch, moved):
    """Who was there all along is in the plan, once, whatever went and came between two pages."""
    monkeypatch.setattr(planning, "PAGE", 5)
    account = Account(40)
    changes = iter(range(3))

    def between():
        if next(changes, None) is None:
            return
        if moved != "inserted":
            del account.ids[0]
        if moved != "deleted":
            account.ids.insert(0, 1000 + len(account.seen))

    account.between_pages = between
    report = run(
        account.client(), tmp_path, kinds=("experiments", "results"), end_date="2026-06-30"
    )
    assert report.ok
    listed = [
        int(spec.label()["test_id"]) for spec in plan_of(tmp_path).specs if spec.kind == "results"
    ]
    assert len(listed) == len(set(listed))
    assert set(range(4, 41)) <= set(listed)
    assert len(rows(tmp_path, "experiments")) == len(listed)


def test_a_listing_that_never_holds_still_is_told(tmp_path, monkeypatch):
    """It is not chased for ever: the report warns that rows may be missing."""
    monkeypatch.setattr(planning, "PAGE", 5)
    account = Account(300)
    account.between_pages = lambda: account.ids.pop(0)
    report = run(account.client(), tmp_path, kinds=("experiments",))
    assert any("kept changing" in warning for warning in report.warnings)


def test_the_second_of_two_runs_into_one_folder_is_refused(mida_sandbox, tmp_path):
    """While the first still works, in another process: the reason is said, the first is not harmed."""
    words = [sys.executable, Path(exporter.__file__), mida_sandbox.base_url, mida_sandbox.api_key,
             mida_sandbox.project_key, tmp_path, json.dumps(ASKED)]  # fmt: skip
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "at work\n"
        first.send_signal(signal.SIGSTOP)
        with pytest.raises(Exception, match="another export is writing here"):
            run(client(mida_sandbox), tmp_path, resume=True)
        first.send_signal(signal.SIGCONT)
        first.communicate(timeout=600)
        assert first.returncode == 0
    assert verify(tmp_path).ok


@pytest.mark.parametrize("form", ["parquet", "arrow", "csv", "jsonl"])
def test_a_damaged_file_is_set_aside_and_only_its_calls_are_fetched_again(tmp_path, form):
    """A torn end, an empty file: `verify` names it, a resume mends it."""
    account = Account(12)
    asked = {**ASKED, "format": form}
    run(account.client(), tmp_path, limits=Limits(specs=2), concurrency=1, **asked)
    calm = rows(tmp_path, "results")
    files = [
        name
        for name in Folder(tmp_path).names()
        if name.startswith("results/") and name.endswith(form)
    ]
    torn, emptied = (tmp_path / name for name in files[:2])
    torn.write_bytes(torn.read_bytes()[:-7])
    emptied.write_bytes(b"")
    assert set(verify(tmp_path).damaged) == set(files[:2])
    account.seen.clear()
    report = run(account.client(), tmp_path, resume=True)
    assert report.ok
    assert len(account.seen) == 4
    assert rows(tmp_path, "results") == calm
    assert verify(tmp_path).ok
    assert len(list((tmp_path / "_damaged").iterdir())) >= 2


def test_an_answer_that_is_no_json_is_a_failure_of_its_own(tmp_path):
    """Its siblings are there; the line says which call and what came."""
    account = Account(4)
    account.spoil = lambda kind, body: (
        b"<html>" if kind == "result" and body["test_id"] == 3 else body
    )
    report = run(account.client(), tmp_path, **ASKED)
    assert report.exit_code == 3
    assert [(failure.error, failure.label) for failure in report.failures] == [("DecodeError", "3")]
    assert len(rows(tmp_path, "results")) == 6


@pytest.mark.parametrize("form", FORMATS)
def test_no_key_is_in_any_file(tmp_path, form):
    """Neither plan, data, manifest, failures nor lock hold it, whatever went wrong."""
    account = Account(5)
    account.status = {2: 400, 3: 404}
    run(account.client(), tmp_path, format=form, keep_raw=True, **ASKED)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 6
    for path in files:
        assert KEY.encode() not in path.read_bytes(), path
        assert b"Bearer" not in path.read_bytes(), path


def test_names_from_outside_never_leave_the_folder(tmp_path):
    """Segments and projects name folders, ids come from the server: all stay below the place."""
    account = Account(2)
    evil = {"../../up": None, "/etc": None, "..": None, "a\\b": None, "nul\0": None, "x=1/y": None}
    for column in ("segment", "test_id", "project"):
        place = tmp_path / column / "deep" / "out"
        report = run(account.client(), place, segments=evil, partition_by=column, **ASKED)
        assert report.ok
        outside = [
            p for p in (tmp_path / column).rglob("*") if p.is_file() and place not in p.parents
        ]
        assert not outside
        assert verify(place).ok
