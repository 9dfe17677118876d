"""Charts as files and in notebooks."""

import subprocess
import sys
from xml.etree import ElementTree

import pytest

from midakit import InvalidRequest, MissingExtra
from midakit.report.charts import palette
from support.experiments import client, experiment, report

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def made():
    return report(experiment(order_value=30))


@pytest.fixture(scope="module")
def result():
    with client(experiment(order_value=30)) as mida:
        return mida.experiments.result(1)


def test_every_chart_of_a_report_can_be_saved(made, tmp_path):
    """Lift, traffic, rate over time, difference and revenue, as SVG that opens anywhere."""
    paths = made.save_charts(tmp_path / "new")
    assert {path.name for path in paths} == {
        "1-lift.svg", "1-traffic.svg", "1-rate.svg", "1-difference-1.svg", "1-revenue.svg",
    }  # fmt: skip
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "var(" not in text  # few programs but browsers know it
        assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
        root = ElementTree.fromstring(text)
        assert float(root.get("width")) > 300
        assert root.get("role") == "img"
        assert root.find(f"{SVG}title").text
        assert root.find(f"{SVG}desc").text


def test_a_png_is_sharp_and_carries_its_words(made, tmp_path):
    """Twice the size for dense screens, with title and description inside."""
    [lift, *_] = made.charts()["1"]
    assert lift.save(tmp_path / "lift.png").exists()
    from PIL import Image

    with Image.open(tmp_path / "lift.png") as picture:
        assert picture.width == 2 * 360
        assert picture.info["Title"] == lift.title
        assert "Short form" in picture.info["Description"]
        colours = picture.convert("RGB").getcolors(1 << 20)
    assert len(colours) > 10  # something is drawn


def test_the_same_report_gives_the_same_bytes(tmp_path):
    """No date, no random id: a report in version control changes when its figures do."""
    one, other = report(experiment()), report(experiment())
    assert one.html == other.html
    [a, *_], [b, *_] = one.charts()["1"], other.charts()["1"]
    assert a.save(tmp_path / "a.svg").read_bytes() == b.save(tmp_path / "b.svg").read_bytes()
    assert a.save(tmp_path / "a.png").read_bytes() == b.save(tmp_path / "b.png").read_bytes()


def test_other_forms_are_refused(made, tmp_path):
    """A misspelt ending writes nothing."""
    [chart, *_] = made.charts()["1"]
    with pytest.raises(InvalidRequest, match="saved as svg or png"):
        chart.save(tmp_path / "lift.pdf")
    with pytest.raises(InvalidRequest, match="not one of"):
        made.save_charts(tmp_path, form="gif")
    assert not list(tmp_path.iterdir())


def test_a_result_plots_itself(result, tmp_path):
    """`.plot()` is the lift, another chart has its name; a figure can be worked on."""
    assert result.plot().name == "lift"
    assert result.plot("traffic").save(tmp_path / "traffic.svg").exists()
    figure = result.plot("revenue").figure(500)
    assert figure.get_size_inches()[0] * 72 == pytest.approx(500)
    with pytest.raises(InvalidRequest, match="lift, traffic, revenue"):
        result.plot("pie")


def test_a_timeseries_plots_its_days(result):
    """The running rate of each variant; too few days are no line."""
    with client(experiment()) as mida:
        days = mida.experiments.timeseries(1)
    assert "Variant 1" in days.plot().description
    assert "<svg" in days._repr_html_()
    days.timeseries = days.timeseries[:2]
    with pytest.raises(InvalidRequest, match="nothing to draw"):
        days.plot()
    assert "<table" in days._repr_html_()


def test_notebooks_show_verdict_table_and_chart(result):
    """A result in a cell says what to do, has its table, and a chart whose text takes the page's ink."""
    shown = result._repr_html_()
    assert "Short form beats Control." in shown
    assert "<caption>" in shown
    assert "--ink:currentColor" in shown
    assert shown.count("<svg") == 1
    with client(experiment(metrics={"signup": (200, 240)})) as mida:
        assert "Secondary metrics" in mida.experiments.metrics(1)._repr_html_()


def test_a_report_in_a_notebook_stands_in_a_frame(made):
    """Its style cannot reach the notebook, and the notebook's cannot reach it."""
    shown = made._repr_html_()
    assert shown.startswith("<iframe ")
    assert 'sandbox=""' in shown
    assert "&lt;!doctype html&gt;" in shown
    assert "Shorter sign-up form" in shown


def test_colours_of_arms_can_be_read_by_day_and_by_night():
    """A notebook's ground is not ours: 4.5 on white and 4 on black, for every arm."""

    def light(colour):
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in palette.BETWEEN:
        assert 1.05 / (light(colour) + 0.05) >= 4.5
        assert (light(colour) + 0.05) / (light("#111111") + 0.05) >= 4.0
    assert len(set(palette.BETWEEN)) == len(palette.ARMS)


def test_a_page_and_its_charts_need_no_matplotlib(tmp_path):
    """A whole page, its SVG files and a notebook's cell are drawn where matplotlib cannot be imported."""
    program = (
        "import sys; sys.path.insert(0, 'tests'); sys.modules['matplotlib'] = None\n"
        "from support.experiments import client, experiment, report\n"
        "one = experiment(order_value=30)\n"
        "made = report(one)\n"
        f"assert made.html.count('<svg') == 8 and len(made.save_charts({str(tmp_path)!r})) == 5\n"
        "assert '<svg' in client(one).experiments.result(1)._repr_html_()\n"
    )
    from pathlib import Path

    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program], check=True, timeout=600, cwd=root)


def test_png_and_figures_name_the_extra(monkeypatch, made, tmp_path):
    """Where matplotlib is missing they say what to install, and no file is left."""
    for name in [name for name in sys.modules if name.split(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    [lift, *_] = made.charts()["1"]
    for ask in (lift.figure, lambda: lift.save(tmp_path / "lift.png")):
        with pytest.raises(MissingExtra, match=r"pip install 'midakit\[matplotlib\]'"):
            ask()
    assert not list(tmp_path.iterdir())


def test_a_figure_has_the_values_of_the_chart(made):
    """Its axes are in lifts, so that a user can draw into them; pyplot is never loaded."""
    [lift, *_] = made.charts()["1"]
    figure = lift.figure(500)
    [axes] = figure.axes
    low, high = axes.get_xlim()
    assert low < 0 < 0.296 < high
    assert axes.get_xlabel() == "better than Control \u2192"
    texts = {text.get_text() for text in figure.texts}
    assert {"Short form", "+29.6 % (+12.9 to +49.0)"} <= texts
    assert "matplotlib.pyplot" not in sys.modules


def test_settings_of_a_notebook_change_no_picture(made, tmp_path):
    """Whatever style a user has set, ours is drawn with ours, and theirs is there afterwards."""
    import matplotlib as mpl

    [chart, *_] = made.charts()["1"]
    plain = chart.save(tmp_path / "a.png").read_bytes()
    with mpl.rc_context({"font.size": 30, "axes.facecolor": "red", "lines.linewidth": 9}):
        assert chart.save(tmp_path / "b.png").read_bytes() == plain
        assert mpl.rcParams["font.size"] == 30
