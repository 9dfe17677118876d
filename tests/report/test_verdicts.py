"""Verdicts in words: what a reader is told to do, and what the report does not claim."""

import pytest

from midakit import stats
from midakit.report import phrasing as words
from support.experiments import experiment, report


def page(*arms, **options):
    made = report(experiment(arms=(("Control", *arms[0]), *arms[1:]), **options))
    return made, made.html


KINDS = {
    "winner": ([(8000, 600), ("Short", 8000, 900)], {}, "Short beats Control."),
    "loser": ([(8000, 800), ("Short", 8000, 600)], {}, "Short does worse than Control"),
    "keep_running": ([(6000, 600), ("Short", 6000, 640)], {}, "Not decided yet"),
    "inconclusive": ([(2000, 200), ("Short", 2000, 201)], {}, "No answer"),
    "no_difference": (
        [(900_000, 90_000), ("Short", 900_000, 90_050)],
        {"engine": "frequentist"},
        "No difference that matters",
    ),
    "invalid": ([(4000, 320), ("Short", 4400, 420)], {}, "These figures cannot be compared"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_verdict_is_a_sentence_with_reasons(kind):
    """The page and the terminal say what to do and why, each in the words of the verdict."""
    arms, options, sentence = KINDS[kind]
    made, html = page(*arms, **options)
    analysis = made[1].analysis
    assert analysis.verdict.kind == kind
    assert sentence in html
    assert sentence in str(made)
    for why in analysis.verdict.why:
        assert why.split(" ")[0].lower() in html.lower()
    assert f'class="badge {kind}"' in html


def test_a_broken_split_marks_nothing_as_better():
    """Where the traffic is off its split no lift is green, bold or filled in."""
    made, html = page(*KINDS["invalid"][0])
    assert made[1].analysis.comparisons[0].conversion.outcome == "better"
    assert 'class="better"' not in html
    assert "The traffic does not follow the split" in html
    assert 'class="tiles"' not in html


def test_a_verdict_for_one_look_says_so():
    """A winner that the always-valid figures do not repeat may be stopped at its planned end only, said once."""
    made, html = page((3800, 177), ("Short", 3800, 222))
    assert made[1].analysis.verdict.kind == "winner"
    assert not made[1].analysis.verdict.peek_safe
    assert html.count("Safe to act on only if today was the planned end.") == 1
    assert "if you looked every day" not in html
    assert "planned end" not in page(*KINDS["winner"][0])[1]


def test_little_data_is_said_once():
    """Too few visitors is the headline and the reason, and not a warning beside it again."""
    made, html = page((10, 1), ("Short", 9, 2), days=2)
    assert "Too little data to say anything yet." in html
    assert html.count("fewer than 100") == 2
    assert str(made).count("fewer than 100") == 2


def test_an_experiment_without_a_visitor_has_a_page():
    """Dashes where there are no figures, and no chart that would show any."""
    made, html = page((0, 0), ("Short", 0, 0), days=1)
    assert made[1].analysis.verdict.kind == "keep_running"
    assert "<svg" not in html
    assert "–" in html


def test_a_bandit_is_not_tested_for_its_split():
    """Its traffic moves: no configured split is drawn, and the page says why."""
    _, html = page((2000, 100), ("Short", 6000, 600), bandit=True)
    assert "against the configured split" not in html
    assert "a bandit moves traffic while it runs" in html.replace("A bandit", "a bandit")


def test_one_sided_intervals_name_their_side():
    """A one-tailed test bounds the lift on one side; no infinity is printed."""
    made, html = page((2000, 200), ("Short", 2000, 215), engine="frequentist")
    assert " or more" in html
    assert "inf" not in str(made)
    assert "%</small>" not in html[html.index(" or more") - 12 : html.index(" or more") + 30]


def test_secondary_metrics_are_corrected_and_the_untestable_say_why():
    """Counts of visitors get both p-values; a percentage and page views get a reason."""
    figures = {"signup": (200, 262), "cta": (900, 905), "BounceRate": (38.9, 40.2)}
    made = report(experiment(metrics=figures | {"_pageview": (9000, 9100)}))
    html = made.html
    assert "2 comparisons" in html
    assert "uncorrected" in html
    assert "38.90" in html
    assert "a percentage, whose visitors are not known" in html
    assert "a count of page views, not of visitors" in html
    measured = {one.name: one.treatments[0] for one in made[1].secondary}
    assert measured["signup"].figures.adjusted_p_value > measured["signup"].figures.p_value
    assert measured["BounceRate"].figures is None


def test_a_breakdown_stands_side_by_side_largest_first():
    """Each part of a breakdown is a row with its corrected p-value and a mark in the forest."""
    parts = {
        "tablet": (("Control", 300, 20), ("Short form", 310, 25)),
        "mobile": (("Control", 2500, 200), ("Short form", 2540, 300)),
        None: (("Control", 40, 2), ("Short form", 41, 3)),
    }
    made = report(experiment(breakdowns=parts), breakdown_by="device")
    names = [one.name for one in made[1].segments]
    assert names == ["device: mobile", "device: tablet", "device: (none)"]
    assert "Segments side by side" in made.html
    assert "device: mobile" in str(made)


def test_one_tailed_p_values_beside_two_sided_intervals_say_so():
    """An interval may hold 0 where a one-tailed p-value is small: its heading explains it."""
    headings = []
    for tails in ("0", "1"):
        config = {"frequentist_type": tails}
        found = stats.segments({"mobile": experiment()["result"]}, config=config)
        headings.append(words.p_heading(found))
    assert headings == ["p (one-tailed, corrected)", "p (corrected)"]


def test_a_split_is_compared_with_what_was_configured():
    """The bar of each arm names both shares, and the page says whether they agree."""
    made, html = page((6000, 480), ("Short", 2000, 170), weights=[75, 25])
    assert "75.00 % (set: 75 %)" in html
    assert "The traffic follows the split" in html
    assert made[1].analysis.srm.mismatch is False


def test_a_split_that_was_changed_is_no_lost_traffic() -> None:
    """Beneath the shares stands the change that the verdict goes around, and no alarm."""
    arms = (("Control", 10_500, 1050), ("Short", 4500, 450))
    found = experiment(arms=arms, weights=[50, 50])
    for day in range(30):
        for arm, visitors in enumerate((450, 50) if day < 15 else (250, 250)):
            row = found["timeseries"]["timeseries"][2 * day + arm]
            row |= {"visitors": visitors, "converted": visitors // 10}
    made = report(found)
    assert made[1].analysis.verdict.kind != "invalid"
    assert "70.00 % (set: 50 %)" in made.html
    assert "does not follow the split" not in made.html
    assert "<p>The split changed on 2026-03-17 from 90/10 to 50/50:" in made.html


@pytest.mark.parametrize(
    ("ticks", "decimals"),
    [([0, 0.02], 0), ([0.0, 0.025], 1), ([0.1, 0.1025], 2), ([0.0, 0.00025], 3), ([0.5], 1)],
)
def test_a_scale_has_the_decimals_that_its_steps_need(ticks, decimals):
    """Steps of 2.5 % are not written as +2, 0 and -3."""
    assert words.scale_decimals(ticks) == decimals


def test_minus_signs_and_percent_signs_are_set():
    """A negative figure has a minus, its unit stays on its line, names keep their hyphens."""
    assert words.typeset("A-2: rate -6.2 %") == "A-2: rate −6.2\u00a0%"


def test_a_name_keeps_its_small_letter_at_the_start_of_a_sentence():
    """A reason that begins with a variant's name spells it as the team does."""
    _, html = page((8000, 600), ("eBay-style cards", 8000, 900))
    assert "<li>eBay-style cards: conversion rate" in html
    assert "<li>Risk of shipping it" in html


def test_a_winner_is_projected_on_the_page_and_in_the_terminal():
    """What 30 days bring when everybody gets it."""
    made, html = page((8000, 600), ("Short", 8000, 900))
    assert made[1].analysis.verdict.rollout
    assert "For everybody, 30 days bring +" in html
    assert "For everybody, 30 days bring +" in " ".join(str(made).split())
