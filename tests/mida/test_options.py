"""Options written once: what the table says is what signatures, docstrings and messages say."""

import importlib.util
import inspect
import pickle
from pathlib import Path
from typing import get_args

import pytest

from midakit import AsyncMida, InvalidRequest, Mida
from midakit.core.options import option_table
from midakit.export.files.formats import NAMES
from midakit.export.files.targets import PARTITIONS
from midakit.export.plan.spec import KINDS
from midakit.mida import calls, models, options
from midakit.mida._async.experiments import AsyncExperiments
from midakit.mida._sync.experiments import Experiments

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "option_docs.py"

TAKING = [
    (calls.experiments.result, options.ReportOptions),
    (calls.experiments.timeseries, options.TimeseriesOptions),
    (calls.experiments.metrics, options.MetricsOptions),
    *((getattr(kind, name), fields)
      for kind in (AsyncExperiments, Experiments)
      for name, fields in (
          ("result", options.ReportOptions),
          ("timeseries", options.TimeseriesOptions),
          ("metrics", options.MetricsOptions),
          ("segments", options.AnyReportOptions),
      )),
    *((getattr(kind, name), fields)
      for kind in (AsyncMida, Mida)
      for name, fields in (
          ("report", options.PageOptions),
          ("export", options.ExportOptions),
          ("with_options", options.MidaViewOptions),
      )),
]  # fmt: skip


@pytest.mark.parametrize(("function", "fields"), TAKING)
def test_signature_and_docstring_show_every_option(function, fields):
    """`inspect.signature` lists each option by name with its default, `help` says what each means."""
    parameters = inspect.signature(function).parameters
    assert not [one for one in parameters.values() if one.kind is one.VAR_KEYWORD]
    for name, option in option_table(fields).items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default == option.default
        assert f"\n    {name}: " in inspect.getdoc(function)


@pytest.fixture
def script():
    if not SCRIPT.exists():
        pytest.skip("the script is not part of the wheel")
    spec = importlib.util.spec_from_file_location("option_docs", SCRIPT)
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


def test_docstrings_are_in_step_with_the_table(script):
    """The entries in `Args` are what the script writes, and every option has a text."""
    known = script.meanings()
    assert all(text for fields in known.values() for text in fields.values())
    for path in (ROOT / "src").rglob("*.py"):
        source = path.read_text()
        if "Unpack[" in source and "_sync" not in path.parts:
            assert script.rewritten(source, known) == source, path


def test_an_entry_written_by_hand_stays_before_the_options(script):
    """The script keeps other arguments and sections, and replaces only the entries of options."""
    source = (
        'def f(a, **options: Unpack[Some]):\n    """Do it.\n\n    Args:\n        a: First,\n'
        "            and more.\n        old: Stale.\n\n    Returns:\n        It.\n"
        '    """\n'
    )
    changed = script.rewritten(source, {"Some": {"old": "New text."}})
    assert changed == source.replace("Stale.", "New text.")


@pytest.mark.parametrize(
    ("words", "known"),
    [
        (options.Dimension, models.BreakdownBy),
        (options.Phase, models.ReportPhase),
        (options.Table, KINDS),
        (options.FileFormat, NAMES),
        (options.PartitionColumn, PARTITIONS),
    ],
)
def test_words_of_types_are_the_words_of_the_code(words, known):
    """A type checker and the code know the same words."""
    assert sorted(get_args(words)) == sorted(known)


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: calls.experiments.result(1, goal_kye="x"), "did you mean 'goal_key'?"),
        (lambda: calls.experiments.timeseries(1, breakdown_by="device"), "has no such option"),
        (
            lambda: calls.experiments.metrics(1, zzz=1),
            "options: metric_keys, goal_keys, start_date",
        ),
    ],
)
def test_an_option_that_does_not_exist_is_named(ask, message):
    """An unknown option is an InvalidRequest and a TypeError, and the message says what was meant."""
    with pytest.raises(TypeError, match=message.replace("?", r"\?")) as caught:
        ask()
    assert isinstance(caught.value, InvalidRequest)
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
