"""`midakit export` as a user types it, against a real sandbox."""

import json
import re
import signal
import subprocess
import sys
import time

import pytest

from midakit.export.files.folders import Folder
from support.commands import PROGRAM, Midakit, environment
from support.engines import reports
from support.exports import TABLE_FORMATS

FAST = ("--kind", "results", "--end-date", "2026-06-30")


@pytest.fixture
def shell(mida_sandbox, tmp_path, monkeypatch):
    """The environment of a user who has a key and a folder."""
    settings = {
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "HOME": str(tmp_path),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def midakit(shell, monkeypatch, capsys):
    """Runs `midakit export` in this process."""
    command = Midakit(monkeypatch, capsys)
    return lambda *words: command("export", *words)


def start(*words):
    """The same in a process of its own."""
    return subprocess.Popen(
        [*PROGRAM, "export", *words], env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_from_an_estimate_to_a_verified_export(midakit, tmp_path, mida_sandbox):
    """Endpoints and counts first, nothing written; then the files; then what is left of it: nothing."""
    code, out, _ = midakit("run", "out", *FAST, "--dry-run")
    assert code == 0
    assert re.search(r"11 requests; about \d+ s and [\d.]+ MB, from 3 probes", out)
    assert re.search(r"11  GET /project/\{project_key\}/experiment/\{id\}/result", out)
    assert not (tmp_path / "out").exists()
    code, out, err = midakit("run", "out", *FAST, "--format", "csv", "--keep-raw")
    assert code == 0
    assert out.startswith("whole: ")
    assert "finished: 11/11" in err
    assert list((tmp_path / "out/raw").glob("*.csv"))
    code, out, _ = midakit("verify", "out")
    said = f"whole: all 11 calls of plan {plan_id(tmp_path)} are there once; "
    assert (code, out) == (0, f"{said}2 files read, 0 known from before\n")
    code, out, _ = midakit("verify", "out", "--full")
    assert (code, out) == (0, f"{said}2 files read, 0 known from before\n")
    seen = len(mida_sandbox.requests())
    code, out, _ = midakit("run", "out", "--resume", "--dry-run")
    assert (code, out) == (0, "nothing to fetch\n")
    code, out, _ = midakit("run", "out", "--resume", "--json")
    assert (code, json.loads(out)["skipped"]) == (0, 11)
    assert len(mida_sandbox.requests()) == seen


@pytest.mark.parametrize("form", TABLE_FORMATS)
def test_table_formats_are_made_verified_compacted_and_vacuumed(midakit, form):
    """`--format delta` and `--format iceberg`, and the night after."""
    assert midakit("run", "out", *FAST, "--format", form)[0] == 0
    assert midakit("run", "out", "--since-last", "--end-date", "2026-07-01")[0] == 0
    assert midakit("verify", "out")[0] == 0
    code, out, err = midakit("compact", "out")
    assert (code, "results" in out + err) == (0, True)
    assert midakit("vacuum", "out", "--days", "0")[0] == 0
    assert midakit("verify", "out")[0] == 0


def plan_id(folder):
    return json.loads((folder / "out/_manifest.json").read_text())["plan_id"]


def test_exit_codes_tell_apart_what_happened(midakit, tmp_path, mida_sandbox):
    """0 whole, 3 partial, 4 stopped, 2 misused; each says what to do."""
    path = ".*/experiment/1002/result"
    mida_sandbox.faults({"action": "status", "args": {"code": 400}, "path": path})
    code, out, _ = midakit("run", "out", *FAST)
    assert code == 3
    assert "1 failed (failures.jsonl)" in out
    code, out, _ = midakit("verify", "out")
    assert code == 1
    assert out.startswith("not whole: 1 missing of 11 calls; ")
    mida_sandbox.clear_faults()
    assert midakit("run", "out", "--retry-failed")[0] == 0
    mida_sandbox.faults({"action": "status", "args": {"code": 401}, "path": ".*/result"})
    code, out, _ = midakit("run", "revoked", *FAST)
    assert code == 4
    assert "no longer accepted" in out
    mida_sandbox.clear_faults()
    code, _, err = midakit("run", "out", "--kind", "goals")
    assert code == 2
    assert "holds another export" in err
    assert midakit("run", "out", "--format", "xlsx")[0] == 2
    assert midakit("run", "nothing", "--resume")[0] == 2


def test_a_folder_in_use_is_refused_with_the_reason(midakit, tmp_path):
    """Exit 2, and nothing is asked of the server."""
    folder = Folder(tmp_path / "out")
    folder.lock()
    try:
        code, _, err = midakit("run", "out", *FAST)
    finally:
        folder.unlock()
    assert code == 2
    assert "another export is writing here" in err


def test_ctrl_c_says_what_is_safe_and_a_resume_goes_on(midakit, tmp_path, mida_sandbox):
    """Exit 130; what had come is committed; the message names the command that goes on."""
    mida_sandbox.faults(
        {"action": "latency", "args": {"ms": 150}, "path": ".*/(result|timeseries)"}
    )
    process = start("run", "out", "--end-date", "2026-06-30", "--concurrency", "1", "--json")
    for line in process.stderr:
        if json.loads(line)["kind"] == "planned":
            break
    while len(reports(mida_sandbox)) < 4:  # one at a time, so three are answered
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=600)
    assert process.returncode == 130
    assert "Traceback" not in err
    last = err.strip().splitlines()[-1]
    assert re.search(
        r"interrupted: [\d,]+ rows? written to out; .*`midakit export out --resume`", last
    )  # fmt: skip
    assert json.loads((tmp_path / "out/_manifest.json").read_text())["state"] == "interrupted"
    assert list((tmp_path / "out").rglob("*.parquet"))
    mida_sandbox.clear_faults()
    assert midakit("run", "out", "--resume")[0] == 0
    assert midakit("verify", "out")[0] == 0


def test_two_projects_each_by_its_own_profile(midakit, tmp_path, mida_sandbox, monkeypatch):
    """`--also` names a profile: its key, its region, its project."""
    second = mida_sandbox.state.records.find_all("project")[1]["project_key"]
    folder = tmp_path / "config/midakit"
    folder.mkdir(parents=True)
    (folder / "profiles.toml").write_text(
        f'[south]\napi_key = "{mida_sandbox.api_key}"\nproject_key = "{second}"\n'
        f'base_url = "{mida_sandbox.base_url}"\n'
    )
    (folder / "profiles.toml").chmod(0o600)
    monkeypatch.delenv("MIDA_PROJECT_KEY")
    words = ("--project", mida_sandbox.project_key, "--also", "south")
    code, _, err = midakit("run", "out", *words, "--kind", "experiments")
    assert code == 0, err
    text = (tmp_path / "out/_midakit_plan.jsonl").read_text()
    assert mida_sandbox.project_key in text
    assert second in text
    assert mida_sandbox.api_key not in text
    code, _, err = midakit("run", "out", *words, "--also", "south", "--dry-run")
    assert code == 1
    assert "is given twice" in err


def test_small_files_become_few(midakit, tmp_path):
    """Before and after, by folder."""
    midakit("run", "out", *FAST)
    code, out, _ = midakit("compact", "out")
    assert code == 0
    assert re.fullmatch(r"(results: \d+ -> 1 files\n)", out)


SYNC = """
import sys
from midakit import Mida
with Mida() as mida:
    mida.export("out", end_date="2026-06-30", concurrency=1,
                on_progress=lambda event: print(event.kind, flush=True))
"""


def test_ctrl_c_in_a_program_of_the_sync_twin_commits_first(shell, tmp_path, mida_sandbox):
    """The blocking call ends when what had come is on the disk, as the awaited one does."""
    mida_sandbox.faults(
        {"action": "latency", "args": {"ms": 150}, "path": ".*/(result|timeseries)"}
    )
    process = subprocess.Popen(
        [sys.executable, "-c", SYNC], env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    seen = [line.strip() for line, _ in zip(process.stdout, range(6), strict=False)]
    assert "done" in seen
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=600)
    assert "KeyboardInterrupt" in err
    assert "Task was destroyed" not in err
    manifest = json.loads((tmp_path / "out/_manifest.json").read_text())
    assert manifest["state"] == "interrupted"
    assert sum(manifest["contents"].values()) > 0


def test_run_may_be_left_out(midakit, tmp_path):
    """`export DIR` is `export run DIR`; `export` alone is its help, which shows the other commands."""
    code, out, err = midakit("out", *FAST)
    assert code == 0, err
    assert out.startswith("whole: ")
    assert midakit("verify", "out")[0] == 0
    for words in ((), ("--json",), ("--help",)):
        code, out, _ = midakit(*words)
        assert code == 0
        assert "PLACE" in out
        assert all(f" {name} " in out for name in ("run", "verify", "compact"))


def test_programs_read_what_came_of_it(midakit, tmp_path, mida_sandbox):
    """With --json every command of an export prints one object, also when it is not whole."""
    code, out, _ = midakit("out", *FAST, "--dry-run", "--json")
    assert (code, json.loads(out)["requests"]) == (0, 11)
    path = ".*/experiment/1002/result"
    mida_sandbox.faults({"action": "status", "args": {"code": 400}, "path": path})
    code, out, _ = midakit("out", *FAST, "--json")
    report = json.loads(out)
    assert (code, report["state"], report["exit_code"]) == (3, "partial", 3)
    assert (report["total"], report["fetched"], report["absent"]) == (11, 10, 1)
    assert report["rows"]["results"] > 6
    assert len(report["failures"]) == 1
    assert report["files"]
    code, out, _ = midakit("verify", "out", "--json")
    verdict = json.loads(out)
    assert (code, verdict["whole"], verdict["total"]) == (1, False, 11)
    assert len(verdict["missing"]) == 1
    code, out, _ = midakit("compact", "out", "--json")
    assert (code, json.loads(out)["results"]["after"]) == (0, 1)


def test_verifying_nothing_says_what_is_not_there(midakit, tmp_path):
    """A folder that does not exist, or one without an export; nobody spoke of a resume."""
    (tmp_path / "empty").mkdir()
    for place, said in (("none", "does not exist"), ("empty", "is not an export")):
        code, _, err = midakit("verify", place)
        assert code == 1
        assert said in err
        assert "resume" not in err
    assert not (tmp_path / "none").exists()
