"""A result and a timeseries are two requests: visitors come between them, and cost the verdict nothing."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midakit import stats
from support.many import SOME

ARMS = ((500, 10_000, 9_000.0), (620, 10_000, 12_000.0))


def result(*arms):
    """A live equal split of (conversions, visitors, revenue)."""
    variants = [
        {"variant_id": str(place), "is_control": place == 0, "traffic_weight": 50, "name": f"V{place}",
         "conversions": conversions, "visitors": visitors, "revenue": revenue, "orders": conversions}
        for place, (conversions, visitors, revenue) in enumerate(arms)
    ]  # fmt: skip
    return {"stats_engine": "bayesian", "confidence_threshold_percent": 95, "days_running": 10,
            "variants": variants}  # fmt: skip


def days(*arms, running=False):
    """Ten days, the last of which takes what the others leave; running totals where that is asked for."""
    rows, so_far = [], [(0, 0, 0.0)] * len(arms)
    for day in range(10):
        for place, whole in enumerate(arms):
            end = whole if day == 9 else tuple(value // 10 * (day + 1) for value in whole)
            gained = [a - b for a, b in zip(end, so_far[place], strict=True)]
            so_far[place] = end
            converted, visitors, revenue = end if running else gained
            rows.append({"variant_id": str(place), "created_at": f"2026-01-{day + 1:02}T00:00:00.000Z",
                         "converted": converted, "visitors": visitors, "revenue": revenue,
                         "no_of_order": converted})  # fmt: skip
    return rows


def missing(arms, rows):
    """What a verdict on these arms lacks."""
    return "".join(stats.analyze(result(*arms), timeseries=rows).verdict.missing)


def later(conversions, visitors, revenue=0.0, *, arm=1):
    """The arms after some more came to one of them."""
    arms = [list(one) for one in ARMS]
    for at, more in enumerate((conversions, visitors, revenue)):
        arms[arm][at] += more
    return arms


@pytest.mark.parametrize("running", [False, True])
@SOME
@given(
    came=st.tuples(*[st.tuples(st.integers(0, 3), st.integers(1, 100))] * 2),
    rows_first=st.booleans(),
)
def test_all_figures_are_those_of_the_moment_of_the_timeseries(running, came, rows_first):
    """Whichever was asked first, the analysis is that of a result which was asked with the rows."""
    after = [(c + more, n + seen, money) for (c, n, money), (more, seen) in zip(ARMS, came, strict=True)]  # fmt: skip
    of_result, of_rows = (after, ARMS) if rows_first else (ARMS, after)
    rows = days(*of_rows, running=running)
    found = stats.analyze(result(*of_result), timeseries=rows)
    assert found == stats.analyze(result(*of_rows), timeseries=rows)
    assert found.verdict.missing == ()
    assert found.method.rows == ("cumulative" if running else "daily")
    assert [arm.visitors for arm in found.arms] == [visitors for _, visitors, _ in of_rows]


@pytest.mark.parametrize(
    ("visitors", "came", "used"),
    [(100, 3, True), (100, 4, False), (299, 3, True), (10_000, 100, True), (10_000, 102, False)],
)
def test_more_visitors_than_moments_bring_are_those_of_another_question(visitors, came, used):
    """Three, or one in a hundred."""
    arms = (10, visitors, 9.0), (10, visitors + came, 9.0)
    said = missing(arms, days((10, visitors, 9.0), (10, visitors, 9.0)))
    assert ("visitors" in said) is not used


def test_one_of_the_two_is_later_in_every_arm():
    """More visitors in one arm and fewer in the other are those of other days or filters."""
    for there, back in ((1, -1), (-1, 1)):
        arms = (500, 10_000 + there, 9_000.0), (620, 10_000 + back, 12_000.0)
        assert "rows count" in missing(arms, days(*ARMS))
    assert missing(((500, 10_001, 9_000.0), ARMS[1]), days(*ARMS)) == ""


@pytest.mark.parametrize(
    ("conversions", "visitors", "used"),
    [
        (1, 0, False),
        (-1, 0, False),
        (1, 1, True),
        (4, 1, True),
        (5, 1, False),
        (-1, 1, False),
        (-1, -1, True),
        (1, -1, False),
        (103, 100, True),
        (104, 100, False),
    ],
)
@pytest.mark.parametrize("arm", [0, 1])
def test_conversions_come_with_visitors(arm, conversions, visitors, used):
    """Conversions without visitors, or against them, are those of another goal."""
    said = missing(later(conversions, visitors, arm=arm), days(*ARMS))
    assert said == "" if used else "same goal" in said


def test_a_visitor_of_one_arm_explains_a_conversion_of_the_other():
    """Who came before may convert between the two."""
    arms = later(1, 0, arm=0)
    arms[1][1] += 1
    assert missing(arms, days(*ARMS)) == ""


@pytest.mark.parametrize(
    ("visitors", "revenue", "used"),
    [(0, 121.0, True), (0, 122.0, False), (1, 1_333.0, True), (1, 1_334.0, False)],
)
def test_an_order_may_come_with_visitors(visitors, revenue, used):
    """A hundredth of the money is rounding; a tenth may be an order that came between."""
    said = missing(later(0, visitors, revenue), days(*ARMS))
    assert said == "" if used else "revenue" in said


def test_a_timeseries_that_cannot_be_used_leaves_the_counts_of_the_result():
    """Rows of the right visitors without dates give no figure."""
    rows = [{**row, "created_at": None} for row in days(*ARMS)]
    arms = later(0, 1)
    found, alone = stats.analyze(result(*arms), timeseries=rows), stats.analyze(result(*arms))
    assert "no date" in found.verdict.missing[0]
    assert replace(found.verdict, missing=alone.verdict.missing) == alone.verdict
    assert found.arms == alone.arms


def test_rollup_takes_the_rows_of_a_moment_before():
    """Its totals are the rows' own."""
    found = stats.rollup(days(*ARMS), check_against=result(*later(0, 2)))
    assert (found.cumulative, found.of("1").visitors) == (False, 10_000)
