"""The statistics against worlds whose truth is known: the sandbox's, and A/A tests."""

import numpy as np
import pytest

from midakit import Mida, stats
from midakit.sandbox import Sandbox


@pytest.fixture(scope="module")
def mida():
    with (
        Sandbox(seed=42, visitors=100_000) as sandbox,
        Mida(sandbox.api_key, project_key=sandbox.project_key, base_url=sandbox.base_url) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def analyzed(mida):
    config = mida.projects.configuration()

    def analyze(test_id, **options):
        return stats.analyze(
            mida.experiments.result(test_id),
            config=config,
            timeseries=mida.experiments.timeseries(test_id),
            **options,
        )

    return analyze


@pytest.mark.parametrize(
    ("test_id", "kind", "variant_id"),
    [
        (1001, "winner", "1"),
        (1002, "loser", "1"),
        (1003, "inconclusive", None),
        (1004, "invalid", None),
        (1005, "keep_running", None),
        (1006, "winner", "1"),
    ],
)
def test_verdicts_agree_with_what_is_true(analyzed, test_id, kind, variant_id):
    """Through the client, from a server that knows the truth of each experiment."""
    found = analyzed(test_id)
    assert (found.verdict.kind, found.verdict.variant_id) == (kind, variant_id)
    assert found.timeline
    assert found.method.rows == "daily"
    assert not any(notice.code == "timeseries" for notice in found.warnings)


def test_intervals_hold_the_true_lifts(analyzed):
    """The always-valid ones of the difference and the credible ones of the lift."""
    truth = {
        1001: (0.049, 0.056),
        1002: (0.060, 0.051),
        1003: (0.050, 0.0505),
        1006: (0.080, 0.095),
    }
    for test_id, (control, treatment) in truth.items():
        figures = analyzed(test_id).comparisons[0].conversion
        low, high = figures.confidence_sequence
        assert low < treatment - control < high
        low, high = figures.lift_interval
        assert low < treatment / control - 1 < high


def test_nearly_equal_arms_are_no_difference_for_who_cares_for_a_tenth(analyzed):
    """5.0 % and 5.05 % differ by less than a tenth, and the data say so."""
    assert analyzed(1003, min_effect=0.1).verdict.kind == "no_difference"


def test_the_order_value_that_was_raised_is_found(analyzed):
    """9 % in the last of three arms; the arm in between has none of it."""
    found = analyzed(1005, metric="aov")
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "2")
    assert found.comparison("1").aov.outcome == "undecided"
    assert found.comparison(2).aov.lift == pytest.approx(0.09, abs=0.05)


def test_secondary_metrics_are_compared_where_they_count_visitors(mida):
    """Corrected together; percentages and page views are left alone, with the reason."""
    found = {
        one.metric_key: one
        for one in stats.secondary(
            mida.experiments.metrics(1001), result=mida.experiments.result(1001)
        )
    }
    for key in ("thank_you_page", "cta_click", "_engagement"):
        [comparison] = found[key].comparisons
        assert comparison.name == "Benefit headline"
        assert comparison.conversion.adjusted_p_value >= comparison.conversion.p_value
    for key in ("thank_you_page", "cta_click"):
        assert found[key].comparisons[0].conversion.outcome == "undecided"
    assert found["BounceRate"].comparisons == ()
    assert "percentage" in found["BounceRate"].reason
    assert "page views" in found["_pageview"].reason


def test_segments_are_analyzed_side_by_side(mida):
    """From a breakdown or from segments fetched by name, with p-values corrected over all."""
    broken = mida.experiments.result(1001, breakdown_by="device")
    found = stats.segments(broken)
    assert {one.name for one in found} == {"mobile", "desktop", "tablet"}
    whole = stats.analyze(broken)
    for place in (0, 1):
        parts = [one.analysis.arms[place].visitors for one in found]
        assert sum(parts) == whole.arms[place].visitors
    for one in found:
        figures = one.analysis.comparisons[0].conversion
        assert figures.adjusted_p_value >= figures.p_value
        assert one.analysis.method.threshold == 0.95
    named = stats.segments({"everyone": broken, "again": broken})
    assert [one.name for one in named] == ["everyone", "again"]
    assert named[0].analysis.verdict == whole.verdict


LOOKS, DAILY, RATE = 28, 500, 0.05


@pytest.fixture(scope="module")
def no_effect():
    """600 A/A tests: conversions per day of two equal arms, added up."""
    draw = np.random.default_rng(7)
    return draw.binomial(DAILY, RATE, size=(600, 2, LOOKS)).cumsum(axis=2)


def test_always_valid_figures_keep_their_promise_over_all_looks(no_effect):
    """28 looks at 600 A/A tests: at most 5 % ever call an effect."""
    called = 0
    for test in no_effect:
        looks = [
            stats.sequential(
                control=(int(test[0, day]), DAILY * (day + 1)),
                treatment=(int(test[1, day]), DAILY * (day + 1)),
            ).p_value
            for day in range(1, LOOKS)
        ]
        called += min(looks) < 0.05
    assert called / len(no_effect) <= 0.05


def test_a_threshold_looked_at_daily_is_wrong_far_more_often(no_effect):
    """Which is why a verdict says whether it is safe to peek: about a quarter, not a twentieth."""
    visitors = np.broadcast_to(DAILY * np.arange(1, LOOKS + 1), (len(no_effect), LOOKS))
    chance = stats.batch.pairs(
        no_effect[:, 0].ravel(), visitors.ravel(), no_effect[:, 1].ravel(), visitors.ravel()
    ).chance_to_beat_control.reshape(visitors.shape)
    ever, at_last = (chance >= 0.95).any(axis=1).mean(), (chance[:, -1] >= 0.95).mean()
    assert 0.15 < ever < 0.35
    assert at_last < 0.09


def test_the_split_may_be_looked_at_every_day():
    """A fair split is called a mismatch in at most 1 % of cases, a lopsided one nearly always."""
    draw = np.random.default_rng(3)
    days = 28

    def called(share):
        arrivals = draw.binomial(1000, share, size=(300, days)).cumsum(axis=1)
        hits = 0
        for test in arrivals:
            hits += any(
                stats.srm_sequential([int(n), 1000 * (day + 1) - int(n)], [50, 50]).mismatch
                for day, n in enumerate(test)
            )
        return hits / len(arrivals)

    assert called(0.5) <= 0.01
    assert called(0.515) > 0.8
