"""Guardrails that turn a winner into "wins, but", what a winner brings, and effects too small to matter."""

import numpy as np
import pytest

from midakit import stats
from midakit.mida.verdicts import needs_metrics
from midakit.stats.decision.words.headline import guarded, headline, projected

from .test_evidence import day, steady, told


def shop(days, control, treatment, *, visitors=1000, **more):
    """Days of (buyers, orders' mean amount) per arm, with all sums; amounts have a deviation of 10."""
    rows = []
    for at in range(days):
        for v, (buyers, amount) in enumerate((control, treatment)):
            rows.append(
                {"variant_id": str(v), "visitors": visitors, "converted": buyers,
                 "revenue": buyers * amount, "no_of_order": buyers,
                 "sum_sq_revenue": buyers * (amount**2 + 100.0), "sum_sq_orders": buyers,
                 "sum_revenue_orders_cross": buyers * amount, "created_at": day(at)}
            )  # fmt: skip
    variants = [
        {"variant_id": str(v), "name": name, "visitors": days * visitors, "conversions": days * n,
         "revenue": days * n * amount, "orders": days * n, "traffic_weight": 50, "currency": "EUR"}
        for v, (name, (n, amount)) in enumerate((("Control", control), ("Blue", treatment)))
    ]  # fmt: skip
    return {"variants": variants, "days_running": days, **more}, rows


def judged(control, treatment, **options):
    result, rows = shop(28, control, treatment)
    return stats.analyze(result, timeseries=rows, **options)


def test_a_guardrail_that_is_broken_is_a_but():
    """More buyers who spend less: revenue falls, and the title says so."""
    found = judged((100, 50.0), (110, 35.0), guardrails=["rpv"])
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "1")
    [guardrail] = found.verdict.guardrails
    assert (guardrail.metric, guardrail.state, guardrail.margin) == ("rpv", "broken", 0.05)
    assert guardrail.lift == pytest.approx(110 * 35 / (100 * 50) - 1)
    assert found.verdict.but == (
        "revenue per visitor gets worse: -23.0 % (at most -5 % is tolerated)",
    )
    told = headline(found)
    assert told.title == "Winner, but"
    assert "Blue beats Control, but revenue per visitor gets worse" in told.sentence
    assert told.stopping == "Decide whether the gain is worth it before you ship."


def test_a_guardrail_that_holds_says_nothing():
    """Non-inferiority is shown: the lower end lies above the margin."""
    found = judged((100, 50.0), (120, 50.0), guardrails={"rpv": 0.02, "aov": 0.05})
    assert [one.state for one in found.verdict.guardrails] == ["holds", "holds"]
    assert found.verdict.but == ()
    assert headline(found).title == "Winner"


def test_a_guardrail_that_is_not_shown_is_open():
    """The same order value, and too little data for half a percent."""
    found = judged((100, 50.0), (120, 50.0), guardrails={"aov": 0.005})
    [guardrail] = found.verdict.guardrails
    assert guardrail.state == "open"
    assert guardrail.lower < -0.005
    assert found.verdict.but[0].startswith("order value may get worse: 0.0 %, at worst -")


def test_a_secondary_metric_can_be_a_guardrail():
    """By its key, with the answer of the metrics; what is not given is said."""
    metrics = {
        "metric_definitions": [{"metric_key": "signup", "name": "Sign-ups"}],
        "metrics": [
            {"variant_id": "0", "total": 28_000, "result_1": 2800},
            {"variant_id": "1", "total": 28_000, "result_1": 2200},
        ],
    }
    result, rows = shop(28, (100, 50.0), (120, 50.0))
    options = {"timeseries": rows, "guardrails": ["signup", "unknown"]}
    found = stats.analyze(result, metrics=metrics, **options)
    assert [one.state for one in found.verdict.guardrails] == ["broken", "open"]
    assert "Sign-ups gets worse: -21.4 %" in found.verdict.but[0]
    assert found.verdict.but[1] == (
        "the guardrail unknown cannot be tested: the metric was not given"
    )
    bare = stats.analyze(result, **options)
    assert [one.reason for one in bare.verdict.guardrails] == ["the metric was not given"] * 2


def test_guardrails_are_false_in_five_percent():
    """A true loss of exactly the margin is called harmless in about 5 % of 400 tests, not in half."""
    draw = np.random.default_rng(3)
    n, rate, margin, held = 20_000, 0.10, 0.05, 0
    for control, treatment in zip(
        draw.binomial(n, rate, 400), draw.binomial(n, rate * (1 - margin), 400), strict=True
    ):
        result, _ = told([((int(control), n), (int(treatment), n))])
        found = stats.analyze(result, guardrails={"conversion": margin})
        held += found.verdict.guardrails[0].state == "holds"
    assert 0.02 <= held / 400 <= 0.085


@pytest.mark.parametrize(
    "asked",
    [
        "rpv, aov=0.1", "rpv , aov = 0.1,", ["rpv", "aov=0.1"], [" rpv", "aov = 0.1"], ["rpv,aov=0.1"],
        {"rpv": 0.05, "aov": 0.1},
    ],
)  # fmt: skip
def test_guardrails_may_be_text_a_list_or_a_mapping(asked):
    """Without a margin the smallest effect that matters is tolerated."""
    found = judged((100, 50.0), (120, 50.0), guardrails=asked)
    assert {one.metric: one.margin for one in found.verdict.guardrails} == {"rpv": 0.05, "aov": 0.1}


def test_metrics_are_asked_for_only_where_a_guardrail_is_one():
    """Blanks and commas do not make another metric of it."""
    assert not needs_metrics({"guardrails": "conversion , rpv=0.02, "})
    assert not needs_metrics({"guardrails": ["conversion, aov"]})
    assert needs_metrics({"guardrails": ["conversion, signups=0.1"]})


def test_a_margin_is_a_share():
    """5 for 5 % is a mistake."""
    with pytest.raises(ValueError, match="^guardrails: the margin of rpv is a share"):
        judged((100, 50.0), (120, 50.0), guardrails={"rpv": 5})


# --------------------------------------------------------------------------- roll-out


def test_a_winner_is_projected_to_everybody():
    """Half of the site was in the experiment, so everybody is twice as many."""
    result, rows = shop(28, (100, 50.0), (120, 50.0), traffic_allocation=50)
    found = stats.analyze(result, timeseries=rows)
    plan = found.verdict.rollout
    assert plan.visitors == pytest.approx(30 * 2000 / 0.5)
    assert (plan.days, plan.unit) == (30, "conversions")
    assert plan.gain == pytest.approx(plan.visitors * 0.02)
    low, high = found.comparisons[0].conversion.diff_ci
    assert plan.interval == pytest.approx((plan.visitors * low, plan.visitors * high))
    assert projected(found).startswith(
        "For everybody, 30 days bring +2,400 conversions at this pace"
    )
    money = stats.analyze(result, timeseries=rows, metric="rpv").verdict.rollout
    assert (money.unit, money.gain) == ("revenue", pytest.approx(plan.visitors * 1.0))
    assert "EUR" in projected(stats.analyze(result, timeseries=rows, metric="rpv"))


@pytest.mark.parametrize("engine", ["bayesian", "frequentist"])
def test_a_projection_has_two_sides_where_the_test_has_one(engine):
    """A one-tailed test leaves the upper end of a difference at 1; nobody gains 100 % of all visitors."""
    result, rows = shop(28, (100, 50.0), (120, 50.0))
    options = {"timeseries": rows, "engine": engine, "alternative": "greater"}
    for metric in ("conversion", "rpv"):
        found = stats.analyze(result, metric=metric, **options)
        both = stats.analyze(result, metric=metric, **{**options, "alternative": "two-sided"})
        assert found.verdict.rollout == both.verdict.rollout
        low, high = found.verdict.rollout.interval
        gain = found.verdict.rollout.gain
        assert low < gain < high < 2.5 * gain


def test_a_winner_that_the_days_do_not_carry_is_not_projected():
    """An effect that is gone brings nothing: the day is named in the place of a promise."""
    result, rows = told([*steady(4, 50, 80), *steady(17, 60, 57)])
    found = stats.analyze(result, timeseries=rows, threshold=0.8)
    assert (found.verdict.kind, found.verdict.peek_safe) == ("winner", False)
    assert found.verdict.rollout is None
    assert "the effect changed on 2026-01-05" in found.verdict.doubt
    assert found.verdict.stopping == f"Do not act on it yet: {found.verdict.doubt}."
    steady_one = stats.analyze(
        *told(steady(21, 50, 62))[:1], timeseries=told(steady(21, 50, 62))[1]
    )
    assert steady_one.verdict.doubt is None
    assert steady_one.verdict.rollout is not None


def test_every_guardrail_is_told():
    """What holds too; what speaks against a winner stands in its headline, and is not said twice."""
    result, rows = shop(28, (100, 50.0), (120, 47.0))
    found = stats.analyze(result, timeseries=rows, guardrails={"rpv": 0.02, "aov": 0.02})
    states = {one.metric: one.state for one in found.verdict.guardrails}
    assert states["rpv"] == "holds"
    told_of = guarded(found)
    assert [one for one in told_of if "revenue per visitor holds" in one]
    assert len(told_of) == sum(state == "holds" for state in states.values())
    open_one = stats.analyze(*told(steady(3, 50, 52))[:1], guardrails=["rpv"])
    assert open_one.verdict.kind != "winner"
    assert guarded(open_one) == [
        "Variant 1: the guardrail revenue per visitor is open (there is no revenue)"
    ]


def test_only_winners_with_a_pace_are_projected():
    """A loser brings nothing, and without days there is no pace."""
    result, rows = shop(28, (120, 50.0), (100, 50.0))
    assert stats.analyze(result, timeseries=rows).verdict.rollout is None
    result, _ = shop(28, (100, 50.0), (120, 50.0), days_running=None)
    found = stats.analyze({**result, "days_running": None})
    assert found.verdict.kind == "winner"
    assert found.verdict.rollout is None
    assert projected(found) is None


# --------------------------------------------------------------------------- the smallest effect


@pytest.mark.parametrize("engine", ["bayesian", "frequentist"])
def test_what_is_surely_better_by_too_little_is_no_difference(engine):
    """+2 % with certainty, while less than 5 % does not matter; to whom 1 % matters, it wins."""
    result, _ = told([((100_000, 1_000_000), (102_000, 1_000_000))], stats_engine=engine)
    assert stats.analyze(result).verdict.kind == "no_difference"
    assert stats.analyze(result, min_effect=0.01).verdict.kind == "winner"


def test_a_plan_ends_in_no_difference_too():
    """Crossed by a lift that is too small to matter."""
    result, rows = told(steady(28, 10_000, 10_200, 100_000))
    options = {"timeseries": rows, "horizon": 5_600_000}
    assert stats.analyze(result, **options).verdict.kind == "no_difference"
    assert stats.analyze(result, **options, min_effect=0.01).verdict.kind == "winner"
