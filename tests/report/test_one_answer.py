"""One experiment at one moment has one verdict, whoever asks for it and how: the same to the last digit."""

import asyncio
import contextlib
import io
import json
from pathlib import Path

import pytest

from midakit import AsyncMida, F, Mida, stats
from midakit.sandbox import Sandbox
from support.commands import Midakit

pytestmark = pytest.mark.xdist_group("one answer")  # the sandbox of all of them has counted already
README = Path(__file__).resolve().parents[2] / "README.md"
TEST = 1005
ASKED = [
    ({}, ()),
    ({"metric": "rpv"}, ("--metric", "rpv")),
    (
        {"horizon": 6_000.0, "min_effect": 0.02, "guardrails": ["rpv=0.1"]},
        ("--horizon", "6000", "--min-effect", "0.02", "--guardrail", "rpv=0.1"),
    ),
    (
        {"engine": "bayesian", "threshold": 0.9, "correction": "bonferroni", "tuning": 900.0},
        ("--engine", "bayesian", "--threshold", "0.9", "--correction", "bonferroni",
         "--tuning", "900"),
    ),
]  # fmt: skip
SEGMENTS = {"mobile": F.device == "mobile", "us": F.country == "US"}
TYPED = ("-s", "mobile=device == mobile", "-s", "us=country == US")


def some(*places):
    """These of what is asked; the others in `soak`, so that each is asked of segments or of parts anyway."""
    return [
        pytest.param(*one, marks=() if at in places else pytest.mark.soak)
        for at, one in enumerate(ASKED)
    ]


@pytest.fixture(scope="module")
def shop():
    """Enough visitors for always-valid figures and for a plan in progress."""
    with Sandbox(seed=42, visitors=8_000) as sandbox:
        yield sandbox


@pytest.fixture
def settings(shop):
    return {name: getattr(shop, name) for name in ("api_key", "project_key", "base_url")}


@pytest.fixture
def midakit(settings, tmp_path, monkeypatch, capsys):
    for name, value in settings.items():
        monkeypatch.setenv(f"MIDA_{name.upper()}", value)
    monkeypatch.chdir(tmp_path)
    return Midakit(monkeypatch, capsys)


def told(analysis):
    """Every figure, as JSON has it."""
    return json.loads(json.dumps(analysis.to_dict()))


async def asynchronous(settings, **options):
    async with AsyncMida(**settings) as mida:
        return await mida.verdict(TEST, **options)


@pytest.mark.parametrize(("options", "typed"), ASKED)
def test_every_form_gives_the_same_figures(settings, midakit, options, typed):
    """Both clients, `stats.analyze`, the page, and the commands verdict, result, watch, compare and report."""
    with Mida(**settings) as mida:
        verdict = mida.verdict(TEST, **options)
        page = mida.report(TEST, **options)[TEST]
        by_hand = stats.analyze(
            mida.experiments.result(TEST),
            config=mida.projects.configuration(),
            timeseries=mida.experiments.timeseries(TEST),
            **options,
        )
    figures = told(verdict.analysis)
    [one, _] = [each["conversion"] for each in figures["comparisons"]]
    assert one["always_valid_p"] is not None
    assert bool(one["planned"] and one["planned"]["z"]) is ("horizon" in options)
    assert asyncio.run(asynchronous(settings, **options)).analysis == verdict.analysis
    assert by_hand == verdict.analysis
    assert page.analysis == verdict.analysis

    shown = midakit.good("verdict", TEST, *typed, "--json").json
    assert shown == json.loads(json.dumps(verdict.to_dict()))
    assert midakit.good("result", TEST, *typed, "--json").json["analysis"] == figures
    compared = midakit.good("compare", TEST, *TYPED, *typed, "--json").json
    assert compared["everyone"]["analysis"] == figures
    watched = json.loads(midakit.good("watch", TEST, "--times", "1", *typed, "--json").out)
    assert watched["verdict"] == figures["verdict"]
    [reported] = midakit.good("report", TEST, *typed, "--json").json["experiments"]
    assert reported["analysis"] == figures


@pytest.mark.parametrize(("options", "typed"), some(0, 2))
def test_every_form_gives_the_same_segments(settings, midakit, options, typed):
    """Corrected over the segments that were asked for, not over everyone as well."""
    with Mida(**settings) as mida:
        verdict = mida.verdict(TEST, segments=SEGMENTS, **options)
        page = mida.report(TEST, segments=SEGMENTS, **options)[TEST]
    figures = {name: told(one.analysis) for name, one in verdict.segments.items()}
    assert {one.name: told(one.analysis) for one in page.segments} == figures
    compared = midakit.good("compare", TEST, *TYPED, *typed, "--json").json
    assert {name: compared[name]["analysis"] for name in SEGMENTS} == figures
    shown = midakit.good("result", TEST, "-s", "all=*", *TYPED, *typed, "--json").json
    assert {name: shown[name]["analysis"] for name in SEGMENTS} == figures
    assert shown["all"]["analysis"] == told(verdict.analysis)
    [reported] = midakit.good("report", TEST, *TYPED, *typed, "--json").json["experiments"]
    assert reported["segments"] == figures


@pytest.mark.parametrize(("options", "typed"), some(1, 3))
def test_parts_of_a_breakdown_are_the_same_too(settings, midakit, options, typed):
    """Corrected over the parts, by their totals: the page and the command."""
    with Mida(**settings) as mida:
        page = mida.report(TEST, breakdown_by="device", **options)[TEST]
        whole = mida.verdict(TEST, **options)
    shown = midakit.good("result", TEST, "--breakdown-by", "device", *typed, "--json").json
    assert shown["analysis"] == told(whole.analysis)
    parts = shown["breakdown_analyses"]
    assert len(parts) == len(page.segments) == 3
    for one in page.segments:
        mine = parts[one.name.removeprefix("device: ")]
        assert mine["comparisons"] == told(one.analysis)["comparisons"]
        assert mine["verdict"] == told(one.analysis)["verdict"]


def test_people_read_the_same_words(settings, midakit):
    """The lines of `midakit verdict` stand in result, watch and report too."""
    lines = [
        line.strip() for line in midakit.good("verdict", TEST).out.splitlines() if line.strip()
    ]
    first = " ".join(lines)[:200]
    for words in (("result", TEST), ("report", TEST, "--terminal")):
        out = " ".join(midakit.good(*words).out.split())
        assert first in out


def test_the_snippet_of_the_readme_says_it_too(settings, midakit):
    """A reader who pastes it sees the verdict that everything else shows."""
    if not README.exists():
        pytest.skip("the README is not part of the wheel")
    blocks = README.read_text(encoding="utf-8").split("```")
    [snippet] = [
        b.removeprefix("python\n") for b in blocks if "mida.verdict(" in b and "await" not in b
    ]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(snippet, {})
    with Mida(**settings) as mida:
        verdict = mida.verdict(1001)
    assert out.getvalue() == "\n  ".join([str(verdict), *verdict.why]) + "\n"


def test_an_export_gives_the_same_figures(settings, tmp_path):
    """Rows of results and timeseries are all that a verdict needs."""
    with Mida(**settings) as mida:
        mida.export(tmp_path, kinds=("results", "timeseries"), format="jsonl", test_ids=[TEST])
        verdict = mida.verdict(TEST)
        config = mida.projects.configuration()
    rows = {
        kind: [
            json.loads(line)
            for file in sorted((tmp_path / kind).glob("*.jsonl"))
            for line in file.read_text(encoding="utf-8").splitlines()
        ]
        for kind in ("results", "timeseries")
    }
    result = {**rows["results"][0], "variants": rows["results"]}
    found = stats.analyze(result, config=config, timeseries=rows["timeseries"])
    assert found.comparisons == verdict.analysis.comparisons
    assert found.timeline == verdict.analysis.timeline
    assert found.verdict == verdict


def test_only_a_notebook_shows_a_result_without_its_days_and_says_so(settings):
    """`result` alone is judged by its totals; the words say what was not loaded."""
    with Mida(**settings) as mida:
        result = mida.experiments.result(TEST)
        whole = mida.verdict(TEST)
    alone = stats.analyze(result)
    assert alone.verdict.missing == ("timeseries: not given",)
    for name in ("lift", "chance_to_beat_control", "lift_interval"):
        figures = [getattr(one.comparisons[0].conversion, name) for one in (alone, whole.analysis)]
        assert figures[0] == figures[1]
    assert "udged without the timeseries" in result._repr_html_()
