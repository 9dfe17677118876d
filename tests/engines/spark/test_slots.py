"""How many tasks a session can run at once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit.engines.spark.cluster import STEADY, is_local, of_settings, settled, tasks

INSTANCES = "spark.executor.instances"


@pytest.mark.parametrize(
    ("settings", "cores"),
    [
        ({}, None),
        ({"spark.cores.max": "6"}, 6),
        ({INSTANCES: "3"}, 3),
        ({INSTANCES: "3", "spark.executor.cores": "4"}, 12),
        ({INSTANCES: "3", "spark.executor.cores": "4", "spark.cores.max": "6"}, 6),
        ({"spark.executor.cores": "4", "spark.default.parallelism": "99"}, None),
    ],
)
def test_settings_say_how_many_cores_a_session_asks_for(settings, cores):
    """Or they do not: then it takes what the cluster has."""
    assert of_settings(settings, INSTANCES) == cores


@given(st.lists(st.integers(0, 8)), st.none() | st.integers(1, 8))
def test_executors_have_settled_when_all_are_there_or_nobody_comes_any_more(seen, wanted):
    """None at all is never enough; all that were asked for always are."""
    last = seen[-1] if seen else 0
    steady = len(seen) >= STEADY and all(one == last for one in seen[-STEADY:])
    assert settled(seen, wanted) == (
        last > 0 and (steady or (wanted is not None and last >= wanted))
    )


@given(st.integers(1, 64), st.integers(1, 8))
def test_a_task_may_take_several_cores(cores, each):
    """And one task runs at least."""
    assert tasks(cores, {"spark.task.cpus": str(each)}) == max(1, cores // each)
    assert tasks(cores, {}) == cores


@pytest.mark.parametrize(
    ("master", "found"),
    [
        ("local", True), ("local[4]", True), ("local[*,3]", True),
        ("local-cluster[2,2,512]", False), ("spark://127.0.0.1:7077", False), ("yarn", False),
        ("", False),
    ],
)  # fmt: skip
def test_a_local_cluster_has_executors_of_its_own(master, found):
    """So its driver counts for nothing, and its executors are waited for."""
    assert is_local(master) is found
