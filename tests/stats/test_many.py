"""Many arms, many segments: every verdict controls what it claims over all of them."""

import numpy as np
import pytest

from midakit import stats

RATE, VISITORS = 0.05, 10_000


def result(arms, engine="bayesian", **more):
    """One result of [(conversions, visitors), ...], Control first."""
    return {
        "stats_engine": engine,
        "confidence_threshold_percent": 95,
        "days_running": 14,
        "variants": [
            {"variant_id": str(v), "conversions": int(x), "visitors": int(n),
             "traffic_weight": 100 / len(arms)}
            for v, (x, n) in enumerate(arms)
        ],
        **more,
    }  # fmt: skip


def simulated(tests, arms, seed, rate=RATE):
    draw = np.random.default_rng(seed)
    for counts in draw.binomial(VISITORS, rate, size=(tests, arms)):
        yield [(x, VISITORS) for x in counts]


@pytest.mark.parametrize(("arms", "tests"), [(4, 200), (11, 130)])
def test_a_bayesian_winner_among_many_arms_is_false_in_five_percent(arms, tests):
    """One look, no effect anywhere; uncorrected it would be 24 % at eleven arms."""
    wins = sum(
        stats.analyze(result(one)).verdict.kind == "winner" for one in simulated(tests, arms, arms)
    )
    assert 0 < wins <= 0.11 * tests


def test_without_the_correction_eleven_arms_win_in_a_quarter():
    """What the dashboard's rule does: each arm against 95 % by itself."""
    tests = 100
    wins = sum(
        stats.analyze(result(one), correction="none").verdict.kind == "winner"
        for one in simulated(tests, 11, 11)
    )
    assert wins > 0.13 * tests


def test_a_clear_winner_among_many_is_still_found():
    """And the reason says both chances."""
    arms = [(500, 10_000)] * 10 + [(640, 10_000)]
    found = stats.analyze(result(arms))
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "10")
    close = stats.analyze(result([(500, 10_000)] * 10 + [(560, 10_000)]))
    assert close.verdict.kind in ("keep_running", "inconclusive")
    figures = close.comparison("10").conversion
    assert figures.chance_to_beat_control > 0.95 > figures.adjusted_chance
    assert any("corrected over the tests, needed 95 %" in why for why in close.verdict.why)


def test_many_undecided_arms_take_a_line_each():
    """With the correction named where it counts, and no risk of what nobody ships."""
    found = stats.analyze(result([(500, 10_000), *[(520 + at, 10_000) for at in range(5)]]))
    lines = [one for one in found.verdict.why if "Variant" in one]
    assert len(lines) == 5
    assert all("needed 95 % corrected over the tests" in one for one in lines)
    assert not [one for one in found.verdict.why if "risk of shipping" in one]


def segments(count, seed, *, lifted=0):
    draw = np.random.default_rng(seed)
    return {
        f"part {at}": [
            (draw.binomial(VISITORS, RATE), VISITORS),
            (draw.binomial(VISITORS, RATE * (1.4 if at < lifted else 1.0)), VISITORS),
        ]
        for at in range(count)
    }


@pytest.mark.parametrize("engine", ["bayesian", "frequentist"])
def test_segments_without_an_effect_have_hardly_a_winner(engine):
    """20 segments, 25 times: some winner or loser in at most a quarter of the times, not in nearly all."""
    times = called = 0
    for seed in range(25):
        parts = {n: result(arms, engine) for n, arms in segments(20, seed).items()}
        found = stats.segments(parts)
        called += any(one.analysis.verdict.kind in ("winner", "loser") for one in found)
        times += 1
    assert called <= 0.28 * times  # each side at 5 %, and three standard errors


def test_a_segment_says_the_same_in_outcome_verdict_and_p():
    """An adjusted p of 0.5 does not stand beside "winner"."""
    parts = {n: result(arms, "frequentist") for n, arms in segments(20, 3).items()}
    parts["lucky"] = result([(500, 10_000), (575, 10_000)], "frequentist")
    alone = stats.analyze(parts["lucky"])
    assert (alone.verdict.kind, alone.comparisons[0].conversion.outcome) == ("winner", "better")
    found = {one.name: one.analysis for one in stats.segments(parts)}["lucky"]
    figures = found.comparisons[0].conversion
    assert figures.adjusted_p_value > 0.05
    assert figures.outcome == "undecided"
    assert found.verdict.kind in ("keep_running", "inconclusive")
    assert "peeking" not in {one.code for one in found.warnings}


def test_true_effects_in_segments_are_kept():
    """Three of twenty with +40 %, by both engines, and safe to have looked."""
    for engine in ("bayesian", "frequentist"):
        parts = {n: result(arms, engine) for n, arms in segments(20, 5, lifted=3).items()}
        found = stats.segments(parts)
        assert [one.analysis.verdict.kind == "winner" for one in found[:3]] == [True] * 3
        assert found[0].analysis.verdict.peek_safe
        assert sum(one.analysis.verdict.kind == "winner" for one in found[3:]) <= 1


def test_always_valid_evidence_of_segments_is_corrected_too():
    """What is safe alone is not among a hundred others."""
    lucky = result([(500, 10_000), (640, 10_000)])
    alone = stats.analyze(lucky)
    assert alone.verdict.peek_safe
    crowd = {str(at): result([(500, 10_000), (500, 10_000)]) for at in range(120)}
    few = stats.segments({"lucky": lucky, "other": crowd["0"]})[0].analysis
    many = stats.segments({"lucky": lucky, **crowd})[0].analysis
    assert few.verdict.peek_safe
    assert (many.verdict.kind, many.verdict.peek_safe) == ("winner", False)


def test_one_segment_is_what_it_is_alone():
    """There is nothing to correct; invalid ones stay invalid and small ones wait."""
    arms = result([(500, 10_000), (600, 10_000)])
    [one] = stats.segments({"all": arms})
    assert one.analysis.verdict == stats.analyze(arms).verdict
    broken = result([(500, 10_000), (600, 14_000)])
    tiny = result([(3, 20), (9, 20)])
    found = stats.segments({"fine": arms, "broken": broken, "tiny": tiny})
    assert [x.analysis.verdict.kind for x in found] == ["winner", "invalid", "keep_running"]


def test_segments_may_have_their_days():
    """A timeseries by name gives running figures."""
    rows = [
        {"variant_id": v, "visitors": 1000, "converted": x, "created_at": f"2026-01-{at:02}"}
        for at in range(1, 11) for v, x in (("0", 50), ("1", 65))
    ]  # fmt: skip
    parts = {"mobile": result([(500, 10_000), (650, 10_000)]), "rest": result([(500, 10_000)] * 2)}
    found = stats.segments(parts, timeseries={"mobile": rows})
    assert len(found[0].analysis.timeline) == 10
    assert found[1].analysis.timeline == ()


@pytest.mark.parametrize(
    ("criteria", "names"),
    [
        ([{"value": "mobile"}, {"value": "desktop"}], ["mobile", "desktop"]),
        ([{"device": "mobile"}, {"device": "desktop"}], ["mobile", "desktop"]),
        ([True, False], ["True", "False"]),
        ([None, ""], ["", ""]),
        (["US", 7], ["US", "7"]),
    ],
)
def test_every_part_of_a_breakdown_is_a_segment_whatever_its_criteria_are(criteria, names):
    """The API leaves their type open; parts that have the same name are not one part."""
    counts = [(100, 1_000), (150, 1_000)], [(300, 2_000), (310, 2_000)]
    parts = [
        {"criteria": one, "variants": result(arms)["variants"]}
        for one, arms in zip(criteria, counts, strict=True)
    ]
    found = stats.segments(result([(400, 3_000), (460, 3_000)], breakdowns=parts))
    assert [one.name for one in found] == names
    assert [one.analysis.control.visitors for one in found] == [1_000, 2_000]
