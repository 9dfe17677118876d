"""Made-up data of any size: visitors, experiments, days and projects."""

import math
from collections import Counter
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midakit.sandbox import Sandbox, reports
from midakit.sandbox.data.dataset_export import export_lines
from midakit.sandbox.data.seeded_visits import seed_visits
from midakit.sandbox.data.sizes import Sizes
from midakit.sandbox.data.truth import project_key
from midakit.sandbox.state.timestamps import microseconds, naive_utc
from midakit.sandbox.state.visits import Visits
from support.api import Api


def made(sizes, seed=42):
    visits = Visits()
    return visits, seed_visits(visits, seed=seed, sizes=sizes)


def result_of(visits, definitions, experiment, kind=reports.result):
    key = experiment["project_key"]
    project = next(one for one in definitions.projects if one["project_key"] == key)
    goals = [one for one in definitions.goals if one["project_key"] == key]
    context = reports.ReportContext(project, experiment, goals, naive_utc(project["now"]))
    return kind(visits, context, {})


@settings(max_examples=25, deadline=None)
@given(
    visitors=st.integers(0, 400),
    experiments=st.none() | st.integers(0, 40),
    days=st.integers(1, 400),
    projects=st.integers(1, 5),
)
def test_every_size_is_what_was_asked_for(visitors, experiments, days, projects):
    """As many visitors, experiments, projects and days, whatever they are; each entry is of its project."""
    visits, definitions = made(Sizes(visitors, experiments, days, projects))
    described = 10 if projects == 1 else 11
    assert len(definitions.experiments) == (described if experiments is None else experiments)
    assert [one["project_key"] for one in definitions.projects] == [
        project_key(place) for place in range(projects)
    ]
    assert len(visits.visitors) == visitors
    last = microseconds(naive_utc("2026-05-20T00:00:00Z"))
    created = visits.visitors.values("created_at")
    assert ((created >= last - days * 86_400_000_000) & (created < last)).all()
    project_of = {one["test_id"]: one["project_key"] for one in definitions.experiments}
    entered = Counter(
        zip(
            visits.assignments.values("test_id").tolist(),
            visits.assignments.values("visitor").tolist(),
            strict=True,
        )
    )
    assert set(entered.values()) <= {1}
    keys = visits.visitors.texts("project_key")
    assert all(keys.text(visitor) == project_of[test] for test, visitor in entered)


def test_more_experiments_leave_the_described_ones_alone():
    """1001 to 2001 answer the same with 40 experiments as with 11."""
    few, many = made(Sizes(3000)), made(Sizes(3000, experiments=40))
    for one, other in zip(few[1].experiments, many[1].experiments, strict=False):
        assert one == other
        assert result_of(*few, one) == result_of(*many, other)


def test_the_name_of_a_further_experiment_tells_the_truth():
    """Over 300 experiments the rates differ from the told ones by chance only, and orders are orders."""
    visits, definitions = made(Sizes(20_000, experiments=311, projects=1))
    deviations = []
    for experiment in definitions.experiments[10:]:
        told, rate = experiment["test_name"].removesuffix(" %").split(" on ")
        effect = 0.0 if "no difference" in told else float(told.split()[2]) / 100
        body = result_of(visits, definitions, experiment)
        last = body["variants"][-1]
        for arm in body["variants"]:
            true = float(rate) / 100 * (1 + effect * (arm is last))
            error = math.sqrt(true * (1 - true) / arm["visitors"])
            deviations.append((arm["conversions"] / arm["visitors"] - true) / error)
        assert ("orders" in body["variants"][0]) == (experiment["test_id"] % 4 == 0), experiment[
            "test_id"
        ]
    assert len(deviations) == 301 * 2 + 60
    assert abs(np.mean(deviations)) < 4 / math.sqrt(len(deviations))
    assert 0.9 < np.std(deviations) < 1.1


def test_all_further_experiments_have_four_million_entries_at_most():
    """A number of experiments that would be too many entries makes each one smaller."""
    visits, definitions = made(Sizes(30_000, experiments=2011, projects=1))
    counts = Counter(visits.assignments.values("test_id").tolist())
    assert {counts[one["test_id"]] for one in definitions.experiments[11:]} == {1999}


def test_longer_and_shorter_periods_move_the_dates_along():
    """The serving and the end of the described experiments keep their place among the days."""
    for days in (28, 56, 112):
        _, definitions = made(Sizes(50, days=days))
        by_id = {one["test_id"]: one for one in definitions.experiments}
        first = date(2026, 5, 20) - timedelta(days=days)
        served = by_id[1006]["serving_periods"][0]["start"][:10]
        assert date.fromisoformat(served) == first + timedelta(days=days * 41 / 56)
        ended = by_id[1007]["end_date"][:10]
        assert date.fromisoformat(ended) == first + timedelta(days=days * 46 / 56)
        assert by_id[1001]["created_at"][:10] == str(first - timedelta(days=5))


def test_a_seed_makes_the_same_experiments():
    """The same seed and sizes give the same bytes, another seed others."""
    sizes = Sizes(500, experiments=30, days=90, projects=3)
    texts = []
    for seed in (42, 42, 43):
        visits, definitions = made(sizes, seed)
        texts.append(list(export_lines(definitions, visits)))
    assert texts[0] == texts[1] != texts[2]


@pytest.mark.parametrize("projects", [1, 3])
def test_a_sandbox_takes_the_sizes(projects):
    """`Sandbox(experiments=, days=, projects=)` serves them, the control `/seed` too."""
    with Sandbox(visitors=300, experiments=30, days=90, projects=projects) as sandbox:
        with Api(sandbox) as api:
            listed = api.get("/experiments?limit=100")["experiments"]
            assert len(listed) == 30
            assert len(api.admin("GET", "/meta").json()["projects"]) == projects
            told = api.admin("POST", "/seed", json={"visitors": 50, "experiments": 2}).json()
        assert (told["visitors"], told["experiments"], told["projects"]) == (50, 2, 2)
