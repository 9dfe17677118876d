"""Reports against a real sandbox, over a socket."""

import json
import re

import pytest

from midakit import AsyncMida, F, InvalidRequest, Mida, NotFound
from midakit.report.report_request import identifiers
from support.commands import Midakit
from support.experiments import experiment
from support.experiments import report as drawn


@pytest.fixture
def anyio_backend():
    return "asyncio"


def client(sandbox, kind=Mida, **options):
    return kind(
        sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url, **options
    )


def test_a_report_says_what_was_tested_and_what_to_make_of_it(mida_sandbox, tmp_path):
    """One file holds the names, the verdict in words, every variant and the method."""
    with client(mida_sandbox) as mida:
        report = mida.report(1005, path=tmp_path / "report.html")
        result = mida.experiments.result(1005)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert page == report.html
    assert result.test_name in page
    for variant in result.variants:
        assert variant.name in page
        assert f"{variant.visitors:,}" in page
    assert report[1005].analysis.verdict.kind in page
    assert "How these figures were made" in page
    assert "Revenue per visitor" in page
    assert report.complete


def test_what_is_no_path_is_refused_before_anything_is_asked(mida_sandbox):
    """The error names the option."""
    with client(mida_sandbox) as mida:
        before = len(mida_sandbox.requests())
        with pytest.raises(InvalidRequest, match="path: the path of a file, not an int"):
            mida.report(1005, path=5)
        assert len(mida_sandbox.requests()) == before


@pytest.mark.anyio
async def test_both_clients_write_the_same_page(mida_sandbox):
    """The asynchronous and the blocking client ask the same and show the same."""
    asked = {"segments": {"mobile": F.device == "mobile"}, "end_date": "2026-05-20"}
    async with client(mida_sandbox, AsyncMida) as mida:
        one = await mida.report([1001, 1004], **asked)
    with client(mida_sandbox) as mida:
        other = mida.report([1001, 1004], **asked)
    assert one.to_dict()["experiments"] == other.to_dict()["experiments"]
    assert one.html.partition("<footer>")[0] == other.html.partition("<footer>")[0]


def test_every_call_goes_out_at_once(mida_sandbox):
    """Nothing is fetched twice: configuration once, four parts, the comments, and two for the segment."""
    with client(mida_sandbox) as mida:
        before = len(mida_sandbox.requests())
        mida.report([1001, 1002], segments={"m": F.device == "mobile"}, comments=True)
    paths = [seen["path"] for seen in mida_sandbox.requests()][: -before or None]
    assert len(paths) == len(mida_sandbox.requests()) - before == 1 + 2 * 7


def test_no_id_is_every_live_experiment_of_the_project(mida_sandbox):
    """The listing shows the account; what belongs to another project is left out without a word."""
    with client(mida_sandbox) as mida:
        live = {str(e.test_id) for e in mida.experiments.list() if e.status == "live"}
        report = mida.report()
    assert {one.test_id for one in report} == live - {"2001"}
    assert "2001" in live
    assert report.complete


def test_a_part_that_fails_is_named_and_the_rest_stands(mida_sandbox):
    """A 404 experiment and a lost timeseries cost what they are, and the page says so."""
    mida_sandbox.faults(
        {"action": "status", "args": {"code": 400}, "path": ".*/experiment/1001/timeseries"}
    )
    with client(mida_sandbox) as mida:
        report = mida.report([1001, 2001])
        with pytest.raises(NotFound):
            mida.experiments.result(2001)
    assert [gap.part for gap in report[1001].gaps] == ["timeseries"]
    assert report[1001].analysis.verdict.kind
    assert report[2001].analysis is None
    assert not report.complete
    assert "Missing: timeseries." in report.html
    assert "Missing: details, result, timeseries and metrics." in report.html
    assert "404" in report.html


def test_the_figures_are_there_for_programs(mida_sandbox):
    """`to_dict` is JSON, infinities included."""
    with client(mida_sandbox) as mida:
        told = json.loads(json.dumps(mida.report(1005).to_dict(), allow_nan=False))
    [one] = told["experiments"]
    assert one["analysis"]["verdict"]["kind"] == "keep_running"
    assert one["missing"] == {}


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"tests": "first"}, "no experiment's id"),
        ({"tests": 1001, "goal": "x"}, "report has no such option"),
        ({"tests": []}, "no experiment to report on"),
        ({"tests": 1001, "where": [[]], "segments": {"m": F.device == "mobile"}}, "not empty"),
    ],
)
def test_mistakes_are_told_before_anything_is_fetched(mida_sandbox, asked, says):
    """A misspelt option must not become a report about something else."""
    with client(mida_sandbox) as mida, pytest.raises(InvalidRequest, match=says):
        mida.report(**asked)
    assert not mida_sandbox.requests()


def test_many_experiments_are_one_page_of_sane_size():
    """Each adds its part and no more: under 60 kB."""
    many = [
        experiment(n, f"Experiment {n}", (("Control", 4000, 320), ("New", 4050, 300 + 8 * n)), days=4)
        for n in range(1, 13)
    ]  # fmt: skip
    made = drawn(*many)
    page = made.html
    assert len(page) < 12 * 60_000
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)
    assert page.count("<h2") == 13
    kinds = [one.analysis.verdict.kind for one in made]
    assert f"{kinds.count('winner')} winner" in page


@pytest.fixture
def midakit(mida_sandbox, tmp_path, monkeypatch, capsys):
    """Runs commands in this process, in the folder of the test."""
    for name in ("api_key", "project_key", "base_url"):
        monkeypatch.setenv(f"MIDA_{name.upper()}", getattr(mida_sandbox, name))
    monkeypatch.chdir(tmp_path)
    return Midakit(monkeypatch, capsys)


def test_the_command_writes_the_page_and_prints_the_verdicts(midakit, tmp_path):
    """`midakit report ID...` with segments and charts; exit 0 and what was written."""
    done = midakit(
        "report",
        "1001",
        "1005",
        "--output",
        "out/r.html",
        "--charts",
        "out/charts",
        "--segment",
        "mobile=device == mobile",
        "--start-date",
        "2026-04-01",
    )
    assert done.code == 0, done.err
    assert "Homepage headline" in done.out
    assert "r.html" in done.err
    page = (tmp_path / "out/r.html").read_text(encoding="utf-8")
    assert "mobile" in page
    assert "from 2026-04-01" in page
    assert (tmp_path / "out/charts/1005-revenue.svg").exists()


def test_the_command_tells_a_partial_report_by_its_exit_code(midakit, tmp_path):
    """Exit 3 when something is missing, 2 when nothing can be asked; --json gives the figures."""
    done = midakit("report", "1001", "2001")
    assert done.code == 3
    assert "missing" in done.out
    assert (tmp_path / "report.html").exists()
    told = midakit("report", "1001", "--json")
    assert json.loads(told.out)["experiments"][0]["test_id"] == "1001"
    wrong = midakit("report", "1001", "--segment", "m=device == phone")
    assert wrong.code == 2
    assert "device" in wrong.err


def test_the_command_tells_verdicts_without_a_page(midakit, tmp_path):
    """`--terminal` prints verdict, intervals, segments and a line of bars, and writes nothing."""
    done = midakit("report", "1005", "--terminal", "-s", "mobile=device == mobile")
    assert done.code == 0, done.err
    assert "Keep running" in done.out
    assert re.search(r"Bundle below .* %.*\(.*\).*[▁▂▃▄▅▆▇█]{10}", done.out)
    assert re.search(r"^mobile +Bundle below", done.out, re.MULTILINE)
    assert not list(tmp_path.iterdir())
    wrong = midakit("report", "1005", "--terminal", "--open")
    assert wrong.code == 2


def test_the_command_gives_rows_to_programs(midakit, tmp_path):
    """`--csv` has a row for every variant of every experiment, and writes no page."""
    done = midakit("report", "1001", "1005", "--csv")
    head, *rows = done.out.splitlines()
    assert head.startswith("test_id,")
    assert [row.split(",")[0] for row in rows] == ["1001"] * 2 + ["1005"] * 3
    assert not list(tmp_path.iterdir())
    midakit("report", "1001", "-o", "figures.json")
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["experiments"]


def test_the_command_with_evil_names_shows_them(midakit, mida_sandbox, tmp_path):
    """Names set through the API reach the page and the terminal as text, over a real socket."""
    evil = "<script>alert(1)</script>\x1b[2J"
    with client(mida_sandbox) as mida:
        mida.experiments.update(1001, test_name=evil)
    done = midakit("report", "1001")
    assert done.code == 0, done.err
    assert "<script>alert(1)</script>\\u001b[2J" in done.out
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\\u001b[2J" in page


def test_a_page_decides_by_what_was_asked(mida_sandbox):
    """Metric, planned end, smallest effect and guardrails reach the statistics; segments share the metric."""
    with client(mida_sandbox) as mida:
        report = mida.report(
            1005,
            metric="rpv",
            horizon=1_000_000,
            min_effect=0.02,
            guardrails=["conversion=0.03"],
            segments={"mobile": F.device == "mobile"},
        )
    analysis = report[1005].analysis
    assert (analysis.method.metric, analysis.method.min_effect) == ("rpv", 0.02)
    assert analysis.method.horizon.visitors == 1_000_000
    assert {one.metric for one in analysis.verdict.guardrails} == {"conversion"}
    assert {one.margin for one in analysis.verdict.guardrails} == {0.03}
    assert report[1005].segments[0].analysis.method.metric == "rpv"
    part = report[1005].segments[0].analysis  # as large a part of the plan as of the visitors
    share = [sum(arm.visitors for arm in one.arms) for one in (part, analysis)]
    assert part.method.horizon.visitors == pytest.approx(1_000_000 * share[0] / share[1])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"metric": "clicks"}, "metric"),
        ({"horizon": "soon"}, "horizon"),
        ({"min_effect": 5}, "min_effect"),
        ({"guardrails": {"rpv": 5}}, "margin"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_before_anything_is_asked(mida_sandbox, options, word):
    """By its name."""
    with client(mida_sandbox) as mida:
        before = len(mida_sandbox.requests())
        with pytest.raises(InvalidRequest, match=word):
            mida.report(1001, **options)
        assert len(mida_sandbox.requests()) == before


@pytest.mark.parametrize("tests", [None, 1001.5, object()])
def test_what_is_no_id_is_no_experiment(tests):
    """A report names its argument; a whole number of NumPy is an id."""
    with pytest.raises(
        InvalidRequest, match="^tests: must be an experiment's id, or a list of ids"
    ):
        identifiers(tests)
    assert identifiers(pytest.importorskip("numpy").int64(1001)) == ["1001"]
