"""What importing the statistics costs."""

import subprocess
import sys

import pytest


def run(program):
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_nothing_outside_the_standard_library_is_loaded():
    """Nor anything of ours beside the statistics, but for the one reader of values."""
    program = (
        "import sys; before = set(sys.modules)\n"
        "from midakit import stats\n"
        "stats.analyze({'variants': []})\n"
        "for name in dir(stats): getattr(stats, name)\n"
        "new = set(sys.modules) - before\n"
        "print(sorted(n for n in new if n.partition('.')[0] not in sys.stdlib_module_names\n"
        "  and n not in ('midakit', 'midakit._lazy', 'midakit._version') and not n.startswith('midakit.stats')))"
    )
    assert run(program) == "['midakit.core', 'midakit.core.models', 'midakit.core.models.values']"


def test_the_import_alone_loads_next_to_nothing():
    """Every name waits for its first use."""
    program = (
        "import sys, midakit.stats\n"
        "print([name for name in sys.modules if name.startswith('midakit.stats.')],\n"
        "  'dataclasses' in sys.modules)"
    )
    assert run(program) == "[] False"


def test_numpy_is_loaded_by_a_batch_only():
    """`stats.batch` itself is free until it is used."""
    program = (
        "import sys; from midakit import stats; stats.batch\n"
        "stats.analyze({'variants': []})\n"
        "print('numpy' in sys.modules); stats.batch.pairs([1], [10], [2], [10])\n"
        "print('numpy' in sys.modules)"
    )
    assert run(program).split() == ["False", "True"]


def test_the_public_names_are_these():
    """A name added or lost is a decision, not an accident."""
    from midakit import stats

    functions = {
        "adjust", "analyze", "batch", "plan", "rate_interval", "rates", "ratio", "rollup",
        "secondary", "segments", "sequence", "sequential", "srm", "srm_sequential", "welch", "z_test",
    }  # fmt: skip
    classes = {
        "Analysis", "Arm", "Best", "Comparison", "Day", "DayArm", "MeanFigures", "MeanTest", "Method",
        "Guardrail", "Horizon", "Notice", "Orders", "Outlook", "PlannedTest", "RateComparison", "RateFigures",
        "Rates", "Rollout", "Rollup", "SampleRatio", "Secondary", "Segment", "Sequential", "Stability",
        "StatsDataError", "VariantTotals", "Verdict", "ZTest",
    }  # fmt: skip
    assert set(dir(stats)) == functions | classes
    assert all(getattr(stats, name).__name__.endswith(name) for name in dir(stats))
    with pytest.raises(AttributeError, match="nonsense"):
        stats.nonsense  # noqa: B018


def test_segments_take_the_options_of_analyze():
    """Every option by name."""
    from inspect import signature

    from midakit import stats
    from midakit.stats.decision.segments import SegmentOptions

    analyze = set(signature(stats.analyze).parameters)
    own = {"results", "timeseries", "metrics", "correction", "horizon", "whole", "options"}
    assert set(signature(stats.segments).parameters) == own
    assert set(SegmentOptions.__annotations__) == analyze - own - {"result"}
