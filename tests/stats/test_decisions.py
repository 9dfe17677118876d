"""The small decisions, as pure functions: thresholds, sides, constants and sentences."""

from dataclasses import replace

import pytest

from midakit.stats.comparison import always_valid
from midakit.stats.comparison.ztest import ZTest
from midakit.stats.data.arms import Arm, ExperimentArms
from midakit.stats.decision.figures.outcomes import (
    BANDIT_REASON,
    Direction,
    PairedTest,
    call_chances,
    call_directions,
    decisive,
    look,
    outcome,
    paired,
    remaining,
    shortage,
    with_reasons,
)
from midakit.stats.decision.findings.figures import Best, Comparison, MeanFigures, RateFigures
from midakit.stats.decision.findings.verdict import Notice, Verdict
from midakit.stats.decision.options.method import Method
from midakit.stats.decision.verdict import verdicts
from midakit.stats.decision.words.notices import notices, unusable_timeseries

BAYESIAN = Method(sources={"engine": "result", "threshold": "result"})
FREQUENTIST = Method(engine="frequentist", sources={"alternative": "argument"})


def arm(variant_id="0", visitors=1000.0, conversions=100.0, **more):
    name = "Control" if variant_id == "0" else f"Variant {variant_id}"
    return Arm(
        variant_id=variant_id,
        name=name,
        is_control=variant_id == "0",
        visitors=visitors,
        conversions=conversions,
        **more,
    )


CONTROL, ONE, TWO = arm("0", interval=(0.08, 0.12)), arm("1"), arm("2")


def rate(**figures):
    """A rate's figures; an always-valid p is by default the evidence of the difference's own side."""
    found = {"difference": 0.01, "lift": 0.1, "always_valid_p": 0.2, **figures}
    p, gap = found["always_valid_p"], found["difference"] or 0.0
    if p is not None:
        better, worse = (p / 2.0, 1.0) if gap > 0.0 else (1.0, p / 2.0 if gap else 1.0)
        sides = {"always_valid_p_better": better, "always_valid_p_worse": worse}
        found = {**sides, **found}
    return RateFigures(**found)


def against(variant_id="1", conversion=None, **more):
    return Comparison(
        variant_id=variant_id,
        name=f"Variant {variant_id}",
        conversion=conversion or rate(),
        **more,
    )


# --------------------------------------------------------------------------- outcomes


@pytest.mark.parametrize(
    ("alternative", "test", "called"),
    [
        ("two-sided", PairedTest(0.04, 0.04, 0.1), (0.04, True, False)),
        ("two-sided", PairedTest(0.04, 0.04, -0.1), (0.04, False, True)),
        ("two-sided", PairedTest(0.04, 0.04, 0.0), (0.04, False, False)),
        ("two-sided", PairedTest(0.04, 0.04, None), (0.04, False, False)),
        ("two-sided", PairedTest(0.06, 0.06, 0.1), (0.06, False, False)),
        ("two-sided", PairedTest(), (None, False, False)),
        ("greater", PairedTest(0.04, 0.96, 0.1), (0.04, True, False)),
        ("greater", PairedTest(0.96, 0.04, -0.1), (0.96, False, True)),
        ("less", PairedTest(0.04, 0.96, -0.1), (0.04, False, True)),
        ("less", PairedTest(0.96, 0.04, 0.1), (0.96, True, False)),
    ],
)
def test_a_p_value_calls_a_direction_by_its_tails(alternative, test, called):
    """Two-tailed by the sign of the difference; one-tailed the other side is the mirrored test's."""
    method = replace(FREQUENTIST, alternative=alternative)
    assert call_directions([test], method) == [Direction(*called)]


@pytest.mark.parametrize(
    ("alternative", "test", "expected"),
    [
        ("two-sided", ZTest(2.0, 0.05, 0.1), PairedTest(0.05, 0.05, 0.1)),
        ("greater", ZTest(2.0, 0.02, 0.1), PairedTest(0.02, "2.0 less", 0.1)),
        ("less", ZTest(-1.5, 0.07, -0.2), PairedTest(0.07, "-1.5 greater", -0.2)),
        ("greater", ZTest(None, 1.0, 0.0), PairedTest(1.0, 1.0, 0.0)),
        ("less", ZTest(reason="no visitors"), PairedTest()),
    ],
)
def test_a_one_tailed_test_is_paired_with_its_mirror_image(alternative, test, expected):
    """A two-tailed one, and one without a statistic, is its own mirror image."""
    method = replace(FREQUENTIST, alternative=alternative)
    assert paired(test, method, lambda t, tails: f"{t} {tails}") == expected


def test_a_p_value_at_alpha_calls_nothing():
    """It must be under it."""
    method = replace(FREQUENTIST, threshold=0.75)  # alpha is a quarter, without rounding
    assert call_directions([PairedTest(0.25, 0.25, 1.0)], method) == [Direction(0.25, False, False)]
    assert call_directions([PairedTest(0.2499, 0.2499, 1.0)], method)[0].better


def test_directions_are_called_on_corrected_p_values():
    """Both tails are corrected over the treatments, by the method's correction."""
    tests = [PairedTest(0.03, 0.97, 0.1), PairedTest(0.97, 0.03, -0.1)]
    method = replace(FREQUENTIST, alternative="greater")
    assert call_directions(tests, method) == [
        Direction(0.06, False, False),
        Direction(0.97, False, False),
    ]
    uncorrected = replace(method, correction="bonferroni", threshold=0.9)
    assert [d.better for d in call_directions(tests, uncorrected)] == [True, False]
    assert [d.worse for d in call_directions(tests, uncorrected)] == [False, True]
    assert call_directions([PairedTest(0.6, 0.6), PairedTest(0.7, 0.7)], uncorrected) == [
        Direction(1.0, False, False),
        Direction(1.0, False, False),
    ]
    by_rate = replace(method, correction="bh")
    losers = [PairedTest(0.97, 0.04, -0.1), PairedTest(0.97, 0.04, -0.1)]
    assert [d.worse for d in call_directions(losers, by_rate)] == [True, True]
    assert [d.worse for d in call_directions(losers, method)] == [False, False]
    assert [
        d.adjusted_p for d in call_directions(tests * 2, replace(method, correction="bh"))
    ] == pytest.approx([0.06, 0.97, 0.06, 0.97])


@pytest.mark.parametrize(
    ("chance", "margin", "expected"),
    [
        (0.75, None, "better"),
        (0.7499, None, "undecided"),
        (0.25, None, "worse"),
        (0.2501, None, "undecided"),
        (None, None, "undecided"),
        (0.5, (-0.049, 0.049), "equal"),
        (0.5, (-0.05, 0.049), "undecided"),
        (0.5, (-0.049, 0.05), "undecided"),
        (0.5, (0.01, 0.049), "equal"),
        (0.5, (-0.2, -0.1), "undecided"),
        (0.5, (0.1, 0.2), "undecided"),
        (0.5, (0.02, 0.02), "equal"),
        (0.8, (0.0, 0.01), "equal"),
        (0.8, (0.0, 0.05), "better"),
        (0.2, (-0.04, -0.01), "equal"),
    ],
)
def test_the_bayesian_rule_is_a_chance_against_the_threshold(chance, margin, expected):
    """At the threshold is enough, whatever a p-value would call; equal only strictly within."""
    method = replace(BAYESIAN, threshold=0.75)
    called = Direction(0.001, better=expected != "better", worse=expected == "better")
    [believed] = call_chances([chance], method)
    assert decisive(called, believed, method) is believed
    assert outcome(believed, margin, method) == expected


@pytest.mark.parametrize("threshold", [0.9, 0.95, 0.975, 0.99, 0.995])
def test_a_single_chance_reaches_its_threshold_exactly(threshold):
    """Not a bit more is asked, on either side."""
    method = replace(BAYESIAN, threshold=threshold)
    assert call_chances([threshold], method)[0].better
    assert call_chances([1.0 - threshold], method)[0].worse
    assert not call_chances([threshold - 1e-12], method)[0].better


def test_chances_are_corrected_over_the_treatments():
    """Of two, Holm asks 97.5 % of the better one and then 95 % of the other."""
    first, second = call_chances([0.976, 0.951], BAYESIAN)
    assert (first.better, second.better) == (True, True)
    assert remaining(first) == pytest.approx(0.952)
    assert [d.better for d in call_chances([0.97, 0.951], BAYESIAN)] == [False, False]
    assert [d.worse for d in call_chances([0.024, 0.5], BAYESIAN)] == [True, False]
    bare = replace(BAYESIAN, correction="none")
    assert [d.better for d in call_chances([0.95, 0.951], bare)] == [True, True]
    assert call_chances([None, 0.951], BAYESIAN)[1].better
    assert remaining(call_chances([None], BAYESIAN)[0]) is None


@pytest.mark.parametrize(
    ("better", "worse", "expected"),
    [(True, False, "better"), (False, True, "worse"), (False, False, "undecided")],
)
def test_the_frequentist_rule_is_what_the_p_value_calls(better, worse, expected):
    """Whatever the chance."""
    called, believed = Direction(0.01, better, worse), Direction(0.001, True, False)
    assert outcome(decisive(called, believed, FREQUENTIST), (-0.1, 0.1), FREQUENTIST) == expected


@pytest.mark.parametrize(
    ("visitors", "conversions", "lacks"),
    [
        (99, 30, "99 visitors, fewer than 100"),
        (100, 25, None),
        (100, 24, "24 conversions, fewer than 25"),
        (12_345.0, 2.0, "2 conversions, fewer than 25"),
    ],
)
def test_an_arm_needs_a_hundred_visitors_and_25_conversions(visitors, conversions, lacks):
    """Exactly that many are enough."""
    assert shortage(arm(visitors=visitors, conversions=conversions), BAYESIAN) == lacks


def test_always_valid_figures_start_at_the_fewest_conversions():
    """In both arms; a bandit has none."""
    arms = arm(conversions=25.0), arm("1", conversions=25.0)
    moments = [always_valid.rate_moments((one.conversions, one.visitors)) for one in arms]
    method = replace(BAYESIAN, tuning=900.0, threshold=0.9)
    assert look(arms, moments, method, bandit=False) == always_valid.from_moments(
        *moments, alpha=method.alpha, tuning=900.0
    )
    late = arm("1", conversions=24.0)
    assert look((arms[0], late), moments, method, bandit=False).reason == (
        "always-valid figures start at 25 conversions per arm"
    )
    assert look(arms, moments, method, bandit=True) == always_valid.Sequential(reason=BANDIT_REASON)
    assert BANDIT_REASON.startswith("a bandit moves traffic towards the leader")


def test_every_missing_figure_has_a_reason():
    """Its own or the common one; what is no figure has none."""
    figures = with_reasons(rate(p_value=0.3), {"lift_ci": "mine", "p_value": "not used"}, "theirs")
    assert figures.p_value == 0.3
    assert figures.reasons["lift_ci"] == "mine"
    assert figures.reasons["risk"] == "theirs"
    assert {"p_value", "outcome", "reasons", "risk_label", "lift"}.isdisjoint(figures.reasons)
    assert "variance_source" not in with_reasons(MeanFigures(), {}, "theirs").reasons
    assert with_reasons(MeanFigures(), {}, "theirs").reasons["df"] == "theirs"


# --------------------------------------------------------------------------- verdicts

PEEKED = (
    "safe for one planned look only: always-valid p = 0.20 is not under 0.05, "
    "so with daily looks this may be chance"
)


def decide(*comparisons, arms=(CONTROL, ONE), best=None, method=BAYESIAN):
    return verdicts.decide(arms, comparisons, best, method)


def test_too_little_data_keeps_running():
    """Each arm that lacks something says what."""
    found = decide(against(), arms=(arm(visitors=5.0), arm("1", conversions=3.0)))
    assert found == Verdict(
        "keep_running",
        why=(
            "Control has 5 visitors, fewer than 100",
            "Variant 1 has 3 conversions, fewer than 25",
        ),
    )


@pytest.mark.parametrize(
    ("metric", "name"), [("rpv", "revenue per visitor"), ("aov", "order value")]
)
def test_nothing_to_compare_keeps_running(metric, name):
    """One treatment without the figures is enough."""
    pairs = (against("1", **{metric: MeanFigures()}), against("2"))
    found = decide(*pairs, arms=(CONTROL, ONE, TWO), method=replace(BAYESIAN, metric=metric))
    assert found == Verdict("keep_running", why=(f"there is no {name} to compare",))


def test_a_bayesian_winner_says_its_chance_and_its_risk():
    """And whether it is safe to have looked."""
    figures = rate(
        outcome="better", chance_to_beat_control=0.9719, risk=0.0042, risk_label="very safe"
    )
    assert decide(against("1", figures)) == Verdict(
        "winner",
        "1",
        (
            "Variant 1: conversion rate +10.0 %, chance to beat Control 97.2 % (needed 95 %)",
            "risk of shipping it: 0.4 % of Control's, very safe",
            PEEKED,
        ),
        peek_safe=False,
    )
    safe = replace(figures, always_valid_p=0.0499, always_valid_p_better=0.02495, risk=None)
    assert decide(against("1", safe)) == Verdict(
        "winner",
        "1",
        (
            "Variant 1: conversion rate +10.0 %, chance to beat Control 97.2 % (needed 95 %)",
            "holds however often somebody looked: always-valid p = 0.0499",
        ),
        peek_safe=True,
    )


@pytest.mark.parametrize(
    ("figures", "safe"),
    [
        ({"always_valid_p": 0.2499}, True),
        ({"always_valid_p": 0.25}, False),
        ({"always_valid_p": None}, False),
        ({"always_valid_p": 0.01, "difference": -0.01}, False),
        ({"always_valid_p": 0.01, "difference": 0.0}, False),
        ({"always_valid_p": 0.01, "difference": None}, False),
    ],
)
def test_a_winner_is_safe_when_the_always_valid_p_repeats_it(figures, safe):
    """Under alpha, on the same side."""
    found = decide(
        against("1", rate(outcome="better", **figures)), method=replace(BAYESIAN, threshold=0.75)
    )
    assert (found.kind, found.peek_safe) == ("winner", safe)


def test_always_valid_p_values_are_corrected_over_the_treatments():
    """0.03 of two is 0.06."""
    pairs = [against(v, rate(outcome="better", always_valid_p=0.03)) for v in "12"]
    assert not decide(*pairs, arms=(CONTROL, ONE, TWO)).peek_safe
    method = replace(BAYESIAN, correction="bh")
    assert decide(*pairs, arms=(CONTROL, ONE, TWO), method=method).peek_safe


def test_of_several_winners_the_likeliest_best_wins():
    """By its chance to be the best of all arms, which is said; by money the larger difference wins."""
    pairs = (
        against("1", rate(outcome="better", difference=0.03, chance_to_beat_control=0.99)),
        against("2", rate(outcome="better", difference=0.02, chance_to_beat_control=0.98)),
    )
    arms = (CONTROL, ONE, TWO)
    chances = {"0": 0.0, "1": 0.4, "2": 0.6}
    found = decide(*pairs, arms=arms, best=Best("2", chances, chances))
    assert (found.kind, found.variant_id) == ("winner", "2")
    assert found.why[1] == "chance to be the best of all 3 arms: 60.0 %"
    assert decide(*pairs, arms=arms).variant_id == "1"
    assert len(decide(*pairs, arms=arms).why) == 2
    money = [
        against(v, rpv=MeanFigures(outcome="better", difference=d))
        for v, d in (("1", 2.0), ("2", 3.0))
    ]
    found = decide(
        *money,
        arms=arms,
        best=Best("1", {"0": 0.0, "1": 0.9, "2": 0.1}, {}),
        method=replace(BAYESIAN, metric="rpv"),
    )
    assert found.variant_id == "2"
    assert not any("best of all" in why for why in found.why)
    unknown = against("2", rate(outcome="better", difference=None))
    assert decide(pairs[0], unknown, arms=arms).variant_id == "1"
    alone = decide(pairs[0], best=Best("1", {"0": 0.1, "1": 0.9}, {}))
    assert not any("best of all" in why for why in alone.why)


def test_a_better_arm_wins_over_worse_ones():
    """Only those that are better can win, even where a rank is missing."""
    pairs = (
        against("1", rate(outcome="worse", difference=-0.1)),
        against("2", rate(outcome="better", difference=None, always_valid_p=0.001)),
    )
    found = decide(*pairs, arms=(CONTROL, ONE, TWO))
    assert (found.kind, found.variant_id) == ("winner", "2")
    chances = {"0": 0.0, "1": 0.9, "2": 0.1}
    assert decide(*pairs, arms=(CONTROL, ONE, TWO), best=Best("1", chances, {})).variant_id == "2"


def test_safety_is_the_winners_own():
    """Not that of the first treatment."""
    pairs = (
        against("1", rate(outcome="worse", difference=-0.1, always_valid_p=0.9)),
        against("2", rate(outcome="better", difference=0.1, always_valid_p=0.001)),
    )
    found = decide(*pairs, arms=(CONTROL, ONE, TWO))
    assert found.peek_safe
    assert found.why[-1] == "holds however often somebody looked: always-valid p = 0.0020"


def test_all_worse_is_a_loser_and_the_worst_is_named():
    """Safe only when every treatment is."""
    pairs = (
        against("1", rate(outcome="worse", difference=-0.02, lift=-0.2, always_valid_p=0.001)),
        against("2", rate(outcome="worse", difference=-0.03, lift=-0.3, always_valid_p=0.001)),
    )
    arms = (CONTROL, ONE, TWO)
    assert decide(*pairs, arms=arms) == Verdict(
        "loser",
        "2",
        (
            "Variant 2: conversion rate -30.0 %, no chance to beat Control can be given",
            "holds however often somebody looked: always-valid p = 0.0020",
        ),
        peek_safe=True,
    )
    late = against("1", rate(outcome="worse", difference=-0.02, lift=-0.2, always_valid_p=0.5))
    found = decide(late, pairs[1], arms=arms)
    assert (found.variant_id, found.peek_safe) == ("2", False)
    assert found.why[-1].startswith("safe for one planned look only: always-valid p = 0.50")
    for gap in (0.0, 0.5):
        odd = replace(pairs[0], conversion=replace(pairs[0].conversion, difference=gap))
        assert not decide(odd, pairs[1], arms=arms).peek_safe
    unknown = against("2", rate(outcome="worse", difference=None))
    assert decide(pairs[0], unknown, arms=arms).variant_id == "1"
    above = against("1", rate(outcome="worse", difference=0.5))
    assert decide(above, unknown, arms=arms).variant_id == "2"


def test_a_frequentist_reason_is_a_p_value():
    """With its tails and what was needed; without one, why there is none."""
    figures = rate(outcome="better", adjusted_p_value=0.0123, always_valid_p=None)
    found = decide(against("1", figures), method=FREQUENTIST)
    assert found.why == (
        "Variant 1: conversion rate +10.0 %, p = 0.0123 (two-tailed, needed under 0.05)",
        "safe for one planned look only: no always-valid figure",
    )
    one_tailed = replace(FREQUENTIST, alternative="greater", threshold=0.9)
    assert decide(against("1", figures), method=one_tailed).why[0] == (
        "Variant 1: conversion rate +10.0 %, p = 0.0123 (one-tailed, needed under 0.1)"
    )
    bare = replace(figures, adjusted_p_value=None, lift=None, reasons={"always_valid_p": "early"})
    assert decide(against("1", bare), method=FREQUENTIST).why == (
        "Variant 1: conversion rate, no p-value: none can be given",
        "safe for one planned look only: early",
    )
    told = replace(bare, reasons={"p_value": "no visitors"})
    assert decide(against("1", told), method=FREQUENTIST).why[0] == (
        "Variant 1: conversion rate, no p-value: no visitors"
    )


def test_revenue_has_its_own_words():
    """No label for its risk."""
    figures = MeanFigures(
        outcome="better", lift=0.2, chance_to_beat_control=0.99, risk=0.03, difference=1.0
    )
    found = decide(against("1", rpv=figures), method=replace(BAYESIAN, metric="rpv"))
    assert found.why[:2] == (
        "Variant 1: revenue per visitor +20.0 %, chance to beat Control 99.0 % (needed 95 %)",
        "risk of shipping it: 3.0 % of Control's",
    )
    found = decide(against("1", aov=figures), method=replace(BAYESIAN, metric="aov"))
    assert found.why[0].startswith("Variant 1: order value +20.0 %")


def equal(variant_id="1", sequence=(-0.001, 0.001), **figures):
    return against(
        variant_id,
        rate(
            outcome="equal",
            decision_interval=(-0.01, 0.02),
            confidence_sequence=sequence,
            **figures,
        ),
    )


def test_no_difference_says_the_interval_and_the_margin():
    """5 % of the lowest that Control's rate may be is 0.004."""
    assert decide(equal()) == Verdict(
        "no_difference",
        None,
        (("Variant 1: any lift lies within -1.0 to +2.0 %, too small to matter (less than 5 %)"),),
        peek_safe=True,
    )
    worse = against("2", rate(outcome="worse", decision_interval=None, confidence_sequence=None))
    found = decide(equal(), worse, arms=(CONTROL, ONE, TWO))
    assert (found.kind, len(found.why), found.peek_safe) == ("no_difference", 1, False)


@pytest.mark.parametrize(
    ("sequence", "safe"),
    [
        ((-0.0039, 0.0039), True),
        ((-0.0041, 0.0039), False),
        ((-0.0039, 0.0041), False),
        ((-0.004, 0.003), False),
        ((-0.003, 0.004), False),
        (None, False),
    ],
)
def test_no_difference_is_safe_when_the_confidence_sequence_lies_within_the_margin(sequence, safe):
    """On both sides, strictly, and of every treatment."""
    assert decide(equal(sequence=sequence)).peek_safe is safe
    both = decide(equal("1"), equal("2", sequence), arms=(CONTROL, ONE, TWO))
    assert both.peek_safe is safe


@pytest.mark.parametrize("metric", ["rpv", "aov"])
def test_the_margin_is_of_the_metric_decided_on(metric):
    """And without Control's interval nothing is safe."""
    figures = MeanFigures(
        outcome="equal", decision_interval=(-0.01, 0.01), confidence_sequence=(-0.9, 0.9)
    )
    control = replace(CONTROL, **{f"{metric}_interval": (20.0, 30.0)})
    method = replace(BAYESIAN, metric=metric)
    one = against("1", **{metric: figures})
    assert decide(one, arms=(control, ONE), method=method).peek_safe
    assert not decide(one, arms=(CONTROL, ONE), method=method).peek_safe


def test_what_is_undecided_keeps_running_with_its_figures():
    """A treatment that is worse can be stopped; revenue without sums says what is missing."""
    pairs = (
        against("1", rate(outcome="undecided", chance_to_beat_control=0.6)),
        against("2", rate(outcome="worse", difference=-0.1, chance_to_beat_control=0.01)),
    )
    assert decide(*pairs, arms=(CONTROL, ONE, TWO)) == Verdict(
        "keep_running",
        None,
        (
            "Variant 1: conversion rate +10.0 %, chance to beat Control 60.0 % (needed 95 %)",
            "Variant 2: conversion rate +10.0 %, chance to beat Control 1.0 % (needed 95 %)",
            "Variant 2 is worse than Control and can be stopped",
        ),
    )
    method = replace(BAYESIAN, metric="rpv")
    bare = MeanFigures(variance_source="assumed", reasons={"p_value": "no sums"})
    assert decide(against("1", rpv=bare), method=method).why == ("Variant 1: no sums",)
    assert decide(against("1", rpv=MeanFigures()), method=method).why == (
        "Variant 1: no test is possible",
    )
    known = MeanFigures(variance_source="sums", lift=0.1, chance_to_beat_control=0.5)
    assert decide(against("1", rpv=known), method=method).why == (
        "Variant 1: revenue per visitor +10.0 %, chance to beat Control 50.0 % (needed 95 %)",
    )


# --------------------------------------------------------------------------- notices


def seen(*arms, **more):
    fields = {
        "test_id": "1", "test_name": None, "goal": None, "days_running": 14.0, "bandit": False,
        "phase": None, "served": False, "traffic_allocation": None, "arms": arms or (CONTROL, ONE),
    }  # fmt: skip
    return ExperimentArms(**{**fields, **more})


def warned(experiment=None, comparisons=(), verdict=None, method=BAYESIAN):
    kept = verdict or Verdict("keep_running")
    return notices(experiment or seen(), comparisons, kept, method)


def test_nothing_to_warn_of_is_no_warning():
    """A usual experiment of two weeks."""
    assert warned(comparisons=[against()]) == ()


def test_small_and_paused_arms_are_told_by_name():
    """Each arm by itself; a bandit is no reason to call an arm paused."""
    arms = (arm(visitors=50.0), arm("1", paused=True))
    assert warned(seen(*arms)) == (
        Notice("small-sample", "Control has 50 visitors, fewer than 100", "0"),
        Notice(
            "paused",
            "Variant 1 is paused: its visitors and Control's may be of different days",
            "1",
        ),
    )
    assert warned(seen(arms[1], bandit=True)) == (
        Notice(
            "bandit",
            "a bandit moves traffic while it runs: only posteriors are given, no p-values, no "
            "always-valid figures and no test of the split",
        ),
    )


@pytest.mark.parametrize(
    ("days", "short"), [(6.99, True), (7.0, False), (0.0, True), (None, False)]
)
def test_less_than_a_week_is_short(days, short):
    """Seven days are a week."""
    notice = Notice("short", "less than a week of data: weekdays and weekends may differ")
    assert warned(seen(days_running=days)) == ((notice,) if short else ())


@pytest.mark.parametrize("kind", ["winner", "loser"])
def test_a_verdict_for_one_look_warns_of_peeking(kind):
    """Unless it is safe, or none that anybody would act on."""
    method = replace(BAYESIAN, threshold=0.9)
    assert warned(verdict=Verdict(kind, "1"), method=method) == (
        Notice(
            "peeking",
            "the verdict holds for one look planned beforehand; if you looked every day and stopped "
            "now, a rule of 90 % is wrong far more often than 10 % of the time",
            "1",
        ),
    )
    assert warned(verdict=Verdict(kind, "1", peek_safe=True)) == ()
    assert warned(verdict=Verdict("no_difference")) == ()


def test_an_effect_that_changes_is_told():
    """By the reason of the confidence sequence."""
    reasons = {"confidence_sequence": "the days contradict each other: the effect drifts"}
    pairs = [against("1"), against("2", rate(reasons=reasons))]
    assert warned(comparisons=pairs) == (
        Notice(
            "drift",
            "Variant 2: the days contradict each other: the effect drifts",
            "2",
        ),
    )


FEW = Notice(
    "few-spenders", "under 1000 visitors per arm a few large orders decide revenue figures"
)


@pytest.mark.parametrize(("visitors", "few"), [(999.0, True), (1000.0, False)])
def test_few_spenders_are_told_where_there_is_revenue(visitors, few):
    """A thousand visitors in the smallest arm are enough."""
    experiment = seen(CONTROL, arm("1", visitors=visitors))
    paid = [against(), against("2", rpv=MeanFigures())]
    assert warned(experiment, paid) == ((FEW,) if few else ())
    assert warned(experiment, [against()]) == ()


def test_revenue_without_sums_says_its_bound():
    """Only where the sums are missing and the bound is known."""
    bound = MeanFigures(variance_source="assumed", p_value_at_least=0.031)
    assert warned(comparisons=[against(), against("2", rpv=bound)]) == (
        Notice(
            "revenue-bound",
            "Variant 2: without sums of squares revenue per visitor has no test; its p-value is at "
            "least that of equal spenders, p = 0.0310",
            "2",
        ),
    )
    for other in (
        replace(bound, p_value_at_least=None),
        replace(bound, variance_source="sums"),
    ):
        assert warned(comparisons=[against("1", rpv=other)]) == ()


def test_arms_that_cannot_be_compared_have_no_warnings_about_comparisons():
    """Only those about the data and the choices."""
    alone = seen(arm(visitors=5.0))
    found = warned(alone, verdict=Verdict("winner"), method=FREQUENTIST)
    assert [one.code for one in found] == ["small-sample"]


def test_defaults_are_announced():
    """Tails of a frequentist test, engine and threshold."""
    sources = {"engine": "default", "threshold": "default", "alternative": "default"}
    assert warned(method=Method(sources=sources)) == (
        Notice("default", "the result names no usable engine: bayesian was taken"),
        Notice("default", "the result names no usable threshold: 0.95 was taken"),
    )
    method = replace(FREQUENTIST, sources={"alternative": "default"})
    tails = "two-tailed by default: the result does not say; pass the project's configuration"
    assert warned(method=method) == (Notice("tails", tails),)
    assert warned(method=FREQUENTIST) == ()


def test_an_unusable_timeseries_says_why():
    """In one notice."""
    assert unusable_timeseries("no rows") == Notice(
        "timeseries", "the timeseries was not used: no rows"
    )
