"""A load's state: exact about calls, and short."""

import json

from hypothesis import given
from hypothesis import strategies as st

from midakit.core.call import Call
from midakit.engines.remaining import loaded_ids, remaining_ids
from midakit.export.plan.plan import Plan
from midakit.export.plan.spec import Spec


def plan(number, size, made):
    """A plan of so many calls, half of them results."""
    call = Call(operation="x", method="GET", path="/x", query=(), answer=dict, safe=True)
    kinds = ("results", "timeseries")
    specs = [
        Spec(kind=kinds[one % 2], project="p", call=call, context=(("n", f"{number}/{one}"),))
        for one in range(size)
    ]
    return Plan(specs=tuple(specs), created_at=made)


@given(
    sizes=st.lists(st.integers(0, 6), max_size=4),
    came=st.lists(st.lists(st.integers(0, 3), max_size=12), max_size=4),
)
def test_the_state_knows_what_earlier_loads_brought_in(sizes, came):
    """Whatever parts of whatever plans they found; and of a plan that is worked off it keeps no call."""
    plans = [plan(number, size, f"day {number}") for number, size in enumerate(sizes)]
    all_ids = [spec.id for one in plans for spec in one.specs if spec.kind == "results"]
    left, brought = {}, set()
    for places in came:
        assert {one for one in loaded_ids(plans, left) if one in all_ids} == brought
        brought |= {all_ids[place] for place in places if place < len(all_ids)}
        left = json.loads(json.dumps(remaining_ids(plans, "results", brought)))
    assert sum(map(len, left.values())) == (len(all_ids) - len(brought) if came else 0)


def test_an_export_made_anew_is_loaded_anew():
    """It has the same calls, but was made at another moment."""
    old, new = plan(0, 4, "yesterday"), plan(0, 4, "today")
    assert old.id == new.id
    left = remaining_ids([old], "results", {spec.id for spec in old.specs})
    assert loaded_ids([old], left) == {spec.id for spec in old.specs}
    assert not loaded_ids([new], left)
