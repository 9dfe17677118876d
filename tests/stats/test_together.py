"""Segments under a planned end: one error rate for all of them, and the end of the whole experiment."""

from dataclasses import replace

import numpy as np
import pytest

from midakit import stats

from .test_evidence import steady, told

DAYS, DAILY, RATE = 28, 500, 0.10


def parts(count, seed, *, days=DAYS, lifted=0, lift=0.25):
    """Segments of an experiment with a result and a timeseries each."""
    draw = np.random.default_rng(seed)
    found = {}
    for at in range(count):
        rates = RATE, RATE * (1.0 + lift if at < lifted else 1.0)
        daily = [
            tuple((int(draw.binomial(DAILY, rate)), DAILY) for rate in rates) for _ in range(days)
        ]
        found[f"part {at}"] = told(daily)
    return found


def judged(found, **options):
    results = {name: result for name, (result, _) in found.items()}
    rows = {name: rows for name, (_, rows) in found.items()}
    return {one.name: one.analysis for one in stats.segments(results, timeseries=rows, **options)}


def whole_of(found):
    """The result of everyone: the segments added up."""
    results = [result for result, _ in found.values()]
    whole = {**results[0], "variants": [dict(v) for v in results[0]["variants"]]}
    for at, variant in enumerate(whole["variants"]):
        for key in ("visitors", "conversions"):
            variant[key] = sum(one["variants"][at][key] for one in results)
    return whole


PLAN = {"horizon": 2.0 * DAYS * DAILY}


def test_segments_share_the_error_rate_of_the_plan():
    """Every bound of ten segments is higher than alone, by Holm's share of alpha."""
    found = parts(10, 1)
    together = judged(found, **PLAN)
    for name, (result, rows) in found.items():
        alone = stats.analyze(result, timeseries=rows, **PLAN).comparisons[0].conversion.planned
        shared = together[name].comparisons[0].conversion.planned
        assert shared.z == alone.z
        assert shared.bound == pytest.approx(
            2.926,
            abs=0.001,  # 28 daily looks at 0.025 / 10, O'Brien-Fleming
        )
        assert alone.bound == pytest.approx(2.140, abs=0.001)


def test_a_segment_that_has_crossed_leaves_its_share_to_the_others():
    """With one of two decided, the other is tested as if it were alone."""
    found = parts(2, 4, lifted=1, lift=0.6)
    together = judged(found, **PLAN)
    crossed, open_one = (one.comparisons[0].conversion for one in together.values())
    assert (crossed.planned.crossed, crossed.outcome) == ("better", "better")
    result, rows = found["part 1"]
    alone = stats.analyze(result, timeseries=rows, **PLAN).comparisons[0].conversion
    assert open_one.planned == alone.planned


@pytest.mark.slow
def test_planned_segments_without_an_effect_hardly_decide():
    """20 segments to the planned end, 25 times: some decision in at most 5 % of the times and noise."""
    times = 25
    called = sum(
        any(
            one.verdict.kind in ("winner", "loser")
            for one in judged(parts(20, seed), **PLAN).values()
        )
        for seed in range(times)
    )
    assert called <= 5  # 1.25 expected; 16 if each were tested alone


def test_planned_segments_keep_true_effects_with_verdicts_that_agree():
    """Outcome, bound and verdict say the same, and a win is safe at every look."""
    for one in list(judged(parts(20, 7, lifted=3), **PLAN).values())[:3]:
        figures = one.comparisons[0].conversion
        assert (one.verdict.kind, figures.outcome, figures.planned.crossed) == (
            "winner",
            "better",
            "better",
        )
        assert one.verdict.peek_safe
        assert "crossed the bound of the plan" in one.verdict.why[0]


def test_what_is_a_win_alone_is_none_among_twenty():
    """The verdict, the outcome and the sentence follow the shared bound."""
    daily = [((50, 500), (54, 500))] * DAYS
    found = {"lucky": told(daily), **parts(19, 3)}
    alone = stats.analyze(found["lucky"][0], timeseries=found["lucky"][1], **PLAN)
    assert alone.verdict.kind == "winner"
    one = judged(found, **PLAN)["lucky"]
    assert one.comparisons[0].conversion.outcome == "undecided"
    assert one.verdict.kind == "inconclusive"  # the end is reached
    assert "no bound was crossed" in one.verdict.why[-1]


def test_a_horizon_in_visitors_is_one_of_the_whole_experiment():
    """A segment is as far as the experiment: half of the plan, whatever its own size."""
    found = parts(4, 2, days=14)
    together = judged(found, horizon=4 * 2.0 * DAYS * DAILY, whole=whole_of(found))
    for one in together.values():
        assert one.comparisons[0].conversion.planned.time == pytest.approx(0.5)
        assert one.outlook.days_left == 14
    by_itself = judged(found, horizon=4 * 2.0 * DAYS * DAILY)["part 0"]
    assert by_itself.comparisons[0].conversion.planned.time == pytest.approx(0.125)


def test_an_end_date_is_the_same_for_every_segment():
    """It needs no share."""
    together = judged(parts(3, 2, days=14), horizon="2026-01-28")
    times = {one.comparisons[0].conversion.planned.time for one in together.values()}
    assert times == {0.5}


def test_a_roll_out_of_a_segment_has_the_corrected_interval():
    """The projection is as wide as the repeated interval after the correction."""
    found = parts(10, 7, lifted=1, lift=0.4)
    one = judged(found, **PLAN)["part 0"]
    result, rows = found["part 0"]
    alone = stats.analyze(result, timeseries=rows, **PLAN)
    assert one.verdict.rollout.gain == alone.verdict.rollout.gain
    figures = one.comparisons[0].conversion
    scale = one.verdict.rollout.gain / figures.difference
    assert one.verdict.rollout.interval == pytest.approx(
        [scale * end for end in figures.planned.interval]
    )


def test_guardrails_of_segments_read_their_own_metrics():
    """Without the metrics of the segment they would be open."""
    result, rows = told(steady(20, 50, 62))
    metrics = {
        "metric_definitions": [{"metric_key": "signup", "name": "Sign-up"}],
        "metrics": [
            {"variant_id": v, "total": 20_000, "result_1": x} for v, x in (("0", 4000), ("1", 4010))
        ],
    }
    options = {"guardrails": {"signup": 0.05}, "timeseries": {"us": rows}}
    [one] = stats.segments({"us": result}, metrics={"us": metrics}, **options)
    assert [guard.state for guard in one.analysis.verdict.guardrails] == ["holds"]
    [one] = stats.segments({"us": result}, **options)
    assert [guard.state for guard in one.analysis.verdict.guardrails] == ["open"]


def test_what_was_not_loaded_stays_said():
    """Correction keeps what was missing, and writes the verdict in words again."""
    found = parts(2, 2)
    [first, second] = stats.segments(
        {name: result for name, (result, _) in found.items()},
        timeseries={"part 0": found["part 0"][1]},
    )
    assert first.analysis.verdict.missing == ()
    assert second.analysis.verdict.missing == ("timeseries: not given",)
    assert second.analysis.verdict.headline
    assert replace(second.analysis.verdict, missing=()) != second.analysis.verdict
