"""`midakit export` as a user types it, against a real sandbox."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from midakit.export.folders import Folder

FAST = ("--kind", "results", "--end-date", "2026-06-30")


@pytest.fixture
def shell(mida_sandbox, tmp_path):
    """The environment of a user who has a key and a folder."""
    return {
        **os.environ,
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "HOME": str(tmp_path),
    }


def start(shell, tmp_path, *words):
    return subprocess.Popen(
        [sys.executable, "-m", "midakit.cli", "export", *words],
        env=shell, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def midakit(shell, tmp_path, *words):
    process = start(shell, tmp_path, *words)
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err, err
    return process.returncode, out, err


def test_from_an_estimate_to_a_verified_export(shell, tmp_path, mida_sandbox):
    """Endpoints and counts first, nothing written; then the files; then what is left of it: nothing."""
    code, out, _ = midakit(shell, tmp_path, "run", "out", *FAST, "--dry-run")
    assert code == 0
    assert re.search(r"7 requests; about \d+ s and [\d.]+ MB, from 3 probes", out)
    assert re.search(r"7  GET /project/\{project_key\}/experiment/\{id\}/result", out)
    assert not (tmp_path / "out").exists()
    code, out, err = midakit(shell, tmp_path, "run", "out", *FAST, "--format", "csv", "--keep-raw")
    assert code == 0
    assert out.startswith("whole: ")
    assert "finished: 7/7" in err
    assert list((tmp_path / "out/raw").glob("*.csv"))
    code, out, _ = midakit(shell, tmp_path, "verify", "out")
    assert (code, out) == (0, f"whole: all 7 calls of plan {plan_id(tmp_path)} are there once\n")
    seen = len(mida_sandbox.requests())
    code, out, _ = midakit(shell, tmp_path, "run", "out", "--resume", "--dry-run")
    assert (code, out) == (0, "nothing to fetch\n")
    code, _, _ = midakit(shell, tmp_path, "run", "out", "--resume", "--json")
    assert code == 0
    assert len(mida_sandbox.requests()) == seen


def plan_id(folder):
    return json.loads((folder / "out/_manifest.json").read_text())["plan_id"]


def test_exit_codes_tell_apart_what_happened(shell, tmp_path, mida_sandbox):
    """0 whole, 3 partial, 4 stopped, 2 misused; each says what to do."""
    path = ".*/experiment/1002/result"
    mida_sandbox.faults({"action": "status", "args": {"code": 400}, "path": path})
    code, out, _ = midakit(shell, tmp_path, "run", "out", *FAST)
    assert code == 3
    assert "1 failed (failures.jsonl)" in out
    code, out, _ = midakit(shell, tmp_path, "verify", "out")
    assert (code, out) == (1, "not whole: 1 missing of 7 calls\n")
    mida_sandbox.clear_faults()
    assert midakit(shell, tmp_path, "run", "out", "--retry-failed")[0] == 0
    mida_sandbox.faults({"action": "status", "args": {"code": 401}, "path": ".*/result"})
    code, out, _ = midakit(shell, tmp_path, "run", "revoked", *FAST)
    assert code == 4
    assert "not accepted" in out
    mida_sandbox.clear_faults()
    code, _, err = midakit(shell, tmp_path, "run", "out", "--kind", "goals")
    assert code == 2
    assert "holds another export" in err
    assert midakit(shell, tmp_path, "run", "out", "--format", "xlsx")[0] == 2
    assert midakit(shell, tmp_path, "run", "nothing", "--resume")[0] == 2


def test_a_folder_in_use_is_refused_with_the_reason(shell, tmp_path):
    """Exit 2, and nothing is asked of the server."""
    folder = Folder(tmp_path / "out")
    folder.lock()
    try:
        code, _, err = midakit(shell, tmp_path, "run", "out", *FAST)
    finally:
        folder.unlock()
    assert code == 2
    assert "another export is writing here" in err


def test_ctrl_c_says_what_is_safe_and_a_resume_goes_on(shell, tmp_path, mida_sandbox):
    """Exit 130; what had come is committed; the message names the command that goes on."""
    mida_sandbox.faults(
        {"action": "latency", "args": {"ms": 400}, "path": ".*/(result|timeseries)"}
    )
    process = start(
        shell, tmp_path, "run", "out", "--end-date", "2026-06-30", "--concurrency", "1", "--json"
    )
    for line in process.stderr:
        if json.loads(line)["kind"] == "planned":
            break
    time.sleep(1.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert re.search(
        r"interrupted; [\d,]+ rows of this run are safe in out.*`midakit export run out --resume`", last
    )  # fmt: skip
    assert json.loads((tmp_path / "out/_manifest.json").read_text())["state"] == "interrupted"
    assert list((tmp_path / "out").rglob("*.parquet"))
    mida_sandbox.clear_faults()
    assert midakit(shell, tmp_path, "run", "out", "--resume")[0] == 0
    assert midakit(shell, tmp_path, "verify", "out")[0] == 0


def test_two_projects_each_by_its_own_profile(shell, tmp_path, mida_sandbox):
    """`--also` names a profile: its key, its region, its project."""
    second = mida_sandbox.world.records.list("project")[1]["project_key"]
    folder = tmp_path / "config/midakit"
    folder.mkdir(parents=True)
    (folder / "profiles.toml").write_text(
        f'[south]\napi_key = "{mida_sandbox.api_key}"\nproject_key = "{second}"\n'
        f'base_url = "{mida_sandbox.base_url}"\n'
    )
    (folder / "profiles.toml").chmod(0o600)
    shell = {name: value for name, value in shell.items() if name != "MIDA_PROJECT_KEY"}
    words = ("--project", mida_sandbox.project_key, "--also", "south")
    code, _, err = midakit(shell, tmp_path, "run", "out", *words, "--kind", "experiments")
    assert code == 0, err
    text = (tmp_path / "out/_midakit_plan.jsonl").read_text()
    assert mida_sandbox.project_key in text
    assert second in text
    assert mida_sandbox.api_key not in text
    code, _, err = midakit(shell, tmp_path, "run", "out", *words, "--also", "south", "--dry-run")
    assert code == 1
    assert "is there twice" in err


def test_small_files_become_few(shell, tmp_path):
    """Before and after, by folder."""
    midakit(shell, tmp_path, "run", "out", *FAST)
    code, out, _ = midakit(shell, tmp_path, "compact", "out")
    assert code == 0
    assert re.fullmatch(r"(results: \d+ -> 1 files\n)", out)


PROGRAM = """
import sys
from midakit import Mida
with Mida() as mida:
    mida.export("out", end_date="2026-06-30", concurrency=1,
                on_progress=lambda event: print(event.kind, flush=True))
"""


def test_ctrl_c_in_a_program_of_the_sync_twin_commits_first(shell, tmp_path, mida_sandbox):
    """The blocking call ends when what had come is on the disk, as the awaited one does."""
    mida_sandbox.faults(
        {"action": "latency", "args": {"ms": 300}, "path": ".*/(result|timeseries)"}
    )
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM], env=shell, cwd=tmp_path,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    seen = [line.strip() for line, _ in zip(process.stdout, range(6), strict=False)]
    assert "done" in seen
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in err
    assert "Task was destroyed" not in err
    manifest = json.loads((tmp_path / "out/_manifest.json").read_text())
    assert manifest["state"] == "interrupted"
    assert sum(manifest["contents"].values()) > 0
