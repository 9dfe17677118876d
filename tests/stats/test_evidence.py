"""Evidence over days: it has a direction, and days that contradict each other take it back."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from midakit import stats
from midakit.stats.comparison import always_valid
from midakit.stats.comparison.stability import DayEffect, mean, stability
from midakit.stats.decision.checks.doubts import doubt

FIRST = date(2026, 1, 1)


def day(number):
    return str(FIRST + timedelta(days=number))


def told(daily, *, weights=(50, 50), **more):
    """The result and the timeseries of [(control, treatment), ...] as (conversions, visitors)."""
    rows = [
        {"variant_id": str(v), "visitors": n, "converted": x, "created_at": day(at)}
        for at, arms in enumerate(daily)
        for v, (x, n) in enumerate(arms)
    ]
    variants = [
        {
            "variant_id": str(v),
            "name": f"Variant {v}" if v else "Control",
            "visitors": sum(arms[v][1] for arms in daily),
            "conversions": sum(arms[v][0] for arms in daily),
            "traffic_weight": weights[v],
        }
        for v in range(len(daily[0]))
    ]
    result = {
        "stats_engine": "bayesian",
        "confidence_threshold_percent": 95,
        "days_running": len(daily),
        "variants": variants,
        **more,
    }
    return result, rows


def analyzed(daily, **options):
    result, rows = told(daily)
    return stats.analyze(result, timeseries=rows, **options)


def steady(count, control, treatment, visitors=1000):
    return [((control, visitors), (treatment, visitors))] * count


def test_a_loss_is_no_evidence_of_a_win():
    """Four days at half the rate, then 24 at +18 %: the totals win, on evidence of the loss alone."""
    found = analyzed([*steady(4, 50, 25), *steady(24, 50, 59)])
    figures = found.comparisons[0].conversion
    assert found.verdict.kind == "winner"
    assert figures.always_valid_p_worse < 0.001  # that was the loss of the first days
    assert figures.always_valid_p_better > 0.025
    assert not found.verdict.peek_safe
    assert "safe for one planned look only" in found.verdict.why[-1]


def test_the_two_sided_p_is_twice_the_smaller_of_both_sides():
    """For each look of a confidence sequence over days."""
    found = analyzed(steady(20, 50, 62))
    known = [one.arms[1] for one in found.timeline if one.arms[1].always_valid_p is not None]
    assert found.verdict.peek_safe
    for one in known:
        least = min(one.always_valid_p_better, one.always_valid_p_worse)
        assert one.always_valid_p == min(1.0, 2.0 * least)
    assert known[-1].always_valid_p_worse == 1.0


@example(0.01222882373135004, 1e-07, 100137.0, 5000.0)
@given(
    st.floats(-0.02, 0.02).filter(bool),
    st.floats(1e-7, 1e-4),
    st.floats(50, 1e6),
    st.sampled_from([500.0, 5000.0, 80_000.0]),
)
def test_both_halves_of_the_mixture_make_the_whole(gap, variance, visitors, tuning):
    """The mean of the two one-sided e-values is the two-sided one: nothing is gained or lost."""
    look = always_valid.of_difference(gap, variance, visitors, alpha=0.05, tuning=tuning)
    mirrored = always_valid.of_difference(-gap, variance, visitors, alpha=0.05, tuning=tuning)
    assert (look.p_greater, look.p_less) == (mirrored.p_less, mirrored.p_greater)
    side, other = sorted((look.p_greater, look.p_less))
    assert other == 1.0
    if look.p_value < 1.0:
        # e_greater = 2 e Phi(x) with 1/2 < Phi(x) < 1
        smallest = 5e-324  # the last bit of a number that has few left
        assert look.p_value / 2.0 <= side * (1 + 1e-12) + smallest
        assert side <= look.p_value * (1 + 1e-12) + smallest


def test_each_side_is_wrong_in_half_of_alpha():
    """28 looks at 3,000 A/A tests tuned to their traffic: at most 2.5 % to each side."""
    tests, days, daily, rate = 3000, 28, 1000, 0.05
    draw = np.random.default_rng(11)
    arms = draw.binomial(daily, rate, size=(2, tests, days)).cumsum(axis=2)
    n = daily * np.arange(1, days + 1)
    gap = (arms[1] - arms[0]) / n
    variance = sum(x / n * (1 - x / n) / n for x in arms)
    greater = less = 0
    for gaps, variances in zip(gap, variance, strict=True):
        looks = always_valid.running(
            always_valid.of_difference(g, v, 2.0 * size, alpha=0.05, tuning=2.0 * daily * days)
            for g, v, size in zip(gaps.tolist(), variances.tolist(), n.tolist(), strict=True)
        )
        greater += looks[-1].p_greater < 0.025
        less += looks[-1].p_less < 0.025
    assert 0 < greater / tests <= 0.025
    assert 0 < less / tests <= 0.025


# --------------------------------------------------------------------------- days


def test_a_novelty_that_has_worn_off_is_not_safe():
    """Four days at +60 %, then 17 at -5 %: the day is named and nobody is told to stop."""
    found = analyzed([*steady(4, 50, 80), *steady(17, 60, 57)], threshold=0.8)
    assert found.verdict.kind == "winner"
    assert found.comparisons[0].conversion.always_valid_p_better < 0.01
    assert not found.verdict.peek_safe
    assert f"the effect changed on {day(4)}" in found.verdict.why[-1]
    [notice] = [one for one in found.warnings if one.code == "novelty"]
    assert day(4) in notice.text


def test_an_effect_that_only_shrinks_is_still_one():
    """+60 % for four days and +25 % since: the change is told, and the win is safe."""
    found = analyzed([*steady(4, 200, 320, 4000), *steady(17, 240, 300, 4000)])
    assert (found.verdict.kind, found.verdict.peek_safe) == ("winner", True)
    assert "novelty" in {one.code for one in found.warnings}


def test_an_effect_that_fades_little_by_little_is_not_safe():
    """From +40 % to -4 % over 52 days: the mean is a sure win, and the last days show none of it."""
    found = analyzed([((500, 10_000), (700 - 220 * at // 52, 10_000)) for at in range(52)])
    [one] = found.comparisons
    assert found.verdict.kind == "winner"
    assert one.conversion.always_valid_p_better < 1e-6
    assert one.stability.before.difference > 2 * one.stability.after.difference
    assert not found.verdict.peek_safe
    assert found.verdict.doubt.startswith(f"the effect changed on {one.stability.changed_from}")
    assert one.stability.changed_from > day(35)


def test_an_effect_that_fades_and_stays_above_nothing_is_still_one():
    """From +40 % to +12 %: the last days show it by themselves."""
    found = analyzed([((500, 10_000), (700 - 140 * at // 52, 10_000)) for at in range(52)])
    assert (found.verdict.kind, found.verdict.peek_safe) == ("winner", True)
    assert "novelty" in {one.code for one in found.warnings}


def test_one_day_of_bots_carries_no_verdict():
    """600 conversions of 1,100 visitors on one of 14 days: without that day there is nothing."""
    daily = steady(14, 50, 51)
    daily[8] = ((50, 1000), (600, 1100))
    found = analyzed(daily)
    assert found.verdict.kind == "winner"
    assert not found.verdict.peek_safe
    assert f"without {day(8)}" in found.verdict.why[-1]
    [notice] = [one for one in found.warnings if one.code == "outlier-day"]
    assert day(8) in notice.text


def test_a_good_day_does_not_take_a_win_back():
    """An outlier beside thirteen days that win by themselves is told, no more."""
    daily = steady(14, 50, 85)
    daily[8] = ((50, 1000), (600, 1100))
    found = analyzed(daily)
    assert (found.verdict.kind, found.verdict.peek_safe) == ("winner", True)
    assert "outlier-day" in {one.code for one in found.warnings}


def test_a_loser_is_doubted_the_same_way():
    """One day without any conversions in the treatment."""
    daily = steady(14, 50, 49, visitors=2000)
    daily[3] = ((400, 2000), (60, 2000))
    found = analyzed(daily)
    assert (found.verdict.kind, found.verdict.peek_safe) == ("loser", False)
    assert day(3) in found.verdict.why[-1]


def test_days_with_little_traffic_are_joined():
    """Days of two conversions cannot be told apart, so weeks of them are compared."""
    daily = [*steady(20, 2, 2, visitors=40), *steady(20, 2, 6, visitors=40)]
    found = analyzed(daily)
    assert found.comparisons[0].stability.outlier is None
    assert found.comparisons[0].stability.changed_from is not None


def test_an_effect_of_weekends_is_told():
    """+80 % on Saturdays and Sundays, nothing on workdays: four weeks from a Thursday on."""
    daily = [
        ((50, 1000), (90 if (FIRST + timedelta(days=at)).weekday() >= 5 else 50, 1000))
        for at in range(28)
    ]
    found = analyzed(daily)
    [notice] = [one for one in found.warnings if one.code == "weekday"]
    assert "on Saturdays and Sundays the effect is higher" in notice.text
    assert "weekday" not in {one.code for one in analyzed(steady(28, 50, 60)).warnings}


def effects(draw, count, effect=0.0, spread=0.002):
    return [
        DayEffect((day(i), day(i)), effect + draw.normal(0, spread), spread**2, 500.0, 2000.0)
        for i in range(count)
    ]


def test_days_that_agree_are_rarely_doubted():
    """Among 2,000 experiments of 28 days with one effect at most 1.5 % have an outlier or a change."""
    draw = np.random.default_rng(5)
    found = [stability(effects(draw, 28)) for _ in range(2000)]
    assert 0 < sum(one.outlier is not None for one in found) <= 0.015 * 2000
    assert 0 < sum(one.changed_from is not None for one in found) <= 0.015 * 2000


@pytest.mark.parametrize("at", [2, 7, 26])
def test_a_change_is_found_where_it_is(at):
    """At the second day, in the middle, two days before the end."""
    draw = np.random.default_rng(at)
    days = [*effects(draw, at, 0.03), *effects(draw, 28 - at, 0.0)]
    days = [
        DayEffect((day(i), day(i)), one.difference, one.variance, one.weight, one.visitors)
        for i, one in enumerate(days)
    ]
    found = stability(days)
    assert found.changed_from == day(at)
    assert found.before == mean(days[:at])
    assert found.after == mean(days[at:])
    assert found.outlier is None


# --------------------------------------------------------------------------- with and without the days


def test_days_that_contradict_each_other_are_named():
    """No interval holds all days of an effect that wears off: the first such day is told."""
    daily = [((500, 10_000), (x, 10_000)) for x in range(700, 440, -5)]
    found = analyzed(daily)
    [one] = found.comparisons
    assert one.conversion.confidence_sequence is None
    running = [each for each in found.timeline if each.arms[1].confidence_sequence]
    first = day(len(running))  # the day after the last one that still had an interval
    [notice] = [each for each in found.warnings if each.code == "drift"]
    assert notice.text.startswith(f"Variant 1: since {first} the days contradict each other")
    # Where no single change and no single day explains it, it is what takes the claim back.
    assert doubt(replace(one, stability=None), one.conversion, found.method).startswith(
        f"since {first} the days contradict each other"
    )


def test_the_days_change_no_figure_of_the_totals_and_their_absence_is_said():
    """Both ways judge the same totals; the days alone can add evidence, or take it back."""
    result, rows = told([*steady(4, 50, 25), *steady(24, 50, 59)])
    alone, whole = stats.analyze(result), stats.analyze(result, timeseries=rows)
    for name in ("lift", "chance_to_beat_control", "p_value", "lift_ci", "outcome"):
        figures = [getattr(one.comparisons[0].conversion, name) for one in (alone, whole)]
        assert figures[0] == figures[1]
    # Evidence of the loss is in the days only, and makes neither of them a safe win.
    assert (alone.verdict.kind, whole.verdict.kind) == ("winner", "winner")
    assert (alone.verdict.peek_safe, whole.verdict.peek_safe) == (False, False)
    assert alone.verdict.missing == ("timeseries: not given",)
    assert whole.verdict.missing == ()
    assert "(without the timeseries)" in repr(alone.verdict)
    assert "timeseries" in {one.code for one in alone.warnings}
    assert "timeseries" not in {one.code for one in whole.warnings}


@given(
    st.lists(st.tuples(st.integers(30, 90), st.integers(30, 90)), min_size=5, max_size=30),
)
def test_without_the_days_nothing_is_safe_that_the_days_do_not_show(daily):
    """The p of the totals is one of the looks, so that of all days is never larger."""
    result, rows = told([((x, 1000), (y, 1000)) for x, y in daily])
    options = {"tuning": 20_000.0}
    alone = stats.analyze(result, **options).comparisons[0].conversion
    whole = stats.analyze(result, timeseries=rows, **options).comparisons[0].conversion
    for name in ("always_valid_p_better", "always_valid_p_worse"):
        assert getattr(whole, name) <= getattr(alone, name)
