"""Figures and verdicts in words, the same for sentences, pages and terminals."""

from dataclasses import replace
from math import inf
from typing import get_args

import pytest

from midakit import stats
from midakit.stats import wording
from midakit.stats.decision.findings.verdict import NAMES
from midakit.stats.decision.words.headline import headline, other_warnings, tally
from midakit.stats.types import Kind


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (wording.percent(0.053), "5.30 %"),
        (wording.percent(-0.5, 0), "-50 %"),
        (wording.percent(None), "–"),
        (wording.percent_range((0.0502, 0.0561)), "5.02 to 5.61 %"),
        (wording.percent_range(None), "–"),
        (wording.level(0.995), "99.5 %"),
        (wording.chance(0.9724), "97.2 %"),
        (wording.chance(0.001), "0.1 %"),
        (wording.chance(0.000999), "< 0.1 %"),
        (wording.chance(0.999), "99.9 %"),
        (wording.chance(0.99901), "> 99.9 %"),
        (wording.chance(None), "–"),
        (wording.lift(0.031), "+3.1 %"),
        (wording.lift(-0.0004), "0.0 %"),
        (wording.lift(0.0004, "%", 2), "+0.04%"),
        (wording.lift(None), "–"),
        (wording.lift_range((-0.012, 0.034)), "-1.2 to +3.4 %"),
        (wording.lift_range((0.004, inf), "%"), "+0.4% or more"),
        (wording.lift_range((-inf, 0.004)), "+0.4 % or less"),
        (wording.lift_range(None), "–"),
        (wording.p_value(0.00009), "< 0.0001"),
        (wording.p_value(0.0001), "0.0001"),
        (wording.p_value(0.03121), "0.0312"),
        (wording.p_value(0.1), "0.10"),
        (wording.p_value(None), "–"),
        (wording.p_equals(0.00001), "p < 0.0001"),
        (wording.p_equals(0.41), "p = 0.41"),
        (wording.count(12345.0), "12,345"),
        (wording.count(None), "–"),
        (wording.risk_label(0.00999), "very safe"),
        (wording.risk_label(0.01), "safe"),
        (wording.risk_label(0.05), "risky"),
    ],
)
def test_a_figure_in_words(said, words):
    """One form each, and a dash where there is no figure."""
    assert said == words


def analysis(*arms, days=14, **options):
    variants = [
        {"variant_id": str(i), "conversions": x, "visitors": n, "traffic_weight": 50}
        for i, (x, n) in enumerate(arms)
    ]
    return stats.analyze({"variants": variants, "days_running": days}, **options)


WINNER = analysis((600, 8000), (900, 8000))


def test_every_kind_has_a_name():
    """A title and a sign each, and words to count them with."""
    assert set(NAMES) == set(get_args(Kind))
    assert len({name.sign for name in NAMES.values()}) == len(NAMES)
    kinds = ["winner", "invalid", "winner", None, "loser", "no_difference", "keep_running"]
    assert tally(kinds) == (
        "2 winners, 1 loser, 1 to keep running, 1 without a difference, 1 not to decide on, "
        "1 without a result"
    )
    assert tally([]) == ""


def test_a_winner_that_is_safe_to_peek_may_be_stopped():
    """And one that is not may be acted on only at its planned end."""
    told = headline(WINNER)
    assert told[:3] == ("Winner", "▲", "Variant 1 beats Control.")
    assert told.stopping == "Safe to stop now, however often somebody has looked."
    peeked = replace(WINNER, verdict=replace(WINNER.verdict, peek_safe=False))
    assert headline(peeked).stopping.startswith("Safe to act on only if today was the planned end.")


def test_every_other_kind_says_what_it_means():
    """Not known yet is not the same as no difference."""
    assert headline(analysis((900, 8000), (600, 8000))).sentence == (
        "Variant 1 does worse than Control: keep Control."
    )
    assert headline(analysis((90_000, 900_000), (90_050, 900_000))).title == "No difference"
    broken = headline(analysis((320, 4000), (420, 4900)))
    assert broken.title == "Do not decide"
    assert broken.stopping == "Stopping or shipping on these figures would be a guess."
    assert headline(analysis((1, 10), (2, 9))).sentence == "Too little data to say anything yet."
    assert headline(UNDECIDED).sentence.startswith("Not decided yet")
    slow = headline(analysis((200, 2000), (201, 2000)))
    assert slow.title == "Inconclusive"
    assert slow.stopping.startswith("Stop it, or try a bolder change")


def test_money_that_is_not_there_is_said_first():
    """A goal without revenue judged by revenue is no test that has to run on."""
    told = headline(analysis((900, 8000), (600, 8000), metric="rpv"))
    assert told.sentence == "There is nothing to decide by: this goal has no money."
    assert told.stopping == "Decide by the conversion rate, or by a goal with revenue."


UNDECIDED = analysis((2000, 20_000), (2020, 20_000))


def waiting(**outlook):
    found = UNDECIDED
    return headline(replace(found, outlook=replace(found.outlook, **outlook))).stopping


def test_what_is_left_to_wait_for_is_said_in_visitors_and_days():
    """Unless the pace is unknown, the visitors are there, or nobody should wait that long."""
    need = "To see a change of 5 % takes about 12,345 visitors per variant; the smallest has 2,000"
    size = {"visitors_per_arm": 12_345.0, "seen_per_arm": 2000.0}
    assert waiting(**size, days_left=180) == f"{need}: about 180 days more at this pace."
    assert waiting(**size, days_left=181).startswith(f"{need}. At this pace that is out of reach")
    assert waiting(**size, days_left=None) == f"{need}."
    assert waiting(days_left=0).startswith("It has the visitors that a change of 5 % takes")
    seen = waiting(**size, days_left=181, trend=0.0925, trend_days_left=77)
    assert seen == (
        f"{need}: out of reach at this pace. A change as large as the one so far, 9.2 %, takes about 77 "
        "days more to show."
    )
    small = waiting(**size, days_left=181, trend=0.05, trend_days_left=77)
    assert small.startswith(f"{need}. At this pace that is out of reach")
    late = waiting(**size, days_left=999, trend=0.0925, trend_days_left=181)
    assert late.startswith(f"{need}. At this pace that is out of reach")
    assert waiting(days_left=0, rule="plan").startswith("The planned end is reached")
    assert waiting(days_left=9, rule="plan") == "The planned end is 9 days away."
    assert waiting(days_left=1, rule="plan") == "The planned end is 1 day away."
    found = UNDECIDED
    assert (
        headline(replace(found, outlook=None)).stopping == "How long it takes cannot be said yet."
    )


def test_a_warning_that_is_a_reason_already_is_not_repeated():
    """The others are kept in their order."""
    found = analysis((1, 10), (2, 9), days=3)
    assert [one.code for one in found.warnings][:3] == ["small-sample", "small-sample", "short"]
    assert [one.code for one in other_warnings(found)] == [
        one.code for one in found.warnings if one.code != "small-sample"
    ]


# --------------------------------------------------------------------------- a verdict shows itself


def test_a_verdict_prints_itself_in_three_lines():
    """What to do, whether to stop, and the first reason."""
    found = analysis((500, 10_000), (640, 10_000)).verdict
    assert repr(found).split("\n") == [
        "▲ Winner. Variant 1 beats Control.",
        "  Safe to stop now, however often somebody has looked.",
        "  Variant 1: conversion rate +28.0 %, chance to beat Control > 99.9 % (needed 95 %) (without the timeseries)",
    ]
    assert str(found) == repr(found)


def test_a_verdict_with_segments_names_each_in_two_words():
    """The third line is about them."""
    found = analysis((500, 10_000), (640, 10_000)).verdict
    other = stats.Verdict("keep_running")
    shown = repr(replace(found, missing=(), segments={"mobile": found, "us": other}))
    assert shown.split("\n")[-1] == "  segments: mobile ▲ Winner, us … Keep running"


def test_a_bare_verdict_still_prints_its_kind():
    """Nobody needs an analysis for that."""
    assert repr(stats.Verdict("winner")) == "▲ Winner"
    assert repr(stats.Verdict("invalid", why=("no variants",))) == "! Do not decide\n  no variants"


def test_a_verdict_in_a_notebook_escapes_names():
    """A variant's name comes from the server."""
    found = replace(
        stats.Verdict("winner"), headline="Winner. <b>B</b> beats Control.", why=("<i>",)
    )
    shown = found._repr_html_()
    assert "&lt;b&gt;B&lt;/b&gt; beats Control." in shown
    assert "<li>&lt;i&gt;</li>" in shown
    assert "<strong>▲ Winner</strong>" in shown


def test_a_verdict_writes_json_without_its_analysis():
    """The figures have a JSON of their own."""
    found = analysis((500, 10_000), (640, 10_000))
    told = replace(found.verdict, made_from=found).to_dict()
    assert told == found.to_dict()["verdict"]
    assert "made_from" not in told
    assert replace(found.verdict, made_from=found).analysis is found
    with pytest.raises(ValueError, match="has the figures itself"):
        found.verdict.analysis  # noqa: B018
    assert (told["kind"], told["headline"]) == ("winner", "Winner. Variant 1 beats Control.")
