"""The six programs of `examples/`, run as their README says, against a sandbox."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

import midakit
from midakit.export import verify
from support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
HERE = Path(midakit.__file__).parents[1]
PROGRAMS = {
    "service.py",
    "export_job.py",
    "weekly.py",
    "segments.ipynb",
    "srm_gate.py",
    "assignment_to_verdict.py",
}

pytestmark = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="the examples are not part of the wheel"
)


@pytest.fixture
def settings(mida_sandbox):
    paths = filter(None, [str(HERE), os.environ.get("PYTHONPATH")])
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "MIDA_API_KEY": mida_sandbox.api_key,
        "MIDA_PROJECT_KEY": mida_sandbox.project_key,
        "MIDA_BASE_URL": mida_sandbox.base_url,
        "MIDA_DELIVERY_URL": mida_sandbox.url,
    }


def run(program, *words, settings, folder):
    return subprocess.run(
        [sys.executable, EXAMPLES / program, *words], cwd=folder, env=settings,
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip


def test_the_readme_names_each_program():
    """A line for every program, and no program without one."""
    there = {path.name for path in EXAMPLES.iterdir() if path.suffix in (".py", ".ipynb")}
    named = set(
        re.findall(r"^\| \[([\w.]+)\]\(\1\) \|", (EXAMPLES / "README.md").read_text(), re.MULTILINE)
    )
    assert there == named == PROGRAMS


def test_the_script_writes_a_markdown_table(settings, tmp_path):
    """A row for each live experiment; the one of another project says that it has no report."""
    done = run("weekly.py", settings=settings, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    rows = list(csv.reader(done.stdout.splitlines(), delimiter="|"))
    assert [cell.strip() for cell in rows[0][1:-1]] == ["Experiment", "Visitors", "Verdict", "Why"]
    assert len(rows) == 2 + 7
    assert {len(row) for row in rows} == {6}
    contact = next(row for row in rows if "Contact page" in row[1])
    assert contact[3].strip() == "no report"


def test_the_export_job_resumes_and_then_fetches_only_what_can_change(
    settings, tmp_path, mida_sandbox
):
    """A second night reads only the last days of each series, and the export stays whole."""
    first = run("export_job.py", "out", settings=settings, folder=tmp_path)
    assert first.returncode == 0, first.stderr
    assert first.stdout.startswith("whole: ")
    told = [json.loads(line) for line in first.stderr.splitlines()]
    assert told[-1]["done"] == told[-1]["total"]

    last = mida_sandbox.requests()[-1]["number"]
    (tmp_path / "out" / "_SUCCESS").unlink()  # as if it had been killed before its end
    second = run("export_job.py", "out", settings=settings, folder=tmp_path)
    assert second.returncode == 0, second.stderr
    # 2001 is of another project, 1010 a draft: what was never read is asked from its beginning
    asked = [
        (one["number"] > last, series_start(one))
        for one in mida_sandbox.requests()
        if "timeseries" in one["path"] and not re.search("/(2001|1010)/", one["path"])
    ]
    nights = [[start for later, start in asked if later == night] for night in (False, True)]
    assert max(nights[0]) < min(nights[1])
    assert verify(tmp_path / "out").ok


def test_the_export_job_says_in_a_line_why_it_cannot_begin(settings, tmp_path):
    """A wrong key is no traceback in the scheduler's log."""
    wrong = {**settings, "MIDA_API_KEY": "wrong"}
    done = run("export_job.py", "out", settings=wrong, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("export_job: ")
    assert "Traceback" not in done.stderr


def series_start(request):
    return dict(parse_qsl(request["query"]))["start_date"]


def test_the_gate_fails_the_pipeline_on_a_mismatch(settings, tmp_path, mida_sandbox):
    """Exit code 1 with numbers for a broken split, 0 for whole ones, 2 where it cannot look."""
    good = run("srm_gate.py", "1001", "1002", settings=settings, folder=tmp_path)
    assert (good.returncode, good.stdout.count(": ok: ")) == (0, 2), good.stderr

    broken = _split(mida_sandbox, 1002, {"0": 80, "1": 20}, settings, tmp_path)
    assert broken.returncode == 1
    assert "1002: MISMATCH" in broken.stdout
    assert "1001: ok" in broken.stdout

    absent = run("srm_gate.py", "999999", settings=settings, folder=tmp_path)
    assert absent.returncode == 2
    nonsense = run("srm_gate.py", "all", settings=settings, folder=tmp_path)
    assert (nonsense.returncode, "Traceback" in nonsense.stderr) == (2, False)


def _split(sandbox, test_id, shares, settings, folder):
    """Configure another split than the one that the visitors came in."""
    with midakit.Mida(
        sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url
    ) as mida:
        mida.experiments.stop(test_id)
        mida.experiments.to_draft(test_id)
        mida.experiments.update(test_id, configuration={"distribution": shares})
        mida.experiments.start(test_id)
    return run("srm_gate.py", settings=settings, folder=folder)


@pytest.fixture
def service(settings, tmp_path):
    port = free_port()
    log = (tmp_path / "service.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "service:app", "--port", str(port)],
        cwd=EXAMPLES, env=settings, stdout=log, stderr=log,
    )  # fmt: skip
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}",
        transport=httpx.HTTPTransport(retries=8),
        timeout=600,
        trust_env=False,
    ) as client:
        yield client
    process.send_signal(signal.SIGTERM)
    code = process.wait(300)
    log.close()
    assert code in (0, -signal.SIGTERM)
    assert "Traceback" not in (tmp_path / "service.log").read_text()


def test_the_service_answers_and_says_what_went_wrong(service, mida_sandbox):
    """Listings, verdicts, segments; upstream failures become statuses that a caller can act on."""
    assert service.get("/experiments").json()[0] == {"id": 1001, "name": "Homepage headline"}
    verdict = service.get("/experiments/1001/verdict").json()
    assert verdict["verdict"] in ("winner", "keep_running")
    wanted = {"segment": ["device == mobile", "country in (US, CA)"]}
    counted = service.get("/experiments/1001/segments", params=wanted).json()
    assert all(visitors > 0 for visitors in counted.values())

    assert service.get("/experiments/999/verdict").status_code == 404
    wrong = service.get("/experiments/1001/segments", params={"segment": "device == phone"})
    assert (wrong.status_code, "phone" in wrong.json()["error"]) == (422, True)
    mida_sandbox.faults("status;code=500")
    assert service.get("/experiments/1001/verdict").status_code == 502


@pytest.mark.filterwarnings("ignore")  # Jupyter's own, of its sockets and paths
def test_the_notebook_runs_from_top_to_bottom(settings, tmp_path, monkeypatch):
    """Every cell, in a kernel of its own; the file holds no output of an earlier run."""
    import nbformat
    from nbclient import NotebookClient

    for name in ("PYTHONPATH", "MIDA_API_KEY"):
        monkeypatch.setenv(name, settings[name])
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    notebook = nbformat.read(EXAMPLES / "segments.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells)
    NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    ).execute()
    said = "".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", [])
    )
    assert "winner" in said
    assert "US and CA" in said


def test_the_way_from_assignment_to_verdict_names_the_winner(settings, tmp_path):
    """Visitors come and buy; the arms add up, every event is sent, and Variant 1 wins."""
    done = run("assignment_to_verdict.py", "2000", settings=settings, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    arms = re.findall(r": (\d+) visitors, (\d+) bought", done.stdout)
    assert sum(int(visitors) for visitors, _ in arms) == 2000
    bought = sum(int(bought) for _, bought in arms)
    assert f"sent={bought}, refused=0, dropped=0, pending=0" in done.stdout
    assert "Winner." in done.stdout
