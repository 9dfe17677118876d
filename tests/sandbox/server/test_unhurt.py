"""No request and no disk can hurt the sandbox: what is quick stays quick, what was said is kept."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from support.api import Api

ROOT = Path(__file__).parents[3]


def test_nothing_waits_behind_reports(sandbox):
    """With 24 reports that cannot go on, health, controls, reads and writes of records are answered."""
    path = f"{sandbox.base_url}/project/{sandbox.project_key}/experiment/1001/result"
    done = []

    def ask():
        done.append(httpx.get(path, headers={"x-api-key": "sandbox"}, timeout=600).status_code)

    asking = [threading.Thread(target=ask) for _ in range(24)]
    with sandbox.state.visits.lock, Api(sandbox) as api:
        for thread in asking:
            thread.start()
        while len(sandbox.requests()) < len(asking):
            pass
        for control in ("/health", "/clock", "/meta", "/faults", "/requests"):
            assert api.admin("GET", control).status_code == 200
        assert api.get("/experiment/1001")["success"]
        goal = {"goal_name": "G", "goal_type": "event", "goal_value": "g", "goal_key": "waits"}
        api.post("/goal", goal)
        assert done == []
    for thread in asking:
        thread.join()
    assert done == [200] * len(asking)


def serve(folder, *, limit=None):
    """Start a sandbox in a process of its own whose files cannot grow over a limit."""

    def restrict():
        import resource

        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    process = subprocess.Popen(
        [sys.executable, "-m", "midakit.sandbox", "serve", "--port", "0", "--visitors", "20",
         "--data-dir", str(folder)],
        stdout=subprocess.PIPE, text=True, preexec_fn=restrict,
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    return process, process.stdout.readline().split()[-1]


def stop(process):
    process.terminate()
    process.wait()
    process.stdout.close()


def exported(url):
    text = httpx.get(f"{url}/__sandbox__/export", timeout=60).text
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("kind", ["event", "goal"])
def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path, kind):
    """Writes beyond the quota get 507 in one line; reads go on; all the others are there again."""
    process, url = serve(tmp_path)
    stop(process)
    largest = max(path.stat().st_size for path in tmp_path.iterdir())
    process, url = serve(tmp_path, limit=largest + 200_000)
    kept = []
    try:
        lines = exported(url)
        project = next(line["project_key"] for line in lines if line["type"] == "project")
        uuid = next(line["uuid"] for line in lines if line["type"] == "visitor")
        with httpx.Client(base_url=f"{url}/v2/project/{project}",
                          headers={"x-api-key": "sandbox"}, timeout=60) as client:  # fmt: skip
            refused = 0
            for number in range(200):
                name = f"kept_{number}"
                body = (
                    {"event_name": name, "mida_uuid": uuid, "properties": {"fill": "x" * 9000}}
                    if kind == "event"
                    else {"goal_name": "x" * 9000, "goal_type": "event", "goal_value": name,
                          "goal_key": name}
                )  # fmt: skip
                answer = client.post(f"/{kind}", json=body)
                assert answer.status_code in (200, 507), answer.text
                if answer.status_code == 200:
                    kept.append(name)
                else:
                    refused += 1
                    assert "nothing was changed" in answer.json()["error"]
                    assert "\n" not in answer.json()["error"]
            assert refused > 0 < len(kept)
            assert client.get("/experiment/1001/result").status_code == 200
            found = {line.get("event_text") or line.get("goal_value") for line in exported(url)}
            assert {name for name in found if name and name.startswith("kept_")} == set(kept)
    finally:
        stop(process)
    process, url = serve(tmp_path)
    try:
        found = {line.get("event_text") or line.get("goal_value") for line in exported(url)}
    finally:
        stop(process)
    assert {name for name in found if name and name.startswith("kept_")} == set(kept)
