"""What a notebook shows and keeps, in a real kernel: each cell is run, and the file is read as it is shared."""

import os
import re
from pathlib import Path

import pytest

import midakit
from midakit.sandbox import Sandbox

pytestmark = pytest.mark.xdist_group("notebook")  # it is executed once
KEY = "k3y-of-the-notebook-Z81"
HERE = Path(midakit.__file__).parents[1]
CELLS = {
    "client": "from midakit import AsyncMida, F, Mida, NotFound, stats\nmida = Mida()\nmida",
    "pager": "listing = mida.experiments.list()\nlisting",
    "read": "found = listing.collect()\nlisting",
    "segments": (
        "mida.experiments.segments(1001, {'mobile': F.device == 'mobile', 'desktop': F.device == 'desktop'})"
    ),
    "failed": "mida.experiments.segments(99, {'mobile': F.device == 'mobile'})",
    "analysis": "stats.analyze(mida.experiments.result(1001))",
    "plain": "print(repr(stats.analyze(mida.experiments.result(1001))))",
    "slow": (
        "from midakit.mida import calls\n"
        "answers = mida.gather([calls.experiments.get(1001)] * 40, limit=4)"
    ),
    "async": (
        "async with AsyncMida() as other:\n"
        "    outcomes = await other.gather([calls.experiments.get(1001), calls.goals.get(1)] * 20, 4, 'collect')"
    ),
    "export": "done = mida.export('out', kinds=('results', 'timeseries'), concurrency=2)\ndone",
    "again": "mida.export('out', kinds=('results', 'timeseries'))",
    "quick": "few = mida.gather([calls.projects.configuration()])",
    "report": "mida.report([1001])",
    "error": "try:\n    mida.experiments.get(99)\nexcept NotFound as error:\n    print(error)",
    "end": "mida.close()",
}
SLOW = "/experiment/1001$|/goal/1$|/result|/timeseries"
"""Calls that take a tenth of a second, so that a fan-out lasts long enough to be shown."""


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """The executed notebook, and what each cell put out."""
    import nbformat
    from nbclient import NotebookClient

    folder = tmp_path_factory.mktemp("notebook")
    with (
        Sandbox(seed=42, visitors=2_000, api_key=KEY) as sandbox,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("MIDA_API_KEY", KEY)
        patch.setenv("MIDA_PROJECT_KEY", sandbox.project_key)
        patch.setenv("MIDA_BASE_URL", sandbox.base_url)
        patch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
        patch.setenv("JUPYTER_PLATFORM_DIRS", "1")
        sandbox.faults("latency;ms=100", path=SLOW)
        made = nbformat.v4.new_notebook(
            cells=[nbformat.v4.new_code_cell(one) for one in CELLS.values()]
        )
        NotebookClient(
            made, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}
        ).execute()
    return made


@pytest.fixture
def shown(notebook):
    """The outputs of a cell: every text of every form, put together."""

    def of(name, form=None):
        cell = notebook.cells[list(CELLS).index(name)]
        texts = []
        for output in cell.outputs:
            data = output.get("data") or {"text/plain": output.get("text", "")}
            texts += [text for kind, text in data.items() if form in (None, kind)]
        return "\n".join(texts)

    return of


def test_nothing_in_the_file_holds_the_key(notebook):
    """Whoever gets the notebook gets no key: not in outputs, not in metadata."""
    import nbformat

    assert KEY not in nbformat.writes(notebook)


def test_everything_shows_itself_in_words_and_in_html(shown):
    """No address of an object, no page of repr; a listing says what to do with it and reads nothing."""
    assert "nothing read yet" in shown("pager", "text/html")
    assert "11 read, the end" in shown("read", "text/plain")
    assert len(shown("plain").splitlines()) <= 6
    for name in CELLS:
        assert " object at 0x" not in shown(name), name
        assert len(shown(name, "text/plain")) < 1_500, name
    for name in ("segments", "analysis", "export", "again", "report"):
        assert "</" in shown(name, "text/html"), name


def test_segments_stand_side_by_side(shown):
    """One table with a row for each; what failed says why."""
    html = shown("segments", "text/html")
    assert "<caption>Segments side by side</caption>" in html
    assert "mobile" in html
    assert "desktop" in html
    assert "404" in shown("failed", "text/html")


def test_an_analysis_has_its_verdict_its_table_and_its_lifts(shown):
    """As the result itself shows them."""
    html = shown("analysis", "text/html")
    assert 'class="badge' in html
    assert html.count("<svg") == 1
    assert "<caption>Variants" in html


@pytest.mark.parametrize(
    ("cell", "end"),
    [
        ("slow", r"calls: 40 of 40, \d+\.\d s"),
        ("async", r"calls: 40 of 40, \d+\.\d s, 20 failed"),
        ("export", r"export: (\d+) of \1, \d+\.\d s, [\d,]+ rows"),
    ],
)
def test_a_long_fan_out_ends_with_one_line(shown, cell, end):
    """It was rewritten in place: the file has one line, which says the end."""
    lines = [
        one for one in shown(cell, "text/plain").split("\n") if " of " in one and "/s" not in one
    ]
    found = [one for one in lines if re.fullmatch(end, one)]
    assert len(found) == 1, shown(cell)
    assert shown(cell, "text/html").count("<progress") == 1


def test_a_quick_one_shows_nothing(shown):
    """A line for a moment would only flicker."""
    assert shown("quick") == ""


def test_an_export_says_what_it_wrote_and_what_is_there(shown):
    """Sentence and table; a second one that nothing is new."""
    assert "Rows of this run" in shown("export", "text/html")
    assert "up to date: nothing new; out holds" in shown("again", "text/html")


def test_a_frame_holds_a_report(shown):
    """Its style cannot reach the notebook."""
    assert shown("report", "text/html").count("<iframe ") == 1
