"""`midakit demo`, run as a newcomer runs it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import midakit
from midakit import ConfigurationError, stats
from midakit.cli.commands.demo import new_folder
from midakit.cli.commands.demo.steps import forest, summary
from midakit.cli.commands.demo.truth import Expected, expected, judge
from midakit.sandbox.data.truth import TRUTH
from support.commands import Terminal

pytestmark = pytest.mark.xdist_group("demo")  # what one run of the demo shows, many tests look at
HERE = str(Path(midakit.__file__).parents[1])
DEMO = [sys.executable, "-m", "midakit.cli", "demo"]


def environment(**more):
    path = os.pathsep.join(filter(None, [HERE, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, "COLUMNS": "80", **more}


def run(*words, folder):
    return subprocess.run(
        [*DEMO, *words], cwd=folder, env=environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    done = run(folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout, folder / "midakit-demo"


def test_every_step_is_on_the_screen_and_fits_eighty_columns(shown):
    """Without a terminal too: no line of a table is cut or wrapped."""
    text = shown[0]
    heads = re.findall(r"^\d  ([A-Z][\w ]+?)(?: ·|  |$)", text, re.MULTILINE)
    assert heads == [
        "A local Mida", "Experiments", "Results and verdicts", "Segments", "Bulk export",
        "HTML report", "The same in code", "Where everything is",
    ]  # fmt: skip
    assert max(map(len, text.splitlines())) <= 80
    assert "…" not in text
    assert "\x1b" not in text


def test_the_score_is_what_the_table_says(shown):
    """Right, open and wrong are counted from the rows above, and nothing claimed is false."""
    text = shown[0]
    marks = re.findall(r"^ *100\d .*\b(right|open|wrong) *$", text, re.MULTILINE)
    assert len(marks) == 7
    assert f"{marks.count('right')} of 7 verdicts right, {marks.count('wrong')} wrong" in text
    assert marks.count("right") >= 5
    assert "wrong" not in marks


def test_the_export_is_there_to_be_read(shown):
    """The Parquet files hold the rows that were announced."""
    text, place = shown
    found = re.search(
        r"^([\d,]+) experiments, ([\d,]+) results, ([\d,]+) timeseries", text, re.MULTILINE
    )
    said = [int(number.replace(",", "")) for number in found.groups()]
    tables = ("experiments", "results", "timeseries")
    from pyarrow import dataset

    rows = [dataset.dataset(place / "export" / name).count_rows() for name in tables]
    assert rows == said
    assert "retries" not in text  # what is not in the project was answered at once


def test_nothing_is_left_running(shown):
    """The address on the screen no longer answers."""
    port = int(re.search(r"http://127\.0\.0\.1:(\d+)", shown[0])[1])
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_the_report_is_there_to_be_opened(shown):
    """Its place is the last thing on the screen, and the page asks no other machine for anything."""
    text, place = shown
    assert "midakit-demo/report.html  open it in a browser" in text
    page = (place / "report.html").read_text(encoding="utf-8")
    assert all(f'id="test-{truth.test_id}"' in page for truth in TRUTH if truth.project == 0)
    assert not re.findall(
        r"""<script|(?:src|<link[^>]*href)=["']?(?:https?:|/)|url\(["']?https?:|@import""", page
    )


def test_the_code_on_the_screen_is_the_file_and_runs(shown, tmp_path):
    """Pasted in an empty folder; here with fewer visitors, who do the same in a third of the time."""
    text, place = shown
    code = (place / "demo.py").read_text()
    assert code.strip() in text
    assert code.count("visitors=300_000") == 1
    (tmp_path / "pasted.py").write_text(code.replace("visitors=300_000", "visitors=20_000"))
    done = subprocess.run(
        [sys.executable, "pasted.py"], cwd=tmp_path, env=environment(TMPDIR=str(tmp_path)),
        capture_output=True, text=True, timeout=400, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "1001 Homepage headline" in done.stdout
    assert "▲ Winner. Benefit headline beats Control." in done.stdout
    assert list(tmp_path.glob("midakit-*/export/_SUCCESS"))
    assert list(tmp_path.glob("midakit-*/report.html"))


def test_a_terminal_gets_a_bar_and_the_server_until_ctrl_c(tmp_path, monkeypatch):
    """The export shows a live bar; with --keep the end is Ctrl-C, which is no failure."""
    monkeypatch.chdir(tmp_path)
    with Terminal("demo", "--keep", "--visitors", "3000", TERM="xterm-256color") as screen:
        screen.until("Still serving")
        assert "━" in screen.seen
        assert "\x1b[" in screen.seen
        screen.type("\x03")
        assert screen.end() == 0
    assert "Traceback" not in screen.seen
    assert "the local Mida is stopped" not in screen.seen


def test_a_taken_port_is_named_and_leaves_nothing(tmp_path):
    """The message says which port, and what to do; no empty folder stays."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run("--port", port, "--visitors", "200", folder=tmp_path)
    assert done.returncode == 1
    assert f"port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "wait_for", ["midakit demo", "A local Mida"], ids=["before it serves", "in the middle"]
)
def test_ctrl_c_ends_it_cleanly(tmp_path, wait_for):
    """No traceback; it says what is kept."""
    process = subprocess.Popen(
        [*DEMO, "--visitors", "3000"], cwd=tmp_path, text=True,
        env=environment(PYTHONUNBUFFERED="1"), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    for line in process.stdout:
        if wait_for in line:
            break
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=600)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "the local Mida is stopped" in said
    told = [line for line in said.splitlines() if not line.startswith(("planned:", "finished:"))]
    assert len(told) == 1


def test_a_folder_with_something_in_it_is_never_touched(tmp_path):
    """The demo asks for another one, and without a name it takes the next free one."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="exists already"):
        new_folder(tmp_path / "full")
    assert new_folder(None, tmp_path).name == "midakit-demo"
    assert new_folder(None, tmp_path).name == "midakit-demo-2"
    assert (tmp_path / "full" / "mine.txt").read_text() == "mine"


@pytest.mark.parametrize(
    ("test_id", "metric", "wanted"),
    [
        (1001, "conversion", Expected("winner", "1")),
        (1002, "conversion", Expected("loser", "1")),
        (1003, "conversion", Expected("no_difference")),
        (1004, "conversion", Expected("invalid")),
        (1005, "conversion", Expected("no_difference")),
        (1005, "rpv", Expected("winner", "2")),
        (1006, "conversion", Expected("winner", "1")),
    ],
)
def test_what_is_expected_follows_from_the_true_rates(test_id, metric, wanted):
    """Endless data would give these verdicts."""
    truth = next(one for one in TRUTH if one.test_id == test_id)
    assert expected(truth, metric, 0.05) == wanted


def test_a_false_claim_counts_as_wrong_and_a_wait_does_not():
    """The demo would say so if a verdict were against the truth."""
    rows = [
        {"variant_id": "0", "name": "Control", "visitors": 9000, "conversions": 450, "is_control": True, "traffic_weight": 50},
        {"variant_id": "1", "name": "New", "visitors": 9000, "conversions": 600, "traffic_weight": 50},
    ]  # fmt: skip
    claim = stats.analyze({"variants": rows})
    assert claim.verdict.kind == "winner"
    assert judge(claim, Expected("winner", "1")) == "right"
    assert judge(claim, Expected("winner", "2")) == "wrong"
    assert judge(claim, Expected("loser", "1")) == "wrong"
    rows[1]["conversions"] = 460
    assert judge(stats.analyze({"variants": rows}), Expected("winner", "1")) == "open"
    assert summary(["right", "wrong", "open"]) == (
        "Against the truth: 1 of 3 verdicts right, 1 wrong, 1 open (too few visitors yet to decide)."
    )


def test_a_forest_line_shows_the_interval_its_middle_and_zero():
    """Ends at the ends of the scale, a dot at the lift, a bar at zero."""
    drawn = forest(0.1, (-0.1, 0.3), (-0.1, 0.3))
    assert (drawn[0], drawn[-1]) == ("─", "─")
    assert drawn.index("┼") < drawn.index("●")
    assert forest(None, None, (0.0, 0.0)) == ""
