"""Decisions under a plan, doubts of days and traffic, as pure functions: every sentence and every side."""

from dataclasses import replace
from datetime import date
from math import inf

import pytest

from midakit.stats.comparison.sample_ratio import SampleRatio
from midakit.stats.comparison.stability import DayEffect, Effect, Stability
from midakit.stats.data.days import DayTotals
from midakit.stats.decision.checks.traffic import SplitChange, Traffic
from midakit.stats.decision.figures.outcomes import call_chances, without_outcome
from midakit.stats.decision.findings.figures import Best, MeanFigures, PlannedTest
from midakit.stats.decision.findings.verdict import Notice, Outlook, Verdict
from midakit.stats.decision.options.horizon import Horizon
from midakit.stats.decision.verdict import verdicts
from midakit.stats.decision.words.notices import notices

from .test_decisions import BAYESIAN, CONTROL, ONE, TWO, against, arm, rate, seen
from .test_decisions import warned as warned_of

PLAN = replace(BAYESIAN, horizon=Horizon(end=date(2026, 3, 31)))
CHANGED = Stability(
    changed_from="2026-01-08", before=Effect(0.02, 1e-6, 1000.0), after=Effect(-0.001, 1e-6, 1000.0)
)
OUTLOOK = Outlook(
    lift=0.05,
    visitors_per_arm=10_000.0,
    seen_per_arm=500.0,
    days_left=900,
    trend=0.001,
    trend_days_left=900,
)


def planned(**more):
    return PlannedTest(**{"time": 0.5, "z": 2.5, "bound": 2.9, **more})


def decided(*figures, method=PLAN, outlook=None, corrected=None, stability=None):
    ones = [against(str(at), one, stability=stability) for at, one in enumerate(figures, 1)]
    best = Best("1", {str(at): 1.0 / (at + 1) for at in range(len(ones) + 1)}, {})
    arms = [CONTROL, ONE, TWO][: len(ones) + 1]
    return verdicts.decide(arms, ones, best, method, outlook, corrected)


def won(**more):
    test = planned(z=3.1, crossed="better", crossed_on="2026-02-01")
    return rate(outcome="better", planned=test, **more)


def lost(**more):
    test = planned(z=-3.1, crossed="worse")
    return rate(outcome="worse", difference=-0.01, lift=-0.1, planned=test, **more)


# --------------------------------------------------------------------------- by plan


def test_a_winner_by_plan_says_its_bound_and_its_day():
    """And that every look is allowed."""
    found = decided(won())
    assert (found.kind, found.peek_safe, found.doubt) == ("winner", True, None)
    said, safe = found.why
    assert said == (
        "Variant 1: conversion rate +10.0 %, crossed the bound of the plan on 2026-02-01, now z = 3.10 at "
        "50 % of the days until 2026-03-31"
    )
    assert safe == "holds at every look: the error rate is spent by plan"


def test_a_loser_by_plan_without_a_day():
    """Totals alone know no day."""
    found = decided(lost())
    assert (found.kind, found.variant_id, found.peek_safe) == ("loser", "1", True)
    assert "crossed the bound of the plan, now z = -3.10" in found.why[0]
    assert found.why[-1] == "holds at every look: the error rate is spent by plan"


@pytest.mark.parametrize(
    ("test", "words"),
    [
        (planned(), "z = 2.50 (needed 2.90 at 50 % of the days until 2026-03-31)"),
        (
            planned(bound=inf),
            "z = 2.50 (nothing may be decided yet at 50 % of the days until 2026-03-31)",
        ),
        (PlannedTest(reason="looks start at 25"), "looks start at 25"),
        (PlannedTest(), "no test by the plan is possible"),
        (None, "no test by the plan is possible"),
        (planned(time=None), "no test by the plan is possible"),
        (planned(z=None), "no test by the plan is possible"),
        (planned(bound=None), "no test by the plan is possible"),
    ],
)
def test_what_a_plan_needs_is_said(test, words):
    """z against its bound, or why there is none."""
    found = decided(rate(planned=test))
    assert found.kind == "keep_running"
    assert found.why == (f"Variant 1: conversion rate +10.0 %, {words}",)


def test_days_take_a_planned_verdict_back():
    """An effect that is gone, or totals that have turned around, although a bound was crossed."""
    gone = decided(won(), stability=CHANGED)
    doubt = "the effect changed on 2026-01-08, and the days since do not show it"
    assert (gone.kind, gone.peek_safe, gone.doubt) == ("winner", False, doubt)
    assert gone.why[-1] == f"its bound was crossed, but {doubt}"
    turned = decided(won(difference=-0.001, lift=-0.01))
    assert (turned.kind, turned.peek_safe, turned.doubt) == ("winner", False, None)
    assert turned.why[-1] == "its bound was crossed, but the totals have turned around"
    back = decided(lost(), stability=replace(CHANGED, after=Effect(0.001, 1e-6, 1000.0)))
    assert (back.kind, back.peek_safe, back.doubt) == ("loser", False, doubt)


def test_an_outlier_takes_a_planned_verdict_back():
    """The other days have to show it in one test at the method's level."""
    day = DayEffect(("2026-01-03", "2026-01-03"), 0.2, 1e-6, 500.0, 1000.0)
    bots = Stability(outlier=day, without_outlier=Effect(0.0005, 1e-6, 9000.0))
    found = decided(won(), stability=bots)
    assert not found.peek_safe
    assert found.doubt == (
        "one day carries the result: without 2026-01-03 the other days have p = 0.62"
    )
    assert decided(
        won(), stability=replace(bots, without_outlier=Effect(0.01, 1e-6, 9000.0))
    ).peek_safe


def test_a_loser_without_always_valid_figures_says_why():
    """The reason is that of its own figures."""
    reasons = {"always_valid_p": "always-valid figures start at 25 conversions per arm"}
    one = rate(outcome="worse", difference=-0.01, always_valid_p=None, reasons=reasons)
    found = decided(one, method=BAYESIAN)
    assert (found.kind, found.peek_safe) == ("loser", False)
    assert found.why[-1] == (
        "safe for one planned look only: always-valid figures start at 25 conversions per arm"
    )


def test_totals_without_a_difference_are_on_no_side():
    """Neither a win nor a loss holds."""
    assert not decided(won(difference=None)).peek_safe
    assert not decided(won(difference=0.0)).peek_safe


def test_days_take_back_what_holds_without_a_plan():
    """The days beside an outlier have to show it themselves, at the method's level."""
    strong = {"outcome": "better", "always_valid_p": 1e-6, "chance_to_beat_control": 0.999}
    assert decided(rate(**strong), method=BAYESIAN).peek_safe
    found = decided(rate(**strong), method=BAYESIAN, stability=CHANGED)
    assert not found.peek_safe
    assert found.doubt.startswith("the effect changed on 2026-01-08")
    day = DayEffect(("2026-01-03", "2026-01-03"), 0.2, 1e-6, 500.0, 1000.0)
    bots = Stability(outlier=day, without_outlier=Effect(0.0005, 1e-6, 9000.0))
    told = decided(rate(**strong), method=BAYESIAN, stability=bots)
    assert told.doubt.startswith("one day carries the result: without 2026-01-03")


def test_an_equal_outcome_by_plan_is_safe_to_stop():
    """Every look of a plan is allowed."""
    equal = rate(outcome="equal", decision_interval=(-0.01, 0.01), planned=planned())
    assert decided(equal).peek_safe
    assert not decided(equal, method=BAYESIAN).peek_safe


# --------------------------------------------------------------------------- futile


def test_a_plan_without_hope_is_inconclusive():
    """Only what is undecided counts, and all of it."""
    hopeless = planned(chance_of_better=0.05, chance_of_worse=0.02, smallest_lift=0.12)
    found = decided(rate(planned=hopeless))
    assert found.kind == "inconclusive"
    assert found.why[-1].startswith("the chance that the planned end still decides is 5.0 %")
    assert found.why[0].startswith("Variant 1: conversion rate")
    hoping = planned(chance_of_better=0.6, chance_of_worse=0.02)
    assert decided(rate(planned=hopeless), rate(planned=hoping)).kind == "keep_running"
    both = decided(rate(planned=hopeless), lost())
    assert both.kind == "inconclusive"
    assert "Variant 2 is worse than Control and can be stopped" in both.why


def test_a_pace_without_hope_is_inconclusive():
    """Without a plan the outlook says it."""
    undecided = rate(chance_to_beat_control=0.6)
    found = decided(undecided, method=BAYESIAN, outlook=OUTLOOK)
    assert found.kind == "inconclusive"
    assert found.why[-1] == "at this pace a change of 5 % takes 900 days more to show"
    assert decided(undecided, method=BAYESIAN).kind == "keep_running"
    assert decided(undecided, outlook=OUTLOOK).kind == "keep_running"  # the plan decides then


def test_money_without_a_test_is_never_futile():
    """What cannot be tested may still be, with the sums."""
    method = replace(BAYESIAN, metric="rpv")
    guess = MeanFigures(variance_source="assumed", reasons={"p_value": "its sums are missing"})
    one = against("1", rpv=guess)
    found = verdicts.decide([CONTROL, ONE], [one], None, method, OUTLOOK)
    assert (found.kind, found.why) == ("keep_running", ("Variant 1: its sums are missing",))


def test_a_single_treatment_says_its_risk_and_several_do_not():
    """A line each is enough where nobody ships."""
    one = rate(chance_to_beat_control=0.7, risk=0.01, risk_label="safe")
    assert len(decided(one, method=BAYESIAN).why) == 2
    assert len(decided(one, one, method=BAYESIAN).why) == 2


# --------------------------------------------------------------------------- corrected


@pytest.mark.parametrize(
    ("chance", "corrected", "words"),
    [
        (0.97, 0.97, "(needed 95 %)"),
        (0.97, None, "(needed 95 %)"),
        (0.97, 0.96, "(needed 95 % corrected over the tests)"),
        (0.97, 0.95, "(needed 95 % corrected over the tests)"),
        (0.97, 0.91, "(91.0 % corrected over the tests, needed 95 %)"),
        (0.95, 0.91, "(91.0 % corrected over the tests, needed 95 %)"),
        (0.94, 0.2, "(needed 95 % corrected over the tests)"),
    ],
)
def test_a_correction_is_said_where_it_counts(chance, corrected, words):
    """Its figure only where the chance alone would have been enough."""
    one = rate(chance_to_beat_control=chance, adjusted_chance=corrected)
    assert decided(one, method=BAYESIAN).why[0].endswith(words)


def test_evidence_of_more_than_the_variants_takes_the_place_of_theirs():
    """A loser that is safe alone is not among many segments."""
    alone = rate(outcome="worse", difference=-0.01, always_valid_p=0.01)
    assert decided(alone, method=BAYESIAN).peek_safe
    assert not decided(alone, method=BAYESIAN, corrected=[0.2]).peek_safe


def test_chances_of_losses_are_corrected_by_the_same_method():
    """Bonferroni, not the default."""
    method = replace(BAYESIAN, correction="none")
    called = call_chances([0.04, 0.5, 0.5], method)
    assert [one.worse for one in called] == [True, False, False]
    assert not call_chances([0.04, 0.5, 0.5], replace(method, correction="bonferroni"))[0].worse


def test_arms_of_different_days_have_no_outcome_on_any_metric():
    """The figures stay as they are."""
    money = MeanFigures(outcome="worse", lift=-0.2)
    one = against("1", rate(outcome="better"), rpv=money, aov=replace(money, outcome="equal"))
    found = without_outcome(one)
    assert found.conversion == replace(one.conversion, outcome="undecided")
    assert found.rpv == replace(money, outcome="undecided")
    assert found.aov == replace(money, outcome="undecided")
    bare = without_outcome(against("1", rate(outcome="better")))
    assert (bare.rpv, bare.aov) == (None, None)


# --------------------------------------------------------------------------- notices


def traffic(**more):
    nothing = SampleRatio()
    days = tuple(DayTotals(f"2026-01-{at:02}", {}) for at in (1, 2, 3))
    return Traffic(srm=nothing, srm_sequential=nothing, days=days, **more)


def noticed(arms, flow):
    return notices(replace(seen(), arms=tuple(arms)), [], Verdict("keep_running"), BAYESIAN, flow)


def test_a_paused_arm_is_told_with_its_last_day():
    """That of its own."""
    paused = replace(arm("1", weight=0.0), paused=True)
    other = replace(arm("2", weight=0.0), paused=True)
    found = noticed([CONTROL, paused, other], traffic(last_days={"1": 1}))
    assert found == (
        Notice(
            "paused",
            "Variant 1 has no visitors after 2026-01-02: it is compared over the days until then",
            "1",
        ),
        Notice(
            "paused",
            "Variant 2 is paused: its visitors and Control's may be of different days",
            "2",
        ),
    )


def test_a_changed_split_is_told():
    """With its day and both shares."""
    change = SplitChange("2026-01-02", (90.0, 10.0), (50.0, 50.0))
    [found] = noticed([CONTROL, ONE], traffic(changes=(change,)))
    assert found == Notice(
        "split-changed",
        "the split changed on 2026-01-02 from 90/10 to 50/50: both periods are compared by themselves, "
        "then averaged",
    )


def test_what_the_days_say_is_told_of_each_variant():
    """A change with its day, and nothing of a variant without days."""
    ones = [against("1", rate(), stability=CHANGED), against("2", rate())]
    [found] = warned_of(comparisons=ones)
    assert found == Notice(
        "novelty", "Variant 1: since 2026-01-08 the effect is another one than before", "1"
    )


def test_days_that_contradict_each_other_are_told_of_the_metric_that_decides():
    """Not of another one."""
    reasons = {
        "confidence_sequence": "since 2026-01-08 the days contradict each other: the effect drifts"
    }
    one = against("1", rate(), rpv=MeanFigures(reasons=reasons))
    assert warned_of(comparisons=[one]) == ()
    [found] = warned_of(comparisons=[one], method=replace(BAYESIAN, metric="rpv"))
    assert found == Notice("drift", f"Variant 1: {reasons['confidence_sequence']}", "1")
    nothing = against("1", rate(reasons=reasons))
    assert warned_of(comparisons=[nothing], method=replace(BAYESIAN, metric="rpv")) == ()
