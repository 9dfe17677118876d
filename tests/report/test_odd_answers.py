"""Whatever the server sends there is a page; what could not be read is named on it."""

import copy
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from support.experiments import client, experiment, report

PARTS = {"m": (("Control", 100, 10), ("S", 100, 20)), "d": (("Control", 90, 10), ("S", 95, 20))}
WHOLE = experiment(
    order_value=30, days=4, metrics={"a": (1, 2), "b": (3, 4)}, breakdowns=PARTS,
    comments=[{"comment": "x", "author_name": "y", "created_at": "2026-03-09T10:00:00Z"}],
)  # fmt: skip
JUNK = [
    None, "", "<b>&", "ten", -1, 0, 1e308, 10**15, 3.5, True, [], {}, [None], {"a": [1]}, "\x00\u202e",
]  # fmt: skip


def places(value, path=()):
    """Every place in an answer, but the id that it is asked by."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in ("test_id", "timeseries"):
                yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from places(inner, (*path, at))
    if path not in ((), ("",)):
        yield path


PLACES = sorted(
    [*places(WHOLE), *((("timeseries", "timeseries", 3, key)) for key in ("visitors", "created_at"))],
    key=str,
)  # fmt: skip


def changed(changes):
    """The answers with junk in some places; a place that is gone by then stays gone."""
    found = copy.deepcopy(WHOLE)
    for path, junk in changes:
        *front, last = path
        inner = found
        try:
            for key in front:
                inner = inner[key]
            inner[last] = junk
        except (KeyError, IndexError, TypeError):
            continue
    return found


CHANGES = st.lists(
    st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK)), min_size=1, max_size=6
)


def costs_a_part_at_most(changes):
    """There is a page, and it says what it is made of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = report(changed(changes), breakdown_by="device", comments=True)
        page = made.html
    assert page.endswith("</html>\n")
    assert "<b>&" not in page
    assert "\x00" not in page + str(made)
    assert "Method" in page or not made.complete
    assert made.to_dict()["experiments"]


@settings(max_examples=8)
@given(CHANGES)
@example(
    [(("timeseries", "timeseries", 3, "created_at"), -1)]
)  # a day of its own, so another split
@example([(("result", "days_running"), -1)])
@example([(("result", "days_running"), 10**15)])
def test_there_is_always_a_page(changes):
    """Junk in any place of any answer costs a figure or a part, and never the report."""
    costs_a_part_at_most(changes)


@pytest.mark.soak
@settings(max_examples=300)
@given(CHANGES)
def test_there_is_always_a_page_however_long_we_look(changes):
    """The same with many examples."""
    costs_a_part_at_most(changes)


def test_metrics_that_cannot_be_read_are_a_gap():
    """What is no list costs the secondary metrics, which the page names as missing."""
    odd = changed([(("metrics", "metric_definitions"), "many")])
    made = report(odd)
    assert [gap.part for gap in made[1].gaps] == ["metrics"]
    assert "Missing: metrics." in made.html
    assert made[1].analysis.verdict.kind
    with client(odd) as mida:
        assert mida.experiments.metrics(1)._repr_html_() is None


@pytest.mark.parametrize("variants", [[], None, [{"variant_id": "1", "name": "Alone"}]])
def test_a_result_that_compares_nothing_is_told_apart(variants):
    """Without a Control and a treatment the verdict is not to decide, and no chart pretends."""
    made = report(changed([(("result", "variants"), variants)]))
    assert made[1].analysis.verdict.kind == "invalid"
    assert "Do not decide" in made.html
    assert 'id="t1-lift-title"' not in made.html


def test_a_segment_may_have_any_name():
    """Also one that is a word of the API, and the same as a part of the breakdown."""
    device = [[{"criteria": "device", "operator": "==", "value": "mobile"}]]
    named = {"variants": device, "device: m": device, "Everyone": device}
    made = report(WHOLE, segments=named, breakdown_by="device")
    names = [one.name for one in made[1].segments]
    assert sorted(names) == ["Everyone", "device: d", "device: m", "device: m", "variants"]
    assert all(one.analysis.comparisons for one in made[1].segments)
