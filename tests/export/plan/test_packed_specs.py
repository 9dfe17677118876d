"""Calls come out of little memory as they went in."""

import gc
import tracemalloc
from datetime import date

import attrs
from hypothesis import example, given
from hypothesis import strategies as st

from midakit.core.call import Call
from midakit.export import ExportRequest, Plan, Spec
from midakit.export.plan.packed_specs import PackedSpecs
from midakit.export.plan.plan import parse
from midakit.export.plan.report_calls import ReportCalls
from midakit.mida import calls

texts = st.text(max_size=6)
pairs = st.lists(
    st.tuples(st.sampled_from(["test_id", "test_name", "segment"]), texts), max_size=4
).map(tuple)
paths = st.sampled_from(["/experiment/1/result", "/1/1/1", "/goals", "//", "", "/é/1/"]) | texts
specs = st.builds(
    lambda kind, project, path, query, context, paged, rows, number: Spec(
        kind=kind, project=project, context=context, paged=paged, rows=rows, round=number,
        call=Call(operation="read", method="GET", path=path, query=query, answer=dict, safe=True),
    ),
    st.sampled_from(["results", "events"]), st.sampled_from(["p", "q"]), paths, pairs, pairs,
    st.booleans(), st.none() | texts, st.integers(0, 2),
)  # fmt: skip
ONE = Spec(kind="results", project="p", call=calls.experiments.result(1))


def known(*context):
    return attrs.evolve(ONE, context=context)


@given(st.lists(specs, max_size=6))
@example([known(("test_id", "1"), ("test_name", "A")), known(("test_id", "1"), ("test_name", "B"))])
@example([known(("test_id", "1")), known(("test_id", "1"), ("test_name", "")), known()])
@example([known(("test_name", "A"), ("test_id", "1")), known(("test_id", "2"))])
def test_calls_come_out_as_they_went_in(found):
    """Whatever they hold, with their ids, which are not computed again."""
    packed = PackedSpecs(found)
    assert list(packed) == found
    assert [packed[place] for place in range(len(found))] == found
    assert [spec.id for spec in packed] == [attrs.evolve(spec).id for spec in found]
    assert list(packed.ids()) == [spec.id for spec in found]
    assert list(packed.kinds_and_ids()) == [(spec.kind, spec.id) for spec in found]
    assert packed.projects() == {spec.project for spec in found}


@given(st.lists(specs, max_size=6), st.data())
def test_some_of_them_are_those_at_these_places(found, data):
    """In the order that was asked for; by ids in the order of the plan."""
    packed = PackedSpecs(found)
    places = data.draw(st.lists(st.sampled_from(range(len(found))))) if found else []
    assert list(packed.at(places)) == [found[place] for place in places]
    assert packed.at(places).projects() == {found[place].project for place in places}
    wanted = {found[place].id for place in places}
    assert list(packed.of(wanted)) == [spec for spec in found if spec.id in wanted]
    assert list(packed[1:4]) == found[1:4]
    assert (packed.at(places) == packed) == ([found[place] for place in places] == found)


def test_a_call_that_says_more_than_a_plan_comes_out_whole():
    """A plan that a program puts together may hold calls with headers, a body and a model."""
    call = attrs.evolve(calls.experiments.start(7), headers=(("x-a", "b"),), doubts=("odd",))
    other = attrs.evolve(ONE, call=call, context=(("test_id", "7"),))
    assert list(PackedSpecs([ONE, other, ONE])) == [ONE, other, ONE]


def memory_of(work):
    """Return what work makes, and the bytes that it takes.

    Other threads of the process are counted too, so the least of three times is what the work takes.
    """
    taken = []
    for _ in range(3):
        made = None
        gc.collect()
        tracemalloc.start()
        made = work()
        gc.collect()
        taken.append(tracemalloc.get_traced_memory()[0])
        tracemalloc.stop()
    return made, min(taken)


def test_a_large_plan_takes_little_memory():
    """Made or read back: tens of bytes a call, where an object takes hundreds."""
    reports = ReportCalls(ExportRequest(kinds=("results", "timeseries"), end_date="2026-06-30"))

    def made():
        numbers = range(1000, 3000)
        abouts = [(("test_id", str(n)), ("test_name", f"Experiment {n}")) for n in numbers]
        start = date(2026, 1, 1)
        specs = (reports.parts("p", one, start, kind) for one in abouts for kind in reports.wanted)
        return Plan(specs=specs, created_at="now")

    lines = list(made().lines())
    for work in (made, lambda: parse(lines)):
        plan, taken = memory_of(work)
        assert len(plan.specs) == 4000
        assert taken / 4000 < 100
