"""Segments on pages and terminals: the metric that decides, and the outcome that the correction leaves."""

import pytest

from midakit import F, Mida, stats
from midakit.report import deciding
from midakit.report.charts.catalogue import decided, deciding_lift
from midakit.report.figures import segments as listing
from midakit.sandbox import Sandbox

SEGMENTS = {"mobile": F.device == "mobile", "desktop": F.device == "desktop"}


@pytest.fixture(scope="module")
def mida():
    with (
        Sandbox(seed=42, visitors=8_000) as shop,
        Mida(shop.api_key, project_key=shop.project_key, base_url=shop.base_url) as client,
    ):
        yield client


def result(arms):
    variants = [
        {"variant_id": str(v), "conversions": x, "visitors": n, "traffic_weight": 50}
        for v, (x, n) in enumerate(arms)
    ]
    return {"variants": variants, "days_running": 14, "stats_engine": "bayesian"}


def test_a_segment_is_marked_by_its_outcome_and_not_by_its_p():
    """A Bayesian outcome has one side: p of 0.07 may be decided, and the table says the same as the verdict."""
    found = stats.segments({"a": result([(500, 10_000), (570, 10_000)])})
    [one] = found[0].analysis.comparisons
    seen = deciding.deciding(one, found[0].analysis)
    assert found[0].analysis.verdict.kind == "winner"
    assert seen.outcome == one.conversion.outcome == "better"
    crowd = {str(at): result([(500, 10_000), (500, 10_000)]) for at in range(40)}
    lucky = stats.segments({"a": result([(500, 10_000), (570, 10_000)]), **crowd})[0]
    [one] = lucky.analysis.comparisons
    assert not decided(one, lucky.analysis)
    assert deciding.OUTCOMES["undecided"] in listing([lucky])
    assert "better" not in listing([lucky])
    assert "▲ better" in listing(found)


def test_a_broken_segment_has_no_outcome():
    """Lost visitors make a difference that is none."""
    found = stats.segments({"a": result([(500, 10_000), (900, 14_000)])})
    assert found[0].analysis.verdict.kind == "invalid"
    [one] = found[0].analysis.comparisons
    assert one.conversion.outcome == "better"
    assert deciding.deciding(one, found[0].analysis).outcome == "undecided"
    assert not decided(one, found[0].analysis)


def test_money_decides_where_it_was_asked_for(mida):
    """Amounts, their lift with its own interval, and the chart's title."""
    made = mida.report(1005, metric="rpv", segments=SEGMENTS)
    html, text = made.html, str(made)
    assert "Lift in revenue per visitor over Control, by segment" in html
    assert "Lift in conversion rate over Control, by segment" not in html
    assert "Per visitor" in text
    for segment in made[1005].segments:
        for one in segment.analysis.comparisons:
            lift, ends = deciding_lift(one, segment.analysis)
            assert (lift, ends) == (one.rpv.lift, one.rpv.lift_ci)
            seen = deciding.deciding(one, segment.analysis)
            arm = next(a for a in segment.analysis.arms if a.variant_id == one.variant_id)
            assert seen.value == f"{arm.rpv:,.2f} {arm.currency}"
            assert f"{arm.rpv:,.2f} {arm.currency}" in html
            assert f"{arm.rpv:,.2f} {arm.currency}" in text


def test_money_that_is_not_there_has_dashes(mida):
    """No lift of another metric under a heading that says money."""
    made = mida.report(1001, metric="rpv", segments=SEGMENTS)
    assert "Lift in revenue per visitor over Control" not in made.html
    for segment in made[1001].segments:
        [one] = segment.analysis.comparisons
        assert deciding.deciding(one, segment.analysis)[:5] == ("–", "–", None, None, "–")
    assert "There is nothing to decide by" in made.html
    assert 'class="tiles"' not in made.html


def test_under_a_plan_the_evidence_is_z_and_its_bound(mida):
    """A p-value that no plan allows for would contradict the outcome beside it."""
    made = mida.report(1005, horizon=6_000, segments=SEGMENTS)
    assert "z (needed)" in str(made)
    assert "z (needed)" in made.html
    for segment in made[1005].segments:
        [one, _] = segment.analysis.comparisons
        planned = one.conversion.planned
        expected = f"{planned.z:.2f} ({planned.bound:.2f})"
        assert deciding.deciding(one, segment.analysis).evidence == expected
        assert expected in str(made)


def test_an_overview_shows_the_lift_that_decides(mida):
    """Two experiments, judged by money."""
    made = mida.report([1001, 1005], metric="aov")
    assert "Every experiment, its verdict and its lift in order value" in made.html
