"""Starting, stopping, persisting: nothing leaks, nothing acknowledged is lost."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path

import httpx
import pytest

from midakit.sandbox import Sandbox
from midakit.sandbox.__main__ import main, parser, read_settings
from midakit.sandbox.origins import address
from midakit.sandbox.server.uvicorn_server import bind
from support.api import Api

DATA = Path(__file__).parents[2] / "data/sandbox"
ROOT = Path(__file__).parents[3]


def start(*arguments):
    """A sandbox in a process of its own; returns it and its URL once it is healthy."""
    command = [sys.executable, "-m", "midakit.sandbox", "serve", "--port", "0", *arguments]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )
    url = process.stdout.readline().split()[-1]
    assert httpx.get(f"{url}/__sandbox__/health").status_code == 200
    return process, url


def end(process, number=signal.SIGTERM):
    process.send_signal(number)
    process.wait(300)
    process.stdout.close()
    return process.returncode


def test_a_sandbox_leaves_no_thread_and_no_socket():
    """After the block the port is closed and every thread is gone."""
    before = set(threading.enumerate())
    with Sandbox(seed=1, visitors=50) as sandbox:
        assert httpx.get(f"{sandbox.url}/__sandbox__/health").status_code == 200
        url = sandbox.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/__sandbox__/health")
    assert set(threading.enumerate()) <= before


def test_a_sandbox_that_runs_is_not_started_again():
    """A second start would leave the first server behind; after its end it may start again."""
    before = set(threading.enumerate())
    with Sandbox(seed=None) as sandbox:
        url = sandbox.url
        with pytest.raises(RuntimeError, match="runs already"):
            sandbox.start()
        assert httpx.get(f"{url}/__sandbox__/health").status_code == 200
    with sandbox:
        assert httpx.get(f"{sandbox.url}/__sandbox__/health").status_code == 200
    assert set(threading.enumerate()) <= before


def test_a_start_that_fails_leaves_no_certificate(tmp_path, monkeypatch):
    """The key that was made for the run is gone when the port is taken."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        sandbox = Sandbox(seed=None, tls=True, port=taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            sandbox.start()
    assert list(tmp_path.iterdir()) == []


def test_stopping_is_prompt_while_clients_wait():
    """Hanging, dripping and delayed requests do not hold the end up."""
    with Sandbox(seed=None) as sandbox:

        def wait(fault):
            with pytest.raises(httpx.HTTPError):
                httpx.get(f"{sandbox.base_url}/x", headers={"x-sandbox-fault": fault}, timeout=600)

        faults = ("hang", "latency;ms=600000", "drip;interval=600")
        waiting = [threading.Thread(target=wait, args=(fault,)) for fault in faults]
        for thread in waiting:
            thread.start()
        while len(sandbox.requests()) < len(faults):
            time.sleep(0.01)
        started = time.perf_counter()
    assert time.perf_counter() - started < 120
    for thread in waiting:
        thread.join(60)
        assert not thread.is_alive()


INTERRUPTED = """
import faulthandler, os, signal, sys
from midakit.sandbox.server import serve as module
from midakit.sandbox.settings import Settings

def interrupted_at(step):
    lines = 0

    def trace(frame, event, arg):
        nonlocal lines
        lines += 1
        if lines == step:
            os.kill(os.getpid(), signal.SIGINT)
        return trace

    def say(line):
        if "export" in line:
            sys._getframe(1).f_trace = trace
            sys.settrace(trace)

    module._say = say
    module.serve(Settings(port=0, seed=None))
    sys.settrace(None)

faulthandler.dump_traceback_later(300, exit=True)
for step in range(1, 12):
    interrupted_at(step)
"""
"""Ctrl-C comes at each of the lines that Python runs while it begins to wait."""


def test_ctrl_c_ends_it_whenever_it_comes():
    """Also in the midst of the call that waits for it."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_it_works_in_an_async_block():
    """`async with Sandbox()` serves and stops without blocking the loop."""

    async def use():
        async with Sandbox(seed=1, visitors=50) as sandbox, httpx.AsyncClient() as client:
            return await client.get(f"{sandbox.url}/__sandbox__/health")

    assert asyncio.run(use()).status_code == 200


def test_two_sandboxes_live_side_by_side():
    """Ports are free ones; state is not shared."""
    with Sandbox(seed=1, visitors=50) as one, Sandbox(seed=1, visitors=50, api_key="k2") as two:
        assert one.url != two.url
        with Api(one) as first, Api(two) as second:
            first.delete("/experiment/1001")
            assert second.get("/experiment/1001")["success"]


def test_a_taken_port_is_an_error_and_leaks_nothing():
    """Starting on a port in use raises OSError."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        Sandbox(port=taken.getsockname()[1]).start()


def test_a_bad_import_file_is_an_error_and_leaks_nothing(tmp_path):
    """A file that cannot be read raises and leaves neither thread nor socket."""
    before = set(threading.enumerate())
    with pytest.raises(Exception, match="no file"):
        Sandbox(import_file=tmp_path / "nothing.jsonl").start()
    assert set(threading.enumerate()) <= before


def test_it_binds_to_loopback_and_warns_elsewhere():
    """The default is 127.0.0.1; any other address is used only when asked for, with a warning."""
    with Sandbox(seed=None) as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
        port = int(sandbox.url.rsplit(":", 1)[1])
        listening = Path("/proc/net/tcp").read_text()
        assert f"0100007F:{port:04X} 00000000:0000 0A" in listening
        assert f"00000000:{port:04X} 00000000:0000 0A" not in listening
    with pytest.warns(RuntimeWarning, match="others on the network"):
        listener = bind("0.0.0.0", 0)
    listener.close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        bind("127.0.0.1", 0).close()


def test_small_answers_do_not_wait_for_nagle(sandbox):
    """A keep-alive request need not take the forty milliseconds of a delayed acknowledgement."""

    def seconds():
        started = time.perf_counter()
        api.http.get(f"/project/{api.project}")
        return time.perf_counter() - started

    with Api(sandbox) as api:  # with the delay, not one of them is quick, however fast the machine
        assert any(seconds() < 0.035 for _ in range(1000))


def test_addresses():
    """Any-address is shown as loopback, IPv6 in brackets."""
    assert address("0.0.0.0", 1) == "http://127.0.0.1:1"
    assert address("::1", 1) == "http://[::1]:1"


def test_not_running_says_so():
    """Asking a sandbox that is not running for its project is an error with a reason."""
    with pytest.raises(RuntimeError, match="not running"):
        _ = Sandbox().project_key


# ------------------------------------------------------------------ the command line


def test_an_import_alone_seeds_nothing():
    """`--import FILE` leaves the seed out; nothing at all means seed 42."""

    def serve(*words):
        return read_settings(parser().parse_args(["serve", *words]), {})[0]

    assert serve("--import", "f").seed is None
    assert serve("--import", "f", "--seed", "3").seed == 3
    assert serve().seed == 42
    assert serve().host == "127.0.0.1"


def test_forty_of_forty(capsys):
    """The reference cases all pass over a real socket, and the command says so."""
    files = [str(DATA / "sandbox_dataset.jsonl"), str(DATA / "sandbox_cases.json")]
    assert main(["check", *files]) == 0
    assert capsys.readouterr().out == "40 of 40 passed, 0 failed\n"


def test_a_failing_case_is_named(tmp_path, capsys):
    """A wrong expectation fails the run and is shown with its place."""
    suite = json.loads((DATA / "sandbox_cases.json").read_text())
    case = suite["cases"][0]
    case["expected"]["variants"][1]["visitors"] += 1
    case["expected"]["$absent"] = ["currency"]
    suite["cases"] = [case, {**suite["cases"][1], "status": 404}]
    file = tmp_path / "cases.json"
    file.write_text(json.dumps(suite))
    assert main(["check", str(DATA / "sandbox_dataset.jsonl"), str(file)]) == 1
    out = capsys.readouterr().out
    assert "D001 attached goal: $.variants[1].visitors: expected" in out
    assert "$.currency: must be absent" in out
    assert "D002" in out
    assert "status 200, expected 404" in out
    assert "0 of 2 passed, 2 failed" in out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--import", "nothing.jsonl"], "there is no file nothing.jsonl"),
        (["--host", "192.0.2.1"], "assign"),
    ],
)
def test_what_cannot_start_says_why(arguments, words, capsys):
    """A missing file or a foreign address ends with code 1 and one line, no traceback."""
    with pytest.raises(SystemExit) as ended:
        main(["serve", "--port", "0", *arguments])
    assert ended.value.code == 1
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_data_in_use_is_refused(tmp_path):
    """A second process cannot open the same data directory, and is told so."""
    arguments = ("--visitors", "50", "--data-dir", str(tmp_path))
    process, _ = start(*arguments)
    try:
        with pytest.raises(OSError, match="cannot open the data"):
            Sandbox(data_dir=tmp_path).start()
    finally:
        end(process)


def test_serving_as_a_process():
    """It says where it is, answers, and ends by SIGTERM with code 0."""
    process, url = start("--visitors", "100")
    assert httpx.get(url).status_code == 200
    assert end(process) == 0


# ------------------------------------------------------------------ data on disk


def test_a_restart_finds_everything(tmp_path):
    """Objects, events, options and the clock are there again, and reset knows the start."""
    options = {"seed": 3, "visitors": 200, "data_dir": tmp_path / "data"}
    with Sandbox(**options) as sandbox, Api(sandbox) as api:
        first = api.admin("GET", "/export").text
        api.delete("/experiment/1001")
        event = api.get("/events?limit=1")["events"][0]["event_id"]
        api.patch(f"/event/{event}", {"event_text": "renamed"})
        sandbox.clock(move=500)
        exported = api.admin("GET", "/export").text
        now = sandbox.clock()
    with Sandbox(**options) as sandbox, Api(sandbox) as api:
        assert api.admin("GET", "/export").text == exported
        assert sandbox.clock() == now
        sandbox.reset()
        assert api.admin("GET", "/export").text == first


def test_killed_while_writing_nothing_acknowledged_is_lost(tmp_path):
    """After kill -9 every goal and every event that got its answer is there."""
    arguments = ("--seed", "3", "--visitors", "100", "--data-dir", str(tmp_path / "data"))
    process, url = start(*arguments)
    project = httpx.get(f"{url}/__sandbox__/meta").json()["projects"][0]["project_key"]
    export = httpx.get(f"{url}/__sandbox__/export").text
    lines = (json.loads(line) for line in export.splitlines())
    uuid = next(x["uuid"] for x in lines if x["type"] == "visitor" and x["project_key"] == project)
    acknowledged = {"goal": [], "event": []}

    def write(kind, body):
        base = f"{url}/v2/project/{project}/{kind}"
        with httpx.Client(headers={"x-api-key": "sandbox"}) as client:
            for number in range(10_000):
                try:
                    response = client.post(base, json=body(number))
                except httpx.HTTPError:
                    return
                assert response.status_code == 200
                acknowledged[kind].append(number)

    writers = [
        threading.Thread(target=write, args=("goal", lambda n: {
            "goal_name": "G", "goal_type": "event", "goal_value": "g", "goal_key": f"g{n}"})),
        threading.Thread(target=write, args=("event", lambda n: {
            "event_name": f"e{n}", "mida_uuid": uuid})),
    ]  # fmt: skip
    for writer in writers:
        writer.start()
    while min(map(len, acknowledged.values())) < 50:
        time.sleep(0.01)
    assert end(process, signal.SIGKILL) == -signal.SIGKILL
    for writer in writers:
        writer.join()
    process, url = start(*arguments)
    try:
        exported = [json.loads(x) for x in httpx.get(f"{url}/__sandbox__/export").text.splitlines()]
    finally:
        end(process)
    goals = {x["goal_key"] for x in exported if x["type"] == "goal"}
    events = {x["event_text"] for x in exported if x["type"] == "event"}
    assert {f"g{n}" for n in acknowledged["goal"]} <= goals
    assert {f"e{n}" for n in acknowledged["event"]} <= events
