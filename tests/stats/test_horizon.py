"""A planned end: what verdicts promise up to it, simulated, and what they say."""

from datetime import UTC, date, datetime

import numpy as np
import pytest

from midakit import stats
from midakit.stats.data.arms import Arm
from midakit.stats.data.days import DayTotals
from midakit.stats.data.strata import Pair
from midakit.stats.data.totals import VariantTotals
from midakit.stats.decision.options.horizon import Horizon, Look, read_horizon
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.planned_end.planned_tests import planned_tests

from .test_evidence import analyzed, day, steady, told

DAYS, DAILY, RATE = 28, 1000, 0.05
PLAN = Horizon(visitors=2.0 * DAYS * DAILY)
METHOD = Method(horizon=PLAN)


def simulated(tests, lifts, seed, days=DAYS):
    """Days of `tests` experiments: Control and one treatment per lift."""
    draw = np.random.default_rng(seed)
    rates = [RATE, *(RATE * (1.0 + lift) for lift in lifts)]
    arms = [draw.binomial(DAILY, rate, size=(tests, days)).cumsum(axis=1) for rate in rates]
    for test in range(tests):
        yield [
            DayTotals(
                day(at),
                {
                    str(v): VariantTotals(str(v), float((at + 1) * DAILY), float(arm[test, at]))
                    for v, arm in enumerate(arms)
                },
            )
            for at in range(days)
        ]


def by_plan(days, horizon=PLAN, method=METHOD):
    """The tests of every treatment after these days."""
    arms = [
        Arm(
            variant_id=v,
            name=v,
            is_control=v == "0",
            visitors=t.visitors,
            conversions=t.conversions,
        )
        for v, t in days[-1].totals.items()
    ]
    looks = [Look(one.day, (at + 1) / DAYS) for at, one in enumerate(days)]
    pairs = [Pair(arms[0], arm, tuple(days)) for arm in arms[1:]]
    return planned_tests(pairs, looks, "conversion", horizon, method)


def day_of(test):
    return (date.fromisoformat(test.crossed_on) - date(2026, 1, 1)).days + 1


@pytest.mark.parametrize("spending", ["obrien-fleming", "pocock"])
def test_a_plan_is_wrong_in_at_most_five_percent(spending):
    """28 looks at 2,000 tests without an effect; and not far under it either."""
    horizon = Horizon(visitors=PLAN.visitors, spending=spending)
    found = [by_plan(plan, horizon=horizon)[0] for plan in simulated(2000, [0.0], seed=1)]
    share = sum(one.crossed is not None for one in found) / len(found)
    better = sum(one.crossed == "better" for one in found) / len(found)
    assert 0.035 <= share <= 0.058  # 5 % and three standard errors of 0.5 points less the burn-in
    assert abs(better - share / 2) < 0.012


def test_a_plan_is_nearly_as_strong_as_one_look_at_its_end():
    """+10 %: within 4 points of the fixed test, and on average before day 22 of 28."""
    fixed = stats.plan.power(baseline=RATE, lift=0.10, visitors_per_arm=DAYS * DAILY)
    found = [by_plan(plan)[0] for plan in simulated(1000, [0.10], seed=2)]
    hits = [one for one in found if one.crossed == "better"]
    assert 0.74 < fixed < 0.78
    assert len(hits) / len(found) >= fixed - 0.04
    days = [day_of(one) if one.crossed else DAYS for one in found]
    assert np.mean([day_of(one) for one in hits]) < 22
    assert np.mean(days) < 22.5
    assert not any(one.crossed == "worse" for one in found)


def test_the_fixed_rule_looked_at_daily_would_break_the_promise():
    """So the bounds are what keeps it: z over 1.96 on any day happens in a quarter of the tests."""
    ever = 0
    for plan in simulated(300, [0.0], seed=3):
        ever += any(abs(by_plan(plan[: at + 1])[0].z) > 1.96 for at in range(2, DAYS, 3))
    assert ever / 300 > 0.12


def test_futility_saves_time_and_costs_little():
    """Without an effect most are told before day 21; of true effects few are lost."""
    method = Method(horizon=PLAN, min_effect=0.10)

    def futile(plan):
        return any(by_plan(plan[:at], method=method)[0].futile for at in (14, 18, 21))

    nothing = list(simulated(300, [0.0], seed=4))
    something = list(simulated(400, [0.10], seed=5))
    assert sum(map(futile, nothing)) / len(nothing) > 0.5
    found = [by_plan(plan, method=method)[0].crossed == "better" for plan in something]
    stopped = [hit and futile(plan) for hit, plan in zip(found, something, strict=True)]
    assert sum(stopped) / len(something) < 0.03


def test_repeated_intervals_hold_at_all_looks_together():
    """A lift of +8 % lies in the interval of every look in 95 % of the tests."""
    missed = 0
    plans = list(simulated(300, [0.08], seed=6))
    for plan in plans:
        looks = [by_plan(plan[: at + 1])[0] for at in range(1, DAYS, 3)]
        missed += not all(
            one.interval is None or one.interval[0] < RATE * 0.08 < one.interval[1] for one in looks
        )
    assert missed / len(plans) <= 0.07


@pytest.mark.parametrize(("arms", "most"), [(2, 0.07), (5, 0.07)])
def test_several_treatments_share_one_error_rate(arms, most):
    """The chance of any false call over all of them is that of the plan."""
    found = [by_plan(plan) for plan in simulated(600, [0.0] * arms, seed=arms)]
    assert sum(any(one.crossed for one in tests) for tests in found) / len(found) <= most


def test_a_treatment_that_crossed_leaves_the_others_its_share():
    """Holm's step: beside a clear winner the second is tested at 2.5 % a side, not at 1.25 %."""
    plan = next(simulated(1, [0.6, 0.0], seed=8))
    alone, beside = by_plan(plan)[1], by_plan(plan)
    assert beside[0].crossed == "better"
    bound = by_plan(next(simulated(1, [0.0], seed=9)))[0].bound
    assert alone.bound == pytest.approx(bound, abs=1e-6)


# --------------------------------------------------------------------------- words


def planned(daily, horizon, **options):
    result, rows = told(daily)
    return stats.analyze(result, timeseries=rows, horizon=horizon, **options)


def test_a_winner_by_plan_is_safe_at_every_look():
    """It names the day on which the bound was crossed."""
    found = planned(steady(14, 50, 75), 56_000)
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "1")
    assert found.verdict.peek_safe
    assert "crossed the bound of the plan on 2026-01-" in found.verdict.why[0]
    assert "at 50 % of 56,000 visitors" in found.verdict.why[0]
    assert found.verdict.why[-1] == "holds at every look: the error rate is spent by plan"
    test = found.comparisons[0].conversion.planned
    assert (test.time, test.day, test.ended) == (0.5, day(13), False)
    assert test.interval[0] > 0.0


def test_before_the_bound_it_keeps_running_whatever_the_engine_says():
    """A chance of 98 % on day 7 of 28 is not enough."""
    found = planned(steady(7, 50, 59), 56_000)
    figures = found.comparisons[0].conversion
    assert figures.chance_to_beat_control > 0.95
    assert found.verdict.kind == "keep_running"
    assert "needed" in found.verdict.why[0]
    assert found.outlook.rule == "plan"
    assert found.outlook.days_left == 21
    assert planned(steady(7, 50, 59), None).verdict.kind == "winner"


def test_a_futile_plan_says_what_its_end_can_show():
    """No effect three quarters of the way."""
    found = planned(steady(21, 50, 50), 56_000)
    assert found.verdict.kind == "inconclusive"
    assert "the chance that the planned end still decides is" in found.verdict.why[-1]
    assert "it is made to show lifts of +1" in found.verdict.why[-1]


def test_an_end_without_an_answer_is_inconclusive():
    """And stays so afterwards: days after the planned end decide nothing."""
    for after in (0, 5):
        found = planned([*steady(28, 50, 53), *steady(after, 50, 90)], 56_000)
        assert found.verdict.kind == "inconclusive"
        assert found.verdict.why[-1] == "the planned end is reached, and no bound was crossed"
        assert found.comparisons[0].conversion.planned.day == day(27)


def test_an_end_date_spends_by_the_calendar():
    """28 days, however many visitors came; a date, text and a Horizon are the same."""
    daily = [*steady(10, 50, 50), *steady(4, 500, 505, 10_000)]
    ends = ("2026-01-28", date(2026, 1, 28), Horizon(end=date(2026, 1, 28)))
    for end in ends:
        found = planned(daily, end)
        assert found.comparisons[0].conversion.planned.time == 0.5
        assert found.outlook.days_left == 14
    assert found.to_dict()["method"]["horizon"]["end"] == "2026-01-28"


def test_without_the_days_looks_are_supposed():
    """The result alone: one look a day up to now, at the same bound as with the days."""
    result, rows = told(steady(14, 50, 58))
    alone = stats.analyze(result, horizon=56_000).comparisons[0].conversion.planned
    known = stats.analyze(result, timeseries=rows, horizon=56_000).comparisons[0].conversion.planned
    assert alone.time == known.time == 0.5
    assert alone.z == known.z
    assert alone.bound == pytest.approx(known.bound, abs=0.02)
    assert alone.day is None


def test_revenue_has_a_plan_too():
    """With sums; without them there is no look."""
    result, rows = told(steady(14, 50, 75))
    for row in rows:
        paid = row["converted"]
        row |= {"revenue": 30.0 * paid, "no_of_order": paid, "sum_sq_revenue": 1200.0 * paid}
    for variant in result["variants"]:
        variant |= {"revenue": 30.0 * variant["conversions"], "orders": variant["conversions"]}
    found = stats.analyze(result, timeseries=rows, horizon=56_000, metric="rpv")
    assert found.verdict.kind == "winner"
    assert found.comparisons[0].rpv.planned.crossed == "better"
    bare = stats.analyze(result, horizon=56_000, metric="rpv")
    assert bare.verdict.kind == "keep_running"
    assert bare.comparisons[0].rpv.planned is None


@pytest.mark.parametrize("given", [0, -5, "soon", float("nan"), "", [1], 10**400])
def test_a_horizon_is_visitors_or_a_date(given):
    """Anything else is refused by name."""
    with pytest.raises(ValueError, match="horizon"):
        read_horizon(given, None, None)


def test_a_configuration_may_have_the_horizon():
    """An argument wins over it."""
    assert read_horizon(None, {"horizon": "50,000"}, None) == Horizon(visitors=50_000.0)
    assert read_horizon(100, {"horizon": 50_000}, "pocock") == Horizon(
        visitors=100.0, spending="pocock"
    )
    assert read_horizon(None, None, None) is None
    for horizon in (100, None):
        with pytest.raises(ValueError, match="^spending"):
            read_horizon(horizon, None, "linear")


def test_a_moment_counts_as_its_day():
    """A `datetime` is a `date` to every type checker."""
    moment = datetime(2026, 6, 30, 12, tzinfo=UTC)
    for given in (moment, Horizon(end=moment), "2026-06-30T12:00:00Z"):
        assert read_horizon(given, None, None) == Horizon(end=date(2026, 6, 30))


def test_a_plan_has_no_place_under_a_bandit():
    """Its traffic moves towards the leader, so nothing is tested."""
    result, rows = told(steady(14, 50, 75), is_mab=True)
    found = stats.analyze(result, timeseries=rows, horizon=56_000)
    assert found.comparisons[0].conversion.planned is None
    assert analyzed(steady(14, 50, 75)).comparisons[0].conversion.planned is None
