"""From a result to a verdict: what a reader of the answer is told."""

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from midakit import stats
from midakit.core.models.decode import loads
from midakit.mida.models import Result, Timeseries
from midakit.mida.models.projects import ProjectConfigurationResponse
from midakit.stats import wording

EXAMPLES = Path(__file__).parent.parent / "data" / "api" / "examples"


def example(name):
    return json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def result(*arms, **changes):
    """A live equal split; an arm is (conversions, visitors) and maybe fields of its own."""
    rows = []
    for place, (conversions, visitors, *own) in enumerate(arms):
        rows.append(
            {
                "variant_id": str(place),
                "name": f"Variant {place}" if place else "Control",
                "conversions": conversions,
                "visitors": visitors,
                "traffic_weight": 100 / len(arms),
                "is_control": place == 0,
                **(own[0] if own else {}),
            }
        )
    base = {"stats_engine": "bayesian", "confidence_threshold_percent": 95, "days_running": 14}
    return {**base, "report_phase": "all_time", "variants": rows, **changes}


def days(*arms, count=10, **changes):
    """The same arms as equal days."""
    return [
        {
            "variant_id": str(place),
            "visitors": visitors / count,
            "converted": conversions / count,
            "created_at": f"2026-01-{day + 1:02}T00:00:00.000Z",
            **changes,
        }
        for day in range(count)
        for place, (conversions, visitors) in enumerate(arms)
    ]


ODD_DAYS = [
    {"variant_id": "1", "visitors": visitors, "converted": 0, "created_at": day}
    for visitors, day in ((-5, "2025-12-31"), (5, "2026-01-01"))
]
"""Together nothing, but the first day alone cannot be."""


def codes(found):
    return {notice.code for notice in found.warnings}


def test_the_documented_example_is_a_winner_for_one_look_only():
    """97.2 % to beat Control, very safe, one-tailed p 0.028, but always-valid p 0.53."""
    found = stats.analyze(example("get_experiment_result"))
    figures = found.comparisons[0].conversion
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "1")
    assert found.verdict.peek_safe is False
    assert figures.chance_to_beat_control == pytest.approx(0.97188, abs=1e-5)
    assert figures.risk_label == "very safe"
    assert figures.lift == 0.25
    assert figures.always_valid_p == pytest.approx(0.5250, abs=1e-4)
    assert found.srm.mismatch is False
    assert "peeking" in codes(found)
    assert any("97.2 %" in reason for reason in found.verdict.why)
    assert any("one planned look only" in reason for reason in found.verdict.why)


def test_lifts_are_recomputed_and_not_the_rounded_ones():
    """The example says 16.02 % for revenue; its counts say 16.20 %."""
    found = stats.analyze(example("get_experiment_result"))
    assert found.comparisons[0].rpv.lift == pytest.approx(0.16205, abs=1e-5)


@pytest.mark.parametrize(
    ("tails", "kind", "p"), [("0", "winner", 0.02819), ("2", "keep_running", 0.05638)]
)
def test_the_configuration_says_the_tails(tails, kind, p):
    """0 is one-tailed, 2 two-tailed; the same data win with one and not with two."""
    data = {**example("get_experiment_result"), "stats_engine": "frequentist"}
    found = stats.analyze(data, config={"configuration": {"frequentist_type": tails}})
    assert found.verdict.kind == kind
    assert found.comparisons[0].conversion.p_value == pytest.approx(p, abs=1e-5)
    assert found.method.sources["alternative"] == "configuration"


def test_models_and_dicts_are_the_same():
    """The answer does not depend on how the result was read."""
    body = example("get_experiment_result")
    config = example("get_project_configuration")
    rows = example("get_experiment_timeseries")
    plain = stats.analyze(body, config=config, timeseries=rows)
    models = stats.analyze(
        loads(Result, json.dumps(body).encode()),
        config=loads(ProjectConfigurationResponse, json.dumps(config).encode()),
        timeseries=loads(Timeseries, json.dumps(rows).encode()),
    )
    assert models == plain


def test_without_a_configuration_two_tails_are_taken_and_announced():
    """The stricter of the two, by name."""
    found = stats.analyze(result((50, 1000), (80, 1000), stats_engine="frequentist"))
    assert found.method.alternative == "two-sided"
    assert found.method.sources["alternative"] == "default"
    assert "tails" in codes(found)


def test_arguments_win_over_result_over_configuration():
    """And the record says who spoke."""
    data = result((50, 1000), (80, 1000), confidence_threshold_percent=90)
    config = {"confidence_level": "99", "stats_engine": "frequentist"}
    assert stats.analyze(data, config=config).method.threshold == 0.9
    assert stats.analyze(data, config=config, threshold=0.8).method.threshold == 0.8
    bare = {**data, "confidence_threshold_percent": None, "stats_engine": None}
    found = stats.analyze(bare, config=config).method
    assert (found.engine, found.threshold) == ("frequentist", 0.99)
    assert found.sources == {
        "engine": "configuration", "threshold": "configuration", "alternative": "default",
        "tuning": "result",
    }  # fmt: skip


def test_an_unusable_threshold_falls_back_and_says_so():
    """0, 100 and words are no thresholds."""
    for odd in (0, 100, "high", None):
        found = stats.analyze(result((50, 1000), (80, 1000), confidence_threshold_percent=odd))
        assert found.method.threshold == 0.95
        assert "default" in codes(found)


def test_a_clear_effect_is_a_winner_that_survives_daily_looks():
    """The always-valid figures agree."""
    arms = (1000, 20_000), (1300, 20_000)
    for extra in ({}, {"timeseries": days(*arms)}):
        found = stats.analyze(result(*arms), **extra)
        assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "1")
        assert found.verdict.peek_safe
        assert "peeking" not in codes(found)


def test_a_clear_loss_is_a_loser():
    """By both engines, one-tailed too."""
    data = result((1300, 20_000), (1000, 20_000))
    for options in (
        {},
        {"engine": "frequentist"},
        {"engine": "frequentist", "alternative": "greater"},
    ):
        found = stats.analyze(data, **options).verdict
        assert (found.kind, found.variant_id, found.peek_safe) == ("loser", "1", True)


def test_one_loser_among_several_is_no_loser_of_the_experiment():
    """But the reasons name it."""
    found = stats.analyze(result((1300, 20_000), (1000, 20_000), (1310, 20_000)))
    assert found.verdict.kind == "keep_running"
    assert any("Variant 1 is worse" in reason for reason in found.verdict.why)


def test_of_several_winners_the_likeliest_best_is_named():
    """With its chance to be the best of all arms."""
    found = stats.analyze(result((1000, 20_000), (1200, 20_000), (1300, 20_000)))
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "2")
    assert found.best.variant_id == "2"
    assert sum(found.best.chance_to_be_best.values()) == pytest.approx(1.0)
    assert any("best of all 3 arms" in reason for reason in found.verdict.why)


def test_several_variants_are_corrected_for():
    """A p-value that would do alone does not do among four."""
    arms = [(1000, 20_000), (1090, 20_000), (1000, 20_000), (1001, 20_000), (999, 20_000)]
    alone = stats.analyze(result(*arms[:2]), engine="frequentist").comparisons[0].conversion
    among = stats.analyze(result(*arms), engine="frequentist").comparisons[0].conversion
    assert alone.p_value == among.p_value
    assert (alone.outcome, among.outcome) == ("better", "undecided")
    assert among.adjusted_p_value == pytest.approx(4 * alone.p_value)


def test_a_lift_too_small_to_matter_is_no_difference():
    """By both engines, once the interval lies within the smallest effect of interest."""
    data = result((100_000, 1_000_000), (100_100, 1_000_000))
    for engine in ("bayesian", "frequentist"):
        found = stats.analyze(data, engine=engine)
        assert found.verdict.kind == "no_difference"
        assert found.verdict.peek_safe
        assert stats.analyze(data, engine=engine, min_effect=0.001).verdict.kind == "inconclusive"


def test_too_few_data_decide_nothing_and_hide_nothing():
    """The figures are there, the verdict waits, the reason counts."""
    found = stats.analyze(result((3, 20), (12, 20)))
    assert found.verdict.kind == "keep_running"
    assert found.comparisons[0].conversion.chance_to_beat_control > 0.99
    assert found.verdict.why[0] == "Control has 20 visitors, fewer than 100"
    assert "small-sample" in codes(found)
    lenient = stats.analyze(result((3, 20), (12, 20)), min_visitors=0, min_conversions=0)
    assert lenient.verdict.kind == "winner"


def test_a_split_that_does_not_fit_forbids_a_verdict():
    """However clear the effect seems."""
    found = stats.analyze(result((1000, 20_000), (1400, 21_500)))
    assert found.verdict.kind == "invalid"
    assert "does not follow the configured split" in found.verdict.why[0]
    assert found.srm.mismatch
    assert found.comparisons[0].conversion.chance_to_beat_control > 0.99


def test_a_paused_arm_does_not_spoil_those_that_ran_beside_each_other():
    """Whoever paused it, or let traffic leak into it: the verdict is about the others."""
    found = stats.analyze(
        result(
            (100, 1000, {"traffic_weight": 50}),
            (160, 1000, {"traffic_weight": 50}),
            (90, 300, {"traffic_weight": 0, "variant_status": "paused"}),
        )
    )
    assert (found.verdict.kind, found.verdict.variant_id) == ("winner", "1")
    assert found.srm.p_value == 1.0
    assert found.comparison("2").conversion.outcome == "undecided"
    [notice] = [one for one in found.warnings if one.code == "paused"]
    assert "may be of different days" in notice.text


def test_to_dict_is_json_with_infinities_as_text():
    """Control without conversions has no upper bound of the lift."""
    written = stats.analyze(result((0, 1000), (30, 1000))).to_dict()
    assert written["comparisons"][0]["conversion"]["lift_ci"][1] == "inf"
    assert written["verdict"]["kind"] == "keep_running"
    assert json.loads(json.dumps(written)) == written


def test_days_give_running_figures():
    """p never rises, intervals only shrink, and the last day's are the comparison's."""
    arms = (500, 10_000), (620, 10_000)
    found = stats.analyze(result(*arms), timeseries=days(*arms))
    looks = [day.arms[1] for day in found.timeline]
    known = [look for look in looks if look.always_valid_p is not None]
    assert [day.day for day in found.timeline][:2] == ["2026-01-01", "2026-01-02"]
    assert len(known) > 5
    for before, after in pairwise(known):
        assert after.always_valid_p <= before.always_valid_p
        assert before.confidence_sequence[0] <= after.confidence_sequence[0]
        assert after.confidence_sequence[1] <= before.confidence_sequence[1]
    assert found.comparisons[0].conversion.always_valid_p == known[-1].always_valid_p
    assert found.timeline[-1].arms[0].visitors == 10_000
    assert found.method.rows == "daily"
    assert found.timeline[-1].srm_p_value == 1.0


def test_a_split_that_was_broken_once_stays_suspect():
    """The always-valid p of the split is the smallest of all days, whatever the totals say today."""
    rows = [
        {**row, "visitors": visitors, "converted": 200}
        for row, visitors in zip(
            days((400, 5000), (400, 5000), count=2), (2000, 2600, 3000, 2400), strict=True
        )
    ]
    data = result((400, 5000), (400, 5000))
    assert stats.analyze(data).srm_sequential.p_value == 1.0
    found = stats.analyze(data, timeseries=rows)
    first = stats.srm_sequential([2000, 2600], [50, 50])
    assert first.mismatch
    assert found.srm_sequential.p_value == first.p_value == found.timeline[-1].srm_p_value
    assert (found.srm_sequential.mismatch, found.srm.mismatch) == (True, False)
    assert found.verdict.kind == "invalid"
    assert "always-valid p < 0.0001" in found.verdict.why[0]


def test_cumulative_rows_are_recognised():
    """The last row equals the result, so rows are not added up."""
    daily = days((500, 10_000), (620, 10_000))
    totals = {"0": [0, 0], "1": [0, 0]}
    running = []
    for row in daily:
        total = totals[row["variant_id"]]
        total[0] += row["converted"]
        total[1] += row["visitors"]
        running.append({**row, "converted": total[0], "visitors": total[1]})
    data = result((500, 10_000), (620, 10_000))
    found = stats.analyze(data, timeseries=running)
    assert found.method.rows == "cumulative"
    assert found.timeline == stats.analyze(data, timeseries=daily).timeline


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (days((500, 9_000), (620, 10_000)), "visitors"),
        (days((400, 10_000), (620, 10_000)), "conversions"),
        (days((500, 10_000)), "no timeseries rows for variant 1"),
        (days((500, 10_000), (620, 10_000), created_at=None), "no date"),
        (days((500, 10_000), (620, 10_000), variant_id=None), "no variant"),
        ([], "it has no rows"),
        (
            [*days((500, 10_000), (620, 10_000)), *ODD_DAYS],
            "up to 2025-12-31: visitors cannot be neg",
        ),
        ({"timeseries": "rows"}, "timeseries is not a list"),
    ],
)
def test_a_timeseries_of_something_else_is_not_used_and_said_so(rows, word):
    """The verdict then rests on the totals alone."""
    data = result((500, 10_000), (620, 10_000))
    found = stats.analyze(data, timeseries=rows)
    [notice] = [notice for notice in found.warnings if notice.code == "timeseries"]
    assert word in notice.text
    alone = stats.analyze(data).verdict
    assert replace(found.verdict, missing=alone.missing) == alone
    assert word in found.verdict.missing[0]
    assert found.timeline == ()


def test_an_experiment_that_nobody_has_seen_lacks_nothing():
    """Without visitors there are no rows, and that is no fault of the timeseries."""
    found = stats.analyze(result((0, 0), (0, 0)), timeseries={"timeseries": []})
    assert found.verdict.kind == "keep_running"
    assert found.verdict.missing == ()
    assert "timeseries" not in codes(found)


def test_an_effect_that_turns_around_is_noticed():
    """The days contradict each other, so there is no always-valid interval, and why."""
    first = days((100, 10_000), (400, 10_000), count=1)
    second = [
        {**row, "created_at": "2026-01-02"} for row in days((4000, 10_000), (1000, 10_000), count=1)
    ]
    found = stats.analyze(result((4100, 20_000), (1400, 20_000)), timeseries=[*first, *second])
    assert found.comparisons[0].conversion.confidence_sequence is None
    assert "drift" in codes(found)


def test_control_is_found_by_its_flag_wherever_it_stands():
    """And by the id "0" where nothing has a flag."""
    data = result((50, 1000), (80, 1000))
    data["variants"].reverse()
    assert [arm.variant_id for arm in stats.analyze(data).arms] == ["0", "1"]
    for row in data["variants"]:
        row["is_control"] = None
    assert stats.analyze(data).control.variant_id == "0"


def test_the_outlook_counts_whole_weeks():
    """Visitors still needed at the pace so far."""
    found = stats.analyze(result((500, 10_000), (500, 10_000)))
    needed = stats.plan.sample_size(baseline=0.05, lift=0.05, alternative="greater").exact
    assert found.outlook.visitors_per_arm == pytest.approx(needed)
    assert found.outlook.days_left % 7 == 0
    assert found.outlook.days_left >= (needed - 10_000) / (10_000 / 14)


@pytest.mark.parametrize("days", [None, 0, -1, -0.5, 1e-320, 1 / 86_401, 36_526, 10**15])
def test_days_that_cannot_be_true_give_no_pace(days):
    """Nobody's experiment ran for a part of a second, or for more than a century."""
    found = stats.analyze(result((500, 10_000), (500, 10_000), days_running=days))
    assert found.outlook.days_left is None
    assert found.outlook.reason
    assert found.verdict.kind != "invalid"
    for true in (1 / 86_400, 36_525):
        found = stats.analyze(result((500, 10_000), (500, 10_000), days_running=true))
        assert found.outlook.days_left


def test_a_day_may_take_something_back():
    """Corrections are fine as long as the totals so far can be counts."""
    rows = days((500, 10_000), (620, 10_000))
    rows += [
        {"variant_id": "0", "visitors": visitors, "converted": 0, "created_at": f"2026-01-{day}"}
        for visitors, day in ((30, "03"), (-30, "04"))
    ]
    found = stats.analyze(result((500, 10_000), (620, 10_000)), timeseries=rows)
    assert "timeseries" not in codes(found)
    assert [day.arms[0].visitors for day in found.timeline][1:4] == [2000, 3030, 4000]


def test_large_counts_are_written_out_in_sentences():
    """1,294,567 and not 1.29457e+06."""
    rows = days((500_000, 1_234_560), (620_000, 1_234_560))
    data = result((500_000, 1_294_567), (620_000, 1_234_560))
    [notice] = [
        one for one in stats.analyze(data, timeseries=rows).warnings if one.code == "timeseries"
    ]
    assert "1,294,567" in notice.text


def test_a_variant_that_is_not_compared_is_a_key_error():
    """Control has no comparison with itself."""
    with pytest.raises(KeyError, match="not compared"):
        stats.analyze(result((5, 10), (5, 10))).comparison("0")


def test_a_test_for_worse_finds_losers_first():
    """One-tailed downwards, a better variant is still found, by the mirrored test."""
    worse, better = result((1000, 10_000), (800, 10_000)), result((800, 10_000), (1000, 10_000))
    options = {"engine": "frequentist", "alternative": "less"}
    assert stats.analyze(worse, **options).verdict.kind == "loser"
    assert stats.analyze(better, **options).verdict.kind == "winner"


def test_a_metric_that_is_no_count_of_visitors_has_a_reason():
    """More converters than visitors, text, nothing at all, or no Control."""
    metrics = {
        "metric_definitions": [{"metric_key": name, "name": name} for name in "abcd"],
        "metrics": [
            {
                "variant_id": "0",
                "total": 10,
                "result_1": 5,
                "result_2": 1,
                "result_3": 2,
                "result_4": 1.5,
            },
            {"variant_id": "1", "total": 10, "result_1": 11, "result_2": "x", "result_4": 2},
        ],
    }
    reasons = [one.reason for one in stats.secondary(metrics)]
    for reason, word in zip(
        reasons,
        ("11 conversions of only 10", "not a finite number", "no value", "rate"),
        strict=True,
    ):
        assert word in reason
    alone = {**metrics, "metrics": metrics["metrics"][:1]}
    assert "no Control and treatment" in stats.secondary(alone)[0].reason


def test_a_metric_without_figures_is_nothing_to_decide_on():
    """No revenue anywhere, and the verdict is asked about revenue."""
    found = stats.analyze(result((500, 10_000), (620, 10_000)), metric="rpv")
    assert found.verdict.kind == "keep_running"
    assert "no revenue per visitor to compare" in found.verdict.why[0]


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.0, "< 0.1 %"),
        (1e-300, "< 0.1 %"),
        (0.5, "50.0 %"),
        (0.9995, "> 99.9 %"),
        (1.0, "> 99.9 %"),
    ],
)
def test_no_reason_says_that_a_chance_is_certain(share, said):
    """Not even where it underflows; a threshold that somebody has set is said as it is."""
    assert wording.chance(share) == said
    assert wording.level(0.9995) == "99.95 %"


def test_a_difference_beyond_floats_is_still_no_certainty():
    """The verdict's own sentences."""
    why = " ".join(stats.analyze(result((1_000, 1_000_000), (900_000, 1_000_000))).verdict.why)
    assert "chance to beat Control > 99.9 % (needed 95 %)" in why
    assert " 100 %" not in why
